"""What the reads and the writes of the Stripe adapter share: the connection, the catalogue, the settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar, Final

from adapters.errors import UNEXPRESSED, Invalid, NotFound, Unmappable, Unreadable
from adapters.fields import required_text
from adapters.holes import Holes, Runtime
from adapters.settings import AdapterSettings
from adapters.stripe.catalogue import Catalogue, Companions
from adapters.stripe.client import WHOLE_PAGE, Call, JsonObject, StripeApi
from adapters.stripe.counted import SUBSCRIPTION_STATUS
from adapters.stripe.expressed import Expressed
from adapters.stripe.fields import is_deleted
from adapters.stripe.options import MappingOptions
from adapters.stripe.settings import StripeModeSettings, StripeSettings
from adapters.stripe.subscriptions import Context
from gateway.contract import Controller, Mode

_UNTOLD: Final = False
"""In the place of a subscription's items, which then are no list."""
UNFOLLOWED: Final = (*UNEXPRESSED, Invalid, NotFound, Unreadable)
"""What comes of asking for further items in vain: the last one may be gone by then."""


def require_new(known: Collection[str], following: Collection[str]) -> None:
    """Raises `Unmappable` where a page that should bring further items brings none, or some a second time."""
    if not following or len({*known, *following}) < len(known) + len(following):
        raise Unmappable("items: what should follow")


class StripeConnection(Holes):
    """One Stripe account in one mode. `_open` makes the session, so it must run on the event loop."""

    settings_model: ClassVar[type[AdapterSettings]] = StripeSettings

    def __init__(self, mode: Mode, settings: AdapterSettings, runtime: Runtime) -> None:
        if not isinstance(settings, StripeSettings):
            raise TypeError("the settings of a Stripe backend are needed")
        self._stripe_settings = settings
        families = settings.controllers.families
        self._options = MappingOptions(
            products=settings.controllers.products,
            exact_intervals=settings.intervals == "exact",
            family_key=families.metadata_key if families.enabled and settings.controllers.products else None,
        )
        super().__init__(mode, settings, runtime)

    async def _open(self) -> None:
        settings = self._credentials()
        self._api = StripeApi(
            settings.api_key.get_secret_value(),
            settings.base_url,
            live=self.mode is Mode.LIVE,
            runtime=self.runtime,
        )
        self._expressed = Expressed()
        self._catalogue = Catalogue(
            self._api, self._options, self._stripe_settings.catalogue_ttl_s, self.runtime.observer
        )

    def _credentials(self) -> StripeModeSettings:
        modes = self._stripe_settings.modes
        settings = modes.live if self.mode is Mode.LIVE else modes.test
        if settings is None:
            raise ValueError(f"the mode {self.mode} is not configured")
        return settings

    async def _close(self) -> None:
        await self._api.close()

    def _switched_on(self, controller: Controller) -> bool:
        return controller is not Controller.FAMILIES or self._stripe_settings.controllers.families.enabled

    def _context(self, companions: Companions) -> Context:
        return Context(
            self._options,
            companions,
            self.runtime.clock(),
            lambda status: self.runtime.observer.unknown_value(SUBSCRIPTION_STATUS, status),
            self._expressed,
        )

    def _expanded(self, paths: Sequence[str]) -> list[str]:
        """The paths to expand, without products where they are switched off: the key may then not read them."""
        return [path for path in paths if self._options.products or not path.endswith("product")]

    async def _require_customer(self, customer_id: str) -> None:
        """Raises `NotFound` for a customer who does not exist: an empty list does not tell that from having nothing."""
        if is_deleted(await self._api.get("customers", customer_id)):
            raise NotFound("There is no such customer.")

    async def _complete_items(self, subscriptions: Iterable[JsonObject]) -> None:
        """Fetch the items that did not come with their subscription, which embeds only the first page of them.

        Where it cannot be told what is missing, nothing is left of them: a part must not be taken for the whole.
        """
        for subscription in subscriptions:
            try:
                page = subscription.get("items")
                if isinstance(page, dict) and page.get("has_more") and page["data"]:
                    await self._complete(required_text(subscription, "id"), page)
            except UNFOLLOWED:
                if isinstance(subscription, dict):
                    subscription["items"] = _UNTOLD

    async def _complete(self, subscription_id: str, page: JsonObject) -> None:
        while page.get("has_more") and page["data"]:
            following = await self._following_items(subscription_id, required_text(page["data"][-1], "id"))
            require_new([one["id"] for one in page["data"]], [one["id"] for one in following["data"]])
            page["data"].extend(following["data"])
            page["has_more"] = following.get("has_more", False)

    def _following_items(self, subscription_id: str, after: str) -> Call:
        """The items of a subscription that come after one of them, a page of them."""
        return self._api.get(
            "subscription_items",
            subscription=subscription_id,
            limit=WHOLE_PAGE,
            starting_after=after,
            expand=["data.discounts"],
        )
