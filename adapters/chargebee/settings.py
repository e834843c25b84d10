"""What the YAML of a Chargebee backend may say beyond what all backends share."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from adapters.settings import (
    ActionSettings,
    AdapterSettings,
    CancelSettings,
    ControllerSettings,
    Modes,
    ModeSettings,
    PauseSettings,
    Secret,
    switch,
)

_SITE: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_TEST_SITE: Final = "-test"
_CHARGEBEES: Final = ".chargebee.com"
"""How the hosts of sites end, those of other data centres as well: https://acme.eu.chargebee.com."""
_KEY_DESCRIPTION: Final = "An API key of this site; a full-access key of the sub-type Write is enough."
_SITE_DESCRIPTION: Final = "The site's name: https://<site>.chargebee.com. May be left out where base_url is given."


def _not_a_key_of(mode: str) -> AfterValidator:
    """Refuses a key that says itself that it is of the other mode. Not every key says it."""

    def check(secret: SecretStr) -> SecretStr:
        if secret.get_secret_value().startswith(f"{mode}_"):
            raise ValueError(f"is a {mode} key, as its first letters say")
        return secret

    return AfterValidator(check)


def _site(name: str) -> str:
    if _SITE.fullmatch(name) is None:
        raise ValueError("must be the first part of the site's address, such as acme in https://acme.chargebee.com")
    return name


Site = Annotated[str, AfterValidator(_site)]


class ChargebeeModeSettings(ModeSettings):
    """One site of Chargebee's."""

    site: Site | None = Field(None, description=_SITE_DESCRIPTION)
    api_key: Secret = Field(description=_KEY_DESCRIPTION)

    @property
    def origin(self) -> str:
        """Where the site is."""
        return self.base_url or f"https://{self.site}.chargebee.com"

    def named_sites(self) -> tuple[str, ...]:
        """The sites that these settings name: `site`, and that of an address which is Chargebee's own."""
        host = urlsplit(self.base_url or "").hostname or ""
        address = host.partition(".")[0] if host.endswith(_CHARGEBEES) else None
        return tuple(name for name in (self.site, address) if name is not None)

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.site is None and self.base_url is None:
            raise ValueError("site is missing: the first part of the site's address")
        return self


class ChargebeeLiveSettings(ChargebeeModeSettings):
    """The live site."""

    api_key: Annotated[Secret, _not_a_key_of("test")] = Field(description=_KEY_DESCRIPTION)

    @model_validator(mode="after")
    def _is_no_test_site(self) -> Self:
        if any(name.endswith(_TEST_SITE) for name in self.named_sites()):
            raise ValueError(f"site is a test site, as its ending {_TEST_SITE} says: it belongs under test")
        return self


class ChargebeeTestSettings(ChargebeeModeSettings):
    """The test site, which is a site of its own."""

    api_key: Annotated[Secret, _not_a_key_of("live")] = Field(description=_KEY_DESCRIPTION)

    @model_validator(mode="after")
    def _is_a_test_site(self) -> Self:
        if not all(name.endswith(_TEST_SITE) for name in self.named_sites()):
            raise ValueError(f"site is no test site: the name of one ends in {_TEST_SITE}")
        return self


class ChargebeeModes(Modes):
    """The modes of a Chargebee backend."""

    live: ChargebeeLiveSettings | None = Field(None, description="Real customers and real money.")
    test: ChargebeeTestSettings | None = Field(None, description="The test site.")


class ChargebeeCancelSettings(CancelSettings):
    """Cancelling as Chargebee does it. What is left out is done as the site is set up."""

    credit_option_for_current_term_charges: Literal["none", "prorate", "full"] | None = Field(
        None, description="What is credited of the running term when a cancellation takes effect at once."
    )
    unbilled_charges_option: Literal["invoice", "delete"] | None = Field(
        None, description="What becomes of charges not yet billed when a cancellation takes effect at once."
    )
    account_receivables_handling: Literal["no_action", "schedule_payment_collection", "write_off"] | None = Field(
        None, description="What becomes of unpaid invoices when a cancellation takes effect at once."
    )
    refundable_credits_handling: Literal["no_action", "schedule_refund"] | None = Field(
        None, description="What becomes of refundable credits when a cancellation takes effect at once."
    )
    cancel_reason_code: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="One of the site's reason codes; needed where they are mandatory.",
    )


class ChargebeePauseSettings(PauseSettings):
    """Pausing as Chargebee does it."""

    unbilled_charges_handling: Literal["no_action", "invoice"] = Field(
        "no_action", description="What becomes of charges not yet billed when a pause begins at once."
    )
    invoice_dunning_handling: Literal["continue", "stop"] | None = Field(
        None, description="Whether unpaid invoices go on being collected when a pause begins at once."
    )


class ChargebeeActionSettings(ActionSettings):
    """Actions as Chargebee does them."""

    cancel: Annotated[ChargebeeCancelSettings, BeforeValidator(switch)] = ChargebeeCancelSettings()
    pause: Annotated[ChargebeePauseSettings, BeforeValidator(switch)] = ChargebeePauseSettings()


class ChargebeeControllerSettings(ControllerSettings):
    """Lists as Chargebee has them."""

    families: bool = Field(default=True, description="false: products stand alone and name no family.")


class ChargebeeSettings(AdapterSettings):
    """A Chargebee backend."""

    modes: ChargebeeModes = Field(description="Site and key for live and test.")
    actions: ChargebeeActionSettings = ChargebeeActionSettings()
    controllers: ChargebeeControllerSettings = ChargebeeControllerSettings()
