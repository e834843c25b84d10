"""The line to one Redis: it is there, or it is lost until it answers again."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from contextvars import Context
from secrets import token_hex
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakSet

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.shared import scripts
from gateway.shared.address import shown
from gateway.shared.keys import PREFIX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any

    from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger("gateway.state")

PATIENCE_S: Final = 1.0
"""For one question, a connection to put it on included. An answer takes less than a millisecond; the rest is for a busy
machine, where less would take Redis for lost. When it is silent, only those wait that asked just then."""
PROBE_EVERY_S: Final = 2.0
"""Between two looks whether a Redis that was lost is back."""
_SOCKET_PATIENCE_S: Final = 2.0
"""For what nobody waits for any more. Longer than any question takes."""
_CONNECTIONS: Final = 16
"""Questions at once. A question takes less than a millisecond: more connections would not make it faster."""
_MOST_OWED: Final = 10_000
_LONGEST_REASON: Final = 200

_NOT_COVERED: Final = (
    "Two replicas may act on one customer at once, act twice on a repeated request, and exceed the pace."
)


class Away(Exception):
    """There is no answer: what this process knows has to do. `asked`: it may have been done all the same."""

    def __init__(self, *, asked: bool) -> None:
        super().__init__()
        self.asked = asked


class Listener(Protocol):
    """Somebody who is told that the line was lost, or that it is back."""

    def turned(self) -> None:
        """See `Link.is_lost`."""


class Link:
    """One Redis, for everybody in this process. Made on the event loop; to be closed.

    While it is lost nothing is asked but whether it is back, by a task of its own: no request waits for it.
    """

    def __init__(
        self,
        address: str,
        *,
        patience_s: float = PATIENCE_S,
        probe_every_s: float = PROBE_EVERY_S,
        looks_at_once: bool = True,
    ) -> None:
        self._patience_s = patience_s
        self._probe_every_s = probe_every_s
        self.place = shown(address)
        self.is_lost = False
        self._is_closed = False
        self._client: Redis = Redis.from_url(
            address,
            socket_connect_timeout=max(_SOCKET_PATIENCE_S, patience_s),
            socket_timeout=max(_SOCKET_PATIENCE_S, patience_s),
            # Whoever asks goes on without an answer; trying again would only cost time.
            retry=Retry(NoBackoff(), 0),
            # The older protocol: of what the newer one can do nothing is used here, and each connection begins faster.
            protocol=2,
            driver_info=None,
            max_connections=_CONNECTIONS + 1,
            decode_responses=True,
        )
        self._scripts = {script: self._client.register_script(script) for script in scripts.ALL}
        self._slots = asyncio.Semaphore(_CONNECTIONS)
        self._listeners: WeakSet[Listener] = WeakSet()
        self._owed: deque[tuple[float, Callable[[], Awaitable[object]]]] = deque(maxlen=_MOST_OWED)
        self._tasks: set[asyncio.Task[Any]] = set()
        # Whoever starts the service is to hear at once that it is not there, and not with the first action.
        if looks_at_once:
            self.start(self._first_look())

    def listen(self, listener: Listener) -> None:
        """Tell the listener, for as long as it lives, when the line is lost and when it is back."""
        self._listeners.add(listener)

    async def ask(self, script: str, key: str, *arguments: str | float, patience_s: float = math.inf) -> Any:
        """The answer to a script of `gateway.shared.scripts`: text, a whole number, a list of them, or None.

        Takes `patience_s` seconds at most, and never longer than a link is patient. Raises `Away`.
        """
        if self.is_lost:
            raise Away(asked=False)
        limit = min(patience_s, self._patience_s)
        # In a task of its own: redis-py 8.1 swallows a cancellation that comes while it looks whether its connection is
        # still open, and who was cancelled would go on.
        question = asyncio.create_task(self._question(script, key, arguments))
        self._tasks.add(question)
        question.add_done_callback(self._forget)
        try:
            await asyncio.wait({question}, timeout=limit)
            return _answer_to(question)
        except Away:
            raise
        except Exception as error:
            # With less time than that its silence would tell nothing.
            if limit >= self._patience_s or not isinstance(error, TimeoutError):
                self._lose(error)
            raise Away(asked=True) from error
        finally:
            question.cancel()

    async def surely(self, deed: Callable[[], Awaitable[object]], until: float) -> None:
        """Do it now, or, where Redis is away, when it is back, unless that is after the moment `until` of
        `time.monotonic()`. Also where the request ends in between."""
        try:
            await deed()
        except Away:
            self.owe(deed, until)
        except asyncio.CancelledError:
            self.owe(deed, until)
            raise

    def owe(self, deed: Callable[[], Awaitable[object]], until: float) -> None:
        """Do it as soon as possible, unless that is after the moment `until` of `time.monotonic()`."""
        if self._is_closed:
            return
        self._owed.append((until, deed))
        if not self.is_lost:
            self.start(self._pay())

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do it in a task that ends with the line at the latest, and that knows nothing of the present request."""
        task = asyncio.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def trouble(self) -> str | None:
        """Ask it now what requests would ask; why it is of no use, None where it is."""
        try:
            await self._probe()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not there
            return _reason(error)
        return None

    async def close(self) -> None:
        """Hang up. What is still owed is forgotten: leases run out by themselves."""
        self._is_closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    async def _question(self, script: str, key: str, arguments: tuple[str | float, ...]) -> Any:
        async with self._slots:
            if self.is_lost:
                raise Away(asked=False)
            return await self._scripts[script](keys=[key], args=arguments)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Somebody has seen how it ended, or nobody wants to know.
            task.exception()

    async def _first_look(self) -> None:
        try:
            await self._probe()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not there
            self._lose(error)

    def _lose(self, error: Exception) -> None:
        if self.is_lost or self._is_closed:
            return
        self.is_lost = True
        _log.error("shared state lost", redis=self.place, error=_reason(error), not_covered=_NOT_COVERED)
        self._tell()
        self.start(self._until_back(time.monotonic()))

    async def _until_back(self, lost_at: float) -> None:
        while not await self._is_back():
            if self._is_closed:
                # Its cancellation was swallowed, see `ask`.
                return
            await asyncio.sleep(self._probe_every_s)
        self.is_lost = False
        _log.warning("shared state is back", redis=self.place, seconds=round(time.monotonic() - lost_at, 1))
        self._tell()
        await self._pay()

    async def _is_back(self) -> bool:
        try:
            # What is open may be half dead.
            await self._client.connection_pool.disconnect(inuse_connections=False)
            await self._probe()
        except Exception:  # noqa: BLE001 - whatever it is, it is not back
            return False
        return True

    async def _probe(self) -> None:
        """Do what requests do: a Redis that answers, and may not write, is of no use."""
        name = token_hex(8)
        key = f"{PREFIX}:probe:{name}"
        async with asyncio.timeout(self._patience_s):
            await self._scripts[scripts.CLAIM](keys=[key], args=(name, 1000))
            await self._scripts[scripts.RELEASE](keys=[key], args=(name,))

    async def _pay(self) -> None:
        while self._owed and not self.is_lost:
            until, deed = self._owed.popleft()
            if until > time.monotonic():
                await self.surely(deed, until)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener.turned()


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST_REASON]


def _answer_to(question: asyncio.Task[Any]) -> Any:
    if not question.done():
        raise TimeoutError
    if question.cancelled():
        # The link is being closed.
        raise Away(asked=True)
    return question.result()
