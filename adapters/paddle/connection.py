"""What the reads and the writes of the Paddle adapter share: the connection, the catalogue, the settings."""

from __future__ import annotations

from typing import ClassVar

from adapters.errors import NotFound
from adapters.holes import Holes, Runtime
from adapters.paddle.catalogue import Catalogue
from adapters.paddle.client import PaddleApi
from adapters.paddle.models import Price
from adapters.paddle.options import MappingOptions
from adapters.paddle.prices import is_recurring
from adapters.paddle.settings import PaddleModeSettings, PaddleSettings
from adapters.settings import AdapterSettings
from gateway.contract import Mode


class PaddleConnection(Holes):
    """One Paddle account in one mode. `_open` makes the session, so it must run on the event loop."""

    settings_model: ClassVar[type[AdapterSettings]] = PaddleSettings

    def __init__(self, mode: Mode, settings: AdapterSettings, runtime: Runtime) -> None:
        if not isinstance(settings, PaddleSettings):
            raise TypeError("the settings of a Paddle backend are needed")
        self._paddle_settings = settings
        self._options = MappingOptions(
            products=settings.controllers.products, exact_intervals=settings.intervals == "exact"
        )
        super().__init__(mode, settings, runtime)

    async def _open(self) -> None:
        settings = self._credentials()
        self._api = PaddleApi(
            settings.api_key.get_secret_value(),
            settings.base_url,
            live=self.mode is Mode.LIVE,
            runtime=self.runtime,
        )
        self._catalogue = Catalogue(
            self._api,
            self._options,
            self._paddle_settings.catalogue_ttl_s,
            self.runtime.observer,
        )

    def _credentials(self) -> PaddleModeSettings:
        modes = self._paddle_settings.modes
        settings = modes.live if self.mode is Mode.LIVE else modes.test
        if settings is None:
            raise ValueError(f"the mode {self.mode} is not configured")
        return settings

    async def _close(self) -> None:
        await self._api.close()

    async def _recurring_price(self, price_id: str) -> Price:
        """A price of subscriptions. One that is charged once is `NotFound`. Raises `Unmappable`."""
        found = await self._catalogue.price(price_id)
        if not is_recurring(found):
            raise NotFound("There is no such price.")
        return found

    async def _require_customer(self, customer_id: str) -> None:
        """Raises `NotFound` for a customer who does not exist: an empty list does not tell that from having nothing."""
        await self._api.get("customers", customer_id)
