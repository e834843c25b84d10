"""The sequence of looking at an account before it is served. Nothing is changed at the provider by any of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar, final

from adapters.errors import Credentials, Timeout, Unavailable
from adapters.holes import Finding
from adapters.observations import Observation, Right, Verdict
from adapters.reads import Reads
from gateway.contract import Controller
from gateway.resilience import DeadlineExceeded, Failure, deadline

T = TypeVar("T")

PROVIDER: Final = "provider"
CLOCK: Final = "clock"
ACCOUNT: Final = "account"

_SKEW_TO_NOTE: Final = timedelta(seconds=5)
_SKEW_TO_MEND: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)
_SET_THE_CLOCK: Final = "let the network set this machine's clock (NTP): ends of pauses and trials are counted by it"


class Inspections(Reads):
    """Looks at an account: at the start for what it cannot do, for `check` at all that can be known."""

    async def examine(self) -> Sequence[Finding]:
        """Ask the provider what this account cannot do, and take that out of the offer. Nothing is changed there.

        Raises the errors of `adapters.errors` where the provider cannot be asked.
        """
        findings = await self._examine()
        for finding in findings:
            if finding.feature is not None:
                self.note_lack(finding.feature, finding.what)
        return findings

    @final
    async def inspect(self, patience_s: float) -> Sequence[Observation]:
        """All that can be known of key, provider and account before serving, then each feature, on or off.

        What the account cannot do is taken out of the offer, as by `examine`. Each question may take `patience_s`
        seconds. A provider that fails raises nothing: that is an observation.
        """
        key, left_off = self._describe_key(), {one.feature: one.reason for one in self.offered.off}
        seen = [] if key is None else [key]
        before = self.runtime.clock()
        contact = await _answer(self._contact, patience_s)
        if isinstance(contact, Failure):
            # Nothing else is to be learnt where not even this is answered.
            return [*seen, _trouble(PROVIDER, contact), *self._observed_features({}, left_off)]
        seen.append(Observation(PROVIDER, Verdict.OK, "it answers, and takes the key"))
        seen += [*contact.observations, clock(contact.date, before, self.runtime.clock())]
        findings = await _answer(self.examine, patience_s)
        if isinstance(findings, Failure):
            seen.append(_trouble(ACCOUNT, findings))
            findings = ()
        seen += [_of_the_account(one) for one in findings if one.feature is None]
        if not any(one.fatal for one in findings):
            seen += await self._observed_rights(patience_s)
        # What is left off anyway need not be possible.
        lacks = {one.feature: one for one in findings if one.feature is not None and one.feature not in left_off}
        return [*seen, *self._observed_features(lacks, left_off)]

    async def _observed_rights(self, patience_s: float) -> list[Observation]:
        if not self.rights:
            return [await self._observed_list(controller, read, patience_s) for controller, read in self._readings()]
        return [await self._observed_right(right, patience_s) for right in self._needed_rights()]

    def _needed_rights(self) -> Sequence[Right]:
        is_guarded = self.runtime.charge_limit is not None
        return [right for right in self.rights if right.is_needed(self.offered.on, is_guarded=is_guarded)]

    async def _observed_right(self, right: Right, patience_s: float) -> Observation:
        subject = f"permission {right.name}"
        held = await _answer(partial(self._prove_right, right), patience_s)
        if isinstance(held, Credentials):
            return Observation(subject, Verdict.FINDING, f"refused{_said(held)}: {right.purpose}", right.advice)
        if isinstance(held, Failure):
            return _trouble(subject, held)
        if held is None:
            what = f"not checked, as nothing harmless tells: {right.purpose}"
            return Observation(subject, Verdict.REMARK, what, f"make sure: {right.advice}")
        if not held:
            return Observation(subject, Verdict.FINDING, f"the key lacks it: {right.purpose}", right.advice)
        return Observation(subject, Verdict.OK, right.purpose)

    def _readings(self) -> Iterator[tuple[Controller, Callable[[], Awaitable[object]]]]:
        """One call for each list that is offered and is not a customer's."""
        lists: Mapping[Controller, Callable[[int, str | None], Awaitable[object]]] = {
            Controller.CUSTOMERS: self.customers,
            Controller.PRICES: self.prices,
            Controller.COUPONS: self.coupons,
            Controller.PRODUCTS: self.products,
            Controller.FAMILIES: self.families,
        }
        for controller, read in lists.items():
            if self.offered.has(controller):
                yield controller, partial(read, 1, None)

    async def _observed_list(
        self, controller: Controller, read: Callable[[], Awaitable[object]], patience_s: float
    ) -> Observation:
        subject = f"list of {controller}"
        answer = await _answer(read, patience_s)
        if isinstance(answer, Failure):
            return _trouble(subject, answer)
        return Observation(subject, Verdict.OK, "it can be read")

    def _observed_features(self, lacks: Mapping[str, Finding], known: Mapping[str, str]) -> list[Observation]:
        """What the manifest says, and why a feature is off. `known` are reasons that go before those found later."""
        seen = [Observation(f"feature {name}", Verdict.OK, "on") for name in self.offered.on]
        for one in self.offered.off:
            lack = lacks.get(one.feature)
            verdict, advice = (Verdict.OK, None) if lack is None else (Verdict.FINDING, lack.advice)
            what = f"off: {known.get(one.feature, one.reason)}"
            seen.append(Observation(f"feature {one.feature}", verdict, what, advice))
        return sorted(seen, key=lambda one: one.subject)


