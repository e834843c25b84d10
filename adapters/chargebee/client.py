"""Chargebee's HTTP API for one site: raw JSON in and out, no model objects.

Building the package's models of a hundred subscriptions takes 35 ms of the event loop, parsing their JSON one
(chargebee 3.29.0). The package's own retries are never on: with them a 429 is repeated for ever.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cachetools import TTLCache

from adapters.calls import ProviderCalls
from adapters.chargebee.errors import translate
from adapters.chargebee.transport import JsonObject, Transport
from adapters.errors import Conflict, UnknownOutcome
from gateway.resilience import Cause, Safety, WriteKey

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Mapping

    from adapters.holes import Runtime

_KEYS_COUNT_S: Final = 1800.0
_MOST_LOST: Final = 1000

WHOLE_PAGE: Final = 100
"""The most that Chargebee puts on a page."""


class Page(NamedTuple):
    """One page of a list. `next` is the offset of the following page, None on the last.

    A row is an object, or None where the provider's is none.
    """

    rows: list[Any]
    next: str | None


class ChargebeeApi:
    """Calls one site at `origin`, which is the owner's where it is the `base_url`. All methods raise the errors of
    `adapters.errors`."""

    def __init__(self, api_key: str, origin: str, runtime: Runtime, base_url: str | None = None) -> None:
        self._transport = Transport(
            api_key, origin, connect_timeout_s=runtime.connect_timeout_s, connections=runtime.max_in_flight
        )
        self._transport.hand_trace_on(runtime, base_url)
        self._calls = ProviderCalls(translate, runtime)

        # The keys under which an answer was lost, for as long as they count at Chargebee.
        self._lost: TTLCache[str, bool] = TTLCache(_MOST_LOST, _KEYS_COUNT_S)

    async def close(self) -> None:
        """Close the session."""
        await self._transport.close()

    async def retrieve(self, kind: str, *segments: str) -> JsonObject:
        """One object. `kind` is the key that it has in the answer; a customer beside it is put into it."""
        return await self._calls.run(
            f"get {segments[0]}", lambda: _taken(self._transport.get(segments, {}), kind), Safety.READ
        )

    async def page(self, kind: str, *segments: str, limit: int, offset: str | None = None, **filters: object) -> Page:
        """A page of a list, filtered."""
        parameters = {**filters, "limit": limit, **({"offset": offset} if offset is not None else {})}
        return await self._calls.run(
            f"get {segments[0]}", lambda: _paged(self._transport.get(segments, parameters), kind), Safety.READ
        )

    async def pages(self, kind: str, *segments: str, **filters: object) -> list[Any]:
        """All rows of a list, every page of it; as on a `Page`."""
        rows: list[Any] = []
        offset: str | None = None
        while True:
            page = await self.page(kind, *segments, limit=WHOLE_PAGE, offset=offset, **filters)
            rows.extend(page.rows)
            if page.next is None:
                return rows
            offset = page.next

    async def write(self, *segments: str, key: WriteKey, **parameters: object) -> JsonObject:
        """Change a subscription under an idempotency key; it as it is afterwards.

        Keys count for half an hour: https://apidocs.chargebee.com/docs/api/idempotency
        """
        name = key.of("post", "/".join(segments), parameters)
        try:
            return await self._calls.run(
                f"post {segments[-1]}",
                lambda: _taken(self._transport.post(segments, parameters, name), "subscription"),
                Safety.SAFE_WRITE,
            )
        except UnknownOutcome:
            self._lost[name] = True
            raise
        except Conflict as refusal:
            if name not in self._lost:
                raise
            # Under a key whose first request is still under way this is no verdict: that one may yet come through.
            raise UnknownOutcome(answered=False, provider=refusal.provider, cause=Cause.BUSY) from None

    async def estimate(self, *segments: str, **parameters: object) -> JsonObject:
        """Ask what a change would do. Nothing is changed, and Chargebee takes no key for it."""
        return await self._calls.run(
            f"post {segments[-1]}",
            lambda: _taken(self._transport.post(segments, parameters, None), "estimate"),
            Safety.READ,
        )

    async def configuration(self) -> tuple[list[JsonObject], Mapping[str, str]]:
        """What the site is set up as, and the headers of the answer.

        https://apidocs.chargebee.com/docs/api/configurations
        """
        answer, headers = await self._calls.run(
            "get configurations", lambda: self._transport.get_with_headers(("configurations",)), Safety.READ
        )
        found = answer.get("configurations")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else [], headers


def among(values: Collection[str], operator: str = "in") -> Mapping[str, str]:
    """A filter for several values. The package would write them in Python's own way; they are JSON."""
    return {operator: json.dumps(list(values), ensure_ascii=False)}


async def _taken(answer: Awaitable[JsonObject], kind: str) -> JsonObject:
    return _unwrapped(await answer, kind)


async def _paged(answer: Awaitable[JsonObject], kind: str) -> Page:
    body = await answer
    entries, following = body.get("list"), body.get("next_offset")
    if not isinstance(entries, list) or not isinstance(following, str | None):
        raise TypeError("the answer is no list")
    return Page([_row(entry, kind) for entry in entries], following or None)


def _row(entry: Any, kind: str) -> JsonObject | None:
    """The object of an entry. A list does not fail for one that holds none."""
    try:
        return _unwrapped(entry, kind)
    except (AttributeError, TypeError):
        return None


def _unwrapped(entry: JsonObject, kind: str) -> JsonObject:
    """The object; beside a subscription comes its customer, whose settings count where it has none of its own."""
    found = entry.get(kind)
    if not isinstance(found, dict):
        raise TypeError(f"the answer holds no {kind}")
    customer = entry.get("customer")
    return {**found, "customer": customer} if kind == "subscription" and isinstance(customer, dict) else found
