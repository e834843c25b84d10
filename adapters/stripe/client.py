"""Stripe's HTTP API through the official package, for one key: JSON in and out, none of the package's objects.

These cost about a millisecond of the event loop for each subscription, the raw request a twentieth of it. The package's
own retries are off: `adapters.calls` owns them.
"""

from __future__ import annotations

import logging
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

import stripe
from msgspec import UNSET
from stripe import StripeClient

from adapters.calls import ProviderCalls
from adapters.errors import NotFound
from adapters.fields import flag_if_any, last_id, missing
from adapters.holes import Runtime
from adapters.sessions import hand_trace_on, open_session, session_beside
from adapters.stripe.errors import refuse, translate
from adapters.stripe.models import Subscription
from adapters.stripe.query import query
from adapters.stripe.transport import (
    ANYTHING,
    LeanClient,
    Parser,
    document_of,
    is_stripes,
    requestor_of,
    silence,
)
from gateway import __version__
from gateway.resilience import Safety, WriteKey

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from stripe._api_requestor import HttpVerb

API_VERSION: Final = "2026-10-28.endive"
"""The version all mappings here were written for; never the account's default, which others may change."""

WHOLE_PAGE: Final = 100
"""The most that Stripe puts on a page."""
DEFAULT_BASE_URL: Final = "https://api.stripe.com"

JsonObject: TypeAlias = dict[str, Any]
Call: TypeAlias = "Coroutine[Any, Any, JsonObject]"
"""A call that is made when it is awaited."""

# Telemetry adds a header about earlier calls and writes a file below the home directory, which fails where there is
# none. The package's log names e-mails (they are in the URLs of look-ups), so it stays above their level.
stripe.enable_telemetry = False
stripe.set_app_info("churnkey-gateway", version=__version__)
silence()
logging.getLogger("stripe").setLevel(logging.WARNING)


