"""A proxy between the gateway and a simulated provider, which alters one member of what the provider answers.

What is altered has another type afterwards, as no provider documents it and as some day one may answer it. Everything
else is passed on as it is.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias

import pytest
from aiohttp import ClientSession, DummyCookieJar, hdrs, web
from aiohttp.test_utils import TestServer
from yarl import URL

from adapters.conformance.log import recorded_log
from adapters.conformance.simulated import SimulatedCase
from adapters.conformance.world import Answer, World, open_world
from gateway.contract import Mode
from gateway.observability import Metrics
from tests.contract.providers.chargebee import ChargebeeCase
from tests.contract.providers.paddle import PaddleCase
from tests.contract.providers.stripe import StripeCase

Place: TypeAlias = tuple[str | int, ...]
"""The way from a document down to a member, `()` for the whole."""

VALUES: Final[tuple[Any, ...]] = (None, 7, "text", True, [], [1], {}, {"x": 1}, 1e30)
"""What a member is altered to, one after another, where it is not of this type already."""
_KEPT_TYPE: Final[tuple[Any, ...]] = ([1], {}, 1e30)
"""Values that are odd where a list, an object or a number belongs as well."""

_ROWS: Final = ("data", "list")
"""What the providers call the rows of a list."""
_QUESTIONS: Final = ("preview", "estimate")
_OF_A_CONNECTION: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "keep-alive"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call of the gateway, and the provider's answer as the gateway got it. `document` is None without JSON."""

    method: str
    path: str
    sent: str
    status: int
    document: Any

    @property
    def call(self) -> str:
        """The call without its parameters."""
        return f"{self.method} {self.path}"

    @property
    def is_write(self) -> bool:
        """Whether it was to change something."""
        return self.method != hdrs.METH_GET and not is_question(self.path)

    @property
    def rows(self) -> list[Any] | None:
        """The rows of a list; None for an answer that is none."""
        key = rows_key(self.document)
        return None if key is None else self.document[key]


@dataclass(frozen=True, slots=True)
class Alteration:
    """In the answers to `call`, the member at `place` becomes `value`, where there is such a member; in one of them
    alone, counted from 1, where `nth` is given."""

    call: str
    place: Place
    value: Any
    nth: int | None = None

    def __str__(self) -> str:
        return f"{self.call} {'.'.join(map(str, self.place)) or '(all)'} = {json.dumps(self.value)}"

    def applied(self, document: Any) -> Any:
        """The document, altered in place."""
        if not self.place:
            return self.value
        *way, last = self.place
        holder = document
        try:
            for step in way:
                holder = holder[step]
            holder[last]
        except (KeyError, IndexError, TypeError):
            return document
        holder[last] = self.value
        return document


