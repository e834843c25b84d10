"""The simulator's parameters against the typed parameters of the official SDK: none missing, none invented."""

from __future__ import annotations

import sys
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import stripe.params
import typing_extensions

from simulators.stripe import invoice_schemas, request_schemas, subscription_schemas
from simulators.stripe.parameters import ByCurrency, Kind, NotSimulated, Record, Sequence

OPTIONS = {
    "api_key",
    "content_type",
    "headers",
    "idempotency_key",
    "max_network_retries",
    "stripe_account",
    "stripe_context",
    "stripe_version",
}
SCHEMAS = {
    "CustomerListParams": request_schemas.CUSTOMER_LIST,
    "CustomerSearchParams": request_schemas.CUSTOMER_SEARCH,
    "CustomerCreateParams": request_schemas.CUSTOMER_CREATE,
    "CustomerUpdateParams": request_schemas.CUSTOMER_UPDATE,
    "CustomerDeleteParams": request_schemas.NOTHING,
    "ProductListParams": request_schemas.PRODUCT_LIST,
    "ProductCreateParams": request_schemas.PRODUCT_CREATE,
    "ProductUpdateParams": request_schemas.PRODUCT_UPDATE,
    "PriceListParams": request_schemas.PRICE_LIST,
    "PriceCreateParams": request_schemas.PRICE_CREATE,
    "PriceUpdateParams": request_schemas.PRICE_UPDATE,
    "CouponListParams": request_schemas.COUPON_LIST,
    "CouponCreateParams": request_schemas.COUPON_CREATE,
    "CouponUpdateParams": request_schemas.COUPON_UPDATE,
    "CouponDeleteParams": request_schemas.NOTHING,
    "PromotionCodeListParams": request_schemas.PROMOTION_CODE_LIST,
    "SubscriptionListParams": subscription_schemas.SUBSCRIPTION_LIST,
    "SubscriptionCreateParams": subscription_schemas.SUBSCRIPTION_CREATE,
    "SubscriptionUpdateParams": subscription_schemas.SUBSCRIPTION_UPDATE,
    "SubscriptionCancelParams": subscription_schemas.SUBSCRIPTION_CANCEL,
    "SubscriptionPauseParams": subscription_schemas.SUBSCRIPTION_PAUSE,
    "SubscriptionResumeParams": subscription_schemas.SUBSCRIPTION_RESUME,
    "SubscriptionRetrieveParams": request_schemas.RETRIEVE,
    "SubscriptionItemListParams": subscription_schemas.SUBSCRIPTION_ITEM_LIST,
    "SubscriptionItemRetrieveParams": request_schemas.RETRIEVE,
    "InvoiceCreatePreviewParams": invoice_schemas.INVOICE_PREVIEW,
    "SubscriptionScheduleListParams": subscription_schemas.SCHEDULE_LIST,
    "SubscriptionScheduleCreateParams": subscription_schemas.SCHEDULE_CREATE,
    "SubscriptionScheduleUpdateParams": subscription_schemas.SCHEDULE_UPDATE,
    "SubscriptionScheduleReleaseParams": subscription_schemas.SCHEDULE_RELEASE,
    "SubscriptionScheduleCancelParams": subscription_schemas.SCHEDULE_CANCEL,
}


def names_of_the_sdk(typed: Any, prefix: str = "") -> set[str]:
    """The bracketed names of a typed dict's members at every depth; list indices are left empty."""
    names: set[str] = set()
    module = vars(sys.modules[typed.__module__])
    known = {**vars(typing), "Decimal": Decimal, "StripeContext": str, "Mapping": Mapping}
    for member, annotation in get_type_hints(typed, {**known, **module}, include_extras=True).items():
        if prefix or member not in OPTIONS:
            name = f"{prefix}[{member}]" if prefix else member
            names |= {name, *_below(annotation, name)}
    return names


def _below(annotation: Any, name: str) -> set[str]:
    origin = get_origin(annotation)
    if typing_extensions.is_typeddict(annotation):
        return names_of_the_sdk(annotation, name)
    if origin is list:
        return _below(get_args(annotation)[0], f"{name}[]")
    # The SDK types a map with free keys as a dict or as an object of its own, which it does not export.
    if origin is dict or getattr(origin, "__name__", "") == "UntypedStripeObject":
        return _below(get_args(annotation)[-1], f"{name}[*]")
    return {found for argument in get_args(annotation) for found in _below(argument, name)}


def names_of_the_schema(kind: Kind, prefix: str = "") -> set[str]:
    """The same for a schema of the simulator."""
    if isinstance(kind, Sequence):
        return names_of_the_schema(kind.of, f"{prefix}[]")
    if isinstance(kind, ByCurrency):
        return names_of_the_schema(kind.of, f"{prefix}[*]")
    if not isinstance(kind, Record):
        return set()
    names: set[str] = set()
    for member, inner in kind.fields.items():
        name = f"{prefix}[{member}]" if prefix else member
        names |= {name, *names_of_the_schema(inner, name)}
    return names


def not_simulated(kind: Kind, prefix: str = "") -> set[str]:
    """The names whose members the simulator does not list, because it refuses the whole."""
    if isinstance(kind, Sequence):
        return not_simulated(kind.of, f"{prefix}[]")
    if not isinstance(kind, Record):
        return {prefix} if isinstance(kind, NotSimulated) else set()
    found: set[str] = set()
    for member, inner in kind.fields.items():
        found |= not_simulated(inner, f"{prefix}[{member}]" if prefix else member)
    return found


@pytest.mark.parametrize("typed", SCHEMAS)
def test_an_endpoint_knows_the_parameters_of_the_sdk_and_no_others(typed: str) -> None:
    schema = SCHEMAS[typed]
    refused = not_simulated(schema)
    wanted = {
        name
        for name in names_of_the_sdk(getattr(stripe.params, typed))
        if not any(name.startswith(f"{whole}[") for whole in refused)
    }

    # A range of times is one parameter here, and a type of its own in the SDK.
    bounds = {name for name in wanted if name.endswith(("[gt]", "[gte]", "[lt]", "[lte]"))}
    assert names_of_the_schema(schema) == wanted - bounds
