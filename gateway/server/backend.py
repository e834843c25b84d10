"""A backend as the server sees it: its tokens, its adapters by mode, what its owner allows."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from adapters.base import BillingAdapter, Runtime
from gateway.contract import Mode
from gateway.observability import FirstTimes, LoggingObserver
from gateway.policy import AllowList, ImmediateCharges, Policy
from gateway.resilience import (
    NO_TRACER,
    BreakerLimits,
    Budget,
    Clock,
    LocalState,
    Observer,
    Once,
    Recorder,
    SilentRecorder,
    State,
    Tracer,
    utc_now,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from pydantic import SecretStr

    from gateway.settings import BackendSettings, BreakerSettings, DirectSettings, LimitSettings, PolicySettings

FindAdapter: TypeAlias = "Callable[[str], type[BillingAdapter]]"
"""Answers the adapter's class for the name under `backend:` in the YAML."""

Observe: TypeAlias = "Callable[[str, Mode], Observer]"
"""Makes the observer of a backend, by its name, in one mode."""

Record: TypeAlias = "Callable[[str, Mode], Recorder]"
"""Makes the recorder of a backend's writes, by its name, in one mode."""

Follow: TypeAlias = "Callable[[str, Mode], Tracer]"
"""Makes the tracer of a backend's provider calls, by its name, in one mode."""

StateOf: TypeAlias = "Callable[[BackendSettings], State]"
"""Answers the state of a backend, which may be older than these settings."""


@dataclass(frozen=True, slots=True)
class DirectMode:
    """What Direct mode is served with: tokens of the owner's application, and Churnkey's id and key."""

    tokens: tuple[bytes, ...] = field(repr=False)
    app_id: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Backend:
    """One billing account set. `adapters` are open, one for each mode that is configured."""

    name: str
    tokens: tuple[bytes, ...] = field(repr=False)
    adapters: Mapping[Mode, BillingAdapter]
    policy: Policy
    limits: LimitSettings
    manifest_compat: bool
    repeats: Once | None
    """Identical actions, of all modes. None: each is carried out."""
    direct: DirectMode | None = None
    """None: there is no Direct mode here."""
    odd_bodies: FirstTimes = field(default_factory=FirstTimes)
    """The shapes of bodies that could not be understood, each logged once."""


@asynccontextmanager
async def open_backends(
    settings: Iterable[BackendSettings],
    find: FindAdapter,
    *,
    clock: Clock = utc_now,
    observe: Observe = LoggingObserver,
    record: Record = lambda name, mode: SilentRecorder(),
    follow: Follow = lambda name, mode: NO_TRACER,
    state_of: StateOf = lambda settings: LocalState(),
) -> AsyncIterator[Mapping[str, Backend]]:
    """The backends by name, with their adapters open for as long as the block runs. Makes no provider call.

    Raises `ValueError` when two have one name, and what `find` raises.
    """
    async with AsyncExitStack() as open_adapters:
        backends: dict[str, Backend] = {}
        for one in settings:
            if one.name in backends:
                raise ValueError(f"two backends are called {one.name}")
            state = state_of(one)
            adapters = await _open_adapters(
                open_adapters, one, find(one.backend), clock, observe, record, follow, state
            )
            backends[one.name] = Backend(
                name=one.name,
                tokens=_tokens(one.integration_tokens),
                adapters=MappingProxyType(adapters),
                policy=Policy(
                    coupons=AllowList(one.policy.coupons.allow),
                    prices=AllowList(one.policy.prices.allow),
                ),
                limits=one.limits,
                manifest_compat=one.manifest_compat,
                repeats=state.repeats(one.limits.dedupe_s) if one.limits.dedupe_s else None,
                direct=_direct_mode(one.direct),
            )
        yield MappingProxyType(backends)


async def _open_adapters(
    open_adapters: AsyncExitStack,
    settings: BackendSettings,
    adapter_class: type[BillingAdapter],
    clock: Clock,
    observe: Observe,
    record: Record,
    follow: Follow,
    state: State,
) -> dict[Mode, BillingAdapter]:
    adapters: dict[Mode, BillingAdapter] = {}
    for mode in settings.adapter.modes.configured():
        runtime = Runtime(
            clock=clock,
            observer=observe(settings.name, mode),
            recorder=record(settings.name, mode),
            tracer=follow(settings.name, mode),
            locks=state.locks(mode),
            dry_run=settings.policy.dry_run,
            charge_limit=_charge_limit(settings.policy),
            # What is more than a whole request may take would never be used up.
            call_timeout_s=min(settings.limits.call_timeout_s, settings.limits.deadline_s),
            connect_timeout_s=settings.limits.connect_timeout_s,
            max_in_flight=settings.limits.max_in_flight,
            requests_per_second=settings.limits.requests_per_second,
            budget=_budget(state, mode, settings.limits.requests_per_second),
            breaker=_breaker(settings.limits.breaker),
            retry_wait_s=settings.limits.retry_wait_s,
        )
        adapters[mode] = await open_adapters.enter_async_context(adapter_class(mode, settings.adapter, runtime))
    return adapters


def _tokens(secrets: Iterable[SecretStr]) -> tuple[bytes, ...]:
    return tuple(secret.get_secret_value().encode() for secret in secrets)


def _direct_mode(settings: DirectSettings | None) -> DirectMode | None:
    if settings is None:
        return None
    return DirectMode(_tokens(settings.app_tokens), settings.app_id, settings.api_key.get_secret_value())


def _charge_limit(settings: PolicySettings) -> ImmediateCharges | None:
    return None if settings.max_immediate_charge is None else ImmediateCharges(settings.max_immediate_charge)


def _budget(state: State, mode: Mode, requests_per_second: float | None) -> Budget | None:
    return None if requests_per_second is None else state.budget(mode, requests_per_second)


def _breaker(settings: BreakerSettings) -> BreakerLimits | None:
    return BreakerLimits(settings.failures, settings.open_s) if settings.enabled else None
