"""Paddle's HTTP API on one pooled session, for one key: JSON in and out.

Without the official package: it blocks, repeats calls on its own, sleeps in them, and raises `KeyError` on a field
that is missing. `adapters.calls` owns time-outs and retries.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic_core import from_json

from adapters.calls import ProviderCalls
from adapters.errors import Invalid, NotFound
from adapters.fields import last_id, optional_text
from adapters.holes import Runtime
from adapters.paddle.errors import Garbled, Refused, translate
from adapters.sessions import hand_trace_on, open_session
from gateway import __version__
from gateway.resilience import Safety

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import ClientResponse

API_VERSION: Final = "1"
"""The version all mappings here were written for: https://developer.paddle.com/api-reference/about/versioning."""
LIVE_URL: Final = "https://api.paddle.com"
SANDBOX_URL: Final = "https://sandbox-api.paddle.com"
WHOLE_PAGE: Final = 200
"""The most that Paddle puts on a page; what asks for more gets this, without a word."""

JsonObject: TypeAlias = dict[str, Any]

Query: TypeAlias = "Mapping[str, str]"
NO_QUERY: Final[Query] = MappingProxyType({})

_PREFIXES: Final = {
    "customers": "ctm",
    "addresses": "add",
    "products": "pro",
    "prices": "pri",
    "discounts": "dsc",
    "subscriptions": "sub",
}
_SUCCESS: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `next` is the cursor of the following one, None on the last. Rows should be objects."""

    rows: list[Any]
    next: str | None


class PaddleApi:
    """Calls Paddle. Ids are checked against their form first: what cannot be one is `NotFound` and makes no call."""

    def __init__(self, api_key: str, base_url: str | None, *, live: bool, runtime: Runtime) -> None:
        self._address = (base_url or (LIVE_URL if live else SANDBOX_URL)).rstrip("/")
        self._session = open_session(
            connections=runtime.max_in_flight,
            connect_timeout_s=runtime.connect_timeout_s,
            headers={
                "Authorization": f"Bearer {api_key}",
                "Paddle-Version": API_VERSION,
                "User-Agent": f"churnkey-gateway/{__version__}",
            },
        )
        self._calls = ProviderCalls(translate, runtime)
        hand_trace_on(self._session, runtime, base_url)

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def get(self, *segments: str, query: Query = NO_QUERY) -> JsonObject:
        """One object. Raises `NotFound`."""
        found: JsonObject = (await self._run("GET", segments, query, None, Safety.READ, _is_object))["data"]
        return found

    async def page(
        self, *segments: str, query: Query = NO_QUERY, after: str | None = None, per_page: int = WHOLE_PAGE
    ) -> Page:
        """A page of a list, behind the object `after`. Raises `Invalid` for a cursor that is none of this list."""
        asked = {**query, "per_page": str(per_page)}
        if after is not None:
            if not is_id(segments[-1], after):
                raise Invalid("cursor: it does not belong to this list.")
            asked["after"] = after
        document = await self._run("GET", segments, asked, None, Safety.READ, _is_list)
        rows: list[Any] = document["data"]
        more = ((document.get("meta") or {}).get("pagination") or {}).get("has_more") is True
        # `next` is filled on the last page as well, so only `has_more` tells; and an address of theirs is not followed.
        return Page(rows, last_id(rows) if rows and more else None)

    async def pages(self, *segments: str, query: Query = NO_QUERY) -> list[Any]:
        """All rows of a list, every page of it."""
        rows: list[Any] = []
        after: str | None = None
        while True:
            page = await self.page(*segments, query=query, after=after)
            rows += page.rows
            if page.next is None:
                return rows
            after = page.next

    async def write(
        self, method: str, *segments: str, body: Mapping[str, object], safety: Safety = Safety.SAFE_WRITE
    ) -> JsonObject:
        """Write, and the object as it is then. Paddle has no idempotency keys: what may charge is `UNSAFE_WRITE`,
        everything else sets an absolute state. Members that are None are sent as null."""
        found: JsonObject = (await self._run(method, segments, NO_QUERY, body, safety, _is_object))["data"]
        return found

    async def preview(self, *segments: str, body: Mapping[str, object]) -> JsonObject:
        """What an update with this body would make of an object. It changes nothing, so it is a read like any other."""
        found: JsonObject = (await self._run("PATCH", (*segments, "preview"), NO_QUERY, body, Safety.READ, _is_object))[
            "data"
        ]
        return found

    async def root(self) -> tuple[JsonObject, str | None]:
        """What Paddle says of itself and of the key, and the time in the answer's `Date` header.

        https://developer.paddle.com/api-reference/api-root/get-api-root
        """

        async def send() -> tuple[JsonObject, str | None]:
            async with self._session.get(f"{self._address}/", allow_redirects=False) as response:
                document, _ = _document(response, await response.read())
                found = document.get("data")
                if not isinstance(found, dict):
                    raise TypeError("the answer holds something else than was asked for")
                return found, response.headers.get("Date")

        return await self._calls.run("get /", send, Safety.READ)

    async def _run(
        self,
        method: str,
        segments: tuple[str, ...],
        query: Query,
        body: Mapping[str, object] | None,
        safety: Safety,
        is_expected: Callable[[object], bool],
    ) -> JsonObject:
        address = self._address + _path(segments)

        async def send() -> tuple[JsonObject, str | None]:
            # A redirected POST would go on as a GET, change nothing and look like a success.
            async with self._session.request(
                method,
                address,
                params=query,
                data=None if body is None else json.dumps(body).encode(),
                headers=_LIST if "per_page" in query else _BODY if body is not None else None,
                allow_redirects=False,
            ) as response:
                document, request_id = _document(response, await response.read())
                if not is_expected(document.get("data")):
                    raise ValueError("the answer holds something else than was asked for")
                return document, request_id

        # Every second segment is an id, which is no part of what the call is called.
        operation = f"{method.lower()} {'/'.join(segments[::2])}"
        document, _ = await self._calls.run(operation, send, safety, itemgetter(1))
        return document


_BODY: Final = {"Content-Type": "application/json"}
_LIST: Final = {"Skip-Count": "true"}
"""Spares Paddle counting the whole list for a total that nobody looks at."""


def is_id(collection: str, identifier: str) -> bool:
    """Whether it has the form of an id of this collection: its prefix and 26 characters.

    https://developer.paddle.com/api-reference/about/paddle-ids
    """
    return re.fullmatch(rf"{_PREFIXES[collection]}_[a-z0-9]{{26}}", identifier) is not None


def require_id(collection: str, identifier: str) -> str:
    """The id itself. Raises `NotFound` for what cannot be one."""
    if not is_id(collection, identifier):
        raise NotFound
    return identifier


def _path(segments: tuple[str, ...]) -> str:
    for collection, identifier in zip(segments[::2], segments[1::2], strict=False):
        require_id(collection, identifier)
    return "/" + "/".join(segments)


def _document(response: ClientResponse, body: bytes) -> tuple[JsonObject, str | None]:
    """The body of a success, and the id of the request. Raises `Refused`, or `Garbled` for a success without JSON."""
    document = _json(body)
    meta = document.get("meta") if document is not None else None
    request_id = optional_text(meta, "request_id") if isinstance(meta, dict) else None
    if response.status not in _SUCCESS:
        raise _refusal(response, document, request_id)
    if document is None:
        raise Garbled
    return document, request_id


def _json(body: bytes) -> JsonObject | None:
    try:
        document = from_json(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _refusal(response: ClientResponse, document: JsonObject | None, request_id: str | None) -> Refused:
    error = document.get("error") if document is not None else None
    found: JsonObject = error if isinstance(error, dict) else {}
    code = found.get("code")
    named = found.get("errors")
    fields = [one.get("field") for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    return Refused(
        response.status,
        code if isinstance(code, str) else None,
        tuple(field for field in fields if isinstance(field, str)),
        request_id,
        response.headers.get("Retry-After"),
    )


def _is_object(data: object) -> bool:
    return isinstance(data, dict)


def _is_list(data: object) -> bool:
    return isinstance(data, list)
