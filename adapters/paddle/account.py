"""What can be known of a Paddle account before serving: the key, its permissions, the environment. Nothing is changed.

Permissions: https://developer.paddle.com/api-reference/about/permissions. Paddle tells which of them a key has, also
those to write: https://developer.paddle.com/api-reference/api-root/get-api-root.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from adapters.errors import Credentials, Unreadable
from adapters.fields import http_moment
from adapters.observations import EVERY_ACTION, Contact, Observation, Right, Verdict
from adapters.paddle.client import API_VERSION, JsonObject
from adapters.paddle.connection import PaddleConnection
from adapters.paddle.settings import is_old
from gateway.contract import Controller, Mode

_LACKING: Final = "forbidden"
"""https://developer.paddle.com/errors/shared/forbidden"""
_ENVIRONMENT: Final = {Mode.LIVE: "production", Mode.TEST: "sandbox"}


def _right(name: str, purpose: str, *needed_by: str) -> Right:
    advice = f"Paddle > Developer tools > Authentication > the key > Edit: tick {name}"
    return Right(name, purpose, advice, frozenset(needed_by))


_ALWAYS: Final = f"controllers.{Controller.CUSTOMERS}"

CUSTOMERS: Final = _right("customer.read", "customers, and looking them up by e-mail", _ALWAYS)
ADDRESSES: Final = _right("address.read", "the addresses of a customer", _ALWAYS)
SUBSCRIPTIONS: Final = _right(
    "subscription.read", "subscriptions, and previews of changes (max_immediate_charge)", _ALWAYS
)
PRICES: Final = _right("price.read", "prices", f"controllers.{Controller.PRICES}")
PRODUCTS: Final = _right("product.read", "products, and those of prices", f"controllers.{Controller.PRODUCTS}")
DISCOUNTS: Final = _right(
    "discount.read", "coupons, and the discounts of subscriptions", f"controllers.{Controller.COUPONS}"
)
ACTIONS: Final = _right("subscription.write", "all actions", *EVERY_ACTION)

_ASKED: Final[Mapping[Right, str]] = {
    CUSTOMERS: "customers",
    SUBSCRIPTIONS: "subscriptions",
    PRICES: "prices",
    PRODUCTS: "products",
    DISCOUNTS: "discounts",
}
"""The list that proves a right to read."""


class PaddleAccount(PaddleConnection):
    """Looks at the account before anything is served."""

    rights: ClassVar[Sequence[Right]] = (CUSTOMERS, ADDRESSES, SUBSCRIPTIONS, PRICES, PRODUCTS, DISCOUNTS, ACTIONS)

    def _describe_key(self) -> Observation:
        if not is_old(self._credentials().api_key):
            return Observation("key", Verdict.OK, f"a key of {self.mode} mode")
        return Observation(
            "key",
            Verdict.REMARK,
            "made before May 2025: it may do everything, never ends, and does not say of which mode it is",
            "replace it by a key with the permissions below",
        )

    async def _contact(self) -> Contact:
        """By the API root. It answers whoever asks, so an answer that knows no account means that no key arrived."""
        try:
            root, date = await self._api.root()
        except Unreadable:
            # What stands at base_url need not pass on what only this asks for.
            await self._require_known_key()
            return Contact(None, (_environment({}, self.mode), _version({})))
        if _part(root, "caller").get("account") is None:
            raise Credentials
        return Contact(http_moment(date), (_environment(root, self.mode), _version(root)))

    async def _prove_right(self, right: Right) -> bool | None:
        """Reading is proven by asking, where that takes no id. For the rest Paddle's word on the key is taken."""
        if right in _ASKED:
            await self._api.page(_ASKED[right], per_page=1)
            return True
        if is_old(self._credentials().api_key):
            return True
        try:
            root, _ = await self._api.root()
        except Unreadable:
            return None
        held = _part(root, "caller").get("permissions")
        if not isinstance(held, list):
            return None
        # To write includes to read.
        return right.name in held or f"{right.name.partition('.')[0]}.write" in held

    async def _require_known_key(self) -> None:
        """Raises `Credentials` where the key is refused, and not for want of a permission."""
        try:
            await self._api.page("customers", per_page=1)
        except Credentials as refusal:
            if refusal.provider is None or refusal.provider.code != _LACKING:
                raise


def _environment(root: JsonObject, mode: Mode) -> Observation:
    serving = _part(root, "api").get("environment")
    if serving == _ENVIRONMENT[mode]:
        return Observation("environment", Verdict.OK, f"requests of {mode} mode are served by Paddle's {serving}")
    if serving not in _ENVIRONMENT.values():
        return Observation("environment", Verdict.REMARK, "not told: the answer does not name it")
    what = f"requests of {mode} mode are served by Paddle's {serving}"
    return Observation("environment", Verdict.FINDING, what, f"correct modes.{mode}.base_url, or leave it out")


def _version(root: JsonObject) -> Observation:
    """The root's form of the version is not documented; a leading letter is taken for no difference."""
    serving = _part(root, "api").get("version")
    if isinstance(serving, str) and serving.removeprefix("v") != API_VERSION:
        what = f"every request names {API_VERSION}, and the answer says that it comes from another"
        return Observation("API version", Verdict.REMARK, what)
    return Observation("API version", Verdict.OK, f"every request names {API_VERSION}")


def _part(root: JsonObject, name: str) -> JsonObject:
    found = root.get(name)
    return found if isinstance(found, dict) else {}
