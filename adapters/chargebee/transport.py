"""What the `chargebee` package says of a request, sent over one pooled aiohttp session.

The package's asynchronous client makes a connection and an SSL context for every call, the latter on the event loop
(measured with chargebee 3.29.0: 45 requests a second, against 1766 over one session), and logs whole bodies at DEBUG.
So the package writes the path, the parameters, the credentials, and makes the exception of a refusal; sending and
reading in between are here. Nothing of the package is replaced, but some of these functions are not promised to
anybody: a test fails when a new version has them elsewhere or otherwise.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from chargebee import http_request, request, util
from chargebee.environment import Environment
from chargebee.version import VERSION
from pydantic_core import from_json
from yarl import URL

from adapters.sessions import hand_trace_on, open_session
from gateway import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.holes import Runtime

JsonObject: TypeAlias = dict[str, Any]

_SUCCESS: Final = range(200, 300)
IDEMPOTENCY_HEADER: Final = "chargebee-idempotency-key"

# Whatever in the package may still come to speak, its DEBUG has names and e-mails in it.
logging.getLogger("chargebee").setLevel(logging.WARNING)


class NotChargebees(Exception):
    """An answer that is not in Chargebee's form: a proxy's page, half a body. `status` is its HTTP status,
    `retry_after` the header of this name."""

    def __init__(self, status: int, retry_after: str | None = None) -> None:
        super().__init__(f"an answer with the status {status} is not in the provider's form")
        self.status = status
        self.retry_after = retry_after


class Transport:
    """Requests to one site. `origin` is the API's address up to `/api/v2`."""

    def __init__(self, api_key: str, origin: str, *, connect_timeout_s: float, connections: int) -> None:
        self._environment = Environment({"api_key": api_key, "site": ""})
        # Of the package's whole address only this part is ours to choose.
        self._environment.api_endpoint = f"{origin}/api/{Environment.API_VERSION}"
        self._headers: Final[Mapping[str, str]] = {
            "Accept": "application/json",
            "Authorization": http_request._basic_auth_str(api_key),
            "User-Agent": f"churnkey-gateway/{__version__} Chargebee-Python-Client v{VERSION}",
        }
        self._session = open_session(connections=connections, connect_timeout_s=connect_timeout_s)

    def hand_trace_on(self, runtime: Runtime, base_url: str | None) -> None:
        """See `adapters.sessions.hand_trace_on`."""
        hand_trace_on(self._session, runtime, base_url)

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def get(self, segments: tuple[str, ...], parameters: Mapping[str, object]) -> JsonObject:
        """Read. Raises the package's exceptions, aiohttp's, `NotChargebees`."""
        document, _ = await self._send("GET", segments, params=_written(parameters))
        return document

    async def get_with_headers(self, segments: tuple[str, ...]) -> tuple[JsonObject, Mapping[str, str]]:
        """Read, with the headers of the answer. Raises the same."""
        return await self._send("GET", segments, params={})

    async def post(self, segments: tuple[str, ...], parameters: Mapping[str, object], key: str | None) -> JsonObject:
        """Write under an idempotency key, None for what changes nothing. Raises the same."""
        headers = {**self._headers, IDEMPOTENCY_HEADER: key} if key is not None else self._headers
        document, _ = await self._send("POST", segments, data=_written(parameters), headers=headers)
        return document

    async def _send(
        self,
        method: str,
        segments: tuple[str, ...],
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[JsonObject, Mapping[str, str]]:
        url = self._environment.api_url(_path(segments))
        async with self._session.request(
            method,
            URL(url, encoded=True),
            params=params,
            data=data,
            headers=headers or self._headers,
            # A redirected POST would go on as a GET, change nothing and look like a success.
            allow_redirects=False,
        ) as response:
            body = await response.read()
            try:
                document = from_json(body)
            except ValueError:
                document = None
            if not isinstance(document, dict):
                raise NotChargebees(response.status, response.headers.get("Retry-After"))
            if response.status not in _SUCCESS:
                _refuse(url, response.status, document, response.headers)
            return document, response.headers


def _path(segments: tuple[str, ...]) -> str:
    """The package leaves slashes and dots in an id alone, and they would lead elsewhere."""
    if any(not segment or "/" in segment or segment in {".", ".."} for segment in segments):
        raise ValueError("a part of the path is empty or leads elsewhere")
    return str(request.uri_path(*segments))


def _written(parameters: Mapping[str, object]) -> dict[str, str]:
    """As the package writes them: `subscription_items[quantity][0]`, `id[in]`, true and false in small letters."""
    written = {str(name): str(value) for name, value in util.serialize(dict(parameters)).items()}
    if "" in written.values():
        # None becomes an empty value as well: a filter that filters nothing.
        raise ValueError("a parameter has no value")
    return written


def _refuse(url: str, status: int, document: JsonObject, headers: Mapping[str, str]) -> NoReturn:
    if "api_error_code" not in document:
        # The package's exception for this is a bare one with the whole body in its text.
        raise NotChargebees(status, headers.get("Retry-After"))
    http_request.handle_api_resp_error(url, status, document, headers)
    raise NotChargebees(status)
