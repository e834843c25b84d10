"""What the contract's models become in Direct mode."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given

from gateway.contract import (
    MAX_SAFE_INTEGER,
    ActiveStatus,
    Address,
    BillingDuration,
    CanceledStatus,
    Coupon,
    Customer,
    CustomerDiscount,
    CycleDuration,
    DetailedSubscription,
    DirectSubscription,
    FixedAmount,
    FixedValue,
    ForeverDuration,
    IntervalUnit,
    OnceDuration,
    PausedStatus,
    PercentageValue,
    Period,
    Price,
    PriceType,
    RecurringDuration,
    Subscription,
    SubscriptionDetail,
    SubscriptionDiscount,
    SubscriptionItem,
    Tier,
    TieredAmount,
    TrialStatus,
    UnpaidStatus,
)
from gateway.direct import direct_billing, direct_customer, direct_subscription
from tests.gateway.direct.strategies import detailed_subscriptions

START: Final = datetime(2026, 11, 1, tzinfo=UTC)
END: Final = datetime(2026, 12, 1, tzinfo=UTC)
PERIOD: Final = Period(start=START, end=END)
STARTS: Final = "2026-11-01T00:00:00.000Z"
ENDS: Final = "2026-12-01T00:00:00.000Z"
SHOWN_PERIOD: Final = {"start": STARTS, "end": ENDS}
MONTH: Final = BillingDuration(amount=1, unit=IntervalUnit.MONTH)
WEEKS: Final = BillingDuration(amount=2, unit=IntervalUnit.WEEK)
ACTIVE: Final = ActiveStatus(current_period=PERIOD)
COUPON: Final = Coupon(id="SAVE20", name="Save", value=PercentageValue(percent=20), duration=OnceDuration())


def price(**changes: Any) -> Price:
    parts: dict[str, Any] = {
        "id": "price_1",
        "type": PriceType.STANDALONE,
        "duration": MONTH,
        "amount": FixedAmount(currency="usd", unit=1000),
    }
    return Price(**parts | changes)


def subscription(**changes: Any) -> Subscription:
    parts: dict[str, Any] = {
        "id": "sub_1",
        "customer_id": "cus_1",
        "status": ACTIVE,
        "start": START,
        "duration": MONTH,
        "items": (SubscriptionItem(id="si_1", price=price(), quantity=3),),
    }
    return Subscription(**parts | changes)


def shown(source: Subscription, detail: SubscriptionDetail | None = None) -> dict[str, Any]:
    return direct_subscription(source, detail).model_dump(mode="json", by_alias=True, exclude_none=True)


def test_a_subscription_in_full_but_for_what_is_not_for_customers_eyes() -> None:
    source = subscription(
        items=(
            SubscriptionItem(
                id="si_1",
                price=price(type=PriceType.PRODUCT, product_id="prod_1", name="Team", description="Ours"),
                quantity=3,
            ),
        ),
        discounts=(SubscriptionDiscount(coupon=COUPON, start=START, end=END),),
        metadata={"seats": "3"},
    )

    assert shown(source) == {
        "id": "sub_1",
        "customerId": "cus_1",
        "start": STARTS,
        "status": {"name": "active", "currentPeriod": SHOWN_PERIOD},
        "items": [
            {
                "id": "si_1",
                "price": {
                    "id": "price_1",
                    "type": "product",
                    "productId": "prod_1",
                    "name": "Team",
                    "duration": {"interval": "month", "intervalCount": 1},
                    # The hosted embed reads these two here.
                    "interval": "month",
                    "intervalCount": 1,
                    "amount": {"model": "fixed", "value": 1000, "currency": "usd"},
                },
                "quantity": 3,
            }
        ],
        "duration": {"interval": "month", "intervalCount": 1},
        "discounts": [
            {
                "coupon": {"id": "SAVE20", "name": "Save", "percentOff": 20, "duration": "once"},
                "start": STARTS,
                "end": ENDS,
            }
        ],
        "metadata": {"seats": "3"},
    }


def test_a_customer_without_the_discounts_which_have_no_place_there() -> None:
    source = Customer(
        id="cus_1",
        email="ada@example.com",
        name="Ada",
        last_name="Lovelace",
        phone="+44 20",
        currency="gbp",
        addresses=(Address(country="GB", postal_code="W1"),),
        metadata={"plan": "team"},
        discounts=(CustomerDiscount(coupon=COUPON),),
    )

    assert direct_customer(source).model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "id": "cus_1",
        "email": "ada@example.com",
        "name": "Ada",
        "lastName": "Lovelace",
        "phone": "+44 20",
        "currency": "gbp",
        "addresses": [{"country": "GB", "postalCode": "W1"}],
        "metadata": {"plan": "team"},
    }


PAUSED: Final = PausedStatus(start=START, end=END, current_period=PERIOD)
STATUSES: Final = {
    "active": (ACTIVE, None, {"name": "active", "currentPeriod": SHOWN_PERIOD}),
    "trial": (TrialStatus(trial=PERIOD), None, {"name": "trial", "trial": SHOWN_PERIOD}),
    "trial with a period": (
        TrialStatus(trial=PERIOD, current_period=PERIOD),
        None,
        {"name": "trial", "trial": SHOWN_PERIOD, "currentPeriod": SHOWN_PERIOD},
    ),
    "paused, both dates in an object of their own": (
        PAUSED,
        SubscriptionDetail(MONTH),
        {"name": "paused", "pause": SHOWN_PERIOD, "currentPeriod": SHOWN_PERIOD},
    ),
    "paused without an end": (
        PAUSED,
        SubscriptionDetail(MONTH, is_pause_open=True),
        {"name": "paused", "pause": {"start": STARTS}, "currentPeriod": SHOWN_PERIOD},
    ),
    "paused, nothing else known": (
        PAUSED,
        None,
        {"name": "paused", "pause": SHOWN_PERIOD, "currentPeriod": SHOWN_PERIOD},
    ),
    "canceled": (CanceledStatus(canceled_at=END), None, {"name": "canceled", "canceledAt": ENDS}),
    "unpaid": (UnpaidStatus(), None, {"name": "unpaid"}),
    "unpaid with a period": (
        UnpaidStatus(current_period=PERIOD),
        None,
        {"name": "unpaid", "currentPeriod": SHOWN_PERIOD},
    ),
    "not started": (
        ACTIVE,
        SubscriptionDetail(MONTH, has_started=False),
        {"name": "future", "currentPeriod": SHOWN_PERIOD},
    ),
    "not started, with a trial to come": (
        TrialStatus(trial=PERIOD),
        SubscriptionDetail(MONTH, has_started=False),
        {"name": "future"},
    ),
    "canceled before it started": (
        CanceledStatus(canceled_at=END),
        SubscriptionDetail(MONTH, has_started=False),
        {"name": "canceled", "canceledAt": ENDS},
    ),
}


@pytest.mark.parametrize(("status", "detail", "expected"), STATUSES.values(), ids=STATUSES.keys())
def test_the_status(status: Any, detail: SubscriptionDetail | None, expected: object) -> None:
    assert shown(subscription(status=status), detail)["status"] == expected


@pytest.mark.parametrize(
    ("status", "ends_at", "expected"),
    [
        pytest.param(ACTIVE, None, None, id="nothing scheduled"),
        pytest.param(ACTIVE, END, ENDS, id="a cancellation to come"),
        pytest.param(CanceledStatus(canceled_at=END), None, ENDS, id="ended"),
        pytest.param(CanceledStatus(canceled_at=END), END + timedelta(days=9), ENDS, id="ended before its day"),
    ],
)
def test_the_end_of_a_subscription(status: Any, ends_at: datetime | None, expected: str | None) -> None:
    assert shown(subscription(status=status), SubscriptionDetail(MONTH, ends_at=ends_at)).get("end") == expected


@pytest.mark.parametrize(
    ("amount", "unit"),
    [(1, IntervalUnit.MONTH), (2, IntervalUnit.YEAR), (2, IntervalUnit.WEEK), (10, IntervalUnit.DAY)],
)
def test_the_billing_cycle_as_it_is(amount: int, unit: IntervalUnit) -> None:
    cycle = BillingDuration(amount=amount, unit=unit)
    expected = {"interval": unit.value, "intervalCount": amount}

    found = shown(subscription(), SubscriptionDetail(cycle, {"price_1": cycle}))

    assert found["duration"] == expected
    assert found["items"][0]["price"].items() >= {"duration": expected, **expected}.items()


def test_a_price_of_another_rhythm_keeps_its_own() -> None:
    found = shown(subscription(), SubscriptionDetail(WEEKS, {"price_2": WEEKS}))

    assert found["duration"] == {"interval": "week", "intervalCount": 2}
    assert found["items"][0]["price"]["duration"] == {"interval": "month", "intervalCount": 1}


def graduated(*tiers: Tier) -> TieredAmount:
    return TieredAmount(currency="usd", mode="graduated", tiers=tiers)


def total(*tiers: Tier) -> TieredAmount:
    return TieredAmount(currency="usd", mode="total", tiers=tiers)


AMOUNTS: Final = {
    "by the unit": (FixedAmount(currency="usd", unit=1000), 3, 1000),
    "unit and flat, of one": (FixedAmount(currency="usd", unit=1000, flat=50), 1, 1050),
    "flat, of one": (FixedAmount(currency="usd", flat=500), 1, 500),
    "flat, of several": (FixedAmount(currency="usd", flat=500), 4, 125),
    "finer than a cent, rounded half up": (FixedAmount(currency="usd", flat=5), 2, 3),
    "nothing": (FixedAmount(currency="usd"), 1, 0),
    "a quantity of none counts as one": (FixedAmount(currency="usd", unit=1000, flat=50), 0, 1050),
    "graduated, in the first tier": (graduated(Tier(unit=10, up_to=2), Tier(unit=4)), 2, 10),
    "graduated, 2 at 10 and 2 at 4": (graduated(Tier(unit=10, up_to=2), Tier(unit=4)), 4, 7),
    "graduated, the flat of each tier reached": (graduated(Tier(flat=100, up_to=1), Tier(unit=10, flat=20)), 3, 47),
    "graduated, the flat of a tier not reached": (graduated(Tier(flat=100, up_to=2), Tier(flat=20)), 2, 50),
    "graduated, beyond a last tier that has an end": (graduated(Tier(unit=10, up_to=2)), 4, 10),
    "total, in the first tier": (total(Tier(unit=10, up_to=2), Tier(unit=4)), 2, 10),
    "total, in the second": (total(Tier(unit=10, up_to=2), Tier(unit=4)), 3, 4),
    "a price for the whole step": (total(Tier(flat=5000, up_to=100), Tier(flat=9000)), 50, 100),
    "total, beyond a last tier that has an end": (total(Tier(unit=10, up_to=2)), 4, 10),
    "more than can be told": (FixedAmount(currency="usd", unit=MAX_SAFE_INTEGER, flat=1), 1, MAX_SAFE_INTEGER),
}


@pytest.mark.parametrize(("amount", "quantity", "expected"), AMOUNTS.values(), ids=AMOUNTS.keys())
def test_what_one_costs(amount: Any, quantity: int, expected: int) -> None:
    found = shown(subscription(items=(SubscriptionItem(price=price(amount=amount), quantity=quantity),)))

    assert found["items"][0]["price"]["amount"] == {"model": amount.model, "value": expected, "currency": "usd"}
    assert found["items"][0]["quantity"] == quantity


ONCE: Final = OnceDuration()
PERCENT: Final = PercentageValue(percent=20)
COUPONS: Final = {
    "a share": (PERCENT, ONCE, MONTH, {"percentOff": 20, "duration": "once"}),
    "an amount": (
        FixedValue(currency="eur", flat=500),
        ONCE,
        MONTH,
        {"amountOff": 500, "currency": "eur", "duration": "once"},
    ),
    "an amount off each unit": (
        FixedValue(currency="eur", unit=50),
        ONCE,
        MONTH,
        {"amountOff": 50, "currency": "eur", "duration": "once"},
    ),
    "for ever": (PERCENT, ForeverDuration(), MONTH, {"percentOff": 20, "duration": "forever"}),
    "for three months": (
        PERCENT,
        RecurringDuration(amount=3, unit=IntervalUnit.MONTH),
        MONTH,
        {"percentOff": 20, "duration": "repeating", "durationInMonths": 3},
    ),
    "for two years": (
        PERCENT,
        RecurringDuration(amount=2, unit=IntervalUnit.YEAR),
        MONTH,
        {"percentOff": 20, "duration": "repeating", "durationInMonths": 24},
    ),
    "for three quarters": (
        PERCENT,
        CycleDuration(cycles=3),
        BillingDuration(amount=3, unit=IntervalUnit.MONTH),
        {"percentOff": 20, "duration": "repeating", "durationInMonths": 9},
    ),
    "for three cycles of two weeks, which is no whole number of months": (
        PERCENT,
        CycleDuration(cycles=3),
        WEEKS,
        {"percentOff": 20, "duration": "repeating"},
    ),
}


@pytest.mark.parametrize(("value", "duration", "cycle", "expected"), COUPONS.values(), ids=COUPONS.keys())
def test_a_coupon(value: Any, duration: Any, cycle: BillingDuration, expected: dict[str, object]) -> None:
    coupon = Coupon(id="C", name="Save", value=value, duration=duration)
    source = subscription(discounts=(SubscriptionDiscount(coupon=coupon, start=START),))

    (discount,) = shown(source, SubscriptionDetail(cycle))["discounts"]

    assert discount == {"coupon": {"id": "C", "name": "Save", **expected}, "start": STARTS}


def test_a_coupon_without_a_name_goes_by_its_code() -> None:
    coupon = Coupon(id="C", code="WINTER", value=PERCENT, duration=ONCE)

    (discount,) = shown(subscription(discounts=(SubscriptionDiscount(coupon=coupon, start=START),)))["discounts"]

    assert discount["coupon"]["name"] == "WINTER"


def test_what_runs_comes_first_and_what_has_ended_last() -> None:
    def one(name: str, status: Any, *, has_started: bool = True) -> DetailedSubscription:
        return DetailedSubscription(
            subscription(id=name, status=status), SubscriptionDetail(MONTH, has_started=has_started)
        )

    billing = direct_billing(
        Customer(id="cus_1"),
        [
            one("ended", CanceledStatus(canceled_at=END)),
            one("to come", ACTIVE, has_started=False),
            one("owing", UnpaidStatus()),
            one("running", ACTIVE),
        ],
    )

    assert [found.id for found in billing.subscriptions] == ["owing", "running", "to come", "ended"]


@given(detailed_subscriptions)
def test_every_subscription_has_a_form_in_direct_mode(source: DetailedSubscription) -> None:
    made = direct_subscription(source.subscription, source.detail)

    assert DirectSubscription.model_validate_json(made.to_json()).to_json() == made.to_json()
    assert (made.id, made.customer_id) == (source.id, source.customer_id)
    assert [item.price.id for item in made.items] == [item.price.id for item in source.subscription.items]


@given(detailed_subscriptions)
def test_nothing_is_read_out_of_metadata(source: DetailedSubscription) -> None:
    written = {"pauseIndefinite": "true", "cancelAt": ENDS, "billingInterval": "1 week"}
    plain, told = (source.subscription.model_copy(update={"metadata": one}) for one in (None, written))

    without = direct_subscription(plain, source.detail)

    assert direct_subscription(told, source.detail) == without.model_copy(update={"metadata": written})
