"""The gateway over in-memory accounts, as the tests of the server start it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from yarl import URL

from adapters.base import BillingAdapter
from adapters.settings import ActionSettings
from gateway.observability import Metrics
from gateway.server import Backend
from gateway.server.generations import Generations
from gateway.server.run import create_runner
from gateway.settings import BackendSettings, ChurnkeySettings, DirectSettings, LimitSettings, PolicySettings
from tests.support.memory_adapter import MemoryAdapter, MemoryModes, MemoryModeSettings, MemorySettings

if TYPE_CHECKING:
    from gateway.observability.spans import Traces

TOKEN = "integration-token-of-the-tests"
LIVE_KEY = "live-key-of-the-tests"
TEST_KEY = "test-key-of-the-tests"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}

Client: TypeAlias = TestClient[web.Request, None]
Start: TypeAlias = Callable[..., Awaitable[Client]]
"""Starts the gateway with these `BackendSettings`, or with one backend called memory."""


class GatewayServer(TestServer):
    """The service on a port of its own, with the HTTP settings it has in production."""

    def __init__(
        self,
        backends: Mapping[str, Backend] | Generations,
        metrics: Metrics | None = None,
        traces: Traces | None = None,
        *,
        answering_s: float = 1.0,
    ) -> None:
        generations = backends if isinstance(backends, Generations) else Generations(backends)
        self._runner_in_production = create_runner(generations, metrics, traces=traces, answering_s=answering_s)
        super().__init__(self._runner_in_production.app)

    async def _make_runner(self, **options: object) -> web.AppRunner:
        return self._runner_in_production


def find_adapter(name: str) -> type[BillingAdapter]:
    """The adapter of the tests, under whichever name."""
    return MemoryAdapter


def backend_settings(
    name: str = "memory",
    *,
    tokens: tuple[str, ...] = (TOKEN,),
    live: str | None = LIVE_KEY,
    test: str | None = TEST_KEY,
    actions: ActionSettings | None = None,
    policy: PolicySettings | None = None,
    limits: LimitSettings | None = None,
    manifest_compat: bool = True,
    churnkey: ChurnkeySettings | None = None,
    direct: DirectSettings | None = None,
) -> BackendSettings:
    """The settings of a backend; `live` and `test` are the keys of in-memory accounts, None for a missing mode."""
    return BackendSettings(
        backend="memory",
        name=name,
        integration_tokens=tuple(SecretStr(token) for token in tokens),
        manifest_compat=manifest_compat,
        policy=policy or PolicySettings(),
        limits=limits or LimitSettings(),
        churnkey=churnkey or ChurnkeySettings(),
        direct=direct,
        adapter=MemorySettings(
            modes=MemoryModes(live=_mode(live), test=_mode(test)), actions=actions or ActionSettings()
        ),
    )


def _mode(key: str | None) -> MemoryModeSettings | None:
    return MemoryModeSettings(api_key=SecretStr(key)) if key is not None else None


async def send(
    client: Client,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> ClientResponse:
    """Send a request with the path exactly as it is written here, and with the token."""
    url = URL(str(client.make_url("")).rstrip("/") + path, encoded=True)
    return await client.session.request(method, url, headers={**AUTHORIZED, **(headers or {})}, data=body)


async def is_error(response: ClientResponse, status: int) -> bool:
    """Whether this is Churnkey's error body, under its own status."""
    document = await response.json()
    return (
        response.status == status
        and response.content_type == "application/json"
        and sorted(document) == ["code", "message"]
        and document["code"] == status
        and isinstance(document["message"], str)
        and bool(document["message"])
    )
