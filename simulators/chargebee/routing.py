"""The table of endpoints, and the way from a request's method and path to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from simulators.chargebee import cancellations, catalogue, customers, estimates, pauses, subscriptions, updates
from simulators.chargebee import estimate_schemas as foretold
from simulators.chargebee import request_schemas as schemas
from simulators.chargebee import subscription_schemas as writes
from simulators.chargebee.errors import method_not_supported, no_such_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.chargebee.calls import Call
    from simulators.chargebee.parameters import Record
    from simulators.types import Json

PREFIX = "/api/v2/"


@dataclass(frozen=True)
class Endpoint:
    """What answers a method and a path. `right` is the permission it needs.

    `second_catalog`: it exists in Product Catalog 2.0 only. `idempotent`: it takes an idempotency key.
    """

    handler: Callable[[Call], Json]
    schema: Record
    right: str
    second_catalog: bool = False
    idempotent: bool = False


def _read(handler: Callable[[Call], Json], what: str, schema: Record = schemas.NOTHING) -> Endpoint:
    return Endpoint(handler, schema, f"{what}:read", second_catalog=what == "items")


def _write(
    handler: Callable[[Call], Json], what: str, schema: Record = schemas.NOTHING, *, second_catalog: bool = False
) -> Endpoint:
    return Endpoint(handler, schema, f"{what}:write", second_catalog=second_catalog, idempotent=True)


def _estimate(handler: Callable[[Call], Json], schema: Record, *, second_catalog: bool = False) -> Endpoint:
    """It changes nothing and takes no idempotency key."""
    return Endpoint(handler, schema, "estimates:read", second_catalog=second_catalog)


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "configurations"): _read(catalogue.configurations, "configurations"),
    ("GET", "customers"): _read(customers.index, "customers", schemas.CUSTOMER_LIST),
    ("POST", "customers"): _write(customers.create, "customers", schemas.CUSTOMER_CREATE),
    ("GET", "customers/*"): _read(customers.retrieve, "customers"),
    ("POST", "customers/*"): _write(customers.update, "customers", schemas.CUSTOMER_UPDATE),
    ("POST", "customers/*/delete"): _write(customers.delete, "customers", schemas.CUSTOMER_DELETE),
    ("GET", "item_families"): _read(catalogue.list_item_families, "items", schemas.ITEM_FAMILY_LIST),
    ("GET", "item_families/*"): _read(catalogue.retrieve_item_family, "items"),
    ("GET", "items"): _read(catalogue.list_items, "items", schemas.ITEM_LIST),
    ("GET", "items/*"): _read(catalogue.retrieve_item, "items"),
    ("GET", "item_prices"): _read(catalogue.list_item_prices, "items", schemas.ITEM_PRICE_LIST),
    ("GET", "item_prices/*"): _read(catalogue.retrieve_item_price, "items"),
    ("GET", "coupons"): _read(catalogue.list_coupons, "coupons", schemas.COUPON_LIST),
    ("GET", "coupons/*"): _read(catalogue.retrieve_coupon, "coupons"),
    ("GET", "subscriptions"): _read(subscriptions.index, "subscriptions", schemas.SUBSCRIPTION_LIST),
    ("GET", "subscriptions/*"): _read(subscriptions.retrieve, "subscriptions"),
    ("GET", "subscriptions/*/retrieve_with_scheduled_changes"): _read(
        subscriptions.retrieve_with_scheduled_changes, "subscriptions"
    ),
    ("POST", "subscriptions/*/cancel_for_items"): _write(
        cancellations.cancel, "subscriptions", writes.CANCEL, second_catalog=True
    ),
    ("POST", "subscriptions/*/remove_scheduled_cancellation"): _write(
        cancellations.remove_scheduled, "subscriptions", writes.REMOVE_SCHEDULED_CANCELLATION
    ),
    ("POST", "subscriptions/*/pause"): _write(pauses.pause, "subscriptions", writes.PAUSE),
    ("POST", "subscriptions/*/remove_scheduled_pause"): _write(pauses.remove_scheduled_pause, "subscriptions"),
    ("POST", "subscriptions/*/resume"): _write(pauses.resume, "subscriptions", writes.RESUME),
    ("POST", "subscriptions/*/remove_scheduled_resumption"): _write(
        pauses.remove_scheduled_resumption, "subscriptions"
    ),
    ("POST", "subscriptions/*/update_for_items"): _write(
        updates.update, "subscriptions", writes.UPDATE, second_catalog=True
    ),
    ("POST", "subscriptions/*/remove_scheduled_changes"): _write(updates.remove_scheduled_changes, "subscriptions"),
    ("POST", "subscriptions/*/cancel_subscription_for_items_estimate"): _estimate(
        estimates.cancel, foretold.CANCEL, second_catalog=True
    ),
    ("POST", "subscriptions/*/pause_subscription_estimate"): _estimate(estimates.pause, foretold.PAUSE),
    ("POST", "estimates/update_subscription_for_items"): _estimate(
        estimates.update, foretold.UPDATE, second_catalog=True
    ),
}
_PATHS = frozenset(path for _, path in ENDPOINTS)


def route(method: str, raw_path: str) -> tuple[Endpoint, str]:
    """The endpoint, and the id in the path (empty if it has none). `raw_path` is still percent-encoded.

    Raises:
        ApiError: 404 for a path that nothing has, also for an empty id; 405 for one that has another method.
    """
    if not raw_path.startswith(PREFIX):
        raise no_such_url()
    segments = raw_path[len(PREFIX) :].split("/")
    if not 1 <= len(segments) <= 3 or not all(segments):
        raise no_such_url()
    identifier, path = "", "/".join(segments)
    if "*" in path or path not in _PATHS:
        identifier = unquote(segments[1]) if len(segments) > 1 else ""
        path = "/".join([segments[0], "*", *segments[2:]]) if len(segments) > 1 else segments[0]
    if path not in _PATHS or "*" in segments[0]:
        raise no_such_url()
    endpoint = ENDPOINTS.get((method, path))
    if endpoint is None:
        raise method_not_supported(method)
    return endpoint, identifier
