"""One row of a list of subscriptions is odd in what the others are fetched by: the others are shown all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from adapters.errors import NotFound, Unreadable
from simulators.stripe import Fault
from tests.adapters.stripe import objects

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import StripeSimulator

Json = dict[str, Any]

FINE: Final = objects.subscription(id="sub_fine")


def page(*rows: object) -> Json:
    return {"object": "list", "data": list(rows), "has_more": False}


def with_items(*items: Json, **members: Any) -> Json:
    """A subscription with more items than came with it."""
    return objects.subscription(**{**members, "items": {"object": "list", "data": list(items), "has_more": True}})


def item(**members: Any) -> Json:
    return objects.item(objects.price(**members.pop("price", {})), **members)


TIERED: Final = {"billing_scheme": "tiered", "tiers_mode": "volume"}
ODD: Final = [
    pytest.param(with_items(item(id="")), id="an item without a name, after which the others come"),
    pytest.param(with_items(item(), id=""), id="no name by which its other items could be asked for"),
    pytest.param(objects.subscription(item(price={"id": "..", **TIERED})), id="a price that leads elsewhere"),
]


@pytest.fixture
def listing(simulator: StripeSimulator) -> Any:
    """Has Stripe answer this to what asks for a list of subscriptions."""

    def answer(body: Json | str) -> None:
        simulator.faults.add(Fault(path="/v1/subscriptions$", status=200, body=body, times=None))

    return answer


async def shown(adapter: StripeAdapter) -> list[str]:
    listed = [one.id for one in (await adapter.subscriptions("cus_1", 10, None)).data]
    assert [one.id for one in await adapter.all_subscriptions("cus_1")] == listed
    return listed


@pytest.mark.parametrize("odd", ODD)
async def test_the_others_are_shown(adapter: StripeAdapter, listing: Any, odd: Json) -> None:
    listing(page(odd, FINE))
    assert await shown(adapter) == ["sub_fine"]


async def test_a_coupon_that_leads_elsewhere_is_one_that_is_gone(adapter: StripeAdapter, listing: Any) -> None:
    listing(page(objects.subscription(item(discounts=[objects.discount("..")])), FINE))
    assert await shown(adapter) == ["sub_1", "sub_fine"]


@pytest.mark.parametrize("odd", ODD[:2])
async def test_alone_it_cannot_be_read(adapter: StripeAdapter, simulator: StripeSimulator, odd: Json) -> None:
    simulator.faults.add(Fault(path="/v1/subscriptions/sub_1$", status=200, body=odd))
    with pytest.raises(Unreadable):
        await adapter.subscription("cus_1", "sub_1")


async def test_more_items_that_never_come_are_not_asked_for_again(
    adapter: StripeAdapter, simulator: StripeSimulator, listing: Any
) -> None:
    listing(page(with_items(item()), FINE))
    empty = {"object": "list", "data": [], "has_more": True}
    simulator.faults.add(Fault(path="/v1/subscription_items$", status=200, body=empty, times=None))

    assert await shown(adapter) == ["sub_fine"]
    assert simulator.calls().count("GET /v1/subscription_items") == 2


@pytest.mark.parametrize("odd", [(), (None,)], ids=["whose rows are fine", "with an odd row"])
async def test_a_page_that_does_not_say_whether_it_is_the_last_is_the_last(
    adapter: StripeAdapter, simulator: StripeSimulator, listing: Any, odd: tuple[object, ...]
) -> None:
    """And its rows are whole, as those of any other."""
    listing({"object": "list", "data": [with_items(item()), *odd]})
    following = {"object": "list", "data": [item(id="si_2")], "has_more": False}
    simulator.faults.add(Fault(path="/v1/subscription_items$", status=200, body=following, times=None))

    found = await adapter.subscriptions("cus_1", 10, None)
    (row,) = found.data
    assert ([one.id for one in row.items], found.next) == (["si_1", "si_2"], None)


@pytest.mark.parametrize("unread", ["1e999", "9" * 5000], ids=["beyond all numbers", "five thousand digits"])
async def test_what_nobody_reads_is_not_read_beside_an_odd_row_either(
    adapter: StripeAdapter, listing: Any, unread: str
) -> None:
    odd, strange = {"id": "sub_odd"}, objects.subscription(id="sub_strange", days_until_due="unread")
    listing(json.dumps(page(odd, strange, FINE)).replace('"unread"', unread))
    assert await shown(adapter) == ["sub_strange", "sub_fine"]


@pytest.mark.parametrize("odd", [None, [], {}, {"id": "sub_odd"}, {"id": "sub_odd", "livemode": True}], ids=str)
async def test_a_subscription_of_the_other_mode_is_found_beside_an_odd_row_too(
    adapter: StripeAdapter, listing: Any, odd: object
) -> None:
    listing(page(FINE, odd, objects.subscription(id="sub_live", livemode=True)))
    with pytest.raises(NotFound):
        await adapter.subscriptions("cus_1", 10, None)
