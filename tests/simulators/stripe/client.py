"""A plain HTTP client for the simulator, so that its tests see the wire and no SDK."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.test_utils import TestClient

KEY = "sk_test_simulated_0001"
LIVE_KEY = "sk_live_simulated_0001"


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    moment: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **span: float) -> int:
        """Move on by a timedelta; the new moment in Unix seconds."""
        self.moment += timedelta(**span)
        return self.seconds

    @property
    def seconds(self) -> int:
        return int(self.moment.timestamp())


@dataclass
class Reply:
    """An answer: its status, its JSON and its headers."""

    status: int
    json: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def error(self) -> dict[str, Any]:
        found = self.json["error"]
        assert isinstance(found, dict)
        return found

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.json["data"]]


class Api:
    """Requests with a key of the test account, answers as `Reply`."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def get(self, path: str, *pairs: tuple[str, str], key: str = KEY) -> Reply:
        return await self._send("GET", path, key, params=list(pairs))

    async def post(
        self, path: str, *pairs: tuple[str, str], key: str = KEY, idempotency_key: str | None = None
    ) -> Reply:
        return await self._send("POST", path, key, idempotency_key, data=list(pairs) or None)

    async def delete(
        self, path: str, *pairs: tuple[str, str], key: str = KEY, idempotency_key: str | None = None
    ) -> Reply:
        return await self._send("DELETE", path, key, idempotency_key, params=list(pairs))

    async def _send(
        self, method: str, path: str, key: str, idempotency_key: str | None = None, **request: Any
    ) -> Reply:
        headers = {"Authorization": f"Bearer {key}"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        async with self.client.request(method, path, headers=headers, **request) as response:
            return Reply(response.status, await response.json(), response.headers)
