"""The JSON schemas that document the canonical body of every action."""

from __future__ import annotations

import pytest

from gateway.contract import (
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    ContractModel,
    ExtendTrialRequest,
    PauseAllRequest,
    PauseRequest,
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
