"""The JSON schemas that document the canonical body of every action."""

from __future__ import annotations

from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from gateway.contract import (
    LONGEST_PERIOD,
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    ContractModel,
    ExtendTrialRequest,
    PauseAllRequest,
    PauseRequest,
    RequestError,
    Target,
    parse_action,
)

SCHEMAS: list[tuple[type[ContractModel], list[str], list[str]]] = [
    (
        CancelRequest,
        ["customerId", "subscriptionId", "scheduledAt", "unpause"],
        ["customerId", "subscriptionId"],
    ),
    (CancelAllRequest, ["customerId", "scheduledAt", "unpause"], ["customerId"]),
    (
        PauseRequest,
        ["customerId", "subscriptionId", "startAt", "duration", "allowAnnual"],
        ["customerId", "subscriptionId", "duration"],
    ),
    (
        PauseAllRequest,
        ["customerId", "startAt", "duration", "allowAnnual"],
        ["customerId", "duration"],
    ),
    (
        ExtendTrialRequest,
        ["customerId", "subscriptionId", "duration"],
        ["customerId", "subscriptionId", "duration"],
    ),
    (
        ApplyCouponRequest,
        ["customerId", "subscriptionId", "coupon"],
        ["customerId", "subscriptionId", "coupon"],
    ),
    (
        ChangePriceRequest,
        ["customerId", "subscriptionId", "price", "scheduledAt", "prorate"],
        ["customerId", "subscriptionId", "price"],
    ),
]


@pytest.mark.parametrize(("model", "names", "required"), SCHEMAS, ids=[model.__name__ for model, *_ in SCHEMAS])
def test_the_schema_of_a_request_is_its_canonical_body(
    model: type[ContractModel], names: list[str], required: list[str]
) -> None:
    schema = model.model_json_schema(by_alias=True)
    assert list(schema["properties"]) == names
    assert schema["required"] == required
    assert all("description" in field for field in schema["properties"].values())


@pytest.mark.parametrize("model", [model for model, *_ in SCHEMAS])
def test_the_schema_of_a_request_allows_fields_that_are_not_known(model: type[ContractModel]) -> None:
    assert model.model_json_schema(by_alias=True)["additionalProperties"] is True


BODY: Final[dict[str, Any]] = {
    "customerId": "cus_1",
    "subscriptionId": "sub_1",
    "duration": {"type": "period", "amount": 1, "unit": "month"},
}


def lasting(amount: int, unit: str) -> dict[str, Any]:
    return {**BODY, "duration": {"type": "period", "amount": amount, "unit": unit}}


def ending(date: str) -> dict[str, Any]:
    return {**BODY, "duration": {"type": "date", "date": date}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(BODY, True, id="one month"),
        *(
            case
            for unit, longest in LONGEST_PERIOD.items()
            for case in (
                pytest.param(lasting(longest, unit), True, id=f"the longest in {unit}s"),
                pytest.param(lasting(longest + 1, unit), False, id=f"longer than that in {unit}s"),
            )
        ),
        pytest.param(lasting(0, "day"), False, id="no time"),
        pytest.param(lasting(1, "hour"), False, id="another unit"),
        pytest.param(ending("1970-01-01T00:00:00.000Z"), True, id="the first year"),
        pytest.param(ending("1969-12-31T23:59:59.999Z"), False, id="before the first year"),
        pytest.param(ending("2200-12-31T23:59:59.999Z"), True, id="the last year"),
        pytest.param(ending("2201-01-01T00:00:00.000Z"), False, id="after the last year"),
        pytest.param({**BODY, "customerId": ""}, False, id="an empty id"),
        pytest.param({**BODY, "customerId": " \t\n\u00a0"}, False, id="an id of white space"),
        pytest.param({**BODY, "subscriptionId": "\u001c\u0085"}, False, id="an id of white space beyond ECMA 262's"),
        pytest.param({**BODY, "customerId": " cus 1 "}, True, id="an id with white space"),
    ],
)
def test_the_schema_allows_what_the_reader_does(body: dict[str, Any], expected: bool) -> None:
    try:
        parse_action(Target.SUBSCRIPTION_PAUSE, body)
    except RequestError:
        is_read = False
    else:
        is_read = True

    assert is_read is expected
    assert Draft202012Validator(PauseRequest.model_json_schema(by_alias=True)).is_valid(body) is expected
