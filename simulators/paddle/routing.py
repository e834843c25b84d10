"""The table of endpoints, and the way from a request's method and path to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from simulators.paddle import catalogue, customers, schemas, subscription_updates, subscriptions
from simulators.paddle.errors import ApiError, bad_request, not_found, refused
from simulators.paddle.identifiers import (
    ADDRESS,
    CUSTOMER,
    DISCOUNT,
    PRICE,
    PRODUCT,
    SUBSCRIPTION,
    is_identifier,
)
from simulators.paddle.root import root
from simulators.paddle.shapes import NOUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.paddle.calls import Answer, Call
    from simulators.paddle.values import Record


@dataclass(frozen=True)
class Endpoint:
    """What answers a method and a path.

    `permission` is what the key needs, None for nothing. `prefixes` are the kinds of the ids in the path.
    """

    handler: Callable[[Call], Answer]
    permission: str | None = None
    prefixes: tuple[str, ...] = ()
    query: Record = schemas.NOTHING
    body: Record = schemas.NOTHING


def _subscription(handler: Callable[[Call], Answer], body: Record) -> Endpoint:
    return Endpoint(handler, "subscription.write", (SUBSCRIPTION,), body=body)


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "customers"): Endpoint(customers.index, "customer.read", query=schemas.CUSTOMER_LIST),
    ("GET", "customers/*"): Endpoint(customers.retrieve, "customer.read", (CUSTOMER,)),
    ("GET", "customers/*/addresses"): Endpoint(
        customers.list_addresses, "address.read", (CUSTOMER,), query=schemas.ADDRESS_LIST
    ),
    ("GET", "customers/*/addresses/*"): Endpoint(customers.retrieve_address, "address.read", (CUSTOMER, ADDRESS)),
    ("GET", "products"): Endpoint(catalogue.list_products, "product.read", query=schemas.PRODUCT_LIST),
    ("GET", "products/*"): Endpoint(catalogue.retrieve_product, "product.read", (PRODUCT,), query=schemas.PRODUCT_GET),
    ("GET", "prices"): Endpoint(catalogue.list_prices, "price.read", query=schemas.PRICE_LIST),
    ("GET", "prices/*"): Endpoint(catalogue.retrieve_price, "price.read", (PRICE,), query=schemas.PRICE_GET),
    ("GET", "discounts"): Endpoint(catalogue.list_discounts, "discount.read", query=schemas.DISCOUNT_LIST),
    ("GET", "discounts/*"): Endpoint(
        catalogue.retrieve_discount, "discount.read", (DISCOUNT,), query=schemas.DISCOUNT_GET
    ),
    ("GET", "event-types"): Endpoint(catalogue.list_event_types),
    ("GET", "subscriptions"): Endpoint(subscriptions.index, "subscription.read", query=schemas.SUBSCRIPTION_LIST),
    ("GET", "subscriptions/*"): Endpoint(
        subscriptions.retrieve, "subscription.read", (SUBSCRIPTION,), query=schemas.SUBSCRIPTION_GET
    ),
    ("PATCH", "subscriptions/*"): _subscription(subscription_updates.update, schemas.SUBSCRIPTION_UPDATE),
    # To read is enough: https://developer.paddle.com/api-reference/subscriptions/preview-subscription-update
    ("PATCH", "subscriptions/*/preview"): Endpoint(
        subscription_updates.preview, "subscription.read", (SUBSCRIPTION,), body=schemas.SUBSCRIPTION_UPDATE
    ),
    ("POST", "subscriptions/*/activate"): _subscription(subscriptions.activate, schemas.NOTHING),
    ("POST", "subscriptions/*/cancel"): _subscription(subscriptions.cancel, schemas.SUBSCRIPTION_CANCEL),
    ("POST", "subscriptions/*/pause"): _subscription(subscriptions.pause, schemas.SUBSCRIPTION_PAUSE),
    ("POST", "subscriptions/*/resume"): _subscription(subscriptions.resume, schemas.SUBSCRIPTION_RESUME),
}
_LONGEST = 4
ROOT = "/"
_ROOT = Endpoint(lambda call: root(call.account, livemode=call.account.livemode))


def route(method: str, raw_path: str) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint, and the ids in the path. `raw_path` is still percent-encoded.

    Raises:
        ApiError: 404 `invalid_url`, also for an empty id.
    """
    if (method, raw_path) == ("GET", ROOT):
        return _ROOT, ()
    head, *segments = raw_path.split("/")
    if head or len(segments) > _LONGEST or not all(segments):
        raise refused("invalid_url")
    identifiers = tuple(unquote(segment) for segment in segments[1::2])
    pattern = "/".join("*" if place % 2 else segment for place, segment in enumerate(segments))
    endpoint = ENDPOINTS.get((method, pattern))
    if endpoint is None:
        raise refused("invalid_url")
    return endpoint, identifiers


def malformed(endpoint: Endpoint, identifiers: tuple[str, ...], status: int) -> ApiError | None:
    """The refusal of ids in the path that have no valid form, None if they have. `status` is 400 or 404."""
    for prefix, identifier in zip(endpoint.prefixes, identifiers, strict=True):
        if not is_identifier(identifier, prefix):
            noun = NOUNS[prefix]
            return not_found(noun, identifier) if status == 404 else bad_request((f"{noun}_id", "invalid input"))
    return None
