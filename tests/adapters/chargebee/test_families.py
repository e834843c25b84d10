"""Families, and the one that stands in for products that have none: all products must be of one type (trap 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.errors import NotFound
from tests.adapters.chargebee.support import API

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site

STAND_IN = "ungrouped"


@pytest.fixture
def tidy(site: Site) -> Site:
    """Every product has a family: `cloud` or `sky`."""
    for number, row in enumerate(site.items.rows.values()):
        row["item_family_id"] = ("cloud", "sky")[number % 2]
    site.add_item_family(id="sky")
    return site


async def pages(adapter: ChargebeeAdapter, limit: int) -> list[list[str]]:
    """The ids of the families, page by page."""
    found: list[list[str]] = []
    cursor = None
    while True:
        page = await adapter.families(limit, cursor)
        found.append([one.id for one in page.data])
        cursor = page.next
        if cursor is None:
            return found


async def test_2_4_a_product_without_a_family_is_in_one_that_can_be_retrieved(adapter: ChargebeeAdapter) -> None:
    product = await adapter.product("basic")

    assert product.family_id == STAND_IN
    assert (await adapter.family(STAND_IN)).name == "Ungrouped"


async def test_2_4_all_products_are_of_one_type(adapter: ChargebeeAdapter) -> None:
    products = (await adapter.products(100, None)).data

    assert {(one.id, one.type.value, one.family_id) for one in products} == {
        ("pro", "family", "cloud"),
        ("basic", "family", STAND_IN),
    }


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(1, [["cloud"], ["sky"], [STAND_IN]], id="on a page of its own"),
        pytest.param(2, [["cloud", "sky"], [STAND_IN]], id="never beyond the limit"),
        pytest.param(3, [["cloud", "sky", STAND_IN]], id="on the last page"),
    ],
)
async def test_2_4_it_is_listed_last(
    adapter: ChargebeeAdapter, site: Site, limit: int, expected: list[list[str]]
) -> None:
    site.add_item_family(id="sky")

    assert await pages(adapter, limit) == expected


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_2_4_it_is_not_listed_where_every_product_has_a_family(
    adapter: ChargebeeAdapter, tidy: Site, limit: int
) -> None:
    listed = [one for page in await pages(adapter, limit) for one in page]

    assert listed == ["cloud", "sky"]
    assert tidy.items.rows


@pytest.mark.parametrize("members", [{"type": "addon"}, {"status": "archived"}], ids=["an addon", "an archived plan"])
async def test_2_4_what_is_not_listed_itself_does_not_bring_it(
    adapter: ChargebeeAdapter, tidy: Site, members: dict[str, str]
) -> None:
    tidy.add_item(id="other", **members)

    assert await pages(adapter, 100) == [["cloud", "sky"]]
    assert (await adapter.family(STAND_IN)).id == STAND_IN


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_2_4_a_family_of_the_site_by_its_name_is_answered_in_its_place(
    adapter: ChargebeeAdapter, site: Site, limit: int
) -> None:
    site.add_item_family(id=STAND_IN, name="The site's own")

    assert (await adapter.family(STAND_IN)).name == "The site's own"
    assert [one for page in await pages(adapter, limit) for one in page] == ["cloud", STAND_IN]


@pytest.mark.parametrize("shown", [True, False], ids=["answered with its flag", "answered with 404"])
async def test_2_4_a_deleted_one_by_its_name_gives_way(adapter: ChargebeeAdapter, site: Site, shown: bool) -> None:
    site.shows_deleted = shown
    site.add_item_family(id=STAND_IN, name="The site's own")["deleted"] = True

    assert (await adapter.family(STAND_IN)).name == "Ungrouped"
    assert await pages(adapter, 100) == [["cloud", STAND_IN]]


async def test_a_family_that_is_not_there_is_not_found(adapter: ChargebeeAdapter) -> None:
    with pytest.raises(NotFound):
        await adapter.family("clouds")


async def test_products_are_walked_for_it_once_in_a_while(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, tidy: Site
) -> None:
    await pages(adapter, 100)
    await pages(adapter, 100)

    assert [call.removeprefix(f"GET {API}/") for call in simulator.calls()] == [
        "item_families",
        "items",
        "item_families",
    ]
    assert tidy.items.rows
