"""Between the package and the network: each body parsed once and fast, each header made once, and nothing logged.

The package parses every body into ordered dicts, three times as slow as need be, and prepares a request for as long as
aiohttp takes to send it. Here a request is prepared in a few steps, and the body of a success stays as it is until the
caller parses it; faults go the package's usual way, so that its error classes are what is raised.

Beside that the package formats every URL and body for a log, whether or not anybody reads it, and with `STRIPE_LOG` set
the e-mails of look-ups and all bodies are on stderr. There is no switch, so its two log functions are replaced. Tests
fail when a new version of the package has any of this elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import stripe._api_requestor
from msgspec.json import Decoder
from stripe import AIOHTTPClient, StripeClient, StripeResponse
from stripe._api_mode import ApiMode
from stripe._api_requestor import HttpVerb, _APIRequestor
from stripe._base_address import BaseAddress
from stripe._request_options import RequestOptions, merge_options

from adapters.stripe.query import query

_SUCCESS: Final = range(200, 300)
_KEY: Final = "Idempotency-Key"
_OPTIONS: Final = frozenset({"idempotency_key"})
_VERBS: Final[Mapping[str, HttpVerb]] = {"get": "get", "post": "post", "delete": "delete"}
PAGES: Final = frozenset({"list", "search_result"})
"""What a page of objects calls itself."""
LOG_FUNCTIONS: Final = ("log_info", "log_debug")
"""What the package's requestor calls with URLs and bodies."""

ANYTHING: Final[Decoder[Any]] = Decoder()
"""Parses everything there is."""


def _say_nothing(message: str, **details: object) -> None:
    """Instead of the package's log functions."""


def silence() -> None:
    """Keep the package from formatting, printing and logging requests and answers. Process-wide, as the package is."""
    for function in LOG_FUNCTIONS:
        setattr(stripe._api_requestor, function, _say_nothing)


class UnreadAnswer(StripeResponse):
    """A success whose `body` nobody has parsed yet; it has no `data`. `document_of` parses it."""

    def __init__(self, body: bytes, code: int, headers: Mapping[str, str]) -> None:
        # The package's own would parse the body.
        self.code = code
        self.headers = headers
        self.unread: Final = body


class Requestor(_APIRequestor):
    """The package's requestor for one key, doing once what is the same for every request."""

    def __init__(self, requestor: _APIRequestor) -> None:
        super().__init__(options=requestor._options, client=requestor._client)
        self._headers: dict[str, dict[str, str]] = {}
        self._same_each_time = merge_options(requestor._options, None)

    async def request_raw_async(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        options: RequestOptions | None = None,
        is_streaming: bool = False,
        *,
        base_address: BaseAddress,
        api_mode: ApiMode,
        usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """What the package would send is sent, once, without telemetry and without a line for the log.

        Takes calls of Stripe's first API, with no option but an idempotency key; raises `ValueError` for others.
        """
        given = options or {}
        if is_streaming or api_mode != "V1" or given.keys() - _OPTIONS or method not in _VERBS:
            raise ValueError("only plain calls of the first API can be made here")
        headers = self.request_headers(_VERBS[method], api_mode, {**self._same_each_time, **given})
        address = f"{self.base_addresses[base_address]}{url}"
        parameters = query(params) if params else ""
        body = None
        if method == "post":
            body = parameters.encode("ascii")
        elif parameters:
            address = f"{address}?{parameters}"
        return await self._get_http_client().request_async(method, address, headers, body)

    @staticmethod
    def _detect_ai_agent(environ: Mapping[str, str]) -> str:
        """Nothing: Stripe is not told from which tool the process was started."""
        return ""

    def request_headers(self, method: HttpVerb, api_mode: ApiMode, options: RequestOptions) -> dict[str, str]:
        """The package's headers. All but the idempotency key are the same each time: one key, one version."""
        known = self._headers.get(method)
        if known is None:
            known = self._headers[method] = super().request_headers(method, api_mode, options)
        key = options.get("idempotency_key")
        if key is None:
            # A write without a key of ours gets one of the package's, a new one each time.
            return {**known} if _KEY not in known else super().request_headers(method, api_mode, options)
        return {**known, _KEY: key}

    def _interpret_response(
        self, rbody: object, rcode: int, rheaders: Mapping[str, str], api_mode: ApiMode
    ) -> StripeResponse:
        if rcode in _SUCCESS and isinstance(rbody, bytes):
            return UnreadAnswer(rbody, rcode, rheaders)
        return super()._interpret_response(rbody, rcode, rheaders, api_mode)


def install(client: StripeClient) -> None:
    """Have the client's raw requests made by `Requestor`."""
    client._requestor = Requestor(client._requestor)


class LeanClient(AIOHTTPClient):
    """Gives connections back at once, and follows no redirect."""

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """As the package's, except that a connection whose body was not read to its end is given back at once. The
        package leaves it to the garbage collector, and the pool has a place less until then."""
        try:
            # A redirected POST would go on as a GET, change nothing and look like a success.
            response = await self._session.request(
                method, url, headers=headers, data=post_data, timeout=self._timeout, allow_redirects=False
            )
        except Exception as error:  # noqa: BLE001 - the package's own wrapping, which always raises
            self._handle_request_error(error)
        try:
            return await response.read(), response.status, response.headers
        finally:
            response.release()


def _is_rows(data: object) -> bool:
    return isinstance(data, list) and all(isinstance(row, dict) for row in data)


def document_of(response: StripeResponse, parser: Decoder[Any] = ANYTHING) -> dict[str, Any]:
    """The body of a success, parsed.

    Raises `stripe.APIError`, as the package itself does, where it is no JSON, and `ValueError` where it is no object of
    Stripe's: all of them name what they are.
    """
    try:
        document: object = parser.decode(response.unread if isinstance(response, UnreadAnswer) else response.body)
    except (ValueError, RecursionError):
        raise stripe.APIError("the body cannot be read", http_status=response.code) from None
    if isinstance(document, dict):
        kind = document.get("object")
        if isinstance(kind, str) and (kind not in PAGES or _is_rows(document.get("data"))):
            return document
    raise ValueError("the answer is no object of Stripe's")
