"""What the YAML of a Stripe backend may say beyond what all backends share."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

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


def _key_of(mode: str) -> AfterValidator:
    """Checks that a key is one for the mode, before anything starts with it. Stripe tells the mode by the key."""

    def check(secret: SecretStr) -> SecretStr:
        match = _KEY.fullmatch(secret.get_secret_value())
        wanted = f"it must begin with sk_{mode}_ or rk_{mode}_"
        if match is None:
            raise ValueError(f"is not a Stripe secret or restricted key: {wanted}")
        if match["mode"] != mode:
            raise ValueError(f"is a {match['mode']} key: {wanted}")
        return secret

    return AfterValidator(check)


_KEY_DESCRIPTION: Final = (
    "A restricted key (rk_...) with the permissions that the provider's page lists, or a secret key (sk_...)."
)


class StripeModeSettings(ModeSettings):
    """One mode of a Stripe account."""

    api_key: Secret = Field(description=_KEY_DESCRIPTION)


class StripeLiveSettings(StripeModeSettings):
    """Live mode."""

    api_key: Annotated[Secret, _key_of("live")] = Field(description=_KEY_DESCRIPTION)


class StripeTestSettings(StripeModeSettings):
    """Test mode, or a sandbox, whose keys are test keys too."""

    api_key: Annotated[Secret, _key_of("test")] = Field(description=_KEY_DESCRIPTION)


class StripeModes(Modes):
    """The modes of a Stripe backend."""

    live: StripeLiveSettings | None = Field(None, description="Real customers and real money.")
    test: StripeTestSettings | None = Field(None, description="Test mode, or a sandbox.")


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