class StripeApi:
    """Calls Stripe. `live` is what every object's `livemode` must be: an object of the other mode is `NotFound`."""

    def __init__(self, api_key: str, base_url: str | None, *, live: bool, runtime: Runtime) -> None:
        self._live = live
        self._address = (base_url or DEFAULT_BASE_URL).rstrip("/")
        self._key = api_key
        self._session = open_session(connections=runtime.max_in_flight, connect_timeout_s=runtime.connect_timeout_s)
        client = StripeClient(
            api_key,
            base_addresses={"api": self._address},
            http_client=LeanClient(session=self._session, timeout=self._session.timeout),
            max_network_retries=0,
            stripe_version=API_VERSION,
        )
        self._requestor = requestor_of(client, self._session)
        self._calls = ProviderCalls(translate, runtime)
        hand_trace_on(self._session, runtime, base_url)

    async def close(self) -> None:
        """Close the session, which the package leaves to whoever made it."""
        await self._session.close()

    # These hand on what `_run` makes and await nothing themselves: each step that waits for another costs some
    # microseconds, and there are many between a request and its calls.

    def get(self, *segments: str, **parameters: object) -> Call:
        """Read `/v1/<segments>`; an expanded path goes into `expand`. Raises the errors of `adapters.errors`."""
        return self._run("get", segments, parameters, Safety.READ)

    def get_as(self, parser: Parser, *segments: str, **parameters: object) -> Call:
        """`get`, leaving out of the answer what the parser passes over."""
        return self._run("get", segments, parameters, Safety.READ, parser)

    async def pages(self, *segments: str, **parameters: object) -> list[Any]:
        """All rows of a list, every page of it. They should be objects."""
        rows: list[Any] = []
        more: JsonObject = {}
        while True:
            page = await self.get(*segments, limit=WHOLE_PAGE, **parameters, **more)
            rows.extend(page["data"])
            if not page.get("has_more") or not page["data"]:
                return rows
            more = {"starting_after": last_id(page["data"])}

    def post(self, *segments: str, key: WriteKey, **parameters: object) -> Call:
        """Write `/v1/<segments>`, repeatable under its idempotency key."""
        return self.post_as(ANYTHING, *segments, key=key, **parameters)

    def post_as(self, parser: Parser, *segments: str, key: WriteKey, **parameters: object) -> Call:
        """`post`, leaving out of the answer what the parser passes over."""
        digest = key.of("post", "/".join(segments), parameters)
        return self._run("post", segments, parameters, Safety.SAFE_WRITE, parser, digest)

    def preview(self, *segments: str, **parameters: object) -> Call:
        """Ask by a POST what a write would do, which changes nothing: as safe as a read, and without a key of ours."""
        return self._run("post", segments, parameters, Safety.READ)

    def delete(self, *segments: str, **parameters: object) -> Call:
        """Delete `/v1/<segments>`. Without a key, which Stripe ignores here: a repetition finds nothing to delete."""
        return self._run("delete", segments, parameters, Safety.SAFE_WRITE)

    async def headers(self, version: str | None) -> Mapping[str, str]:
        """The headers of an answer, also of one that says that the key lacks a right. With `version` None the request
        names none, which the package could not: the answer's `Stripe-Version` is then the account's own."""
        sent = {"Authorization": f"Bearer {self._key}", "User-Agent": f"churnkey-gateway/{__version__}"}
        if version is not None:
            sent["Stripe-Version"] = version

        async def send() -> Mapping[str, str]:
            # The session itself would name the version that the package is told to.
            async with (
                session_beside(self._session) as session,
                session.get(f"{self._address}/v1/customers?limit=1", headers=sent, allow_redirects=False) as response,
            ):
                refuse(response.status, is_stripes=is_stripes(await response.read()))
                return response.headers

        return await self._calls.run("get customers", send, Safety.READ)

    async def _run(
        self,
        verb: HttpVerb,
        segments: tuple[str, ...],
        parameters: Mapping[str, object],
        safety: Safety,
        parser: Parser = ANYTHING,
        key: str | None = None,
    ) -> JsonObject:
        if segments[1:] == _SEARCH and verb == "get" and segments[0] in _SEARCHABLE and "query" not in parameters:
            # An id that is really the name of another endpoint: no object can have it.
            raise NotFound
        _require_values(parameters)
        path, spelled = _path(segments), query(parameters)

        async def send() -> tuple[JsonObject, str | None]:
            answer = await self._requestor.call(verb, path, spelled, key)
            return document_of(answer, parser), answer.request_id

        found, _ = await self._calls.run(f"{verb} {segments[0]}", send, safety, itemgetter(1))
        self._require_mode(found)
        return found

    def _require_mode(self, found: JsonObject) -> None:
        # Looked for by what is there, whatever it calls itself.
        live = self._live
        if found.get("livemode", live) is not live:
            if flag_if_any(found, "livemode") is not None:
                raise NotFound
            missing("livemode")
        rows = found.get("data")
        if type(rows) is not list:
            return
        for number, row in enumerate(rows):
            mode: object
            if type(row) is Subscription:
                mode = row.livemode
            elif type(row) is dict:
                mode = row.get("livemode", UNSET)
            else:
                continue
            if mode is live or mode is UNSET:
                continue
            if isinstance(mode, bool):
                raise NotFound
            # It may be of the other mode. The page is not lost for it: what is no object is left out.
            rows[number] = None


def _path(segments: tuple[str, ...]) -> str:
    path = "/v1"
    for segment in segments:
        # An identifier of plain letters, which nearly every id is, needs no quoting, and is neither empty nor a dot.
        if segment.isascii() and segment.isidentifier():
            path += f"/{segment}"
        elif segment in _NO_SEGMENTS:
            raise ValueError("a part of the path is empty or leads elsewhere")
        else:
            # The package's own methods turn a space into a plus sign, which a path takes literally.
            path += f"/{quote(segment, safe='')}"
    return path


def _require_values(parameters: Mapping[str, object]) -> None:
    """The package drops None silently: `customer=None` would list the whole account."""
    for name, value in parameters.items():
        if not value and (value is None or (value == "" and name in _NEVER_EMPTY)):
            # A mistake of ours, which nothing takes for the provider's.
            raise RuntimeError(f"the parameter {name} has no value")


_SEARCH: Final = ("search",)
_SEARCHABLE: Final = frozenset({"customers", "prices", "products", "subscriptions"})
"""What has an endpoint `/v1/<name>/search`: https://docs.stripe.com/search."""

_NO_SEGMENTS: Final = frozenset({"", ".", ".."})
_NEVER_EMPTY: Final = frozenset({"customer", "email", "subscription", "query", "starting_after"})
