"""Applying a coupon (traps 3.4): the list that is sent takes the place of the one that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, NotFound
from tests.adapters.stripe.support import apply, form, unix

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Backend
    from tests.simulators.stripe.client import MovableClock

READ = "GET /v1/subscriptions/sub_1"
UPDATE = "POST /v1/subscriptions/sub_1"
SCHEDULE = "POST /v1/subscription_schedules/sub_sched_1"


@pytest.fixture
async def stacking(backend: Backend, account: Account) -> StripeAdapter:
    """The adapter with the setting that keeps the coupons already there."""
    return await backend.open(actions={"apply_coupon": {"mode": "stack"}})


def subscribe(account: Account, *discounts: str, **members: Any) -> dict[str, Any]:
    return account.add_subscription(
        id="sub_1", customer="cus_1", prices=[("price_1", 3)], discounts=discounts, **members
    )


def coupons(account: Account, subscription: dict[str, Any]) -> list[str]:
    return [one["source"]["coupon"] for one in account.discounts_of(subscription)]


async def test_the_form(adapter: StripeAdapter, account: Account, simulator: StripeSimulator) -> None:
    held = subscribe(account)
    await adapter.apply_coupon(apply("SAVE20"))

    assert simulator.calls() == [READ, UPDATE]
    assert form(simulator.written()[0]) == {"discounts[0][coupon]": "SAVE20"}
    assert coupons(account, held) == ["SAVE20"]
    assert held["items"]["data"][0]["quantity"] == 3
    assert account.charges == []


async def test_it_is_read_back_with_its_months(adapter: StripeAdapter, account: Account, clock: MovableClock) -> None:
    subscribe(account)
    await adapter.apply_coupon(apply("SAVE20"))
    (discount,) = (await adapter.subscription("cus_1", "sub_1")).discounts or ()
    clock.move(days=95)
    after = await adapter.subscription("cus_1", "sub_1")

    assert (discount.coupon.id, discount.end and discount.end.isoformat()) == ("SAVE20", "2027-02-21T12:00:00+00:00")
    assert after.discounts is None
    assert [renewal.amount for renewal in account.renewals] == [2400, 2400, 3000]


async def test_it_takes_the_place_of_the_others(adapter: StripeAdapter, account: Account) -> None:
    held = subscribe(account, "SAVE5")
    await adapter.apply_coupon(apply("SAVE20"))

    assert coupons(account, held) == ["SAVE20"]


async def test_it_is_put_beside_the_others_which_keep_their_months(
    stacking: StripeAdapter, account: Account, simulator: StripeSimulator, clock: MovableClock
) -> None:
    held = subscribe(account, "SAVE20")
    (old,) = held["discounts"]
    ends = account.discounts[old]["end"]
    clock.move(days=20)
    await stacking.apply_coupon(apply("SAVE5"))

    assert form(simulator.written()[0]) == {"discounts[0][discount]": old, "discounts[1][coupon]": "SAVE5"}
    assert coupons(account, held) == ["SAVE20", "SAVE5"]
    assert (held["discounts"][0], account.discounts[old]["end"]) == (old, ends)


async def test_a_discount_that_came_of_a_promotion_code_is_kept_by_its_own_id(
    stacking: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """Sent by its code it would be redeemed again, or refused, as a code for one customer or for one use is."""
    held = subscribe(account, "SAVE20")
    code = account.add_promotion_code(coupon="SAVE20", code="ADA", max_redemptions=1, times_redeemed=1, active=False)
    account.discounts[held["discounts"][0]]["promotion_code"] = code["id"]
    await stacking.apply_coupon(apply("SAVE5"))

    assert simulator.written()[0].parameters["discounts[0][discount]"] == held["discounts"][0]
    assert coupons(account, held) == ["SAVE20", "SAVE5"]


@pytest.mark.parametrize("mode", ["replace", "stack"])
async def test_one_that_is_there_is_not_started_again(
    backend: Backend, account: Account, simulator: StripeSimulator, mode: str
) -> None:
    held = subscribe(account, "SAVE20")
    before = list(held["discounts"])
    adapter = await backend.open(actions={"apply_coupon": {"mode": mode}})
    await adapter.apply_coupon(apply("SAVE20"))

    assert simulator.calls() == [READ]
    assert held["discounts"] == before


async def test_one_that_is_there_among_others_stays_with_its_months(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = subscribe(account, "SAVE5", "SAVE20")
    kept = held["discounts"][1]
    await adapter.apply_coupon(apply("SAVE20"))

    assert form(simulator.written()[0]) == {"discounts[0][discount]": kept}
    assert held["discounts"] == [kept]


async def test_applying_twice_redeems_once(adapter: StripeAdapter, account: Account) -> None:
    subscribe(account)
    for _ in range(2):
        await adapter.apply_coupon(apply("SAVE20"))

    assert account.coupons.rows["SAVE20"]["times_redeemed"] == 1
    assert len(account.discounts) == 1


async def test_the_discounts_of_items_are_untouched(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = subscribe(account, "SAVE5")
    item = held["items"]["data"][0]
    item["discounts"], held["discounts"] = held["discounts"], []
    await adapter.apply_coupon(apply("SAVE20"))

    assert len(item["discounts"]) == 1
    assert coupons(account, held) == ["SAVE20"]


async def test_more_than_20_are_refused(stacking: StripeAdapter, account: Account, simulator: StripeSimulator) -> None:
    many = [account.add_coupon(id=f"C{number}", percent_off=1.0)["id"] for number in range(20)]
    subscribe(account, *many)

    with pytest.raises(Conflict, match="20 coupons"):
        await stacking.apply_coupon(apply("SAVE20"))
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("coupon", "error", "reason"),
    [
        pytest.param("NEVER", NotFound, "no such coupon", id="unknown"),
        pytest.param("OVER", Invalid, "no longer be used", id="expired"),
        pytest.param("SPENT", Invalid, "no longer be used", id="redeemed as often as it may be"),
        pytest.param("EURO", Invalid, None, id="an amount in another currency"),
    ],
)
async def test_coupons_that_cannot_be_applied(
    adapter: StripeAdapter, account: Account, coupon: str, error: type[Exception], reason: str | None
) -> None:
    account.add_coupon(id="OVER", redeem_by=account.now() - 1)
    account.add_coupon(id="SPENT", max_redemptions=1, times_redeemed=1)
    account.add_coupon(id="EURO", amount_off=100, currency="eur")
    held = subscribe(account, "SAVE5")

    with pytest.raises(error, match=reason):
        await adapter.apply_coupon(apply(coupon))
    assert coupons(account, held) == ["SAVE5"]


async def test_an_amount_in_one_of_its_other_currencies_fits(adapter: StripeAdapter, account: Account) -> None:
    account.add_coupon(id="EURO", amount_off=100, currency="eur", currency_options={"usd": {"amount_off": 110}})
    held = subscribe(account)
    await adapter.apply_coupon(apply("EURO"))

    assert coupons(account, held) == ["EURO"]


async def test_a_planned_change_would_take_the_coupon_away_again(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """The next phase brings discounts of its own."""
    held = subscribe(account)
    begins = {"price_1": "2026-11-21T12:00", "price_2": "2026-12-21T12:00"}
    phases = [{"start_date": unix(begin), "items": [{"price": price}]} for price, begin in begins.items()]
    account.add_schedule(subscription="sub_1", phases=phases)

    with pytest.raises(Conflict, match="the price price_2 from 2026-12-21"):
        await adapter.apply_coupon(apply("SAVE20"))
    assert simulator.calls() == [READ]
    assert held["discounts"] == []


async def test_a_schedule_without_a_further_phase_is_changed_directly(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = subscribe(account)
    account.add_schedule(id="sub_sched_1", subscription="sub_1")
    await adapter.apply_coupon(apply("SAVE20"))

    assert simulator.calls() == [READ, UPDATE]
    assert coupons(account, held) == ["SAVE20"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param("replace", ["SAVE20"], id="puts it out of force"),
        pytest.param("stack", ["SAVE5", "SAVE20"], id="takes it along"),
    ],
)
async def test_the_customers_own_coupon(backend: Backend, account: Account, mode: str, expected: list[str]) -> None:
    """A subscription's own coupon puts the customer's out of force, and no request can put one on a customer."""
    held = subscribe(account)
    account.discount_customer(customer="cus_1", coupon="SAVE5")
    adapter = await backend.open(actions={"apply_coupon": {"mode": mode}})
    await adapter.apply_coupon(apply("SAVE20"))

    assert coupons(account, held) == expected
    assert account.customers.rows["cus_1"]["discount"]["source"]["coupon"] == "SAVE5"
