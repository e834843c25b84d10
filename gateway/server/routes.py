"""The 22 routes of Churnkey's contract as a table, and those of Direct mode as another.

The server registers them, and the OpenAPI document is made from them.

Source: Churnkey documentation, integrations/controllers and integrations/actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from gateway.contract import (
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    ContractModel,
    Controller,
    Coupon,
    Customer,
    DirectBilling,
    DirectSession,
    Emitted,
    ExtendTrialRequest,
    Family,
    Features,
    Page,
    PauseAllRequest,
    PauseRequest,
    Price,
    Product,
    SessionRequest,
    Subscription,
    Target,
)
from gateway.server import direct
from gateway.server.handlers import Handler, Read, ReadPage, act, features, listing, retrieve

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from gateway.policy import Policy

ROOT: Final = "/churnkey"
"""What Churnkey appends to the API URL that the owner enters (proven)."""

DIRECT_ROOT: Final = "/direct"
"""What the owner's own application appends to the same."""

NAMED: Final = "/{backend}"
"""What stands before a root where the backend is named, as aiohttp writes a route."""

# A name as the settings allow it, and none that is a root: `/direct/churnkey` would stand behind the door of `/direct`.
_NAMED: Final = "/{backend:(?!(?:churnkey|direct)/)[a-z0-9][a-z0-9_-]*}"

