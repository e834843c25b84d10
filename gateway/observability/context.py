"""What every line of a request says beside its own: which request, which backend, which mode, which action. And what
was done, for its last line."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

_PROVIDER_REQUEST_ID: Final = "provider_request_id"

_MOST_WRITES: Final = 100
"""So many of a request are told in its line; the journal has all of them."""

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

_facts: Final[ContextVar[dict[str, str] | None]] = ContextVar("facts", default=None)
"""Shared by all tasks of a request: what one of them finds out is said by the others too."""

_writes: Final[ContextVar[list[dict[str, object]] | None]] = ContextVar("writes", default=None)
"""Shared likewise."""


def begin_context(**facts: str) -> None:
    """Say these from now on, and nothing of what was said before: one connection carries many requests."""
    _facts.set(facts)
    _writes.set([])


def add_context(**facts: str) -> None:
    """Say these as well."""
    known = _facts.get()
    if known is None:
        _facts.set(facts)
    else:
        known.update(facts)


def say_of_latest_call(request_id: str | None) -> None:
    """Say the provider's id of the latest call, or none where that one has none. Where no request is being served,
    nothing is: such a call has a line of its own, and the lines after it are not about it."""
    known = _facts.get()
    if not known:
        return
    if request_id is None:
        known.pop(_PROVIDER_REQUEST_ID, None)
    else:
        known[_PROVIDER_REQUEST_ID] = request_id


def note_write(**facts: object) -> None:
    """An action on a subscription is over: the request's line will say so, if one is being served."""
    writes = _writes.get()
    if writes is not None and len(writes) < _MOST_WRITES:
        writes.append(facts)


def noted_writes() -> list[dict[str, object]]:
    """What was noted of the request that is being served."""
    return _writes.get() or []


def said(fact: str) -> str | None:
    """One of these facts of the request that is being served; None where it is not known, or there is no request."""
    known = _facts.get()
    return known.get(fact) if known else None


def context() -> Mapping[str, str]:
    """All of these facts."""
    return _facts.get() or _NOTHING


def merge_context(logger: object, method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """A processor of structlog. One context variable for all of it: structlog's own has one for each, and looks through
    all that there are."""
    return {**context(), **event}
