"""What time does: renewals, trials, cancellations, pauses, discounts and coupons."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulators.periods import boundary_after, later, period_containing

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock

DAY = 86_400
SUBSCRIPTION = "/v1/subscriptions/sub_1"


def unix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("start", "interval", "count", "end"),
    [
        pytest.param("2026-01-31T10:00", "month", 1, "2026-02-28T10:00", id="a day that February lacks"),
        pytest.param("2026-01-31T10:00", "month", 2, "2026-03-31T10:00", id="counted from the anchor"),
        pytest.param("2028-02-29T00:00", "year", 1, "2029-02-28T00:00", id="a leap day"),
        pytest.param("2026-12-31T00:00", "month", -1, "2026-11-30T00:00", id="backward"),
        pytest.param("2026-11-21T12:00", "week", 2, "2026-12-05T12:00", id="weeks"),
        pytest.param("2026-11-21T12:00", "day", 1, "2026-11-22T12:00", id="days"),
    ],
)
def test_intervals_follow_the_calendar(start: str, interval: str, count: int, end: str) -> None:
    assert later(unix(start), interval, count) == unix(end)


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
@pytest.mark.parametrize("moment", ["2019-02-28T23:59", "2024-02-29T10:00", "2026-03-31T10:00", "2031-01-01T00:00"])
def test_a_period_contains_its_moment(interval: str, moment: str) -> None:
    start, end = period_containing(unix("2024-01-31T10:00"), interval, 3, unix(moment))

    assert start <= unix(moment) < end
    assert boundary_after(unix("2024-01-31T10:00"), interval, 3, unix(moment)) == end


@pytest.fixture
def subscription(account: Account, clock: MovableClock) -> dict[str, Any]:
    return account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], start_date=clock.seconds)


async def test_periods_move_on_and_are_billed(
    api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock
) -> None:
    started = clock.seconds
    clock.move(days=65)
    item = (await api.get(SUBSCRIPTION)).json["items"]["data"][0]

    assert item["current_period_start"] == later(started, "month", 2)
    assert item["current_period_end"] == later(started, "month", 3)
    assert [(renewal.reason, renewal.amount) for renewal in account.renewals] == [("renewal", 1000)] * 2
    assert account.charges == []
    assert subscription["billing_cycle_anchor"] == started


async def test_items_of_different_intervals_renew_on_their_own(api: Api, account: Account, clock: MovableClock) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1", "price_year"], start_date=clock.seconds)
    started = clock.seconds
    clock.move(days=40)
    monthly, yearly = (await api.get(SUBSCRIPTION)).json["items"]["data"]

    assert monthly["current_period_start"] == later(started, "month", 1)
    assert yearly["current_period_start"] == started


@pytest.mark.usefixtures("subscription")
async def test_a_scheduled_cancellation_takes_effect_instead_of_a_renewal(
    api: Api, account: Account, clock: MovableClock
) -> None:
    asked = clock.seconds
    await api.post(SUBSCRIPTION, ("cancel_at_period_end", "true"))
    clock.move(days=40)
    reply = await api.get(SUBSCRIPTION)

    assert (reply.json["status"], reply.json["ended_at"]) == ("canceled", later(asked, "month", 1))
    assert reply.json["canceled_at"] == asked
    assert account.renewals == []


@pytest.mark.usefixtures("subscription")
async def test_a_cancellation_on_a_date_takes_effect_within_the_period(api: Api, clock: MovableClock) -> None:
    at = clock.seconds + 5 * DAY
    await api.post(SUBSCRIPTION, ("cancel_at", str(at)))
    clock.move(days=6)

    assert (await api.get(SUBSCRIPTION)).json["ended_at"] == at


@pytest.mark.usefixtures("subscription")
async def test_a_paused_collection_bills_nothing_until_it_resumes(
    api: Api, account: Account, clock: MovableClock
) -> None:
    until = clock.seconds + 45 * DAY
    await api.post(SUBSCRIPTION, ("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", str(until)))
    clock.move(days=40)
    during = (await api.get(SUBSCRIPTION)).json
    billed_during = list(account.renewals)
    clock.move(days=30)
    after = (await api.get(SUBSCRIPTION)).json

    assert during["pause_collection"] is not None
    assert billed_during == []
    assert after["pause_collection"] is None
    assert len(account.renewals) == 1


@pytest.mark.parametrize(
    ("missing", "status"), [("create_invoice", "active"), ("pause", "paused"), ("cancel", "canceled")]
)
async def test_a_trial_ends_as_its_settings_say(
    api: Api, account: Account, clock: MovableClock, missing: str, status: str
) -> None:
    account.add_subscription(
        id="sub_1",
        customer="cus_1",
        prices=["price_1"],
        status="trialing",
        trial_end=clock.seconds + DAY,
        trial_settings={"end_behavior": {"missing_payment_method": missing}},
    )
    ended = clock.seconds + DAY
    clock.move(days=2)
    reply = await api.get(SUBSCRIPTION)

    assert reply.json["status"] == status
    assert (reply.json["status_details"] is not None) is (status == "paused")
    if status == "active":
        assert reply.json["items"]["data"][0]["current_period_end"] == later(ended, "month", 1)


async def test_a_failing_renewal_leaves_the_subscription_past_due(
    api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock
) -> None:
    account.declining.add("cus_1")
    clock.move(days=40)

    assert (await api.get(SUBSCRIPTION)).json["status"] == "past_due" == subscription["status"]


async def test_an_incomplete_subscription_expires_within_a_day(api: Api, account: Account, clock: MovableClock) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], status="incomplete")
    clock.move(hours=24)

    assert (await api.get(SUBSCRIPTION)).json["status"] == "incomplete_expired"


@pytest.mark.usefixtures("subscription")
async def test_discounts_end_with_their_months_or_their_one_invoice(
    api: Api, account: Account, clock: MovableClock
) -> None:
    account.add_coupon(id="FIRST", percent_off=50.0, duration="once")
    made = await api.post(
        SUBSCRIPTION,
        ("discounts[0][coupon]", "SAVE20"),
        ("discounts[1][coupon]", "FIRST"),
        ("discounts[2][coupon]", "SAVE5"),
    )
    repeating, once, forever = made.json["discounts"]
    clock.move(days=40)
    after_one = (await api.get(SUBSCRIPTION)).json["discounts"]
    clock.move(days=80)
    after_four = (await api.get(SUBSCRIPTION)).json["discounts"]

    assert once not in after_one
    assert after_one == [repeating, forever]
    assert after_four == [forever]
    # Nothing is left of the first 10.00; then 20 percent and 5.00 come off, and from the third month on only 5.00.
    assert [renewal.amount for renewal in account.renewals] == [300, 500, 500]


async def test_a_customers_discount_ends(api: Api, account: Account, clock: MovableClock) -> None:
    account.discount_customer(customer="cus_1", coupon="SAVE20")
    during = await api.get("/v1/customers/cus_1")
    clock.move(days=100)

    assert during.json["discount"]["source"]["coupon"] == "SAVE20"
    assert (await api.get("/v1/customers/cus_1")).json["discount"] is None


async def test_coupons_and_their_codes_expire(api: Api, account: Account, clock: MovableClock) -> None:
    account.add_coupon(id="SOON", percent_off=10.0, redeem_by=clock.seconds + DAY)
    account.add_promotion_code(id="promo_soon", coupon="SOON", code="SOON")
    account.add_promotion_code(id="promo_own", coupon="SAVE5", code="OWN", expires_at=clock.seconds + DAY)
    before = await api.get("/v1/coupons/SOON")
    clock.move(days=2)

    assert before.json["valid"] is True
    assert (await api.get("/v1/coupons/SOON")).json["valid"] is False
    assert (await api.get("/v1/promotion_codes/promo_soon")).json["active"] is False
    assert (await api.get("/v1/promotion_codes/promo_own")).json["active"] is False


async def test_dates_changed_by_hand_count_once_the_account_is_told(
    api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock
) -> None:
    await api.get(SUBSCRIPTION)
    subscription["cancel_at"] = clock.seconds + DAY
    account.touch()
    clock.move(days=2)

    assert (await api.get(SUBSCRIPTION)).json["status"] == "canceled"