M = TypeVar("M", bound=ContractModel)
R = TypeVar("R", bound=Emitted)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    `path` comes after the root, such as `/churnkey`; its placeholders, in braces, are ids and are percent-decoded.
    `operation` is a unique name. `controller` is set for what is read (the manifest has none), `target` for actions.
    `answer` is the model of the 200 answer, None where it has no body; a `Page` takes the query parameters limit and
    cursor.
    `body` is the model that documents the request's body in its canonical spelling, None where there is none.
    """

    method: Literal["GET", "POST"]
    path: str
    operation: str
    summary: str
    handler: Handler
    controller: Controller | None = None
    target: Target | None = None
    answer: type[ContractModel] | None = None
    body: type[ContractModel] | None = None


def _retrieve(path: str, operation: str, summary: str, controller: Controller, answer: type[M], read: Read[M]) -> Route:
    return Route("GET", path, operation, summary, retrieve(read), controller=controller, answer=answer)


def _list(
    path: str,
    operation: str,
    summary: str,
    controller: Controller,
    answer: type[ContractModel],
    read: ReadPage[R],
    offers: Callable[[Policy, R], bool] | None = None,
) -> Route:
    handler = listing(controller, read, offers=offers)
    return Route("GET", path, operation, summary, handler, controller=controller, answer=answer)


def _act(target: Target, operation: str, summary: str, body: type[ContractModel]) -> Route:
    return Route("POST", f"/actions/{target}", operation, summary, act(target), target=target, body=body)


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/features", "retrieveFeatures", "What this integration can do.", features, answer=Features),
    # These two come before the subscriptions of a customer, whose path has the same form.
    _retrieve(
        "/customers/email/{email}",
        "findCustomerByEmail",
        "The customer with this e-mail address, in whichever case.",
        Controller.CUSTOMERS,
        Customer,
        lambda adapter, ids: adapter.customer_by_email(ids["email"]),
    ),
    _retrieve(
        "/customers/phone/{phone}",
        "findCustomerByPhone",
        "The customer with this phone number.",
        Controller.CUSTOMERS,
        Customer,
        lambda adapter, ids: adapter.customer_by_phone(ids["phone"]),
    ),
    _retrieve(
        "/customers/{customerId}",
        "retrieveCustomer",
        "One customer.",
        Controller.CUSTOMERS,
        Customer,
        lambda adapter, ids: adapter.customer(ids["customerId"]),
    ),
    _list(
        "/customers",
        "listCustomers",
        "The customers.",
        Controller.CUSTOMERS,
        Page[Customer],
        lambda adapter, ids, limit, cursor: adapter.customers(limit, cursor),
    ),
    _retrieve(
        "/customers/{customerId}/subscriptions/{subscriptionId}",
        "retrieveSubscription",
        "One subscription of a customer.",
        Controller.SUBSCRIPTIONS,
        Subscription,
        lambda adapter, ids: adapter.subscription(ids["customerId"], ids["subscriptionId"]),
    ),
    _list(
        "/customers/{customerId}/subscriptions",
        "listSubscriptions",
        "A customer's subscriptions, ended ones included.",
        Controller.SUBSCRIPTIONS,
        Page[Subscription],
        lambda adapter, ids, limit, cursor: adapter.subscriptions(ids["customerId"], limit, cursor),
    ),
    _retrieve(
        "/prices/{priceId}",
        "retrievePrice",
        "One price, archived or not.",
        Controller.PRICES,
        Price,
        lambda adapter, ids: adapter.price(ids["priceId"]),
    ),
    _list(
        "/prices",
        "listPrices",
        "The prices that a subscription can be moved to.",
        Controller.PRICES,
        Page[Price],
        lambda adapter, ids, limit, cursor: adapter.prices(limit, cursor),
        lambda policy, price: policy.offers_price(price.id),
    ),
    _retrieve(
        "/coupons/{couponId}",
        "retrieveCoupon",
        "One coupon, usable or not.",
        Controller.COUPONS,
        Coupon,
        lambda adapter, ids: adapter.coupon(ids["couponId"]),
    ),
    _list(
        "/coupons",
        "listCoupons",
        "The coupons that can be applied.",
        Controller.COUPONS,
        Page[Coupon],
        lambda adapter, ids, limit, cursor: adapter.coupons(limit, cursor),
        lambda policy, coupon: policy.offers_coupon(coupon.id),
    ),
    _retrieve(
        "/products/{productId}",
        "retrieveProduct",
        "One product, archived or not.",
        Controller.PRODUCTS,
        Product,
        lambda adapter, ids: adapter.product(ids["productId"]),
    ),
    _list(
        "/products",
        "listProducts",
        "The products on offer.",
        Controller.PRODUCTS,
        Page[Product],
        lambda adapter, ids, limit, cursor: adapter.products(limit, cursor),
    ),
    _retrieve(
        "/families/{familyId}",
        "retrieveFamily",
        "One product family.",
        Controller.FAMILIES,
        Family,
        lambda adapter, ids: adapter.family(ids["familyId"]),
    ),
    _list(
        "/families",
        "listFamilies",
        "The product families.",
        Controller.FAMILIES,
        Page[Family],
        lambda adapter, ids, limit, cursor: adapter.families(limit, cursor),
    ),
    _act(Target.SUBSCRIPTION_CANCEL, "cancelSubscription", "Cancel one subscription.", CancelRequest),
    _act(Target.CUSTOMER_CANCEL, "cancelCustomer", "Cancel all subscriptions of a customer.", CancelAllRequest),
    _act(Target.SUBSCRIPTION_PAUSE, "pauseSubscription", "Pause one subscription.", PauseRequest),
    _act(Target.CUSTOMER_PAUSE, "pauseCustomer", "Pause the subscriptions of a customer.", PauseAllRequest),
    _act(Target.SUBSCRIPTION_EXTEND_TRIAL, "extendTrial", "Extend a running trial.", ExtendTrialRequest),
    _act(Target.SUBSCRIPTION_APPLY_COUPON, "applyCoupon", "Apply a coupon to a subscription.", ApplyCouponRequest),
    _act(Target.SUBSCRIPTION_CHANGE_PRICE, "changePrice", "Move a subscription to another price.", ChangePriceRequest),
)


DIRECT_ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/customers/{customerId}",
        "retrieveBilling",
        "A customer with all subscriptions, as Churnkey's React component takes them.",
        direct.billing,
        controller=Controller.CUSTOMERS,
        answer=DirectBilling,
    ),
    Route(
        "POST",
        "/token",
        "createSession",
        "A session token for a customer, or for one of the customer's subscriptions.",
        direct.session,
        controller=Controller.CUSTOMERS,
        answer=DirectSession,
        body=SessionRequest,
    ),
)
"""What is served to the owner's own application, where that is configured."""


def register(router: web.UrlDispatcher) -> None:
    """Add every route below its root, and below that of any backend's name.

    Which of them exist changes with the settings, and is decided where the token is looked at.
    """
    for root, routes in ((ROOT, ROUTES), (DIRECT_ROOT, DIRECT_ROUTES)):
        for prefix in ("", _NAMED):
            for route in routes:
                router.add_route(route.method, prefix + root + route.path, route.handler)
