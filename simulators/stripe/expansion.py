"""`expand`: which properties can be expanded, how deep, and what the answer then holds.

Rules: https://docs.stripe.com/expand. A path has at most four levels, `data` of a list included. Naming a
deep property expands the objects on the way. Stored objects hold ids, so an answer without `expand` is served
as stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from simulators.stripe.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.stripe.store import Store
    from simulators.types import Json

MAXIMUM_DEPTH = 4
Branches = dict[str, "Branches"]


class Property(Protocol):
    """An expandable property of one kind of object."""

    @property
    def inner(self) -> str | None:
        """The kind of what is inside, None when nothing inside can be expanded."""
        ...

    def value(self, store: Store, holder: Json, name: str, branches: Branches) -> Any:
        """The property's value in the answer."""
        ...


@dataclass(frozen=True)
class Inline:
    """An object, or a list of them, that is in the answer anyway."""

    inner: str | None

    def value(self, store: Store, holder: Json, name: str, branches: Branches) -> Any:
        held = holder.get(name)
        if isinstance(held, list):
            return [expanded(store, row, self.inner, branches) for row in held]
        return expanded(store, held, self.inner, branches) if isinstance(held, dict) else held


@dataclass(frozen=True)
class Reference:
    """An id, or a list of ids, of objects in a table of the store."""

    inner: str
    table: str
    right: str

    def value(self, store: Store, holder: Json, name: str, branches: Branches) -> Any:
        held = holder.get(name)
        if isinstance(held, list):
            return [self._object(store, identifier, branches) for identifier in held]
        return None if held is None else self._object(store, held, branches)

    def _object(self, store: Store, identifier: str, branches: Branches) -> Any:
        row = getattr(store, self.table).get(identifier)
        if row is not None:
            shown = with_items(row, store.items_in_single_answers) if self.inner == "subscription" else row
            return expanded(store, shown, self.inner, branches)
        if self.inner == "coupon":
            return _deleted_coupon(store, identifier)
        return store.deleted.get(identifier)


@dataclass(frozen=True)
class Hidden:
    """A member that is left out of the answer unless it is expanded."""

    inner: str | None = None

    def value(self, store: Store, holder: Json, name: str, branches: Branches) -> Any:
        held = store.extras.get(holder["id"], {}).get(name)
        if self.inner != "currency_options" or held is None:
            return held
        return {
            currency: {
                member: value
                for member, value in terms.items()
                if member != "tiers" or "tiers" in branches.get(currency, {})
            }
            for currency, terms in held.items()
        }


@dataclass(frozen=True)
class Elsewhere:
    """Something the simulator has none of: expandable, and always what it was."""

    inner: None = None

    def value(self, store: Store, holder: Json, name: str, branches: Branches) -> Any:
        return holder.get(name)


@dataclass(frozen=True)
class CustomerSubscriptions:
    """`subscriptions` of a customer: those that are not canceled, first page."""

    inner: str = "list of subscription"

    def value(self, store: Store, holder: Json, name: str, branches: Branches) -> Any:
        current = [
            row
            for row in reversed(store.of_customer.get(holder["id"], []))
            if row["status"] not in ("canceled", "incomplete_expired")
        ]
        page = {
            "object": "list",
            "data": [with_items(row, store.items_in_list_answers) for row in current[:10]],
            "has_more": len(current) > 10,
            "url": f"/v1/customers/{holder['id']}/subscriptions",
        }
        return expanded(store, page, self.inner, branches)


_CUSTOMER = Reference("customer", "customers", "rak_customer_read")
_COUPON = Reference("coupon", "coupons", "rak_coupon_read")
_PRICE = Reference("price", "prices", "rak_plan_read")
_PRODUCT = Reference("product", "products", "rak_product_read")
_DISCOUNT = Reference("discount", "discounts", "rak_subscription_read")
_SUBSCRIPTION = Reference("subscription", "subscriptions", "rak_subscription_read")
_SCHEDULE = Reference("subscription_schedule", "schedules", "rak_subscription_read")
_PROMOTION_CODE = Reference("promotion_code", "promotion_codes", "rak_promotion_code_read")
_ELSEWHERE = Elsewhere()

