"""What can be known of a Stripe account before serving: the key, its rights, the API version. Nothing is changed.

Rights: https://docs.stripe.com/keys/restricted-api-keys. Their names are those of the form that makes a restricted key;
Stripe's refusals call them by others ("Having the 'rak_plan_read' permission would allow this request to continue").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from adapters.errors import Conflict, Credentials, Invalid, NotFound
from adapters.fields import by_id, http_moment
from adapters.observations import EVERY_ACTION, Contact, Observation, Right, Verdict
from adapters.stripe.charges import is_without_invoice
from adapters.stripe.client import API_VERSION
from adapters.stripe.connection import StripeConnection
from gateway.contract import Action, Controller, Schedule

_VERSION: Final = "API version"
_VERSION_HEADER: Final = "Stripe-Version"


def _right(name: str, called: str, purpose: str, *needed_by: str, previewed: frozenset[str] = frozenset()) -> Right:
    resource, _, level = name.partition(": ")
    advice = f"Dashboard > Developers > API keys > the key > Edit: {resource} to {level.capitalize()} ({called})"
    return Right(name, purpose, advice, frozenset(needed_by), previewed)


_ALWAYS: Final = f"controllers.{Controller.SUBSCRIPTIONS}"

CUSTOMERS: Final = _right("Customers: read", "rak_customer_read", "customers, and looking them up", _ALWAYS)
SUBSCRIPTIONS: Final = _right(
    "Subscriptions: read", "rak_subscription_read", "subscriptions, their items and schedules", _ALWAYS
)
PLANS: Final = _right("Plans: read", "rak_plan_read", "prices, also those of subscriptions", _ALWAYS)
PRODUCTS: Final = _right(
    "Products: read", "rak_product_read", "products, and the names of prices", f"controllers.{Controller.PRODUCTS}"
)
COUPONS: Final = _right("Coupons: read", "rak_coupon_read", "coupons, also within discounts", _ALWAYS)
ACTIONS: Final = _right("Subscriptions: write", "rak_subscription_write", "all actions", *EVERY_ACTION)
PREVIEWS: Final = _right(
    "Invoices: write",
    "rak_invoice_write",
    "asking what a price change would charge",
    previewed=frozenset({f"{Action.CHANGE_PRICE}.{Schedule.IMMEDIATE}"}),
)

_ASKED: Final[Mapping[Right, Sequence[str]]] = {
    CUSTOMERS: ("customers",),
    SUBSCRIPTIONS: ("subscriptions", "subscription_schedules"),
    PLANS: ("prices",),
    PRODUCTS: ("products",),
    COUPONS: ("coupons",),
}
"""The lists that prove a right to read."""


class StripeAccount(StripeConnection):
    """Looks at the account before anything is served."""

    rights: ClassVar[Sequence[Right]] = (CUSTOMERS, SUBSCRIPTIONS, PLANS, PRODUCTS, COUPONS, ACTIONS, PREVIEWS)

    def _describe_key(self) -> Observation:
        if self._is_restricted():
            return Observation("key", Verdict.OK, f"a restricted key of {self.mode} mode")
        return Observation(
            "key",
            Verdict.REMARK,
            f"a secret key of {self.mode} mode, which may do everything at Stripe",
            "use a restricted key with the permissions below",
        )

    async def _contact(self) -> Contact:
        """Asked twice: once with the version that every call here names, once without any."""
        named, unnamed = await self._api.headers(API_VERSION), await self._api.headers(None)
        version = _version(named.get(_VERSION_HEADER), unnamed.get(_VERSION_HEADER))
        return Contact(http_moment(unnamed.get("Date")), (version,))

    async def _prove_right(self, right: Right) -> bool | None:
        """Reading is proven by asking, and so is previewing. That Stripe looks at the rights before it looks for the
        object is not documented, so a write on an id that cannot exist would prove nothing, and is not sent."""
        if right in _ASKED:
            for resource in _ASKED[right]:
                await self._api.get(resource, limit=1)
            return True
        if not self._is_restricted():
            return True
        return await self._can_preview() if right is PREVIEWS else None

    async def _can_preview(self) -> bool | None:
        """By a preview of any subscription as it is, which changes nothing; None where there is none, or where the
        preview is refused for what it asks."""
        try:
            page = await self._api.get("subscriptions", limit=1)
        except Credentials:
            # For want of another right.
            return None
        subscription_id = next(iter(by_id(page["data"])), None)
        if subscription_id is None:
            return None
        try:
            await self._api.preview("invoices", "create_preview", subscription=subscription_id)
        except (Conflict, Invalid, NotFound) as error:
            return True if is_without_invoice(error) else None
        return True

    def _is_restricted(self) -> bool:
        return self._credentials().api_key.get_secret_value().startswith("rk_")


def _version(answered: str | None, own: str | None) -> Observation:
    """Automatic billing goes by the account's own version, whatever requests name, and needs none of ours:
    https://docs.stripe.com/api-versions."""
    if answered is not None and answered != API_VERSION:
        return Observation(
            _VERSION,
            Verdict.FINDING,
            f"answers come in {answered}, though requests name {API_VERSION}",
            "let what stands at base_url pass the header Stripe-Version on",
        )
    if own is None or own == API_VERSION:
        return Observation(_VERSION, Verdict.OK, f"every request names {API_VERSION}")
    return Observation(
        _VERSION, Verdict.OK, f"every request names {API_VERSION}; the account's own is {own}, which does not matter"
    )