def clock(date: datetime | None, asked: datetime, answered: datetime) -> Observation:
    """How far our clock is from the provider's, at the least: `date` is what that one showed between the two moments.

    It is cut off to whole seconds (RFC 9110, section 6.6.1).
    """
    if date is None:
        return Observation(CLOCK, Verdict.REMARK, "not checked: the provider's answer tells no time")
    ahead, behind = asked - (date + _SECOND), date - answered
    skew = max(ahead, behind)
    if skew < _SKEW_TO_NOTE:
        return Observation(CLOCK, Verdict.OK, "it agrees with the provider's")
    what = f"it is {int(skew.total_seconds())} seconds {'ahead of' if ahead > behind else 'behind'} the provider's"
    verdict = Verdict.REMARK if skew <= _SKEW_TO_MEND else Verdict.FINDING
    return Observation(CLOCK, verdict, what, _SET_THE_CLOCK)


async def _answer(question: Callable[[], Awaitable[T]], patience_s: float) -> T | Failure:
    try:
        with deadline(patience_s):
            return await question()
    except Failure as failure:
        return failure


def _of_the_account(finding: Finding) -> Observation:
    verdict = Verdict.FINDING if finding.fatal else Verdict.REMARK
    return Observation(ACCOUNT, verdict, finding.what, finding.advice)


def _trouble(subject: str, failure: Failure) -> Observation:
    """A question that failed, in words for the gateway's owner."""
    what, advice = failure.message.rstrip("."), None
    if isinstance(failure, Credentials) and subject == PROVIDER:
        what, advice = "the provider refuses the key", "is it whole, of this mode, and neither expired nor revoked?"
    elif isinstance(failure, Credentials):
        what, advice = "the key may not read this", "give it the permission to"
    elif isinstance(failure, Unavailable | Timeout | DeadlineExceeded):
        what, advice = "no answer from the provider", "is base_url right, and may this machine reach it?"
    return Observation(subject, Verdict.FINDING, f"{what}{_said(failure)}", advice)


def _said(failure: Failure) -> str:
    """The provider's status and code, where it gave any."""
    facts = failure.for_log()
    said = [str(facts[name]) for name in ("provider_status", "provider_code") if facts.get(name)]
    return f" ({' '.join(said)})" if said else ""