PROPERTIES: Mapping[str, Mapping[str, Property]] = {
    "customer": {
        "discount": Inline("discount"),
        "subscriptions": CustomerSubscriptions(),
        **dict.fromkeys(("cash_balance", "default_source", "sources", "tax", "tax_ids", "test_clock"), _ELSEWHERE),
    },
    "subscription": {
        "customer": _CUSTOMER,
        "discounts": _DISCOUNT,
        "items": Inline("list of subscription_item"),
        "schedule": _SCHEDULE,
        **dict.fromkeys(
            (
                "application",
                "default_payment_method",
                "default_source",
                "latest_invoice",
                "on_behalf_of",
                "pending_setup_intent",
                "test_clock",
            ),
            _ELSEWHERE,
        ),
    },
    "subscription_item": {
        "discounts": _DISCOUNT,
        "plan": Inline("plan"),
        "price": Inline("price"),
        "billed_until": _ELSEWHERE,
    },
    "invoice": {"customer": _CUSTOMER, "discounts": _DISCOUNT},
    "plan": {"product": _PRODUCT},
    "price": {"currency_options": Hidden("currency_options"), "product": _PRODUCT, "tiers": Hidden()},
    "product": {"default_price": _PRICE, "tax_code": _ELSEWHERE},
    "coupon": {"applies_to": Hidden(), "currency_options": Hidden()},
    "promotion_code": {"customer": _CUSTOMER, "promotion": Inline("promotion")},
    "promotion": {"coupon": _COUPON},
    "discount": {"customer": _CUSTOMER, "promotion_code": _PROMOTION_CODE, "source": Inline("source")},
    "source": {"coupon": _COUPON},
    "subscription_schedule": {
        "application": _ELSEWHERE,
        "customer": _CUSTOMER,
        "phases": Inline("phase"),
        "subscription": _SUBSCRIPTION,
        "test_clock": _ELSEWHERE,
    },
    "phase": {"discounts": Inline("phase discount"), "items": Inline("phase item")},
    "phase item": {"discounts": Inline("phase discount"), "price": _PRICE},
    "phase discount": {"coupon": _COUPON, "discount": _DISCOUNT, "promotion_code": _PROMOTION_CODE},
}


@lru_cache(maxsize=1024)
def parse(paths: tuple[str, ...], kind: str) -> Branches:
    """The `expand` parameter as a tree, checked against the kind of answer, such as `list of customer`.

    Raises:
        ApiError: 400 for a path of more than four levels, or through a property that cannot be expanded.
    """
    tree: Branches = {}
    for path in paths:
        names = path.split(".")
        if len(names) > MAXIMUM_DEPTH:
            raise ApiError(
                400,
                f"You cannot expand more than {MAXIMUM_DEPTH} levels of a property. Property: {path}",
                code="property_expansion_max_depth",
                param="expand",
                refused_early=True,
            )
        _check(names, kind)
        node = tree
        for name in names:
            node = node.setdefault(name, {})
    return tree


def _check(names: list[str], kind: str) -> None:
    inner: str | None = kind
    for position, name in enumerate(names):
        if inner == "currency_options":
            inner = "terms"
            continue
        found = _property(inner, name)
        if found is None:
            hint = ""
            if position == 0 and kind.startswith("list of ") and _property(kind.removeprefix("list of "), name):
                hint = f" You may want to try expanding 'data.{name}' instead."
            raise ApiError(400, f"This property cannot be expanded ({name}).{hint}", refused_early=True)
        inner = found.inner


def _property(kind: str | None, name: str) -> Property | None:
    if kind is None:
        return None
    if kind == "terms":
        return Hidden() if name == "tiers" else None
    if kind.startswith("list of "):
        return Inline(kind.removeprefix("list of ")) if name == "data" else None
    return PROPERTIES[kind].get(name)


def check_rights(store: Store, branches: Branches, kind: str | None) -> None:
    """Raises ApiError 403 when a restricted key may not read something that it wants expanded."""
    if store.restricted is None:
        return
    for name, deeper in branches.items():
        found = _property(kind, name)
        if isinstance(found, Reference) and not store.may(found.right):
            raise lacking_right(store, found.right)
        if isinstance(found, CustomerSubscriptions) and not store.may(_SUBSCRIPTION.right):
            raise lacking_right(store, _SUBSCRIPTION.right)
        if found is not None:
            check_rights(store, deeper, found.inner)


def expanded(store: Store, row: Json, kind: str | None, branches: Branches) -> Json:
    """A stored object with branches expanded: a copy as deep as the branches go, or the object itself."""
    if not branches:
        return row
    answer = dict(row)
    for name, deeper in branches.items():
        found = _property(kind, name)
        if found is not None:
            answer[name] = found.value(store, row, name, deeper)
    return answer


def with_items(subscription: Json, maximum: int) -> Json:
    """A subscription with at most `maximum` items embedded; `has_more` tells whether some are left out."""
    page = subscription["items"]
    if len(page["data"]) <= maximum:
        return subscription
    return {**subscription, "items": {**page, "data": page["data"][:maximum], "has_more": True}}


def lacking_right(store: Store, right: str) -> ApiError:
    """The answer to a restricted key that lacks a right."""
    mode = "live" if store.livemode else "test"
    return ApiError(
        403,
        f"The provided key 'rk_{mode}_***' does not have the required permissions for this endpoint on account "
        f"'{store.id}'. Having the '{right}' permission would allow this request to continue.",
        refused_early=True,
    )


def _deleted_coupon(store: Store, identifier: str) -> Json | str | None:
    if store.deleted_coupon_expands_to == "id":
        return identifier
    return store.deleted.get(identifier) if store.deleted_coupon_expands_to == "object" else None
