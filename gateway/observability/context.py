"""What every line of a request says beside its own: which request, backend, mode and action, what was done so far."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final

_PROVIDER_REQUEST_ID: Final = "provider_request_id"

_WRITES: Final = "writes"

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})

_facts: Final[ContextVar[dict[str, Any] | None]] = ContextVar("facts", default=None)
"""Shared by all tasks of a request: what one of them finds out is said by the others too."""


def begin_context(**facts: str) -> None:
    """Say these from now on, and nothing of what was said before: one connection carries many requests."""
    _facts.set(facts)


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


def say_of_write(**facts: object) -> None:
    """Say as well that an action on a subscription is over; a request may have several. Where no request is being
    served, nothing is said, as of a call."""
    known = _facts.get()
    if known:
        known.setdefault(_WRITES, []).append(facts)


def said(fact: str) -> str | None:
    """One of these facts of the request that is being served; None where it is not known, or there is no request."""
    known = _facts.get()
    found: str | None = known.get(fact) if known else None
    return found


def context() -> Mapping[str, object]:
    """All of these facts."""
    return _facts.get() or _NOTHING


def merge_context(logger: object, method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """A processor of structlog. One context variable for all of it: structlog's own has one for each, and looks through
    all that there are."""
    return {**context(), **event}
