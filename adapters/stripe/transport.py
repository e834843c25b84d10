"""The package's own aiohttp client, reading the body of a success once and fast, and logging nothing.

The package parses every body into ordered dicts, three times as slow as need be. Here a success is parsed once, and
the package is handed an empty object in its place; faults go the package's usual way, so that its error classes are
what is raised.

Beside that the package formats every URL and body for a log, whether or not anybody reads it: half of what it costs
to send a request, and with `STRIPE_LOG` set the e-mails of look-ups and all bodies on stderr. There is no switch, so
its two log functions are replaced; a test fails when a new version of the package has them elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import stripe._api_requestor
from pydantic_core import from_json
from stripe import AIOHTTPClient, StripeResponse

_NOTHING: Final = b"{}"
_SUCCESS: Final = range(200, 300)
PAGES: Final = frozenset({"list", "search_result"})
"""What a page of objects calls itself."""
DETECTION: Final = "_detect_ai_agent"
"""What the package's requestor learns from the environment."""
LOG_FUNCTIONS: Final = ("log_info", "log_debug")
"""What the package's requestor calls with URLs and bodies."""


def _say_nothing(message: str, **details: object) -> None:
    """Instead of the package's log functions."""


def silence() -> None:
    """Keep the package from formatting, printing and logging requests and answers, and from telling Stripe of the
    environment. Process-wide, as the package is."""
    for function in LOG_FUNCTIONS:
        setattr(stripe._api_requestor, function, _say_nothing)
    # Looks a dozen variables of the environment up for each request, to tell Stripe by which tool it was started.
    setattr(stripe._api_requestor._APIRequestor, DETECTION, staticmethod(lambda environment: ""))


class AnswerHeaders(Mapping[str, str]):
    """The headers of an answer, which is what the package passes through unchanged, with the parsed body beside."""

    __slots__ = ("_headers", "document")

    def __init__(self, headers: Mapping[str, str], document: dict[str, Any]) -> None:
        self._headers = headers
        self.document = document

    def __getitem__(self, name: str) -> str:
        return self._headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


class ParsingClient(AIOHTTPClient):
    """Hands a success on with its body in `AnswerHeaders.document`."""

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """As the package's, except for the body of a success. An unreadable one is left to the package to refuse."""
        body, status, answered = await self._whole_answer(method, url, headers, post_data)
        if status not in _SUCCESS:
            return body, status, answered
        try:
            document = from_json(body)
        except ValueError:
            return body, status, answered
        if not isinstance(document, dict):
            return body, status, answered
        return _NOTHING, status, AnswerHeaders(answered, document)

    async def _whole_answer(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """As the package's, except that a connection whose body was not read to its end is given back at once. The
        package leaves it to the garbage collector, and the pool has a place less until then."""
        positional, named = self._get_request_args_kwargs(method, url, headers, post_data)
        # A redirected POST would go on as a GET, change nothing and look like a success.
        named["allow_redirects"] = False
        try:
            response = await self._session.request(*positional, **named)
        except Exception as error:  # noqa: BLE001 - the package's own wrapping, which always raises
            self._handle_request_error(error)
        async with response:
            return await response.read(), response.status, response.headers


def _is_rows(data: object) -> bool:
    return isinstance(data, list) and all(isinstance(row, dict) for row in data)


def document_of(response: StripeResponse) -> dict[str, Any]:
    """The body of a success. Raises `ValueError` where it is no object of Stripe's: all of them name what they are."""
    document = response.headers.document if isinstance(response.headers, AnswerHeaders) else {}
    kind = document.get("object")
    if isinstance(kind, str) and (kind not in PAGES or _is_rows(document.get("data"))):
        return document
    raise ValueError("the answer is no object of Stripe's")
