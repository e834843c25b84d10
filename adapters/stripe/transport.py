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
from typing import Any, Final, Protocol

import stripe._api_requestor
from aiohttp import ClientSession
from msgspec import Struct
from msgspec.json import Decoder
from multidict import CIMultiDict
from stripe import AIOHTTPClient, StripeClient
from stripe._api_mode import ApiMode
from stripe._api_requestor import HttpVerb, _APIRequestor
from stripe._request_options import merge_options

_SUCCESS: Final = range(200, 300)
_KEY: Final = "Idempotency-Key"
_FIRST_API: Final[ApiMode] = "V1"
PAGES: Final = frozenset({"list", "search_result"})
"""What a page of objects calls itself."""
LOG_FUNCTIONS: Final = ("log_info", "log_debug")
"""What the package's requestor calls with URLs and bodies."""


class Parser(Protocol):
    """What a body is parsed by."""

    def decode(self, body: bytes, /) -> Any:
        """What is read of the body. Raises `ValueError` where it cannot be."""


ANYTHING: Final[Parser] = Decoder()
"""Parses everything there is."""


def _say_nothing(message: str, **details: object) -> None:
    """Instead of the package's log functions."""


def silence() -> None:
    """Keep the package from formatting, printing and logging requests and answers. Process-wide, as the package is."""
    for function in LOG_FUNCTIONS:
        setattr(stripe._api_requestor, function, _say_nothing)


class UnreadAnswer(Struct, frozen=True):
    """A success whose body nobody has parsed yet. `document_of` parses it."""

    body: bytes
    status: int
    headers: Mapping[str, str]

    @property
    def request_id(self) -> str | None:
        """Stripe's id of the request."""
        return self.headers.get("Request-Id")


class Requestor(_APIRequestor):
    """The package's requestor for one key, doing once what is the same for every request.

    The headers of every request are left to `session`, where one is given that all requests go through.
    """

    def __init__(self, requestor: _APIRequestor, session: ClientSession | None) -> None:
        super().__init__(options=requestor._options, client=requestor._client)
        self._address = self.base_addresses["api"]
        self._network = self._get_http_client()
        self._headers: dict[HttpVerb, CIMultiDict[str]] = {}
        self._sent_by_session: Mapping[str, str] = {}
        if session is not None:
            # A read has no others.
            self._sent_by_session = self._own_headers("get")
            session.headers.update(self._sent_by_session)

    async def call(self, verb: HttpVerb, path: str, parameters: str, key: str | None = None) -> UnreadAnswer:
        """Send what the package would send, in one attempt, without its telemetry and its log lines.

        `path` is quoted and begins with a slash, `parameters` are spelled as `adapters.stripe.query` does, `key` is the
        idempotency key. Raises `stripe.StripeError`.
        """
        address, body = f"{self._address}{path}", None
        if verb == "post":
            body = parameters.encode("ascii")
        elif parameters:
            address = f"{address}?{parameters}"
        content, status, headers = await self._network.request_async(verb, address, self._headers_for(verb, key), body)
        if status in _SUCCESS:
            return UnreadAnswer(content, status, headers)
        # The package raises its error for it; were it not to, this is still no success.
        self._interpret_response(content, status, headers, _FIRST_API)
        raise stripe.APIError("no success", http_status=status)

    @staticmethod
    def _detect_ai_agent(environ: Mapping[str, str]) -> str:
        """Nothing: Stripe is not told from which tool the process was started."""
        return ""

    def _headers_for(self, verb: HttpVerb, key: str | None) -> Mapping[str, str]:
        """The package's headers. All but the idempotency key are the same each time: one key, one version."""
        known = self._headers.get(verb)
        if known is None:
            known = self._headers[verb] = self._own_headers(verb)
        if key is not None:
            keyed = known.copy()
            keyed[_KEY] = key
            return keyed
        # A write without a key of ours gets one of the package's, a new one each time.
        return self._own_headers(verb) if _KEY in known else known

    def _own_headers(self, verb: HttpVerb) -> CIMultiDict[str]:
        """The package's headers, without those that the session sends."""
        headers = self.request_headers(verb, _FIRST_API, merge_options(self._options, None))
        # The form that aiohttp sends them from: of anything else it makes this for each request.
        return CIMultiDict({name: text for name, text in headers.items() if self._sent_by_session.get(name) != text})


def requestor_of(client: StripeClient, session: ClientSession | None = None) -> Requestor:
    """What makes the calls of this client, on this session; None where the client has another kind of network."""
    return Requestor(client._requestor, session)


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
        content = response.content
        # Mostly the whole answer came at once: then its connection has been given back already. What has to be waited
        # for gives it back as it ends, or closes it.
        body = content.read_nowait() if content.is_eof() else await response.read()
        return body, response.status, response.headers


def document_of(answer: UnreadAnswer, parser: Parser = ANYTHING) -> dict[str, Any]:
    """The body of a success, parsed.

    Raises `stripe.APIError`, as the package itself does, where it is no JSON, and `ValueError` where it is no object of
    Stripe's: all of them name what they are, and a page has rows. Whether these are objects is left to whoever reads
    them.
    """
    try:
        document: object = parser.decode(answer.body)
    except (ValueError, RecursionError):
        raise stripe.APIError("the body cannot be read", http_status=answer.status) from None
    if isinstance(document, dict):
        kind = document.get("object")
        if isinstance(kind, str) and (kind not in PAGES or isinstance(document.get("data"), list)):
            return document
    raise ValueError("the answer is no object of Stripe's")


def is_stripes(body: bytes) -> bool:
    """Whether a body is in Stripe's form, an object or an error, and not a proxy's page."""
    try:
        document: object = ANYTHING.decode(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and not document.keys().isdisjoint({"object", "error"})
