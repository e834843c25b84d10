"""A plain HTTP client for the simulator, so that its tests see the wire and no package."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.test_utils import TestClient

KEY = "test_simulated_0001"
LIVE_KEY = "live_simulated_0001"
DAY = 86_400


def basic(key: str, password: str = "") -> dict[str, str]:
    """The header of Basic authentication."""
    return {"Authorization": f"Basic {base64.b64encode(f'{key}:{password}'.encode()).decode()}"}


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
    def subscription(self) -> dict[str, Any]:
        assert self.status == 200, self.json
        found = self.json["subscription"]
        assert isinstance(found, dict)
        return found

    @property
    def code(self) -> tuple[int, str]:
        """What an error is told by."""
        return self.status, self.json["api_error_code"]

    @property
    def refusal(self) -> tuple[int, str, str | None]:
        """The same with the parameter that is to blame."""
        return (*self.code, self.json.get("param"))

    def ids(self, kind: str) -> list[str]:
        """The ids of a list."""
        return [entry[kind]["id"] for entry in self.json["list"]]


def items(*wanted: str | tuple[str, int]) -> list[tuple[str, str]]:
    """Items of a subscription, with quantities or without, as the official packages send them: column by column."""
    pairs = []
    for index, one in enumerate(wanted):
        identifier, quantity = one if isinstance(one, tuple) else (one, None)
        pairs.append((f"subscription_items[item_price_id][{index}]", identifier))
        if quantity is not None:
            pairs.append((f"subscription_items[quantity][{index}]", str(quantity)))
    return pairs


def listed(reply: Reply) -> list[tuple[str, int | None]]:
    """The items that a subscription is made of, with their quantities."""
    return [(item["item_price_id"], item.get("quantity")) for item in reply.subscription["subscription_items"]]


class Api:
    """Requests with a key of the test site, answers as `Reply`."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def get(self, path: str, *pairs: tuple[str, str], key: str = KEY) -> Reply:
        return await self.send("GET", path, key, params=list(pairs))

    async def post(
        self, path: str, *pairs: tuple[str, str], key: str = KEY, idempotency_key: str | None = None
    ) -> Reply:
        return await self.send("POST", path, key, idempotency_key, data=list(pairs) or None)

    async def send(
        self, method: str, path: str, key: str = KEY, idempotency_key: str | None = None, **request: Any
    ) -> Reply:
        headers = basic(key)
        if idempotency_key is not None:
            headers["chargebee-idempotency-key"] = idempotency_key
        async with self.client.request(method, f"/api/v2{path}", headers=headers, **request) as response:
            return Reply(response.status, await response.json(), response.headers)
