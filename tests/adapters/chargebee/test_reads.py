"""Reading from a site: what is asked for in lists, and what is left out (traps 2.3 to 2.7 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Invalid, NotFound, Unreadable
from tests.adapters.chargebee.support import API

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock
    from tests.support.recording_observer import RecordingObserver

Json = dict[str, Any]

LISTS = [
    pytest.param(lambda adapter, *page: adapter.customers(*page), "customers", {"sort_by[asc]": "created_at"},
                 id="customers"),
    pytest.param(lambda adapter, *page: adapter.subscriptions("ada", *page), "subscriptions",
                 {"customer_id[is]": "ada", "sort_by[asc]": "created_at"}, id="subscriptions"),
    pytest.param(lambda adapter, *page: adapter.prices(*page), "item_prices",
                 {"item_type[is]": "plan", "status[is]": "active", "sort_by[asc]": "id"}, id="prices"),
    pytest.param(lambda adapter, *page: adapter.products(*page), "items",
                 {"type[is]": "plan", "status[is]": "active", "sort_by[asc]": "id"}, id="products"),
    pytest.param(lambda adapter, *page: adapter.families(*page), "item_families", {}, id="families, without an order"),
    pytest.param(lambda adapter, *page: adapter.coupons(*page), "coupons",
                 {"status[is]": "active", "sort_by[asc]": "created_at"}, id="coupons"),
]  # fmt: skip


@pytest.fixture
def full(site: Site, clock: MovableClock) -> Site:
    """Two of each kind at least."""
    for number in range(2):
        site.add_subscription(id=f"sub{number}", customer_id="ada", items=[("pro-month", 1)])
    site.add_item_family(id="sky")
    return site


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(("read", "path", "asked"), LISTS)
async def test_4_what_is_asked_for_in_lists(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, read: Callable[..., Any], path: str, asked: dict[str, str]
) -> None:
    await read(adapter, 25, None)

    assert simulator.calls()[0] == f"GET {API}/{path}"
    assert simulator.requests[0].parameters == {"limit": "25", **asked}


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(("read", "path", "asked"), LISTS)
async def test_4_the_next_page_is_asked_for_in_the_same_way_with_its_offset(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, read: Callable[..., Any], path: str, asked: dict[str, str]
) -> None:
    first = await read(adapter, 1, None)
    second = await read(adapter, 1, first.next)
    last = [request for request in simulator.requests if request.path == f"{API}/{path}"][-1]

    assert first.next.startswith("[")
    assert first.data[0].id != second.data[0].id
    assert last.parameters == {"limit": "1", "offset": first.next, **asked}


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(("read", "path", "asked"), LISTS)
async def test_pages_together_are_the_whole(
    adapter: ChargebeeAdapter, read: Callable[..., Any], path: str, asked: dict[str, str]
) -> None:
    whole = [one.id for one in (await read(adapter, 100, None)).data]
    found: list[str] = []
    cursor = None
    while True:
        page = await read(adapter, 1, cursor)
        found.extend(one.id for one in page.data)
        cursor = page.next
        if cursor is None:
            break

    assert found == whole
    assert len(set(whole)) == len(whole) >= 2


@pytest.mark.usefixtures("full")
async def test_4_the_offset_of_another_list_is_the_callers_mistake(adapter: ChargebeeAdapter) -> None:
    cursor = (await adapter.customers(1, None)).next

    with pytest.raises(Invalid, match="cursor"):
        await adapter.coupons(1, cursor)


async def test_4_next_follows_the_sites_own_word_even_where_every_row_is_left_out(
    adapter: ChargebeeAdapter, site: Site
) -> None:
    site.add_coupon(id="FREE1", discount_quantity=1, created_at=1)
    site.add_coupon(id="FREE2", discount_quantity=1, created_at=2)
    page = await adapter.coupons(2, None)

    assert page.data == ()
    assert page.next is not None


@pytest.mark.parametrize(
    ("members", "offered"),
    [
        pytest.param({}, True, id="active"),
        pytest.param({"status": "archived"}, False, id="archived"),
        pytest.param({"valid_till": 1}, False, id="expired"),
        pytest.param({"valid_from": 2**31}, False, id="yet to come"),
        pytest.param({"max_redemptions": 1, "redemptions": 1}, False, id="used up"),
        pytest.param({"discount_quantity": 2}, False, id="free units"),
        pytest.param({"period": 10, "period_unit": "day"}, False, id="for some days"),
        pytest.param({"period": 2, "period_unit": "week"}, False, id="for some weeks"),
        pytest.param({"duration_month": 6}, True, id="from before lengths had a unit"),
    ],
)
async def test_coupons_that_are_offered(
    adapter: ChargebeeAdapter, site: Site, witness: RecordingObserver, members: Json, offered: bool
) -> None:
    site.add_coupon(id="THIS", **members)
    listed = {one.id for one in (await adapter.coupons(100, None)).data}

    assert ("THIS" in listed) is offered
    assert "SAVE20" in listed
    assert witness.rows_left_out == []  # nobody's mistake


@pytest.mark.parametrize(
    ("members", "found"),
    [
        pytest.param({"status": "archived"}, True, id="archived: it may be on somebody's subscription"),
        pytest.param({"valid_till": 1}, True, id="expired"),
        pytest.param({"status": "deleted"}, False, id="deleted"),
        pytest.param({"discount_quantity": 2}, False, id="free units"),
        pytest.param({"period": 10, "period_unit": "day"}, False, id="for some days"),
    ],
)
async def test_a_coupon_by_its_id(adapter: ChargebeeAdapter, site: Site, members: Json, found: bool) -> None:
    site.add_coupon(id="THIS", **members)
    if found:
        assert (await adapter.coupon("THIS")).id == "THIS"
        return
    with pytest.raises(NotFound):
        await adapter.coupon("THIS")


@pytest.mark.parametrize(
    ("members", "offered"),
    [
        pytest.param({}, True, id="active"),
        pytest.param({"status": "archived"}, False, id="archived"),
        pytest.param({"item_type": "addon", "item_id": "another"}, False, id="an addon cannot take a plan's place"),
        pytest.param({"period_unit": "week"}, False, id="weekly"),
        pytest.param({"tiers": [{"starting_unit": 1, "price": 9, "pricing_type": "package", "package_size": 5}]}, False,
                     id="by the package"),
    ],
)  # fmt: skip
async def test_prices_that_are_offered(adapter: ChargebeeAdapter, site: Site, members: Json, offered: bool) -> None:
    site.add_item_price(id="this", **{"item_id": "pro", **members})

    assert ("this" in {one.id for one in (await adapter.prices(100, None)).data}) is offered


@pytest.mark.parametrize(
    ("members", "found"),
    [
        pytest.param({"status": "archived"}, True, id="archived: somebody pays it still"),
        pytest.param({"item_type": "addon", "item_id": "another"}, True, id="an addon"),
        pytest.param({"period_unit": "week"}, True, id="weekly"),
        pytest.param({"status": "deleted"}, False, id="deleted"),
        pytest.param({"item_type": "charge", "item_id": "another"}, False, id="a charge is no price"),
    ],
)
async def test_a_price_by_its_id(adapter: ChargebeeAdapter, site: Site, members: Json, found: bool) -> None:
    site.add_item_price(id="this", **{"item_id": "pro", **members})
    if found:
        assert (await adapter.price("this")).id == "this"
        return
    with pytest.raises(NotFound):
        await adapter.price("this")


@pytest.mark.parametrize("shown", [True, False], ids=["answered with its flag", "answered with 404"])
async def test_4_what_is_deleted_is_not_found_however_the_site_says_it(
    adapter: ChargebeeAdapter, site: Site, shown: bool
) -> None:
    site.shows_deleted = shown
    site.add_subscription(id="gone", customer_id="grace", items=["pro-month"], status="cancelled", deleted=True)
    site.customers.rows["ada"]["deleted"] = True
    site.items.rows["pro"]["status"] = "deleted"
    site.item_families.rows["cloud"]["deleted"] = True

    for read in (adapter.customer("ada"), adapter.product("pro"), adapter.family("cloud")):
        with pytest.raises(NotFound):
            await read
    with pytest.raises(NotFound):
        await adapter.subscription("grace", "gone")
    assert "ada" not in {one.id for one in (await adapter.customers(100, None)).data}
    with pytest.raises(NotFound):
        await adapter.customer_by_email("ada@example.com")


async def test_an_archived_product_is_found_and_not_offered(adapter: ChargebeeAdapter, site: Site) -> None:
    site.items.rows["pro"]["status"] = "archived"

    assert (await adapter.product("pro")).id == "pro"
    assert "pro" not in {one.id for one in (await adapter.products(100, None)).data}


@pytest.mark.parametrize("model", ["per_unit", "flat_fee"])
@pytest.mark.parametrize(
    ("price", "listed"),
    [
        pytest.param("0.0035", False, id="it rounds to nothing"),
        pytest.param("0.005", True, id="it rounds up"),
        pytest.param("0", True, id="it is free"),
    ],
)
async def test_2_3_a_price_whose_amount_cannot_be_shown_is_answered_but_not_listed(
    adapter: ChargebeeAdapter, site: Site, witness: RecordingObserver, model: str, price: str, listed: bool
) -> None:
    site.add_item_price(id="fine", item_id="pro", pricing_model=model, price_in_decimal=price)

    assert (await adapter.price("fine")).id == "fine"
    assert ("fine" in {one.id for one in (await adapter.prices(100, None)).data}) is listed
    assert witness.rows_left_out == []


async def test_a_bad_row_is_left_out_and_told(
    adapter: ChargebeeAdapter, site: Site, witness: RecordingObserver
) -> None:
    site.item_prices.rows["pro-more"]["price_in_decimal"] = "1,50"
    listed = {one.id for one in (await adapter.prices(100, None)).data}

    assert ("pro-month" in listed, "pro-more" in listed) == (True, False)
    assert [row[:2] for row in witness.rows_left_out] == [("prices", "pro-more")]
    with pytest.raises(Unreadable):
        await adapter.price("pro-more")


async def test_2_7_the_stale_copy_of_a_moved_subscription_is_not_there(
    adapter: ChargebeeAdapter, site: Site, subscription: Json
) -> None:
    site.add_subscription(id="moved", customer_id="ada", items=["pro-month"], status="transferred", active_id="sub")

    assert [one.id for one in (await adapter.subscriptions("ada", 100, None)).data] == ["sub"]
    with pytest.raises(NotFound):
        await adapter.subscription("ada", "moved")


async def test_anothers_subscription_is_not_found(adapter: ChargebeeAdapter, subscription: Json) -> None:
    """The site does not mind whose it is: a subscription is found by its id alone."""
    assert (await adapter.subscription("ada", "sub")).id == "sub"
    with pytest.raises(NotFound):
        await adapter.subscription("grace", "sub")


async def test_having_no_subscription_is_not_being_unknown(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator
) -> None:
    assert (await adapter.subscriptions("grace", 10, None)).data == ()
    with pytest.raises(NotFound, match=r"Not found|no such customer"):
        await adapter.subscriptions("nobody", 10, None)
    assert simulator.calls()[-2:] == [f"GET {API}/subscriptions", f"GET {API}/customers/nobody"]


async def test_the_subscriptions_of_a_deleted_customer_are_not_there(adapter: ChargebeeAdapter, site: Site) -> None:
    site.customers.rows["grace"]["deleted"] = True

    with pytest.raises(NotFound):
        await adapter.subscriptions("grace", 10, None)


@pytest.mark.parametrize("status", ["hibernating", "ACTIVE", ""])
async def test_a_word_of_a_later_version_leaves_the_others_readable(
    adapter: ChargebeeAdapter, site: Site, witness: RecordingObserver, status: str
) -> None:
    for number, word in enumerate(["active", status]):
        site.add_subscription(id=f"sub{number}", customer_id="ada", items=["pro-month"])["status"] = word
    listed = await adapter.subscriptions("ada", 100, None)

    assert [one.id for one in listed.data] == ["sub0"]
    assert witness.unknown_values == [("subscription.status", status)]
    assert [row[:2] for row in witness.rows_left_out] == [("subscriptions", "sub1")]
