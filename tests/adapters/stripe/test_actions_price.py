"""Changing a price, at once and which item of several (traps 3.5); at the end of the period: `_price_later`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Unreadable
from tests.adapters.stripe.support import LATER, NOW, cancel, change, form

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from gateway.contract import Schedule
    from simulators.stripe import Account, StripeSimulator
    from tests.simulators.stripe.client import MovableClock

PRICE = "GET /v1/prices/price_2"
READ = "GET /v1/subscriptions/sub_1"
UPDATE = "POST /v1/subscriptions/sub_1"


def subscribe(account: Account, *prices: str | tuple[str, int], **members: Any) -> dict[str, Any]:
    chosen = list(prices or [("price_1", 3)])
    return account.add_subscription(id="sub_1", customer="cus_1", prices=chosen, discounts=["SAVE20"], **members)


def held_items(subscription: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(item["price"]["id"], item.get("quantity")) for item in subscription["items"]["data"]]


async def test_the_form_at_once(adapter: StripeAdapter, account: Account, simulator: StripeSimulator) -> None:
    held = subscribe(account)
    discounts = list(held["discounts"])
    await adapter.change_price(change("price_2"))

    assert simulator.calls() == [PRICE, READ, UPDATE]
    assert form(simulator.written()[0]) == {
        "items[0][id]": held["items"]["data"][0]["id"],
        "items[0][price]": "price_2",
        "items[0][quantity]": "3",
        "proration_behavior": "none",
        "payment_behavior": "error_if_incomplete",
    }
    assert (held_items(held), held["discounts"], account.charges) == ([("price_2", 3)], discounts, [])


@pytest.mark.parametrize(
    ("prorate", "word"), [(True, "create_prorations"), (None, "create_prorations"), (False, "none")]
)
async def test_proration_follows_the_request(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, prorate: bool | None, word: str
) -> None:
    subscribe(account)
    await adapter.change_price(change("price_2", prorate=prorate))

    assert simulator.written()[0].parameters["proration_behavior"] == word
    assert account.charges == []


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_of_an_item_that_nobody_can_count_the_price_is_not_changed(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, when: Schedule
) -> None:
    """Another number of seats would be sent. It can be cancelled all the same."""
    subscribe(account)["items"]["data"][0]["quantity"] = None
    with pytest.raises(Unreadable):
        await adapter.change_price(change("price_2", when))
    assert simulator.written() == []

    await adapter.cancel(cancel(NOW))
    assert account.subscriptions.rows["sub_1"]["status"] == "canceled"


async def test_no_seats_stay_no_seats(adapter: StripeAdapter, account: Account) -> None:
    held = subscribe(account, ("price_1", 0))
    await adapter.change_price(change("price_2"))

    assert held_items(held) == [("price_2", 0)]


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_a_metered_price_gets_no_quantity(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, when: Any
) -> None:
    subscribe(account)
    await adapter.change_price(change("price_metered", when))

    names = [name for name in form(simulator.written()[-1]) if name.endswith("[quantity]")]
    assert names == ([] if when is NOW else ["phases[0][items][0][quantity]"])


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_of_several_items_only_the_one_of_the_prices_product_changes(
    adapter: StripeAdapter, account: Account, clock: MovableClock, when: Any
) -> None:
    held = subscribe(account, ("price_extra", 7), ("price_1", 3), "price_metered_other")
    await adapter.change_price(change("price_2", when))
    clock.move(days=31)
    await adapter.subscription("cus_1", "sub_1")

    assert held_items(held) == [("price_extra", 7), ("price_2", 3), ("price_metered_other", None)]


@pytest.fixture(autouse=True)
def other_meter(account: Account) -> None:
    account.add_price(id="price_metered_other", product="prod_2", unit_amount=1, usage_type="metered")
    account.add_price(id="price_third", product="prod_3", unit_amount=100)


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_which_item_is_meant_is_not_guessed(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, when: Any
) -> None:
    subscribe(account, "price_1", "price_extra")

    with pytest.raises(Conflict, match="several items"):
        await adapter.change_price(change("price_third", when))
    assert simulator.writes() == []


async def test_the_same_price_is_not_written(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    subscribe(account)
    await adapter.change_price(change("price_1", NOW))
    await adapter.change_price(change("price_1", LATER))

    assert simulator.writes() == []


async def test_a_declined_payment_changes_nothing(adapter: StripeAdapter, account: Account) -> None:
    account.declining.add("cus_1")
    held = subscribe(account)

    with pytest.raises(Conflict, match="declined"):
        await adapter.change_price(change("price_year"))
    assert (held["status"], held_items(held), account.charges) == ("active", [("price_1", 3)], [])


async def test_where_invoices_are_sent_no_payment_can_be_incomplete(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """Stripe refuses the parameter for them."""
    subscribe(account, collection_method="send_invoice")
    await adapter.change_price(change("price_2"))

    assert "payment_behavior" not in form(simulator.written()[0])
