"""Bodies held against the models: the exact path of what is wrong, and nothing of its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from gateway.contract import ContractModel, Coupon, Customer, ErrorBody, Price, Subscription
from gateway.verification import Finding, Grade
from gateway.verification.judging import condensed, judge
from gateway.verification.offer import read_offer
from tests.gateway.verification.provider import MONTHLY, PERIOD, START

FIXED: Final = {"model": "fixed", "currency": "usd", "unit": 900}
TIERED: Final = {"model": "tiered", "currency": "usd", "mode": "total"}
MOMENT: Final = "a moment such as 2026-01-31T00:00:00.000Z"

WHOLE: Final[Mapping[type[ContractModel], Mapping[str, Any]]] = {
    Customer: {"id": "customer"},
    Price: {"id": "price", "type": "standalone", "duration": MONTHLY, "amount": FIXED},
    Coupon: {"id": "coupon", "duration": {"type": "once"}, "value": {"type": "percentage", "percent": 20}},
    Subscription: {
        "id": "subscription",
        "customerId": "customer",
        "status": {"name": "active", "currentPeriod": PERIOD},
        "start": START,
        "duration": MONTHLY,
        "items": [],
    },
    ErrorBody: {"code": 404, "message": "Not found."},
}


def judged(model: type[ContractModel], members: Mapping[str, Any]) -> list[tuple[Grade, str]]:
    return [(one.grade, one.line) for one in judge({**WHOLE[model], **members}, model, "rows[3]")]


@pytest.mark.parametrize("model", WHOLE)
def test_nothing_is_said_of_what_is_as_documented(model: type[ContractModel]) -> None:
    assert judged(model, {}) == []


@pytest.mark.parametrize(
    ("model", "members"),
    [
        pytest.param(Customer, {"name": None, "email": None, "metadata": None}, id="null for what is absent"),
        pytest.param(Customer, {"createdAt": START}, id="a member of an older page"),
        pytest.param(Subscription, {"start": "2026-01-31T00:00:00Z"}, id="whole seconds"),
        pytest.param(Subscription, {"start": "2026-01-31T00:00:00.123456+02:00"}, id="microseconds and an offset"),
        pytest.param(Price, {"amount": {**TIERED, "tiers": [{"upTo": 5, "unit": 2}, {"flat": 100}]}}, id="tiers"),
        pytest.param(Coupon, {"value": {"type": "fixed", "currency": "usd", "flat": 500}}, id="a coupon of an amount"),
        pytest.param(Coupon, {"duration": {"type": "cycle-amount", "cycles": 3}}, id="a coupon for some cycles"),
    ],
)
def test_what_the_documentation_allows_is_right(model: type[ContractModel], members: Mapping[str, Any]) -> None:
    assert judged(model, members) == []


@pytest.mark.parametrize(
    ("model", "members", "line"),
    [
        (Price, {"id": 5}, "id: a whole number, expected a string"),
        (Price, {"id": ""}, "id: an empty string, expected text that is not empty"),
        (Price, {"duration": None}, "duration: null, expected an object"),
        (
            Price,
            {"duration": {"amount": 1, "unit": "months"}},
            "duration.unit: another word, expected day, week, month or year",
        ),
        (Price, {"amount": 900}, "amount: a whole number, expected an object"),
        (Price, {"amount": {"currency": "usd", "unit": 1}}, "amount.model: missing"),
        (Price, {"amount": {**TIERED, "tiers": []}}, "amount.tiers: an array, expected at least one entry"),
        (
            Price,
            {"amount": {**TIERED, "tiers": [{"upTo": 5, "unit": 2}, {"flat": "2"}]}},
            "amount.tiers[1].flat: a string, expected a whole number",
        ),
        (
            Price,
            {"amount": {**TIERED, "mode": "volume", "tiers": [{"unit": 1}]}},
            "amount.mode: another word, expected graduated or total",
        ),
        (Coupon, {"duration": {"type": "recurring", "amount": 3}}, "duration.unit: missing"),
        (Coupon, {"value": {"type": "percent"}}, "value.type: another word, expected one of fixed, percentage"),
        (Coupon, {"expiresAt": "soon"}, f"expiresAt: a string, expected {MOMENT}"),
        (Subscription, {"status": "active"}, "status: a string, expected an object"),
        (Subscription, {"status": {"name": "trial"}}, "status.trial: missing"),
        (
            Subscription,
            {"status": {"name": "active", "currentPeriod": {"start": START}}},
            "status.currentPeriod.end: missing",
        ),
        (Subscription, {"items": None}, "items: null, expected an array"),
        (Subscription, {"items": [{"price": "price", "quantity": 1}]}, "items[0].price: a string, expected an object"),
        (Subscription, {"items": [{"price": WHOLE[Price]}]}, "items[0].quantity: missing"),
        (Subscription, {"discounts": [{"coupon": WHOLE[Coupon]}]}, "discounts[0].start: missing"),
        (Customer, {"addresses": {"country": "GB"}}, "addresses: an object, expected an array"),
        (ErrorBody, {"code": "404"}, "code: a string, expected a whole number"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(model: type[ContractModel], members: Mapping[str, Any], line: str) -> None:
    assert judged(model, members) == [(Grade.FAILURE, f"rows[3].{line}")]


@pytest.mark.parametrize(
    ("model", "members", "line"),
    [
        (Price, {"active": True}, ".active: not in the documentation"),
        (Price, {"type": "product"}, ": a price of type product needs productId"),
        (Price, {"amount": {**FIXED, "unit": -1}}, ".amount.unit: a whole number out of bounds, expected at least 0"),
        (
            Price,
            {"amount": {**FIXED, "unit": 2**53}},
            ".amount.unit: a whole number out of bounds, expected at most 9007199254740991",
        ),
        (
            Price,
            {"amount": {"model": "fixed", "currency": "usd"}},
            ".amount: neither unit nor flat, expected one of them",
        ),
        (
            Coupon,
            {"value": {"type": "fixed", "currency": "usd"}},
            ".value: neither unit nor flat, expected one of them",
        ),
        (Price, {"amount": {**FIXED, "currency": "USD"}}, ".amount.currency: not in lower case"),
        (Price, {"duration": {"amount": 1, "unit": "week"}}, ".duration.unit: week, expected month or year"),
        (
            Customer,
            {"addresses": [{"country": "England"}]},
            ".addresses[0].country: another word, expected two letters of ISO 3166-1, such as DE",
        ),
        (Subscription, {"start": "2026-01-31"}, ".start: a moment without a time zone, expected one that ends in Z"),
    ],
)
def test_what_the_documentation_leaves_open_is_a_remark(
    model: type[ContractModel], members: Mapping[str, Any], line: str
) -> None:
    assert judged(model, members) == [(Grade.REMARK, f"rows[3]{line}")]


def test_a_name_that_may_be_personal_is_not_shown() -> None:
    assert judged(Customer, {"metadata": {"ada@example.com": 1}}) == [
        (Grade.FAILURE, "rows[3].metadata.?: a whole number, expected a string")
    ]


@pytest.mark.parametrize("body", [None, [], "text", 5, True], ids=["null", "an array", "text", "a number", "true"])
def test_what_is_no_object_is_told_as_such(body: object) -> None:
    (finding,) = judge(body, Price, "prices[0]")

    assert finding.path == "prices[0]"
    assert finding.expected == "an object"


def test_of_many_rows_with_the_same_thing_wrong_the_first_is_told() -> None:
    findings = [Finding(Grade.FAILURE, f"rows[{number}].id", "missing") for number in range(4)]
    other = Finding(Grade.FAILURE, "rows[0].name", "missing")

    assert [one.line for one in condensed([*findings, other])] == [
        "rows[0].id: missing (and 3 more like it)",
        "rows[0].name: missing",
    ]


@pytest.mark.parametrize(
    ("prices", "more", "line"),
    [
        (
            {"enabled": True, "type": "product"},
            {},
            "features.controllers: prices of type product need the products controller",
        ),
        (
            {"enabled": True, "type": "product"},
            {"products": {"enabled": True, "type": "family"}},
            "features.controllers: products of type family need the families controller",
        ),
        ({"enabled": True}, {}, "features.controllers.prices.type: missing"),
        (None, {}, "features.controllers.prices: null, expected an object"),
    ],
)
def test_a_manifest_has_what_its_controllers_need(prices: object, more: Mapping[str, object], line: str) -> None:
    controllers = {"customers": True, "subscriptions": True, "prices": prices, **more}
    _, findings = read_offer({"controllers": controllers, "actions": {}})

    assert [(one.grade, one.line) for one in findings if "actions" not in one.path] == [(Grade.FAILURE, line)]
