"""The gateway in front of a simulated provider, both on real sockets, and what a test says to them."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest
from yarl import URL

from adapters.conformance.log import Log
from adapters.conformance.provider import NO_SAMPLE, NOW, Held, ProviderCase, Samples, Truth
from adapters.conformance.reads import subscription_path
from adapters.conformance.spans import Spans, recorded_spans
from adapters.conformance.written import Written
from adapters.registry import find
from gateway.contract import Mode
from gateway.journal import open_journals
from gateway.observability import CountingRecorder, LoggingObserver, Metrics, secrets_in
from gateway.server import create_application, open_backends
from gateway.settings import load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterable

    from adapters.conformance.asks import Ask
    from adapters.conformance.reads import Read
    from gateway.resilience import Recorder

_IN_MEMORY: Final = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - made by tempfile, and private
"""Where files cost no disk: each test writes a journal, which is synced to where it lies."""

TOKEN: Final = "integration-token-of-the-contract-tests"
BOTH_MODES: Final = (Mode.LIVE, Mode.TEST)

Manifest: TypeAlias = dict[str, Any]
NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Start(Protocol):
    """Starts a provider and a gateway before it, with further sections of the YAML."""

    def __call__(
        self, sections: Mapping[str, object] = NOTHING, *, modes: Iterable[Mode] = BOTH_MODES
    ) -> Awaitable[World]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the gateway, its body read."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    def is_error(self, status: int) -> bool:
        """Whether it is the contract's error body under this status."""
        if self.status != status or not self.headers["Content-Type"].startswith("application/json"):
            return False
        body = self.json
        return sorted(body) == ["code", "message"] and body["code"] == status and bool(body["message"].strip())


