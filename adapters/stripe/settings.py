"""What the YAML of a Stripe backend may say beyond what all backends share."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from adapters.settings import (
    ActionSettings,
    AdapterSettings,
    ControllerSettings,
    Modes,
    ModeSettings,
    PauseSettings,
    Secret,
    Section,
    switch,
)

_KEY = re.compile(r"(?P<kind>sk|rk)_(?P<mode>live|test)_\w+")


class StripeModeSettings(ModeSettings):
    """One mode of a Stripe account, or a sandbox of it."""

    api_key: Secret = Field(
        description="A restricted key (rk_live_..., rk_test_...) with the permissions the provider's page lists, "
        "or a secret key (sk_...). Sandboxes have test keys."
    )


class StripeModes(Modes):
    """Stripe tells the mode by the key: a key of the other mode is refused before anything starts."""

    live: StripeModeSettings | None = Field(None, description="Real customers and real money.")
    test: StripeModeSettings | None = Field(None, description="Test mode, or a sandbox.")

    @model_validator(mode="after")
    def _keys_fit_their_modes(self) -> StripeModes:
        for mode, settings in (("live", self.live), ("test", self.test)):
            if settings is None:
                continue
            match = _KEY.fullmatch(settings.api_key.get_secret_value())
            if match is None:
                raise ValueError(
                    f"{mode}.api_key is not a secret or restricted key: it must begin with sk_{mode}_ or rk_{mode}_"
                )
            if match["mode"] != mode:
                raise ValueError(
                    f"{mode}.api_key is a {match['mode']} key: it must begin with sk_{mode}_ or rk_{mode}_"
                )
        return self


class StripePauseSettings(PauseSettings):
    """Stripe pauses by not collecting invoices."""

    behavior: Literal["mark_uncollectible", "void", "keep_as_draft"] = Field(
        "mark_uncollectible",
        description="What becomes of the invoices made during the pause (Stripe: pause_collection.behavior).",
    )


class StripeActionSettings(ActionSettings):
    """Actions as Stripe does them."""

    pause: Annotated[StripePauseSettings, BeforeValidator(switch)] = StripePauseSettings()


class FamilySettings(Section):
    """Families by convention: Stripe has none, so a metadata key of the products names theirs."""

    enabled: bool = Field(default=False, description="true: products are grouped by the metadata key.")
    metadata_key: str = Field(
        "family", min_length=1, max_length=40, description="The key in a product's metadata that holds its family."
    )


class StripeControllerSettings(ControllerSettings):
    """Lists as Stripe has them."""

    families: Annotated[FamilySettings, BeforeValidator(switch)] = FamilySettings()


class StripeSettings(AdapterSettings):
    """A Stripe backend."""

    modes: StripeModes = Field(description="Credentials for live and test.")
    actions: StripeActionSettings = StripeActionSettings()
    controllers: StripeControllerSettings = StripeControllerSettings()
