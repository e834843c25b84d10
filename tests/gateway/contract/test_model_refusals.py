"""What the models do not accept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from gateway.contract import (
    ActiveStatus,
    BillingDuration,
    CanceledStatus,
    ContractModel,
    Coupon,
    Customer,
    CycleDuration,
    ErrorBody,
    FixedAmount,
    Page,
    PausedStatus,
    PercentageValue,
    Period,
    PeriodDuration,
    Price,
    Product,
    RecurringDuration,
    Subscription,
    SubscriptionDiscount,
    SubscriptionItem,
    TieredAmount,
    TrialStatus,
)

MOMENT = "2026-01-01T00:00:00Z"
MONTH = {"amount": 1, "unit": "month"}
FIXED = {"model": "fixed", "currency": "usd", "unit": 100}
COUPON: dict[str, object] = {"id": "c", "duration": {"type": "once"}, "value": {"type": "percentage", "percent": 1}}
PRICE: dict[str, object] = {"id": "p", "type": "standalone", "duration": MONTH, "amount": FIXED}

REFUSALS: dict[str, tuple[type[ContractModel], dict[str, object]]] = {
    "an unknown name": (Customer, {"id": "c", "fullName": "Ada"}),
    "an empty id": (Customer, {"id": ""}),
    "a number for an id": (Customer, {"id": 7}),
    "metadata that is not text": (Customer, {"id": "c", "metadata": {"seats": 3}}),
    "a currency of two letters": (Customer, {"id": "c", "currency": "us"}),
    "a currency of four letters": (Customer, {"id": "c", "currency": "usdt"}),
    "a currency with a digit": (Customer, {"id": "c", "currency": "u5d"}),
    "a currency with letters beyond ASCII": (Customer, {"id": "c", "currency": "\N{KELVIN SIGN}wd"}),
    "a currency with a newline": (Customer, {"id": "c", "currency": "usd\n"}),
    "money with a fraction": (FixedAmount, {"currency": "usd", "unit": 1.5}),
    "money as a whole float": (FixedAmount, {"currency": "usd", "unit": 100.0}),
    "money as text": (FixedAmount, {"currency": "usd", "unit": "100"}),
    "money as a boolean": (FixedAmount, {"currency": "usd", "unit": True}),
    "negative money": (FixedAmount, {"currency": "usd", "flat": -1}),
    "money beyond what a reader holds exactly": (FixedAmount, {"currency": "usd", "flat": 2**53}),
    "an amount of no model": (Price, PRICE | {"amount": {"currency": "usd", "unit": 1}}),
    "an amount of an unknown model": (Price, PRICE | {"amount": {"model": "stairs", "currency": "usd"}}),
    "tiers of an unknown mode": (TieredAmount, {"currency": "usd", "mode": "volume", "tiers": [{"unit": 1}]}),
    "no tiers": (TieredAmount, {"currency": "usd", "mode": "total", "tiers": []}),
    "a tier that ends at nothing": (
        TieredAmount,
        {"currency": "usd", "mode": "total", "tiers": [{"unit": 1, "upTo": 0}]},
    ),
    "a product's price without the product": (Price, PRICE | {"type": "product"}),
    "a billing duration of nothing": (BillingDuration, {"amount": 0, "unit": "month"}),
    "a billing duration in an unknown unit": (BillingDuration, {"amount": 1, "unit": "quarter"}),
    "a percentage of nothing": (PercentageValue, {"percent": 0}),
    "a percentage above the whole": (PercentageValue, {"percent": 100.5}),
    "a percentage that is no number": (PercentageValue, {"percent": float("nan")}),
    "a percentage as text": (PercentageValue, {"percent": "30"}),
    "a percentage as a boolean": (PercentageValue, {"percent": True}),
    "a coupon that lasts for weeks": (RecurringDuration, {"amount": 1, "unit": "week"}),
    "a coupon that lasts for no cycle": (CycleDuration, {"cycles": 0}),
    "a coupon of unknown duration": (Coupon, COUPON | {"duration": {"type": "repeating"}}),
    "an active status without its period": (ActiveStatus, {}),
    "a trial status without its trial": (TrialStatus, {}),
    "a paused status without its end": (PausedStatus, {"start": MOMENT}),
    "a canceled status without its date": (CanceledStatus, {}),
    "a discount on a subscription without its start": (SubscriptionDiscount, {"coupon": COUPON}),
    "a negative quantity": (SubscriptionItem, {"price": PRICE, "quantity": -1}),
    "an unknown status": (
        Subscription,
        {
            "id": "s",
            "customerId": "c",
            "status": {"name": "past_due"},
            "start": MOMENT,
            "duration": MONTH,
            "items": [],
        },
    ),
    "a family's product without the family": (Product, {"id": "p", "type": "family", "name": "P"}),
    "a standalone product with a family": (
        Product,
        {"id": "p", "type": "standalone", "name": "P", "familyId": "f"},
    ),
    "an empty cursor": (Page, {"data": [], "next": ""}),
    "an error with a status of success": (ErrorBody, {"code": 200, "message": "fine"}),
    "an error without words": (ErrorBody, {"code": 400, "message": ""}),
    "a pause of more than ten years": (PeriodDuration, {"amount": 11, "unit": "year"}),
}


@pytest.mark.parametrize(("model", "document"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_model_refuses(model: type[ContractModel], document: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(document)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 1, 1), id="naive"),  # noqa: DTZ001 -- the case itself
        pytest.param(datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))), id="beyond the calendar in UTC"),
        pytest.param("2026-01-01T00:00:00", id="text without a zone"),
        pytest.param("2026-01-01", id="a date alone"),
        pytest.param("1767225600", id="seconds as text"),
        pytest.param(1767225600, id="seconds"),
        pytest.param(1767225600.5, id="seconds with a fraction"),
        pytest.param(True, id="a boolean"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_moment_is_refused(moment: object) -> None:
    with pytest.raises(ValidationError):
        Period.model_validate({"start": moment, "end": datetime(2026, 1, 1, tzinfo=UTC)})


def test_a_model_cannot_be_changed() -> None:
    customer = Customer(id="cus_1")
    with pytest.raises(ValidationError, match="frozen"):
        customer.id = "cus_2"  # type: ignore[misc]  # the case itself: assignment must fail


def test_an_error_does_not_show_the_input() -> None:
    with pytest.raises(ValidationError) as caught:
        Customer.model_validate({"id": "cus_1", "email": ["ada@example.com"]})
    assert "ada@example.com" not in str(caught.value)
