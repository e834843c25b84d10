"""The simulator's parameters against the typed parameters of the official package: none missing, none invented."""

from __future__ import annotations

import typing
from typing import Any, get_args, get_origin

import pytest
from chargebee.filters import Filters
from chargebee.models.coupon.operations import Coupon
from chargebee.models.customer.operations import Customer
from chargebee.models.estimate.operations import Estimate
from chargebee.models.item.operations import Item
from chargebee.models.item_family.operations import ItemFamily
from chargebee.models.item_price.operations import ItemPrice
from chargebee.models.subscription.operations import Subscription
from chargebee.version import VERSION

from simulators.chargebee import estimate_schemas, request_schemas, subscription_schemas
from simulators.chargebee.filters import Filter, SortBy
from simulators.chargebee.parameters import Kind, NotSimulated, Record, Rows, Sequence

SCHEMAS = {
    "customers": (Customer.ListParams, request_schemas.CUSTOMER_LIST),
    "a new customer": (Customer.CreateParams, request_schemas.CUSTOMER_CREATE),
    "a customer's update": (Customer.UpdateParams, request_schemas.CUSTOMER_UPDATE),
    "a customer's deletion": (Customer.DeleteParams, request_schemas.CUSTOMER_DELETE),
    "item families": (ItemFamily.ListParams, request_schemas.ITEM_FAMILY_LIST),
    "items": (Item.ListParams, request_schemas.ITEM_LIST),
    "item prices": (ItemPrice.ListParams, request_schemas.ITEM_PRICE_LIST),
    "coupons": (Coupon.ListParams, request_schemas.COUPON_LIST),
    "subscriptions": (Subscription.ListParams, request_schemas.SUBSCRIPTION_LIST),
    "cancel_for_items": (Subscription.CancelForItemsParams, subscription_schemas.CANCEL),
    "remove_scheduled_cancellation": (
        Subscription.RemoveScheduledCancellationParams,
        subscription_schemas.REMOVE_SCHEDULED_CANCELLATION,
    ),
    "pause": (Subscription.PauseParams, subscription_schemas.PAUSE),
    "pause_subscription_estimate": (Estimate.PauseSubscriptionParams, estimate_schemas.PAUSE),
    "cancel_subscription_for_items_estimate": (Estimate.CancelSubscriptionForItemsParams, estimate_schemas.CANCEL),
    "estimates/update_subscription_for_items": (Estimate.UpdateSubscriptionForItemsParams, estimate_schemas.UPDATE),
    "resume": (Subscription.ResumeParams, subscription_schemas.RESUME),
    "update_for_items": (Subscription.UpdateForItemsParams, subscription_schemas.UPDATE),
}
FILTERS = {
    Filters.StringFilter: {"is", "is_not", "starts_with", "in", "not_in", "is_present"},
    Filters.EnumFilter: {"is", "is_not", "in", "not_in", "is_present"},
    Filters.BooleanFilter: {"is", "is_present"},
    Filters.NumberFilter: {"is", "is_not", "lt", "lte", "gt", "gte", "between", "is_present"},
    Filters.TimestampFilter: {"after", "before", "on", "between", "is_present"},
}


def annotated(typed: Any) -> dict[str, Any]:
    """The members of a typed dict with their types; those that are written as strings stay strings."""
    members = {}
    for name, annotation in typed.__annotations__.items():
        while get_origin(annotation) in (typing.NotRequired, typing.Required):
            (annotation,) = get_args(annotation)
        members[name] = annotation
    return members


def inner(annotation: Any) -> Any | None:
    """The typed dict that a member holds, itself or in a list."""
    if get_origin(annotation) is list:
        return inner(get_args(annotation)[0])
    if isinstance(annotation, typing.ForwardRef):
        owner, _, name = annotation.__forward_arg__.partition(".")
        holder = {"Subscription": Subscription, "Customer": Customer, "Estimate": Estimate, "Item": Item}.get(owner)
        found = getattr(holder, name, None)
        return found if typing.is_typeddict(found) else None
    return None


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_endpoint_knows_the_parameters_of_the_package_and_no_others(name: str) -> None:
    typed, schema = SCHEMAS[name]

    assert schema.fields.keys() == annotated(typed).keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_same_holds_inside_of_parameters(name: str) -> None:
    typed, schema = SCHEMAS[name]
    for member, annotation in annotated(typed).items():
        kind = schema.fields[member]
        held = inner(annotation)
        if held is not None and not isinstance(kind, NotSimulated):
            assert isinstance(kind, Record | Rows)
            assert kind.fields.keys() == held.__annotations__.keys()


@pytest.mark.parametrize("name", [name for name, (typed, _) in SCHEMAS.items() if typed.__name__ == "ListParams"])
def test_a_filter_takes_operators_that_the_package_has(name: str) -> None:
    typed, schema = SCHEMAS[name]
    for member, annotation in annotated(typed).items():
        kind: Kind = schema.fields[member]
        if isinstance(kind, Filter):
            assert set(kind.operators) <= FILTERS[annotation]
        elif annotation in (*FILTERS, Filters.SortFilter):
            assert isinstance(kind, NotSimulated | SortBy)


def test_what_a_parameter_holds_is_found() -> None:
    members = annotated(Subscription.UpdateForItemsParams)

    assert inner(members["subscription_items"]) is Subscription.UpdateForItemsSubscriptionItemParams


def test_lists_of_ids_are_sequences() -> None:
    assert isinstance(subscription_schemas.UPDATE.fields["coupon_ids"], Sequence)


def test_the_package_is_the_one_that_was_read() -> None:
    assert VERSION.startswith("3.29.")
