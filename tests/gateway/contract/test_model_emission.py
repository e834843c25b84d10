"""What every model looks like on the wire."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.contract import (
    ActiveStatus,
    Address,
    BillingDuration,
    CanceledStatus,
    ContractModel,
    Coupon,
    Customer,
    CustomerDiscount,
    CycleDuration,
    ErrorBody,
    Family,
    FixedAmount,
    FixedValue,
    ForeverDuration,
    IntervalUnit,
    OnceDuration,
    Page,
    PausedStatus,
    PercentageValue,
    Period,
    Price,
    PriceType,
    Product,
    ProductType,
    RecurringDuration,
    Redemptions,
    Subscription,
    SubscriptionDiscount,
    SubscriptionItem,
    Tier,
    TieredAmount,
    TrialStatus,
    UnpaidStatus,
)


def day(year: int, month: int, number: int, hour: int = 0) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


MONTHLY = BillingDuration(amount=1, unit=IntervalUnit.MONTH)
JANUARY = Period(start=day(2026, 1, 1), end=day(2026, 2, 1))
JANUARY_ON_THE_WIRE = {"start": "2026-01-01T00:00:00.000Z", "end": "2026-02-01T00:00:00.000Z"}

SAVE20 = Coupon(
    id="SAVE20",
    name="20% off",
    duration=RecurringDuration(amount=3, unit=IntervalUnit.MONTH),
    value=PercentageValue(percent=20.0),
    redemptions=Redemptions(current=7),
)
SAVE20_ON_THE_WIRE = {
    "id": "SAVE20",
    "name": "20% off",
    "duration": {"type": "recurring", "amount": 3, "unit": "month"},
    "value": {"type": "percentage", "percent": 20},
    "redemptions": {"current": 7},
}
SEAT = Price(
    id="price_1",
    type=PriceType.PRODUCT,
    product_id="prod_1",
    duration=MONTHLY,
    amount=FixedAmount(currency="usd", unit=1000),
)
SEAT_ON_THE_WIRE = {
    "id": "price_1",
    "type": "product",
    "productId": "prod_1",
    "duration": {"amount": 1, "unit": "month"},
    "amount": {"model": "fixed", "currency": "usd", "unit": 1000},
}
PAUSED_SUBSCRIPTION = Subscription(
    id="sub_1",
    customer_id="cus_1",
    start=day(2026, 1, 1),
    duration=MONTHLY,
    status=PausedStatus(
        start=day(2026, 11, 20, 10),
        end=day(2026, 12, 31, 23),
        current_period=Period(start=day(2026, 12, 1), end=day(2027, 1, 1)),
    ),
    items=(SubscriptionItem(id="si_1", quantity=3, price=SEAT),),
    discounts=(SubscriptionDiscount(coupon=SAVE20, start=day(2026, 11, 1), end=day(2027, 2, 1)),),
    metadata={"paused_at": "2026-11-20T10:00:00Z"},
)
PAUSED_SUBSCRIPTION_ON_THE_WIRE = {
    "id": "sub_1",
    "customerId": "cus_1",
    "start": "2026-01-01T00:00:00.000Z",
    "duration": {"amount": 1, "unit": "month"},
    "status": {
        "name": "paused",
        "start": "2026-11-20T10:00:00.000Z",
        "end": "2026-12-31T23:00:00.000Z",
        "currentPeriod": {"start": "2026-12-01T00:00:00.000Z", "end": "2027-01-01T00:00:00.000Z"},
    },
    "items": [{"id": "si_1", "quantity": 3, "price": SEAT_ON_THE_WIRE}],
    "discounts": [
        {
            "coupon": SAVE20_ON_THE_WIRE,
            "start": "2026-11-01T00:00:00.000Z",
            "end": "2027-02-01T00:00:00.000Z",
        }
    ],
    "metadata": {"paused_at": "2026-11-20T10:00:00Z"},
}

EMISSIONS: dict[str, tuple[ContractModel, object]] = {
    "a customer with an id only": (Customer(id="cus_1"), {"id": "cus_1"}),
    "a customer with everything": (
        Customer(
            id="cus_1",
            name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            phone="+441234567890",
            addresses=(Address(country="GB", state="LND", city="London", postal_code="W1", line1="1", line2="2"),),
            discounts=(CustomerDiscount(coupon=SAVE20), CustomerDiscount(coupon=SAVE20, start=day(2026, 1, 1))),
            currency="GBP",
            metadata={"seats": "3"},
            created_at=day(2025, 6, 1),
        ),
        {
            "id": "cus_1",
            "name": "Ada",
            "lastName": "Lovelace",
            "email": "ada@example.com",
            "phone": "+441234567890",
            "addresses": [
                {
                    "country": "GB",
                    "state": "LND",
                    "city": "London",
                    "postalCode": "W1",
                    "line1": "1",
                    "line2": "2",
                }
            ],
            "discounts": [
                {"coupon": SAVE20_ON_THE_WIRE},
                {"coupon": SAVE20_ON_THE_WIRE, "start": "2026-01-01T00:00:00.000Z"},
            ],
            "currency": "gbp",
            "metadata": {"seats": "3"},
            "createdAt": "2025-06-01T00:00:00.000Z",
        },
    ),
    "a paused subscription with a discount": (PAUSED_SUBSCRIPTION, PAUSED_SUBSCRIPTION_ON_THE_WIRE),
    "a subscription without items": (
        Subscription(
            id="sub_2",
            customer_id="cus_1",
            start=day(2026, 1, 1),
            duration=MONTHLY,
            status=UnpaidStatus(),
            items=(),
        ),
        {
            "id": "sub_2",
            "customerId": "cus_1",
            "start": "2026-01-01T00:00:00.000Z",
            "duration": {"amount": 1, "unit": "month"},
            "status": {"name": "unpaid"},
            "items": [],
        },
    ),
    "an active status": (
        ActiveStatus(current_period=JANUARY),
        {"name": "active", "currentPeriod": JANUARY_ON_THE_WIRE},
    ),
    "an active status after a trial": (
        ActiveStatus(current_period=JANUARY, trial=JANUARY),
        {"name": "active", "currentPeriod": JANUARY_ON_THE_WIRE, "trial": JANUARY_ON_THE_WIRE},
    ),
    "a trial status": (TrialStatus(trial=JANUARY), {"name": "trial", "trial": JANUARY_ON_THE_WIRE}),
    "a canceled status": (
        CanceledStatus(canceled_at=day(2026, 1, 15)),
        {"name": "canceled", "canceledAt": "2026-01-15T00:00:00.000Z"},
    ),
    "an unpaid status": (
        UnpaidStatus(current_period=JANUARY),
        {"name": "unpaid", "currentPeriod": JANUARY_ON_THE_WIRE},
    ),
    "a price of a product": (SEAT, SEAT_ON_THE_WIRE),
    "a free standalone price": (
        Price(
            id="free",
            type=PriceType.STANDALONE,
            name="Free",
            description="internal",
            duration=BillingDuration(amount=1, unit=IntervalUnit.YEAR),
            amount=FixedAmount(currency="EUR", unit=0, flat=0),
        ),
        {
            "id": "free",
            "type": "standalone",
            "name": "Free",
            "description": "internal",
            "duration": {"amount": 1, "unit": "year"},
            "amount": {"model": "fixed", "currency": "eur", "unit": 0, "flat": 0},
        },
    ),
    "a tiered amount with an open last tier": (
        TieredAmount(currency="usd", mode="graduated", tiers=(Tier(unit=100, flat=500, up_to=10), Tier(unit=80))),
        {
            "model": "tiered",
            "currency": "usd",
            "mode": "graduated",
            "tiers": [{"unit": 100, "flat": 500, "upTo": 10}, {"unit": 80}],
        },
    ),
    "a coupon for one invoice": (
        Coupon(
            id="WELCOME",
            code="HELLO",
            duration=OnceDuration(),
            value=FixedValue(currency="USD", flat=500),
            redemptions=Redemptions(max=10, current=0),
            expires_at=day(2027, 1, 1),
        ),
        {
            "id": "WELCOME",
            "code": "HELLO",
            "duration": {"type": "once"},
            "value": {"type": "fixed", "currency": "usd", "flat": 500},
            "redemptions": {"max": 10, "current": 0},
            "expiresAt": "2027-01-01T00:00:00.000Z",
        },
    ),
    "a coupon for ever": (
        Coupon(id="F", duration=ForeverDuration(), value=FixedValue(currency="usd", unit=5)),
        {
            "id": "F",
            "duration": {"type": "forever"},
            "value": {"type": "fixed", "currency": "usd", "unit": 5},
        },
    ),
    "a coupon for some cycles": (
        Coupon(id="C", duration=CycleDuration(cycles=4), value=PercentageValue(percent=12.5, currency="USD")),
        {
            "id": "C",
            "duration": {"type": "cycle-amount", "cycles": 4},
            "value": {"type": "percentage", "percent": 12.5, "currency": "usd"},
        },
    ),
    "a standalone product": (
        Product(id="prod_1", type=ProductType.STANDALONE, name="Team", unit_label="seat"),
        {"id": "prod_1", "type": "standalone", "name": "Team", "unitLabel": "seat"},
    ),
    "a product of a family": (
        Product(id="prod_1", type=ProductType.FAMILY, name="Team", description="For teams", family_id="fam_1"),
        {
            "id": "prod_1",
            "type": "family",
            "name": "Team",
            "description": "For teams",
            "familyId": "fam_1",
        },
    ),
    "a family": (
        Family(id="fam_1", name="Plans", description="All plans"),
        {"id": "fam_1", "name": "Plans", "description": "All plans"},
    ),
    "a page with more to come": (
        Page[Family](data=(Family(id="fam_1", name="Plans"),), next="abc"),
        {"data": [{"id": "fam_1", "name": "Plans"}], "next": "abc"},
    ),
    "a last page": (Page[Family](data=()), {"data": []}),
    "a page whose rows are of no declared type": (
        Page(data=(SubscriptionItem(price=SEAT, quantity=0),)),
        {"data": [{"price": SEAT_ON_THE_WIRE, "quantity": 0}]},
    ),
    "an error": (ErrorBody(code=404, message="No such customer."), {"code": 404, "message": "No such customer."}),
}


@pytest.mark.parametrize(("model", "expected"), EMISSIONS.values(), ids=EMISSIONS.keys())
def test_a_model_is_emitted_in_the_shape_churnkey_documents(model: ContractModel, expected: object) -> None:
    assert json.loads(model.to_json()) == expected
    assert model.to_json() == model.model_dump_json(by_alias=True, exclude_none=True)


@pytest.mark.parametrize("model", [model for model, _ in EMISSIONS.values()], ids=EMISSIONS.keys())
def test_an_emitted_model_is_read_back_as_it_was(model: ContractModel) -> None:
    assert type(model).model_validate_json(model.to_json()).to_json() == model.to_json()


def test_emission_is_compact() -> None:
    assert Family(id="fam_1", name="Plans").to_json() == '{"id":"fam_1","name":"Plans"}'


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(30.0, "30"), (30, "30"), (12.5, "12.5"), (0.1, "0.1"), (100.0, "100")],
)
def test_a_percentage_carries_a_fraction_only_when_it_has_one(percent: float, expected: str) -> None:
    emitted = PercentageValue(percent=percent).to_json()
    assert emitted == '{"type":"percentage","percent":' + expected + "}"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(day(2026, 1, 1), "2026-01-01T00:00:00.000Z", id="whole second"),
        pytest.param(
            datetime(2026, 1, 1, 1, 2, 3, 456789, tzinfo=UTC), "2026-01-01T01:02:03.456Z", id="microseconds are cut"
        ),
        pytest.param(
            datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
            "2025-12-31T23:00:00.000Z",
            id="another zone is converted",
        ),
    ],
)
def test_a_moment_is_emitted_in_utc_with_milliseconds(moment: datetime, expected: str) -> None:
    assert json.loads(Period(start=moment, end=moment).to_json())["start"] == expected


def test_a_moment_written_with_an_offset_is_read_as_utc() -> None:
    period = Period.model_validate({"start": "2026-01-01T02:00:00+02:00", "end": "2026-01-02T00:00:00Z"})
    assert period.start == day(2026, 1, 1)
    assert period.start.tzinfo is UTC
