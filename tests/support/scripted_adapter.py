"""The memory adapter, whose calls can be told to fail, to lose their answer, or to wait."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeAlias, TypeVar

from adapters.base import Capabilities, Runtime
from adapters.charges import Charge, ChargeLimit
from adapters.errors import UnknownOutcome
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.state import PriceFacts, SubscriptionState
from gateway.contract import Action, Mode
from gateway.resilience import Failure, Observer, Recorder, SilentObserver, SilentRecorder, WriteKey, note_change
from tests.support.memory_account import NOW, MemoryAccount, sample_account
from tests.support.memory_adapter import MemoryAdapter, MemorySettings
from tests.support.replacing import replace

T = TypeVar("T")
Meanwhile: TypeAlias = Callable[[], None]


@dataclass(frozen=True)
class Step:
    """What one call does. It takes effect or not, then it raises `error`, if any; before either, `meanwhile` runs.

    Where it is not `is_sent` the error comes of making the call, and nothing reaches the provider.
    """

    error: Exception | None = None
    takes_effect: bool = True
    is_sent: bool = True
    meanwhile: Meanwhile | None = None


WORKS = Step()


def fails(error: Exception) -> Step:
    """Raise and do nothing."""
    return Step(error, takes_effect=False)


def cannot_be_made(error: Exception) -> Step:
    """Raise before anything is sent."""
    return Step(error, takes_effect=False, is_sent=False)


def loses_answer(error: Exception) -> Step:
    """Do it and raise all the same."""
    return Step(error)


def meanwhile(happens: Meanwhile) -> Step:
    """Work, after something else has happened to the account."""
    return Step(meanwhile=happens)


@dataclass(frozen=True)
class Sent:
    """A write that reached the provider, with or without effect. Two with one `key` are one for the provider."""

    verb: str
    subscription_id: str
    key: str


class ScriptedAdapter(MemoryAdapter):
    """Serves the sample account. Where a scheduled change would be lost, it says so as a real adapter does."""

    capabilities: ClassVar[Capabilities] = replace(
        MemoryAdapter.capabilities,
        loses_scheduled_change=frozenset({Action.CHANGE_PRICE, Action.EXTEND_TRIAL}),
    )

    calls: list[str]
    sent: list[Sent]
    effects: list[Sent]
    gate: asyncio.Event
    """While it is not set, every call waits."""
    _steps: defaultdict[str, deque[Step]]

    @classmethod
    def serving(
        cls,
        *subscriptions: SubscriptionState,
        settings: Mapping[str, object] | None = None,
        observer: Observer | None = None,
        recorder: Recorder | None = None,
        dry_run: bool = False,
        charge_limit: ChargeLimit | None = None,
    ) -> Self:
        """An adapter over the sample account with these subscriptions instead of its own."""
        chosen = MemorySettings.model_validate({"modes": {"test": {"api_key": "key"}}, **(settings or {})})
        runtime = Runtime(
            clock=lambda: NOW,
            observer=observer or SilentObserver(),
            recorder=recorder or SilentRecorder(),
            dry_run=dry_run,
            charge_limit=charge_limit,
        )
        adapter = cls(Mode.TEST, chosen, runtime)
        adapter._account = sample_account()
        adapter._account.subscriptions = {one.id: one for one in subscriptions}
        adapter._steps = defaultdict(deque)
        adapter.calls, adapter.sent, adapter.effects = [], [], []
        adapter.gate = asyncio.Event()
        adapter.gate.set()
        return adapter

    def script(self, verb: str, *steps: Step) -> None:
        """What the next calls of a hole ("load", "cancel", ...) do; after these it works."""
        self._steps[verb].extend(steps)

    @property
    def account(self) -> MemoryAccount:
        """What the provider holds."""
        return self._account

    def now_has(self, subscription_id: str) -> SubscriptionState:
        """A subscription as the provider has it."""
        return self._account.subscriptions[subscription_id]

    # -- holes --------------------------------------------------------------------------------------------------

    async def _load(self, subscription_id: str) -> SubscriptionState:
        parent = super()._load
        return await self._read("load", lambda: parent(subscription_id))

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        verb = "live_subscriptions" if upcoming else "started_subscriptions"
        parent = super()._live_subscriptions
        return await self._read(verb, lambda: parent(customer_id, upcoming=upcoming))

    async def _price_facts(self, price_id: str) -> PriceFacts:
        parent = super()._price_facts
        return await self._read("price_facts", lambda: parent(price_id))

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> None:
        await self._write("cancel", state, key, super()._cancel(state, intent, key))

    async def _pause(self, state: SubscriptionState, intent: Pause, key: WriteKey) -> None:
        await self._write("pause", state, key, super()._pause(state, intent, key))

    async def _extend_trial(self, state: SubscriptionState, intent: ExtendTrial, key: WriteKey) -> None:
        await self._write("extend_trial", state, key, super()._extend_trial(state, intent, key))

    async def _apply_coupon(self, state: SubscriptionState, intent: ApplyCoupon, key: WriteKey) -> None:
        await self._write("apply_coupon", state, key, super()._apply_coupon(state, intent, key))

    async def _change_price(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> None:
        await self._write("change_price", state, key, super()._change_price(state, intent, key))

    async def _charged_at_once(self, state: SubscriptionState, intent: Intent) -> Charge | None:
        parent = super()._charged_at_once
        return await self._read("preview", lambda: parent(state, intent))

    # -- the script ---------------------------------------------------------------------------------------------

    async def _read(self, verb: str, read: Callable[[], Coroutine[object, object, T]]) -> T:
        self.calls.append(verb)
        await self.gate.wait()
        step = self._next(verb)
        if step.error is not None:
            raise step.error
        return await read()

    async def _write(
        self, verb: str, state: SubscriptionState, key: WriteKey, effect: Coroutine[object, object, None]
    ) -> None:
        sent = Sent(verb, state.id, key.of("post", f"{verb}/{state.id}", {}))
        try:
            if self._steps[verb] and not self._steps[verb][0].is_sent:
                raise self._next(verb).error or AssertionError
            self.calls.append(verb)
            self.sent.append(sent)
            await self.gate.wait()
            step = self._next(verb)
            if step.takes_effect:
                await effect
                self.effects.append(sent)
            if not isinstance(step.error, Failure) or isinstance(step.error, UnknownOutcome):
                # As every call does that was made, see `adapters.calls`.
                note_change()
            if step.error is not None:
                raise step.error
        finally:
            effect.close()

    def _next(self, verb: str) -> Step:
        steps = self._steps[verb]
        step = steps.popleft() if steps else WORKS
        if step.meanwhile is not None:
            step.meanwhile()
        return step
