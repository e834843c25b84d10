"""The table of endpoints, and the way from a request's method and path to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from simulators.stripe import (
    catalogue,
    coupons,
    customers,
    invoice_schemas,
    invoices,
    schedules,
    subscription_schemas,
    subscription_updates,
    subscriptions,
)
from simulators.stripe import (
    request_schemas as schemas,
)
from simulators.stripe.errors import unrecognized_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.stripe.calls import Call
    from simulators.stripe.parameters import Record
    from simulators.types import Json


@dataclass(frozen=True)
class Endpoint:
    """What answers a method and a path. `answers` is the kind of answer, `right` the permission it needs."""

    handler: Callable[[Call], Json]
    schema: Record
    answers: str
    right: str


_CUSTOMER = ("customer", "rak_customer")
_PRODUCT = ("product", "rak_product")
_PRICE = ("price", "rak_plan")
_COUPON = ("coupon", "rak_coupon")
_PROMOTION_CODE = ("promotion_code", "rak_promotion_code")
_SUBSCRIPTION = ("subscription", "rak_subscription")
_ITEM = ("subscription_item", "rak_subscription")
_INVOICE = ("invoice", "rak_invoice")
_SCHEDULE = ("subscription_schedule", "rak_subscription")


def _read(handler: Callable[[Call], Json], schema: Record, what: tuple[str, str]) -> Endpoint:
    return Endpoint(handler, schema, what[0], f"{what[1]}_read")


def _list(handler: Callable[[Call], Json], schema: Record, what: tuple[str, str]) -> Endpoint:
    return Endpoint(handler, schema, f"list of {what[0]}", f"{what[1]}_read")


def _write(handler: Callable[[Call], Json], schema: Record, what: tuple[str, str]) -> Endpoint:
    return Endpoint(handler, schema, what[0], f"{what[1]}_write")


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "customers"): _list(customers.index, schemas.CUSTOMER_LIST, _CUSTOMER),
    ("POST", "customers"): _write(customers.create, schemas.CUSTOMER_CREATE, _CUSTOMER),
    ("GET", "customers/search"): _list(customers.find_by_query, schemas.CUSTOMER_SEARCH, _CUSTOMER),
    ("GET", "customers/*"): _read(customers.retrieve, schemas.RETRIEVE, _CUSTOMER),
    ("POST", "customers/*"): _write(customers.update, schemas.CUSTOMER_UPDATE, _CUSTOMER),
    ("DELETE", "customers/*"): _write(customers.delete, schemas.NOTHING, _CUSTOMER),
    ("GET", "products"): _list(catalogue.list_products, schemas.PRODUCT_LIST, _PRODUCT),
    ("POST", "products"): _write(catalogue.create_product, schemas.PRODUCT_CREATE, _PRODUCT),
    ("GET", "products/*"): _read(catalogue.retrieve_product, schemas.RETRIEVE, _PRODUCT),
    ("POST", "products/*"): _write(catalogue.update_product, schemas.PRODUCT_UPDATE, _PRODUCT),
    ("GET", "prices"): _list(catalogue.list_prices, schemas.PRICE_LIST, _PRICE),
    ("POST", "prices"): _write(catalogue.create_price, schemas.PRICE_CREATE, _PRICE),
    ("GET", "prices/*"): _read(catalogue.retrieve_price, schemas.RETRIEVE, _PRICE),
    ("POST", "prices/*"): _write(catalogue.update_price, schemas.PRICE_UPDATE, _PRICE),
    ("GET", "coupons"): _list(coupons.index, schemas.COUPON_LIST, _COUPON),
    ("POST", "coupons"): _write(coupons.create, schemas.COUPON_CREATE, _COUPON),
    ("GET", "coupons/*"): _read(coupons.retrieve, schemas.RETRIEVE, _COUPON),
    ("POST", "coupons/*"): _write(coupons.update, schemas.COUPON_UPDATE, _COUPON),
    ("DELETE", "coupons/*"): _write(coupons.delete, schemas.NOTHING, _COUPON),
    ("GET", "promotion_codes"): _list(coupons.list_promotion_codes, schemas.PROMOTION_CODE_LIST, _PROMOTION_CODE),
    ("GET", "promotion_codes/*"): _read(coupons.retrieve_promotion_code, schemas.RETRIEVE, _PROMOTION_CODE),
    ("GET", "subscriptions"): _list(subscriptions.index, subscription_schemas.SUBSCRIPTION_LIST, _SUBSCRIPTION),
    ("POST", "subscriptions"): _write(subscriptions.create, subscription_schemas.SUBSCRIPTION_CREATE, _SUBSCRIPTION),
    ("GET", "subscriptions/*"): _read(subscriptions.retrieve, schemas.RETRIEVE, _SUBSCRIPTION),
    ("POST", "subscriptions/*"): _write(
        subscription_updates.update, subscription_schemas.SUBSCRIPTION_UPDATE, _SUBSCRIPTION
    ),
    ("DELETE", "subscriptions/*"): _write(
        subscriptions.cancel, subscription_schemas.SUBSCRIPTION_CANCEL, _SUBSCRIPTION
    ),
    ("POST", "subscriptions/*/pause"): _write(
        subscriptions.pause, subscription_schemas.SUBSCRIPTION_PAUSE, _SUBSCRIPTION
    ),
    ("POST", "subscriptions/*/resume"): _write(
        subscriptions.resume, subscription_schemas.SUBSCRIPTION_RESUME, _SUBSCRIPTION
    ),
    ("POST", "invoices/create_preview"): _write(invoices.create_preview, invoice_schemas.INVOICE_PREVIEW, _INVOICE),
    ("GET", "subscription_items"): _list(subscriptions.list_items, subscription_schemas.SUBSCRIPTION_ITEM_LIST, _ITEM),
    ("GET", "subscription_items/*"): _read(subscriptions.retrieve_item, schemas.RETRIEVE, _ITEM),
    ("GET", "subscription_schedules"): _list(schedules.index, subscription_schemas.SCHEDULE_LIST, _SCHEDULE),
    ("POST", "subscription_schedules"): _write(schedules.create, subscription_schemas.SCHEDULE_CREATE, _SCHEDULE),
    ("GET", "subscription_schedules/*"): _read(schedules.retrieve, schemas.RETRIEVE, _SCHEDULE),
    ("POST", "subscription_schedules/*"): _write(schedules.update, subscription_schemas.SCHEDULE_UPDATE, _SCHEDULE),
    ("POST", "subscription_schedules/*/release"): _write(
        schedules.release, subscription_schemas.SCHEDULE_RELEASE, _SCHEDULE
    ),
    ("POST", "subscription_schedules/*/cancel"): _write(
        schedules.cancel, subscription_schemas.SCHEDULE_CANCEL, _SCHEDULE
    ),
}


def route(method: str, raw_path: str) -> tuple[Endpoint, str]:
    """The endpoint, and the id in the path (empty if it has none). `raw_path` is still percent-encoded.

    Raises:
        ApiError: 404 "Unrecognized request URL", also for an empty id.
    """
    head, _, rest = raw_path.partition("/v1/")
    segments = rest.split("/")
    endpoint = None
    identifier = ""
    if not head and 1 <= len(segments) <= 3 and all(segments):
        endpoint = ENDPOINTS.get((method, rest)) if "*" not in rest else None
        if endpoint is None and len(segments) > 1:
            identifier = unquote(segments[1])
            endpoint = ENDPOINTS.get((method, "/".join([segments[0], "*", *segments[2:]])))
    if endpoint is None:
        raise unrecognized_url(method, raw_path)
    return endpoint, identifier
