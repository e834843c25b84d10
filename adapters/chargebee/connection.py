"""What the reads and the writes of the Chargebee adapter share: the connection, the catalogue, the settings."""

from __future__ import annotations

from typing import ClassVar

from adapters.chargebee.catalogue import Catalogue, Companions
from adapters.chargebee.client import ChargebeeApi
from adapters.chargebee.counted import SUBSCRIPTION_STATUS
from adapters.chargebee.options import MappingOptions
from adapters.chargebee.settings import ChargebeeModeSettings, ChargebeeSettings
from adapters.chargebee.subscriptions import Context
from adapters.errors import NotFound
from adapters.holes import Holes, Runtime
from adapters.settings import AdapterSettings
from gateway.contract import Controller, Mode


class ChargebeeConnection(Holes):
    """One Chargebee site in one mode. `_open` makes the session, so it must run on the event loop."""

    settings_model: ClassVar[type[AdapterSettings]] = ChargebeeSettings

    def __init__(self, mode: Mode, settings: AdapterSettings, runtime: Runtime) -> None:
        if not isinstance(settings, ChargebeeSettings):
            raise TypeError("the settings of a Chargebee backend are needed")
        self._chargebee_settings = settings
        controllers = settings.controllers
        self._options = MappingOptions(
            products=controllers.products,
            families=controllers.products and controllers.families,
            exact_intervals=settings.intervals == "exact",
        )
        super().__init__(mode, settings, runtime)

    async def _open(self) -> None:
        settings = self._credentials()
        self._api = ChargebeeApi(settings.api_key.get_secret_value(), settings.origin, self.runtime, settings.base_url)
        self._catalogue = Catalogue(self._api, self._chargebee_settings.catalogue_ttl_s, self.runtime.observer)

    def _credentials(self) -> ChargebeeModeSettings:
        modes = self._chargebee_settings.modes
        settings = modes.live if self.mode is Mode.LIVE else modes.test
        if settings is None:
            raise ValueError(f"the mode {self.mode} is not configured")
        return settings

    async def _close(self) -> None:
        await self._api.close()

    def _switched_on(self, controller: Controller) -> bool:
        return controller is not Controller.FAMILIES or self._options.families

    def _context(self, companions: Companions) -> Context:
        return Context(
            self._options,
            companions,
            self.runtime.clock(),
            lambda status: self.runtime.observer.unknown_value(SUBSCRIPTION_STATUS, status),
        )

    async def _require_customer(self, customer_id: str) -> None:
        """Raises `NotFound` for a customer who does not exist: an empty list does not tell that from having nothing."""
        found = await self._api.retrieve("customer", "customers", customer_id)
        if found.get("deleted") is True:
            raise NotFound("There is no such customer.")
