"""The part of a backend's YAML that its adapter understands. An adapter narrows these models, never widens them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from gateway.contract import DurationKind, Mode, Schedule


class Section(BaseModel):
    """A mapping in the YAML: unknown keys are errors, and no error repeats what was written."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _origin(value: str) -> str:
    if not value.isascii() or any(character.isspace() or not character.isprintable() for character in value):
        raise ValueError("must be printable ASCII without spaces")
    parts = urlsplit(value)
    try:
        parts.port  # noqa: B018 - looking at it checks it
    except ValueError:
        raise ValueError("has a port that is none") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address like https://host or http://127.0.0.1:12111")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must have no user name, query or fragment")
    return value.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether what is sent there stays on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


BaseUrl = Annotated[str, AfterValidator(_origin)]
"""Origin, and a path prefix if a proxy needs one; the adapter adds the provider's own path."""


def _secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text:
        raise ValueError("must not be empty")
    if not text.isascii() or any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("must be printable ASCII without spaces or line breaks")
    return value


Secret = Annotated[SecretStr, AfterValidator(_secret)]
"""A credential: shown nowhere, and never with white space inside, which a file often brings along."""


class ModeSettings(Section):
    """Credentials of one mode. Nothing ever falls from one mode to the other."""

    base_url: BaseUrl | None = Field(
        None, description="Another address than the provider's own: a proxy, or a simulator. The adapter adds /v1 etc."
    )


def switch(value: object) -> object:
    """Let `true` and `false`, which are text where they come from a variable, stand for a section that is switched."""
    return {"enabled": value} if isinstance(value, bool | str) else value


class ActionSection(Section):
    """One action. `true` and `false` are short for `{enabled: true}` and `{enabled: false}`."""

    enabled: bool = Field(default=True, description="false: the action is left out of the manifest and refused.")


class CancelSettings(ActionSection):
    """What of cancelling is offered."""

    schedules: frozenset[Schedule] | None = Field(
        None, min_length=1, description="When a cancellation may take effect. Absent: all the provider can do."
    )


class PauseSettings(ActionSection):
    """What of pausing is offered."""

    start_dates: frozenset[Schedule] | None = Field(
        None, min_length=1, description="When a pause may begin. Absent: all the provider can do."
    )
    durations: frozenset[DurationKind] | None = Field(
        None, min_length=1, description="How a pause's length may be given. Absent: all the provider can do."
    )
    allow_annual: bool = Field(
        default=False, description="Whether subscriptions paid by the year may be paused, where Churnkey asks for it."
    )
    max_months: int | None = Field(
        None, ge=1, le=120, description="The longest pause in months. Absent: no limit but the provider's."
    )


class ExtendTrialSettings(ActionSection):
    """What of extending a trial is offered."""

    durations: frozenset[DurationKind] | None = Field(
        None, min_length=1, description="How an extension may be given. Absent: all the provider can do."
    )
    max_days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description="The most days that one extension may add. Absent: no limit but the provider's.",
    )


class ApplyCouponSettings(ActionSection):
    """What happens to the coupons already there."""

    mode: Literal["replace", "stack"] = Field(
        "replace", description="replace: the new coupon takes the place of the others. stack: it is added."
    )


class ChangePriceSettings(ActionSection):
    """What of changing a price is offered."""

    schedules: frozenset[Schedule] | None = Field(
        None, min_length=1, description="When a change may take effect. Absent: all the provider can do."
    )
    prorate: bool = Field(default=True, description="Whether unused time may be credited when Churnkey asks for it.")


class ActionSettings(Section):
    """Which actions are offered. An action that is not named is offered as far as the provider can do it."""

    cancel: Annotated[CancelSettings, BeforeValidator(switch)] = CancelSettings()
    pause: Annotated[PauseSettings, BeforeValidator(switch)] = PauseSettings()
    extend_trial: Annotated[ExtendTrialSettings, BeforeValidator(switch)] = ExtendTrialSettings()
    apply_coupon: Annotated[ApplyCouponSettings, BeforeValidator(switch)] = ApplyCouponSettings()
    change_price: Annotated[ChangePriceSettings, BeforeValidator(switch)] = ChangePriceSettings()


class ControllerSettings(Section):
    """Which lists are offered. Customers and subscriptions always are: nothing works without them."""

    prices: bool = Field(default=True, description="false also takes price changes out of the offer.")
    coupons: bool = Field(default=True, description="false also takes coupons out of the offer.")
    products: bool = Field(default=True, description="false: prices stand alone and name no product.")


class Modes(Section):
    """The modes that are served. A mode that is left out answers 400."""

    live: ModeSettings | None = Field(None, description="Real customers and real money.")
    test: ModeSettings | None = Field(None, description="The provider's test mode, sandbox or test site.")

    def configured(self) -> dict[Mode, ModeSettings]:
        """The modes that have credentials."""
        named = {Mode.LIVE: self.live, Mode.TEST: self.test}
        return {mode: settings for mode, settings in named.items() if settings is not None}

    @model_validator(mode="after")
    def _no_live_key_in_clear(self) -> Modes:
        parts = urlsplit(self.live.base_url or "") if self.live else urlsplit("")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("live.base_url must be https, unless it is on this machine: the key would go in clear")
        return self

    @model_validator(mode="after")
    def _at_least_one(self) -> Modes:
        if not self.configured():
            raise ValueError("at least one of live and test must be configured")
        return self


class AdapterSettings(Section):
    """What every adapter's settings have in common; an adapter derives its own from it and narrows the fields."""

    modes: Modes = Field(description="Credentials for live and test.")
    actions: ActionSettings = ActionSettings()
    controllers: ControllerSettings = ControllerSettings()
    intervals: Literal["nearest", "exact"] = Field(
        "nearest",
        description="Billing by week or day, which Churnkey's contract has no word for. nearest: such prices are not "
        "listed, and such subscriptions show whole months with the truth in their metadata. exact: both are passed "
        "through as day and week.",
    )
    catalogue_ttl_s: float = Field(
        300, ge=0, le=86_400, description="Seconds for which prices, products and coupons are remembered."
    )
