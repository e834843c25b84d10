"""What every simulator is: accounts behind keys, faults that wait, and the record of what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Generic, TypeVar

from aiohttp import web

from simulators.faults import Fault, Faults
from simulators.recording import RecordedRequest
from simulators.types import Clock, system_clock

A = TypeVar("A")
R = TypeVar("R", bound=RecordedRequest)

_LARGEST_BODY = 1024**2


class Simulator(Generic[A, R]):
    """A provider's API over accounts by their keys.

    `recording` keeps every request in `requests`; benchmarks turn it off. `ahead` is how far the clock that the `Date`
    header shows is before `clock`.
    """

    def __init__(self, *, accounts: Mapping[str, A], recording: bool, clock: Clock = system_clock) -> None:
        self.accounts = dict(accounts)
        self.ahead = timedelta(0)
        self._present = clock
        self.requests: list[R] = []
        self.faults = Faults()
        self.recording = recording

    def account(self, api_key: str) -> A:
        """The account behind a key."""
        return self.accounts[api_key]

    def application(self) -> web.Application:
        """The aiohttp application; it may be served at any address."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    def calls(self) -> list[str]:
        """The requests in order, such as `GET /v1/subscriptions/sub_1`."""
        return [str(request) for request in self.requests]

    def writes(self) -> list[str]:
        """As `calls`, without the GETs."""
        return [str(request) for request in self.written()]

    def written(self) -> list[R]:
        """The recorded requests that are not GETs."""
        return [request for request in self.requests if request.is_write]

    def clear(self) -> None:
        """Forget the recorded requests; state, faults and idempotency keys stay."""
        self.requests.clear()

    async def _received(self, request: web.Request) -> tuple[bytes, Fault | None]:
        """The request's body, and what goes wrong with it. The body is empty where that keeps it from being read."""
        fault = self.faults.take(request.method, request.raw_path.partition("?")[0])
        if fault is not None and fault.delivery == "unread":
            return b"", fault
        return await request.read(), fault

    def _date(self) -> str:
        """The `Date` header of an answer, in whole seconds: RFC 9110, section 6.6.1."""
        return format_datetime((self._present() + self.ahead).astimezone(UTC), usegmt=True)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raise NotImplementedError
