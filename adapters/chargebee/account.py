"""What a Chargebee site is set up as: found out by asking, without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Final

from chargebee.environment import Environment

from adapters.chargebee.connection import ChargebeeConnection
from adapters.chargebee.parameters import PAUSE_IS_OFF
from adapters.chargebee.transport import JsonObject
from adapters.errors import Conflict, Credentials, Invalid, NotFound, Unsupported
from adapters.fields import by_id, http_moment, optional_text
from adapters.holes import Finding
from adapters.observations import EVERY_ACTION, Contact, Observation, Right, Verdict
from gateway.contract import Action, Controller

_CATALOG: Final = "v2"
_WHERE: Final = (
    "Settings > Configure Chargebee > Billing LogIQ > Customers & Subscriptions > Pause Subscription switches it on; "
    "start the gateway again afterwards"
)
_KIND_OF_KEY: Final = (
    "a full-access key of the sub-type Write has it: Settings > Configure Chargebee > API Keys and Webhooks > API Keys"
)
_PROBE: Final = timedelta(days=45)
_FORBIDDEN: Final = 403
_BLOCKED: Final = "request_blocked"
_CATALOGUE: Final = "Product Catalog"
_ALWAYS: Final = f"controllers.{Controller.SUBSCRIPTIONS}"


def _right(name: str, purpose: str, *needed_by: str, previewed: frozenset[str] = frozenset()) -> Right:
    return Right(name, purpose, _KIND_OF_KEY, frozenset(needed_by), previewed)


CUSTOMERS: Final = _right("customers: read", "customers, and looking them up", _ALWAYS)
SUBSCRIPTIONS: Final = _right("subscriptions: read", "subscriptions", _ALWAYS)
ITEM_PRICES: Final = _right("item prices: read", "prices, also those of subscriptions", _ALWAYS)
ITEMS: Final = _right("items: read", "products", f"controllers.{Controller.PRODUCTS}")
FAMILIES: Final = _right("item families: read", "families of products", f"controllers.{Controller.FAMILIES}")
COUPONS: Final = _right("coupons: read", "coupons, also those of subscriptions", _ALWAYS)
ESTIMATES: Final = _right(
    "estimates",
    "whether pausing is switched on, and what a change would charge",
    Action.PAUSE,
    previewed=frozenset({Action.CANCEL, Action.CHANGE_PRICE}),
)
ACTIONS: Final = _right("subscriptions: write", "all actions", *EVERY_ACTION)

_ASKED: Final[Mapping[Right, tuple[str, str]]] = {
    CUSTOMERS: ("customer", "customers"),
    SUBSCRIPTIONS: ("subscription", "subscriptions"),
    ITEM_PRICES: ("item_price", "item_prices"),
    ITEMS: ("item", "items"),
    FAMILIES: ("item_family", "item_families"),
    COUPONS: ("coupon", "coupons"),
}
"""The list that proves a right to read."""


class ChargebeeAccount(ChargebeeConnection):
    """Looks at the site before anything is served.

    Chargebee has kinds of keys instead of single rights (https://www.chargebee.com/docs/api_keys.html); the rights here
    are what each of them comes to.
    """

    rights: ClassVar[Sequence[Right]] = (
        CUSTOMERS,
        SUBSCRIPTIONS,
        ITEM_PRICES,
        ITEMS,
        FAMILIES,
        COUPONS,
        ESTIMATES,
        ACTIONS,
    )

    def _describe_key(self) -> Observation:
        if self._credentials().api_key.get_secret_value().startswith(f"{self.mode}_"):
            return Observation("key", Verdict.OK, f"a {self.mode} key, as its first letters say")
        return Observation("key", Verdict.OK, "it does not say of which mode it is; keys work on their own site only")

    async def _contact(self) -> Contact:
        version = Observation("API version", Verdict.OK, f"every address names {Environment.API_VERSION}")
        try:
            configuration, headers = await self._api.configuration()
        except Credentials as refusal:
            said = refusal.provider
            if said is None or said.status != _FORBIDDEN or said.code == _BLOCKED:
                raise
            return Contact(None, (version, Observation(_CATALOGUE, Verdict.REMARK, "not told: the key may not ask")))
        return Contact(http_moment(headers.get("Date")), (version, *_catalogue_of(configuration)))

    async def _prove_right(self, right: Right) -> bool | None:
        """Reading is proven by asking. That Chargebee looks at the rights before it looks for the object is not
        documented, so a write on an id that cannot exist would prove nothing, and is not sent."""
        if right is ESTIMATES:
            return await self._can_estimate()
        if right not in _ASKED:
            return None
        kind, resource = _ASKED[right]
        await self._api.page(kind, resource, limit=1)
        return True

    async def _can_estimate(self) -> bool | None:
        """Whichever way an estimate is answered, it was answered; None where there is nothing to ask about."""
        try:
            subscription_id = await self._any_active_one()
        except Credentials:
            # For want of another right.
            return None
        if subscription_id is None or await self._can_pause(subscription_id) is None:
            return None
        return True

    async def _examine(self) -> Sequence[Finding]:
        configuration, _ = await self._api.configuration()
        versions = _catalog_versions(configuration)
        if versions and _CATALOG not in versions:
            message = (
                "the site uses Product Catalog 1.0, which this adapter cannot speak; Chargebee migrates sites to 2.0"
            )
            return [Finding(message, fatal=True)]
        subscription_id = await self._any_active_one()
        can_pause = None if subscription_id is None else await self._can_pause(subscription_id)
        if can_pause is None:
            return [Finding("whether pausing is switched on shows with the first active subscription")]
        if not can_pause:
            return [Finding(PAUSE_IS_OFF, feature=Action.PAUSE, advice=_WHERE)]
        return []

    async def _any_active_one(self) -> str | None:
        """The id of a subscription that is active."""
        page = await self._api.page(
            "subscription", "subscriptions", limit=1, status={"is": "active"}, sort_by={"asc": "created_at"}
        )
        return next(iter(by_id(page.rows)), None)

    async def _can_pause(self, subscription_id: str) -> bool | None:
        """Whether pausing is switched on; None where this subscription does not tell.

        There is no setting to read, but an estimate of a pause, which changes nothing, is refused like a pause.
        https://apidocs.chargebee.com/docs/api/estimates#pause_subscription_estimate
        """
        resumes = int((self.runtime.clock() + _PROBE).timestamp())
        try:
            await self._api.estimate(
                "subscriptions",
                subscription_id,
                "pause_subscription_estimate",
                pause_option="immediately",
                subscription={"resume_date": resumes},
            )
        except Unsupported:
            return False
        except (Conflict, Invalid, NotFound):
            # About this one subscription: of the site it tells nothing.
            return None
        return True


def _catalog_versions(configuration: Iterable[JsonObject]) -> frozenset[object]:
    """As far as they are told."""
    return frozenset(version for one in configuration if (version := optional_text(one, "product_catalog_version")))


def _catalogue_of(configuration: Iterable[JsonObject]) -> Sequence[Observation]:
    """Of the first catalogue nothing is said here: it is a finding of the examination."""
    versions = _catalog_versions(configuration)
    if not versions:
        return [Observation(_CATALOGUE, Verdict.REMARK, "not told; this adapter needs 2.0")]
    return [Observation(_CATALOGUE, Verdict.OK, "2.0")] if _CATALOG in versions else []