@dataclass(frozen=True, slots=True)
class World:
    """A running gateway and the provider behind it. What is not told a mode is about test mode."""

    case: ProviderCase
    provider: TestServer
    client: TestClient[web.Request, web.Application]
    manifest: Manifest
    spans: Spans

    @property
    def samples(self) -> Samples:
        return self.case.samples[Mode.TEST]

    def truth(self, of: Held | str) -> Truth:
        """What the provider has."""
        subscription = of.subscription if isinstance(of, Held) else of
        self._skip_without_sample(subscription)
        return self.case.truth(Mode.TEST, subscription)

    def effect_on(self, ask: Ask) -> dict[str, Truth]:
        """What the provider has of every subscription that the action is about."""
        named = ask.subscription
        held = [named] if named is not None else self.case.subscriptions_of(Mode.TEST, ask.customer)
        return {subscription: self.truth(subscription) for subscription in held}

    async def get(self, path: str, mode: Mode = Mode.TEST) -> Answer:
        """Read `/churnkey<path>`; the path goes out as it is written here."""
        return await self.send("GET", f"/churnkey{path}", mode=mode)

    async def post(self, ask: Ask, mode: Mode = Mode.TEST) -> Answer:
        return await self.send("POST", f"/churnkey/actions/{ask.target}", mode=mode, body=ask.body)

    async def send(
        self,
        method: str,
        path: str,
        *,
        mode: Mode | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send what a test composed itself; `mode` None leaves the mode's header out. The token comes along.

        `body` is sent as JSON, bytes as they are.
        """
        self._skip_without_sample(path)
        sent = {"Authorization": f"Bearer {TOKEN}", **({"X-Churnkey-Mode": mode.value} if mode else {})}
        url = URL(str(self.client.make_url("")).rstrip("/") + path, encoded=True)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        self._skip_without_sample(data)
        async with self.client.session.request(method, url, headers={**sent, **(headers or {})}, data=data) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)

    async def subscription(self, held: Held) -> Any:
        """A subscription as the gateway shows it."""
        answer = await self.get(subscription_path(held))
        assert answer.status == 200, answer.text
        return answer.json

    async def walk(self, path: str, limit: int | None = None, mode: Mode = Mode.TEST) -> list[Any]:
        """All rows of a list, page after page."""
        rows: list[Any] = []
        query = {} if limit is None else {"limit": str(limit)}
        while True:
            answer = await self.get(f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}", mode)
            assert answer.status == 200, answer.text
            page = answer.json
            assert limit is None or len(page["data"]) <= limit
            rows += page["data"]
            if "next" not in page:
                return rows
            assert query.get("cursor") != page["next"], "the list does not move on"
            query["cursor"] = page["next"]

    def has(self, controller: str) -> bool:
        """Whether the manifest says that this list is served."""
        controllers = self.manifest["controllers"]
        return is_on(controllers, (controller,)) or is_on(controllers, (controller, "enabled"))

    async def serves(self, read: Read, mode: Mode = Mode.TEST) -> bool:
        """Whether it can be read here. Where it cannot, it is refused without a call."""
        if self.has(read.controller) and (read.finds_by is None or read.finds_by in self.case.finds_by):
            return True
        self.case.forget_calls()
        answer = await self.get(read.path(self.case.samples[mode]), mode)
        assert answer.is_error(400), answer.text
        assert self.case.calls() == []
        return False

    def offers(self, ask: Ask) -> bool:
        """Whether the manifest says that this can be asked for."""
        return all(is_on(self.manifest["actions"], path) for path in ask.needs)

    async def does(self, ask: Ask) -> bool:
        """Ask for it. Where the manifest offers it, it is done; else it is refused without a call, and False."""
        self.case.forget_calls()
        answer = await self.post(ask)
        if self.offers(ask):
            assert (answer.status, answer.text) == (200, "")
            return True
        assert answer.is_error(400), answer.text
        assert self.case.calls() == []
        return False

    async def refuses(self, ask: Ask, status: int) -> str:
        """Ask for it: it is refused with this status, or 400 where it is not offered at all, and nothing is written.
        The message."""
        before = self.effect_on(ask) if self.knows(ask) else {}
        self.case.forget_calls()
        answer = await self.post(ask)
        assert answer.is_error(status if self.offers(ask) else 400), (answer.status, answer.text)
        assert self.case.writes() == []
        assert before == (self.effect_on(ask) if before else {})
        self.keeps_silent(answer)
        return str(answer.json["message"])

    def knows(self, ask: Ask) -> bool:
        """Whether the provider has what the action is about."""
        customer, subscription = ask.body.get("customerId"), ask.body.get("subscriptionId")
        held = self.case.subscriptions_of(Mode.TEST, customer) if isinstance(customer, str) else []
        return bool(held) and (subscription is None or subscription in held)

    def _skip_without_sample(self, sent: str | bytes | None) -> None:
        """Skip the test where it is about a sample that this provider does not have."""
        text = sent if isinstance(sent, str) else ""
        if found := re.search(rf"{NO_SAMPLE}(\w+)", text):
            pytest.skip(f"{self.case.name} has no sample {found[1]!r}")

    def keeps_silent(self, answer: Answer) -> None:
        """Nothing of what the provider said, nothing secret and nobody's address is in the answer."""
        personal = (text for one in self.case.samples.values() for text in (one.email, one.phone))
        for secret in (*self.case.secrets, TOKEN, *personal):
            assert secret not in answer.text
            assert all(secret not in value for value in answer.headers.values())


def is_on(switches: Mapping[str, Any], path: Iterable[str]) -> bool:
    """Whether the switch at this path of a manifest is there and true."""
    found: Any = switches
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found is True


def forbidden(case: ProviderCase) -> tuple[str, ...]:
    """What a gateway before this provider must not write."""
    return (TOKEN, *case.secrets, *case.personal)


def as_scraped(metrics: Metrics) -> str:
    """What Prometheus would read."""
    return generate_latest(metrics.registry).decode()


@asynccontextmanager
async def open_world(
    case: ProviderCase,
    sections: Mapping[str, object],
    modes: Iterable[Mode] = BOTH_MODES,
    *,
    written: Written | None = None,
    metrics: Metrics | None = None,
) -> AsyncIterator[World]:
    """Start the provider and the gateway; `sections` are further keys of the YAML. `written` is told what the gateway
    writes, and what must not be in it; what is counted is left to whoever gives the `metrics`."""
    written = written or Written(Log())
    counted, spans = metrics or Metrics(), recorded_spans()
    written.forbid(forbidden(case))
    async with AsyncExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(dir=_IN_MEMORY))
        journal = sections.get("journal", f"{folder}/journal.jsonl")

        def tell() -> None:
            if metrics is None:
                written.add("metrics", as_scraped(counted))
            written.add("traces", spans.text())
            if isinstance(journal, str) and (path := Path(journal)).is_file():
                written.add("journal", path.read_text(encoding="utf-8"))

        def record(name: str, mode: Mode) -> Recorder:
            return spans.recorder(CountingRecorder(journals.recorder(name, mode), counted.of(name, mode)))

        # When everything after it is closed, and before the journal is deleted.
        running.callback(tell)
        provider = TestServer(case.application())
        # Its log is nobody's, and would have whatever it was asked for.
        await provider.start_server(access_log=None)
        running.push_async_callback(provider.close)
        address = str(provider.make_url("")).rstrip("/")
        document = {
            "backend": case.name,
            "integration_tokens": [TOKEN],
            "modes": {mode.value: dict(case.modes(address)[mode]) for mode in modes},
            **sections,
            "journal": journal,
            # What a provider makes of a repeated action shows only where it is carried out again.
            "limits": {"retry_wait_s": 0.001, "dedupe_s": 0, **_limits(sections)},
        }
        settings = _loaded(document, Path(folder, "backend.yaml"))
        written.forbid(secrets_in(*settings))
        journals = await running.enter_async_context(open_journals(settings, clock=lambda: NOW))
        backends = await running.enter_async_context(
            open_backends(
                settings,
                find,
                clock=lambda: NOW,
                observe=lambda name, mode: LoggingObserver(name, mode, counted),
                record=record,
                follow=spans.tracer,
            )
        )
        gateway = TestServer(create_application(backends, counted, spans.traces))
        # As it is served: with a log of its own.
        await gateway.start_server(access_log=None)
        client = await running.enter_async_context(TestClient(gateway))
        world = World(case, provider, client, {}, spans)
        answer = await world.get("/features", Mode.TEST if Mode.TEST in modes else Mode.LIVE)
        world.manifest.update(answer.json)
        yield world


def _limits(sections: Mapping[str, object]) -> Mapping[str, object]:
    limits = sections.get("limits", {})
    return limits if isinstance(limits, dict) else {}


def _loaded(document: Mapping[str, object], file: Path) -> Any:
    # JSON is YAML.
    file.write_text(json.dumps(document), encoding="utf-8")
    return load([file], {})