class Proxy:
    """Stands before a simulated provider, which can be had anew, with all samples as they were.

    `case` is the provider as it is now, `exchanges` what went through since `begin`.
    """

    def __init__(self, make: type[SimulatedCase]) -> None:
        self._make = make
        self.case: SimulatedCase = make()
        self.exchanges: list[Exchange] = []
        self._alteration: Alteration | None = None
        self._is_changed = False

    def begin(self, alteration: Alteration | None = None) -> None:
        """From now on alter this."""
        self._alteration = alteration
        self.exchanges = []

    async def renew(self) -> None:
        """A provider to which nothing was done takes the place of the one that is there, unless that is one still."""
        if not self._is_changed:
            return
        self._is_changed = False
        await self._provider.close()
        self.case = self._make()
        await self._start()

    @property
    def writes(self) -> list[tuple[str, str]]:
        """What was sent to change something: the calls and their bodies."""
        return [(one.call, one.sent) for one in self.exchanges if one.is_write]

    def application(self) -> web.Application:
        """The proxy itself."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._pass_on)
        application.cleanup_ctx.append(self._running)
        return application

    async def _running(self, _: web.Application) -> AsyncIterator[None]:
        await self._start()
        async with ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=False) as self._session:
            yield
        await self._provider.close()

    async def _start(self) -> None:
        self._provider = TestServer(self.case.application())
        await self._provider.start_server(access_log=None)

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        address = URL(str(self._provider.make_url("")).rstrip("/") + request.raw_path, encoded=True)
        async with self._session.request(
            request.method, address, headers=_passed_on(request.headers), data=body, allow_redirects=False
        ) as answer:
            content, document = self._altered(f"{request.method} {request.path}", await answer.read(), answer.status)
            sent = body.decode() if body else request.query_string
            self.exchanges.append(Exchange(request.method, request.path, sent, answer.status, document))
            self._is_changed = self._is_changed or self.exchanges[-1].is_write
            return web.Response(status=answer.status, headers=_passed_on(answer.headers), body=content)

    def _altered(self, call: str, content: bytes, status: int) -> tuple[bytes, Any]:
        try:
            document = json.loads(content)
        except ValueError:
            return content, None
        alteration = self._alteration
        if alteration is None or alteration.call != call or status != web.HTTPOk.status_code:
            return content, document
        if alteration.nth not in (None, 1 + sum(one.call == call for one in self.exchanges)):
            return content, document
        document = alteration.applied(document)
        return json.dumps(document).encode(), document


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OF_A_CONNECTION}


class Tampered(SimulatedCase):
    """A provider behind a proxy."""

    behind: ClassVar[type[SimulatedCase]]

    def application(self) -> web.Application:
        self.proxy = Proxy(self.behind)
        return self.proxy.application()


class TamperedStripe(Tampered, StripeCase):
    behind = StripeCase


class TamperedChargebee(Tampered, ChargebeeCase):
    behind = ChargebeeCase


class TamperedPaddle(Tampered, PaddleCase):
    behind = PaddleCase


TAMPERED: Final[tuple[type[Tampered], ...]] = (TamperedStripe, TamperedChargebee, TamperedPaddle)

each_provider = pytest.mark.parametrize("provider", TAMPERED, ids=lambda provider: provider.name)


@dataclass(frozen=True, slots=True)
class Tamperable:
    """The gateway with everything on and nothing remembered, before a provider behind a proxy."""

    world: World
    proxy: Proxy
    metrics: Metrics

    async def get(self, path: str, alteration: Alteration | None = None) -> Answer:
        """What is answered while this is altered."""
        self.proxy.begin(alteration)
        return await self.world.get(path)

    def left_out(self) -> float:
        """How many objects were left out so far."""
        found = self.metrics.objects_left_out.collect()
        return sum(sample.value for metric in found for sample in metric.samples if sample.name.endswith("_total"))


@asynccontextmanager
async def behind_a_proxy(provider: type[Tampered], **sections: object) -> AsyncIterator[Tamperable]:
    case, metrics = provider(), Metrics()
    settings = {**provider.everything, "catalogue_ttl_s": 0, **sections}
    # What is logged of thousands of requests would only be kept for a report.
    with recorded_log(level=logging.CRITICAL):
        async with open_world(case, settings, [Mode.TEST], metrics=metrics) as world:
            yield Tamperable(world, case.proxy, metrics)


def is_question(call: str) -> bool:
    """Whether it asks what a change would do, which is asked like the change itself."""
    return any(word in call for word in _QUESTIONS)


def rows_key(document: Any) -> str | None:
    """What an answer calls its rows; None where it is no list."""
    found = (key for key in _ROWS if isinstance(document, dict) and isinstance(document.get(key), list))
    return next(found, None)


def places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """All members of a document however deep, itself first, with what is there."""
    yield place, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from places(member, (*place, name))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from places(member, (*place, number))


def kind(value: Any) -> str:
    """The type of a JSON value."""
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def odd_values(value: Any) -> list[Any]:
    """What a member with this value may be altered to."""
    return [odd for odd in VALUES if kind(odd) != kind(value) or (odd != value and odd in _KEPT_TYPE)]


def pattern(place: Place) -> Place:
    """A place, whichever entries of lists it goes through."""
    return tuple("*" if isinstance(step, int) else step for step in place)
