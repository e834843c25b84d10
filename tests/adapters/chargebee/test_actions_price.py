"""Changing a price, at once and with the next term (traps 3): what is sent, and what is billed when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, NotFound
from tests.adapters.chargebee.support import API, DAY, LATER, NOW, PLANNED, READ, UPDATE, change, sent, unix

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from gateway.contract import Schedule
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]

PRICE = f"GET {API}/item_prices/pro-more"


@pytest.fixture
def subscribe(site: Site, clock: MovableClock) -> Callable[..., Json]:
    """Ten days into its term, unless told otherwise."""

    def make(*items: Any, **members: Any) -> Json:
        given = {"started_at": clock.seconds - 10 * DAY, **members}
        return site.add_subscription(
            id="sub", customer_id="ada", items=items or [("pro-month", 3)], coupons=["SAVE20"], **given
        )

    return make


def held_items(subscription: Json) -> list[tuple[str, int | None]]:
    return [(line["item_price_id"], line.get("quantity")) for line in subscription["subscription_items"]]


def asked(simulator: ChargebeeSimulator) -> dict[str, str]:
    ((_, parameters),) = sent(simulator)
    return parameters


async def test_at_once(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    held = subscribe()
    await adapter.change_price(change("pro-more"))
    parameters = asked(simulator)

    assert simulator.calls() == [PRICE, READ, UPDATE]
    assert (parameters["subscription_items[item_price_id][0]"], parameters["subscription_items[quantity][0]"]) == (
        "pro-more",
        "3",
    )
    assert {name: value for name, value in parameters.items() if "[" not in name and name != "replace_items_list"} == {
        "change_option": "immediately",
        "prorate": "false",
        "invoice_immediately": "false",
        "reactivate": "false",
    }
    assert (held_items(held), held["coupons"][0]["coupon_id"]) == ([("pro-more", 3)], "SAVE20")
    assert (site.charges, site.unbilled) == ([], [])


async def test_with_the_next_term(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    clock: MovableClock,
    subscribe: Callable[..., Json],
) -> None:
    held = subscribe()
    await adapter.change_price(change("pro-more", LATER))
    parameters, before = asked(simulator), held_items(held)
    clock.move(days=31)
    await adapter.subscription("ada", "sub")

    assert (parameters["change_option"], parameters["prorate"], parameters["reactivate"]) == (
        "end_of_term",
        "false",
        "false",
    )
    assert "invoice_immediately" not in parameters
    assert (before, held_items(held)) == ([("pro-month", 3)], [("pro-more", 3)])
    assert (site.charges, [renewal.amount for renewal in site.renewals]) == ([], [6000])


@pytest.mark.parametrize(("prorate", "word"), [(True, "true"), (None, "true"), (False, "false")])
@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_3_proration_follows_the_request_and_is_always_said(
    adapter: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    when: Schedule,
    prorate: bool | None,
    word: str,
) -> None:
    """Left out, it would be as the site is set."""
    subscribe()
    await adapter.change_price(change("pro-more", when, prorate=prorate))

    assert asked(simulator)["prorate"] == word


@pytest.mark.parametrize("immediately", [True, False], ids=["a site that bills at once", "a site that waits"])
async def test_what_proration_comes_to_is_billed_with_the_renewal(
    adapter: ChargebeeAdapter, site: Site, subscribe: Callable[..., Json], immediately: bool
) -> None:
    site.invoices_immediately = immediately
    subscribe()
    await adapter.change_price(change("pro-more", prorate=True))

    assert [charge.amount for charge in site.charges if charge.amount > 0] == []
    assert [charge.amount for charge in site.unbilled] == [4000]


async def test_3_another_period_begins_a_new_term_which_is_billed_when_it_begins(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    held = subscribe()
    await adapter.change_price(change("pro-year"))

    assert "invoice_immediately" not in asked(simulator)
    assert [charge.amount for charge in site.charges] == [27_000]
    assert held["current_term_end"] == unix("2027-11-21T12:00")


async def test_a_declined_payment_changes_nothing(
    adapter: ChargebeeAdapter, site: Site, subscribe: Callable[..., Json]
) -> None:
    site.declining.add("ada")
    held = subscribe()

    with pytest.raises(Conflict, match="declined"):
        await adapter.change_price(change("pro-year"))
    assert (held["status"], held_items(held), site.charges) == ("active", [("pro-month", 3)], [])


async def test_in_a_trial_nothing_is_billed(adapter: ChargebeeAdapter, site: Site, trial: Json) -> None:
    await adapter.change_price(change("pro-more", prorate=True))

    assert (held_items(trial), trial["status"], site.charges, site.unbilled) == ([("pro-more", 3)], "in_trial", [], [])


@pytest.mark.parametrize(
    ("items", "price", "sent_quantity"),
    [
        pytest.param([("pro-month", 3)], "pro-more", "3", id="seats are kept"),
        pytest.param([("pro-month", 3)], "basic-flat", None, id="a flat fee has none"),
        pytest.param(["basic-flat"], "pro-month", "1", id="from a flat fee to one seat"),
        pytest.param([("pro-month", 3)], "tiers", "3", id="tiers"),
        pytest.param([{"item_price_id": "pro-month", "quantity_in_decimal": "2.5"}], "pro-more", None, id="decimals"),
        pytest.param([("pro-month", 3)], "usage", None, id="usage is counted afterwards"),
    ],
)
@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_3_quantities(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    when: Schedule,
    items: list[Any],
    price: str,
    sent_quantity: str | None,
) -> None:
    site.add_item_price(id="tiers", item_id="pro", tiers=[{"starting_unit": 1, "price": 700}])
    site.add_item_price(id="usage", item_id="pro", usage_accumulation_reset_frequency="subscription_billing_frequency")
    subscribe(*items)
    await adapter.change_price(change(price, when))
    parameters = asked(simulator)

    assert parameters.get("subscription_items[quantity][0]") == sent_quantity
    assert parameters.get("subscription_items[quantity_in_decimal][0]") == (
        "2.5" if isinstance(items[0], dict) else None
    )


async def test_an_overridden_price_goes_with_the_price_that_it_was_for(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    held = subscribe({"item_price_id": "pro-month", "quantity": 3, "unit_price": 750})
    await adapter.change_price(change("pro-more"))

    assert not any("unit_price" in name for name in asked(simulator))
    assert held["subscription_items"][0]["unit_price"] == 2000


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_the_same_price_is_not_written(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json], when: Schedule
) -> None:
    subscribe()
    await adapter.change_price(change("pro-month", when))

    assert simulator.writes() == []


async def test_the_same_change_is_not_scheduled_twice(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    subscribe()
    await adapter.change_price(change("pro-more", LATER))
    simulator.clear()
    await adapter.change_price(change("pro-more", LATER))

    assert simulator.calls() == [READ, PLANNED]


@pytest.mark.parametrize(
    ("price", "error", "reason"),
    [
        pytest.param("never", NotFound, "Not found", id="unknown"),
        pytest.param("setup", NotFound, "no such price", id="a charge"),
        pytest.param("deleted", NotFound, "no such price", id="deleted"),
        pytest.param("archived", Invalid, "no longer offered", id="archived"),
        pytest.param("pro-euro", Invalid, "currency", id="of another currency"),
    ],
)
async def test_prices_that_cannot_be_changed_to(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    price: str,
    error: type[Exception],
    reason: str,
) -> None:
    site.add_item_price(id="setup", item_id="setup", item_type="charge")
    site.add_item_price(id="deleted", item_id="pro", status="deleted")
    site.add_item_price(id="archived", item_id="pro", status="archived")
    subscribe()

    with pytest.raises(error, match=reason):
        await adapter.change_price(change(price))
    assert simulator.writes() == []


@pytest.mark.parametrize("status", ["cancelled", "future", "paused"])
@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_nothing_is_brought_back_to_life_or_changed_in_a_pause(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    status: str,
    when: Schedule,
) -> None:
    held = subscribe(status=status)

    with pytest.raises(Conflict):
        await adapter.change_price(change("pro-more", when))
    assert (simulator.writes(), held["status"], site.charges) == ([], status, [])


async def test_one_that_is_set_to_end_has_no_next_term(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    subscribe(status="non_renewing")

    with pytest.raises(Conflict, match="set to end"):
        await adapter.change_price(change("pro-more", LATER))
    assert simulator.writes() == []
