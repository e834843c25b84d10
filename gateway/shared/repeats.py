"""The same request again, at another process, gets the first one's answer."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from gateway.resilience import NO_FAILURE_STANDS, REQUEST_TAKES_TOO_LONG, DeadlineExceeded, Failure, current_deadline
from gateway.shared.link import Away
from gateway.shared.scripts import CLAIM, RELEASE, SETTLE
from gateway.shared.waiting import Patience, lease_s, milliseconds
from gateway.shared.watcher import Part

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway.resilience import Repeats, Verdict
    from gateway.shared.link import Link
    from gateway.shared.watcher import Watcher

_CLAIMED: Final = "claimed "
_DONE: Final = "done"
_FAILED: Final = "failed "


class SharedRepeats:
    """What this process remembers comes first: among its own requests nothing has to be asked."""

    def __init__(self, local: Repeats, claims: Claims) -> None:
        self._local = local
        self._claims = claims

    async def once(
        self, request: str, act: Callable[[], Awaitable[None]], verdict: Verdict = NO_FAILURE_STANDS
    ) -> bool:
        """Whether it was carried out now, by this process: see `Repeats.once`."""
        return await self._local.once(request, act, verdict, self._claims)


class Claims:
    """Who carries out a request claims it first; the others wait for what comes of it.

    The outcome stands for `window_s` seconds. A claim whose process died runs out. Where Redis is away a request is
    carried out without a claim.
    """

    def __init__(self, window_s: float, link: Link, key_of: Callable[[str], str], watcher: Watcher) -> None:
        self._window_s = window_s
        self._link = link
        self._key_of = key_of
        self._watcher = watcher

    async def once(
        self, request: str, act: Callable[[], Awaitable[None]], verdict: Verdict = NO_FAILURE_STANDS
    ) -> bool:
        """Whether it was carried out now.

        After a failure that does not stand, those who waited carry it out themselves, one after the other. Raises what
        `act` raised, here or elsewhere, and `DeadlineExceeded`.
        """
        key, claim = self._key_of(request), _CLAIMED + token_hex(16)
        ends = time.monotonic() + lease_s() + self._kept_s(verdict)
        try:
            answer, may_be_claimed = await self._claim(key, claim, verdict)
        except (asyncio.CancelledError, DeadlineExceeded):
            # It may have been claimed in the same moment.
            self._link.owe(partial(self._link.ask, RELEASE, key, claim), ends)
            raise
        if answer is None:
            await self._carry_out(key, claim if may_be_claimed else None, act, verdict)
            return True
        if answer.startswith(_FAILED):
            raise verdict.read(answer.removeprefix(_FAILED))
        return False

    def _kept_s(self, verdict: Verdict) -> float:
        """How long a claim is kept whose process was not heard of in time."""
        return 0.0 if verdict.unheard() is None else self._window_s

    async def _claim(self, key: str, claim: str, verdict: Verdict) -> tuple[str | None, bool]:
        """The outcome, if there is one; and whether it may be claimed now, which is certain unless Redis is away."""
        patience, is_claimed_elsewhere = Patience(REQUEST_TAKES_TOO_LONG), False
        kept = self._kept_s(verdict)
        while True:
            lease, remaining = milliseconds(lease_s() + kept), current_deadline().remaining()
            try:
                present = await self._link.ask(CLAIM, key, claim, lease, patience_s=remaining)
            except Away as away:
                if not current_deadline().remaining():
                    raise DeadlineExceeded(REQUEST_TAKES_TOO_LONG) from None
                self._watcher.alone(Part.REQUEST)
                if is_claimed_elsewhere:
                    _refuse_to_guess(verdict)
                return None, away.asked
            if present is None:
                return None, True
            answer, milliseconds_left = str(present[0]), int(present[1])
            if not answer.startswith(_CLAIMED):
                return answer, False
            is_claimed_elsewhere = True
            if milliseconds_left < kept * 1000:
                _refuse_to_guess(verdict)
            await patience.pause()

    async def _carry_out(
        self, key: str, claim: str | None, act: Callable[[], Awaitable[None]], verdict: Verdict
    ) -> None:
        try:
            await act()
        except Failure as failure:
            text = verdict.write(failure)
            await self._settle(key, claim, None if text is None else _FAILED + text)
            raise
        except BaseException:
            # Cut off, or broken by an error of ours. What nobody knows anything of is left claimed until that runs out.
            if verdict.unheard() is None:
                await self._settle(key, claim, None)
            raise
        await self._settle(key, claim, _DONE)

    async def _settle(self, key: str, claim: str | None, outcome: str | None) -> None:
        """Tell the others the outcome; with None that it is theirs to carry out."""
        if outcome is None:
            if claim is not None:
                release = partial(self._link.ask, RELEASE, key, claim)
                await self._link.surely(release, time.monotonic() + lease_s() + self._window_s)
            return
        ends = time.monotonic() + self._window_s

        async def settle() -> None:
            left = milliseconds(ends - time.monotonic())
            await self._link.ask(SETTLE, key, claim or "", outcome, left)

        await self._link.surely(settle, ends)


def _refuse_to_guess(verdict: Verdict) -> None:
    """Another process began with it and is not heard of any more."""
    unheard = verdict.unheard()
    if unheard is not None:
        raise unheard
