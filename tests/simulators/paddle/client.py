"""A plain HTTP client for the simulator, so that its tests see the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.paddle import moments
from simulators.paddle.identifiers import readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.test_utils import TestClient

KEY = "pdl_sdbx_apikey_simulated_0001"
LIVE_KEY = "pdl_live_apikey_simulated_0001"

CUSTOMER = readable("ctm", "ada")
PRODUCT = readable("pro", "plan")
MONTHLY = readable("pri", "monthly")
DEARER = readable("pri", "dearer")
YEARLY = readable("pri", "yearly")
ADDON = readable("pri", "addon")
SUBSCRIPTION = readable("sub", "one")
TRIAL = readable("sub", "trial")
SAVE20 = readable("dsc", "save20")
FIVE_OFF = readable("dsc", "fiveoff")
WELCOME = readable("dsc", "welcome")


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    moment: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **span: float) -> datetime:
        """Move on by a timedelta; answers the new moment."""
        self.moment += timedelta(**span)
        return self.moment

    def to(self, moment: datetime) -> None:
        self.moment = moment

    def ahead(self, **span: float) -> str:
        """A time to send that lies so far ahead."""
        return sent(self.moment + timedelta(**span))


def sent(moment: datetime) -> str:
    """A time as a client sends it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def at(text: str | None) -> datetime | None:
    """A time as it was served."""
    return None if text is None else moments.read(text)


@dataclass
class Reply:
    """An answer: its status, its JSON and its headers."""

    status: int
    json: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        assert self.status == 200, self.json
        return self.json["data"]

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.data]

    @property
    def pagination(self) -> dict[str, Any]:
        found = self.json["meta"]["pagination"]
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> dict[str, Any]:
        found = self.json["error"]
        assert isinstance(found, dict)
        return found

    @property
    def refusal(self) -> tuple[int, str]:
        """The status and the code of an error."""
        return self.status, self.error["code"]

    @property
    def fields(self) -> list[str]:
        """The fields that an error names."""
        return [problem["field"] for problem in self.error.get("errors", [])]


class Api:
    """Requests with a key of the test account, answers as `Reply`."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def get(self, path: str, *, key: str = KEY, **query: str) -> Reply:
        return await self._send("GET", path, key, params=query)

    async def post(self, path: str, body: Any = None, *, key: str = KEY) -> Reply:
        return await self._send("POST", path, key, json=body)

    async def patch(self, path: str, body: Any = None, *, key: str = KEY) -> Reply:
        return await self._send("PATCH", path, key, json=body)

    async def act(self, action: str, subscription: str = SUBSCRIPTION, **body: Any) -> Reply:
        """An action on a subscription, such as `cancel`."""
        return await self.post(f"/subscriptions/{subscription}/{action}", body)

    async def update(self, subscription: str = SUBSCRIPTION, **body: Any) -> Reply:
        return await self.patch(f"/subscriptions/{subscription}", body)

    async def subscription(self, identifier: str = SUBSCRIPTION) -> Any:
        return (await self.get(f"/subscriptions/{identifier}")).data

    async def _send(self, method: str, path: str, key: str, **request: Any) -> Reply:
        headers = {"Authorization": f"Bearer {key}"}
        async with self.client.request(method, path, headers=headers, **request) as response:
            return Reply(response.status, await response.json(), response.headers)
