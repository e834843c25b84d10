"""Acme's HTTP API, and what its answers and the network's failures mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import yarl

from adapters.base import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    ProviderAnswer,
    RateLimited,
    Runtime,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unreadable,
)
from adapters.calls import ProviderCalls
from adapters.sessions import hand_trace_on, open_session
from gateway.resilience import Cause, Safety, WriteKey, retry_after_seconds, utc_now

URL: Final = "https://api.acme-billing.example"
_WHOLE_PAGE: Final = 100

_MEANINGS: Final[Mapping[str, type[AdapterError]]] = {
    "not_found": NotFound,
    "already_ended": Conflict,
    "bad_cursor": Invalid,
}
"""What a refusal means by Acme's code."""


class Refused(Exception):
    """An answer that is no success. Its text is not kept: it may name customers."""

    def __init__(self, status: int, code: str | None, retry_after: str | None) -> None:
        super().__init__(status, code)
        self.status, self.code, self.retry_after = status, code, retry_after


class Garbled(Exception):
    """A success that is not in Acme's form, as a proxy may send."""


class AcmeApi:
    """Calls Acme. Every call goes through `ProviderCalls`, which waits, times, repeats and gives up."""

    def __init__(self, api_key: str, base_url: str | None, runtime: Runtime) -> None:
        self._address = f"{base_url or URL}/v1"
        self._session = open_session(
            connections=runtime.max_in_flight,
            connect_timeout_s=runtime.connect_timeout_s,
            headers={"Authorization": f"Bearer {api_key}"},
        )
        hand_trace_on(self._session, runtime, base_url)
        self._calls = ProviderCalls(translate, runtime)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def get(self, *path: str) -> dict[str, Any]:
        """One object. Raises `NotFound`."""
        return await self._run("GET", path, Safety.READ)

    async def page(
        self, *path: str, limit: int = _WHOLE_PAGE, after: str | None = None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of a list, and the cursor of the next one; None on the last."""
        query = {"limit": str(limit)} if after is None else {"limit": str(limit), "after": after}
        answer = await self._run("GET", path, Safety.READ, query=query)
        rows: list[dict[str, Any]] = answer["data"]
        return rows, rows[-1]["id"] if rows and answer.get("has_more") is True else None

    async def pages(self, *path: str) -> list[dict[str, Any]]:
        """All rows of a list."""
        rows, after = await self.page(*path)
        while after is not None:
            more, after = await self.page(*path, after=after)
            rows += more
        return rows

    async def post(self, *path: str, body: Mapping[str, object], key: WriteKey) -> dict[str, Any]:
        """Write under an idempotency key, which makes it safe to send again; the object as it is then."""
        headers = {"Idempotency-Key": key.of("POST", "/".join(path), body)}
        return await self._run("POST", path, Safety.SAFE_WRITE, body=body, headers=headers)

    async def _run(
        self,
        method: str,
        path: tuple[str, ...],
        safety: Safety,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        address = "/".join([self._address, *(quote(segment, safe="") for segment in path)])

        async def send() -> dict[str, Any]:
            async with self._session.request(
                method, yarl.URL(address, encoded=True), params=query, json=body, headers=headers, allow_redirects=False
            ) as response:
                document = await _document(response)
                if response.status != 200:
                    error = document.get("error")
                    code = error.get("code") if isinstance(error, dict) else None
                    raise Refused(response.status, code, response.headers.get("Retry-After"))
                if "data" not in document and "id" not in document:
                    raise Garbled
                return document

        # Every second segment is an id, which is no part of what the call is called.
        return await self._calls.run(f"{method.lower()} {'/'.join(path[::2])}", send, safety)


def translate(error: Exception, is_write: bool) -> AdapterError:
    """What a failed call means, and above all whether a write may have happened."""
    if isinstance(error, Refused):
        return _refused(error, is_write=is_write)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unavailable(cause=Cause.NOT_SENT)
    if isinstance(error, aiohttp.ClientError | OSError):
        if is_write:
            return UnknownOutcome(answered=False)
        return Timeout() if isinstance(error, TimeoutError) else Unavailable(cause=Cause.LOST)
    if is_write:
        return UnknownOutcome(answered=False)
    return Unavailable() if isinstance(error, Garbled) else Unreadable()


def _refused(error: Refused, *, is_write: bool) -> AdapterError:
    answer = ProviderAnswer(error.status, error.code)
    if error.status in {401, 403}:
        return Credentials(provider=answer)
    if error.status == 429:
        busy = Cause.BUSY if error.code == "busy" else None
        wish = retry_after_seconds(error.retry_after, utc_now())
        return RateLimited(provider=answer, retry_after=wish, cause=busy)
    if error.code is not None and error.code in _MEANINGS:
        return _MEANINGS[error.code](provider=answer)
    if error.status < 500:
        return Unreadable(provider=answer)
    if is_write:
        # Only an answer in Acme's own form proves that nothing is under way any more.
        return UnknownOutcome(answered=error.code is not None, provider=answer)
    return Unavailable(provider=answer)


async def _document(response: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        document = await response.json(content_type=None)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    if response.status == 200:
        raise Garbled
    return {}
