"""What the YAML of a backend says, typed. Keys that only an adapter understands live in the adapter's own model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from adapters.settings import AdapterSettings, BaseUrl, Secret, Section, is_loopback, switch
from gateway.shared import address

RESERVED_NAMES: Final = frozenset({"churnkey", "direct", "healthz", "metrics", "openapi", "readyz", "version"})
"""First segments of URLs of our own: a backend of that name could not be reached."""


def _not_reserved(name: str) -> str:
    if name in RESERVED_NAMES:
        raise ValueError("must be another name: this one stands for a URL of the gateway itself")
    return name


def _not_a_switch(value: object) -> object:
    # pydantic reads true as 1, and a time limit of one second is not what `true` was meant to say.
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - a TypeError would not be reported as a problem
    return value


def _distinct(tokens: tuple[Secret, ...]) -> tuple[Secret, ...]:
    if len({token.get_secret_value() for token in tokens}) < len(tokens):
        raise ValueError("the two tokens must differ")
    return tokens


def _journal(value: str) -> str:
    if value in _NO_FILES or (value.startswith("/") and not value.endswith("/") and value.isprintable()):
        return value
    raise ValueError("must be stdout, none, or the absolute path of a file")


def _memory_is_none(value: object) -> object:
    return None if value == _IN_MEMORY else value


def _redis(value: Secret | None) -> Secret | None:
    if value is not None:
        address.check(value.get_secret_value())
        if not address.is_supported():
            raise ValueError("needs what is not installed: pip install 'churnkey-gateway[redis]'")
    return value


_IN_MEMORY: Final = "memory"
_NO_FILES: Final = frozenset({"stdout", "none"})

BackendName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$"), AfterValidator(_not_reserved)]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_not_a_switch)]
WholeNumber = Annotated[int, BeforeValidator(_not_a_switch)]
Rate = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False), BeforeValidator(_not_a_switch)]
# As text, not a section with a key `file`: that stands for the text in a file, here as everywhere in the YAML.
JournalTarget = Annotated[
    str, AfterValidator(_journal), WithJsonSchema({"type": "string", "pattern": r"^(stdout|none|/.*[^/])$"})
]
AbsolutePath = Annotated[str, StringConstraints(pattern=r"^/.*[^/]$")]
# It may hold a password.
StateTarget = Annotated[
    Secret | None,
    BeforeValidator(_memory_is_none),
    AfterValidator(_redis),
    WithJsonSchema({"type": "string", "pattern": r"^(memory|rediss?://.+|unix://.+)$"}),
]
Currency = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}$")]
MinorUnits = Annotated[int, Field(ge=0, le=1_000_000_000_000), BeforeValidator(_not_a_switch)]
AppId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")]
Glob = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class AllowList(Section):
    """Ids that Churnkey may use in a write."""

    allow: tuple[Glob, ...] | None = Field(
        None,
        description="Ids, or patterns with * and ? in them, in quotes where they begin with one. Absent: every id is "
        "allowed. []: none is.",
    )


class PolicySettings(Section):
    """What the owner allows beyond what the provider can do."""

    coupons: AllowList = Field(AllowList(), description="The coupons that may be applied.")
    prices: AllowList = Field(AllowList(), description="The prices that may be changed to.")
    max_immediate_charge: dict[Currency, MinorUnits] | None = Field(
        None,
        description="The most that one change may charge at once, tax included, in minor units (cents) by lower-case "
        "currency: {usd: 5000}. The provider is asked before each change that can charge. In a currency that is not "
        "named nothing may be charged at once. Absent: no limit.",
    )
    dry_run: bool = Field(
        default=False,
        description="true: writes are checked and recorded as far as possible, then answered as done without being "
        "sent to the provider.",
    )


class BreakerSettings(Section):
    """When the provider counts as down. `true` and `false` are short for `{enabled: true}` and `{enabled: false}`."""

    enabled: bool = Field(default=True, description="false: the provider is called however often it fails.")
    failures: WholeNumber = Field(
        5,
        ge=1,
        le=1000,
        description="Calls in a row that find the provider down; after them none is made for a while.",
    )
    open_s: Number = Field(10, gt=0, le=600, description="Seconds for which none is made; then one is made, to see.")


class LimitSettings(Section):
    """How long and how hard the provider may be called."""

    deadline_s: Number = Field(
        20, ge=1, le=120, description="Seconds for one request of Churnkey as a whole, retries and waiting included."
    )
    call_timeout_s: Number = Field(
        8, gt=0, le=120, description="Seconds for one call of the provider; never more than is left of the deadline."
    )
    connect_timeout_s: Number = Field(3, gt=0, le=60, description="Seconds to connect to the provider.")
    retry_wait_s: Number = Field(
        0.3,
        ge=0,
        le=10,
        description="Seconds before a call of the provider is repeated the first time, more for each further time. "
        "What the provider asks for goes before.",
    )
    max_in_flight: WholeNumber = Field(
        15, ge=1, le=1000, description="Calls of the provider at the same time, for each mode."
    )
    dedupe_s: Number = Field(
        60,
        ge=0,
        le=3600,
        description="Seconds in which an identical action gets the first one's answer instead of being done again. "
        "0: it is done again.",
    )
    requests_per_second: Rate | None = Field(
        None,
        description="Calls of the provider a second, for each mode. Absent: not paced until the provider refuses one.",
    )
    breaker: Annotated[BreakerSettings, BeforeValidator(switch)] = Field(
        BreakerSettings(), description="When the provider counts as down, for each mode."
    )


def _https(address: str) -> str:
    if address.startswith("http:") and not is_loopback(urlsplit(address).hostname or ""):
        raise ValueError("must be https, unless it is on this machine: the key would go in clear")
    return address


class ChurnkeySettings(Section):
    """What the gateway asks of Churnkey, which otherwise only asks the gateway."""

    api_key: Secret | None = Field(
        None,
        description="Churnkey's API key, to ask for verification. Absent: the variable CK_API_KEY, where it is set.",
    )
    verify_on_start: bool = Field(
        default=False,
        description="true: Churnkey, which keeps the features manifest, is asked to verify again when the gateway "
        "starts or reloads its settings with another manifest than it was last told of.",
    )
    announced: AbsolutePath | None = Field(
        None,
        description="The absolute path of a file that remembers what Churnkey was last told of. Absent: every start "
        "tells it once.",
    )
    base_url: Annotated[BaseUrl, AfterValidator(_https)] = Field(
        "https://api.churnkey.co", description="Where Churnkey's API is."
    )

    @model_validator(mode="after")
    def _key_is_there(self) -> ChurnkeySettings:
        if self.verify_on_start and self.api_key is None:
            raise ValueError("verify_on_start needs api_key, or the variable CK_API_KEY")
        return self


class DirectSettings(Section):
    """What Direct mode needs: an application of the owner's asks, and Churnkey's keys make its session tokens."""

    app_tokens: Annotated[tuple[Secret, ...], AfterValidator(_distinct)] = Field(
        min_length=1,
        max_length=2,
        description="The token that your application's server shows; none of integration_tokens. Two while it is "
        "rotated: both are accepted.",
    )
    app_id: AppId = Field(description="The App ID that Churnkey shows for your account.")
    api_key: Secret = Field(description="Churnkey's Cancel Flow API key, which session tokens are made with.")


class CommonSettings(Section):
    """The keys that every backend has, whatever its adapter."""

    backend: str = Field(min_length=1, description="The adapter: the billing provider this backend speaks to.")
    name: BackendName = Field(
        default_factory=lambda known: str(known["backend"]),
        validate_default=True,
        description="Segment of the URL and name in the log; lower-case letters, digits, - and _. Absent: the "
        "adapter's name. No two backends share one.",
    )
    integration_tokens: Annotated[tuple[Secret, ...], AfterValidator(_distinct)] = Field(
        min_length=1,
        max_length=2,
        description="The Integration Token that Churnkey shows for the custom provider. Two while it is rotated: "
        "both are accepted.",
    )
    manifest_compat: bool = Field(
        default=True,
        description="Whether the features manifest repeats its keys in the other spellings that Churnkey's "
        "documentation uses (end_of_period beside end-of-period, extend-trial, ...).",
    )
    policy: PolicySettings = Field(PolicySettings(), description="What the owner allows.")
    limits: LimitSettings = Field(LimitSettings(), description="Time and load.")
    journal: JournalTarget = Field(
        "stdout",
        description="Where the record of writes goes: stdout, the absolute path of a file, which is only appended to, "
        "or none.",
    )
    state: StateTarget = Field(
        None,
        description="Where the locks, the window of limits.dedupe_s and the budget of limits.requests_per_second are "
        "kept: memory (the default), which is that of this process, or the address of a Redis that all replicas share: "
        "redis://:password@host:6379/0, rediss://... with TLS, unix:///path. Needs the extra `redis`.",
    )

    churnkey: ChurnkeySettings = Field(ChurnkeySettings(), description="What the gateway asks of Churnkey.")

    direct: DirectSettings | None = Field(
        None, description="Direct mode, for the server of your own application. Absent: it is not there."
    )

    @property
    def journal_file(self) -> Path | None:
        """The journal's file; None where it goes to stdout or nowhere."""
        return None if self.journal in _NO_FILES else Path(self.journal)


class BackendSettings(CommonSettings):
    """One backend, ready to be built. In the YAML the adapter's keys stand beside the others, not below `adapter`."""

    adapter: AdapterSettings = Field(description="An instance of the adapter's own settings model.")
