"""One row of a list of subscriptions is odd in what the others are fetched by: the others are shown all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from adapters.errors import NotFound, Unreadable
from simulators.stripe import Fault
from tests.adapters.stripe import objects
from tests.adapters.stripe.support import LATER, cancel

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator

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
    pytest.param(objects.subscription(item(price={"product": ""})), id="a product without a name"),
]


@pytest.fixture
def listing(simulator: StripeSimulator) -> Any:
    """Has Stripe answer this to what asks for a list of subscriptions."""

    def answer(body: Json | str | bytes) -> None:
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


UNFOLLOWED: Final = [
    pytest.param(Fault.error(400, "resource_missing", "No such subscription item: 'si_1'"), id="refused"),
    pytest.param(Fault.error(404, "resource_missing", "No such subscription item: 'si_1'"), id="not found"),
    pytest.param(Fault(status=200, body={"object": "list", "data": None}), id="no page"),
    pytest.param(Fault(status=200, body=page(item())), id="those that are there already"),
    pytest.param(Fault(status=200, body={**page(item()), "has_more": True}), id="the same ones for ever"),
    pytest.param(Fault(status=200, body={**page(item(id="si_2", livemode=True)), "object": "odd"}), id="of live mode"),
]


@pytest.mark.parametrize("fault", UNFOLLOWED)
async def test_a_subscription_whose_other_items_cannot_be_had_is_the_only_one_left_out(
    adapter: StripeAdapter, simulator: StripeSimulator, listing: Any, fault: Fault
) -> None:
    listing(page(with_items(item()), FINE))
    simulator.faults.add(replace(fault, path="/v1/subscription_items$", times=None))
    assert await shown(adapter) == ["sub_fine"]


@pytest.mark.parametrize("fault", UNFOLLOWED)
async def test_nothing_is_done_to_a_subscription_whose_other_items_cannot_be_had(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, fault: Fault
) -> None:
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])
    held["items"] = with_items(item())["items"]
    simulator.faults.add(Fault(path="/v1/subscriptions/sub_1$", status=200, body=held, times=None))
    simulator.faults.add(replace(fault, path="/v1/subscription_items$", times=None))
    with pytest.raises(Unreadable):
        await adapter.cancel(cancel(LATER))
    assert simulator.written() == []


@pytest.mark.parametrize("kind", ["odd", "subscription"])
async def test_a_subscription_of_the_other_mode_is_found_whatever_the_page_calls_itself(
    adapter: StripeAdapter, listing: Any, kind: str
) -> None:
    listing({**page(FINE, objects.subscription(id="sub_live", livemode=True)), "object": kind})
    with pytest.raises(NotFound):
        await adapter.subscriptions("cus_1", 10, None)


async def test_a_text_that_is_none_is_its_rows_affair(adapter: StripeAdapter, listing: Any) -> None:
    odd = objects.subscription(metadata={"note": "unread"})
    listing(json.dumps(page(odd, FINE)).encode().replace(b"unread", b"\xff"))
    assert await shown(adapter) == ["sub_fine"]


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
