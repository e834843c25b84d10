"""What every line of a request says beside its own: which request, which backend, which mode."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

_facts: Final[ContextVar[Mapping[str, str]]] = ContextVar("facts", default=MappingProxyType({}))


def begin_context(**facts: str) -> None:
    """Say these from now on, and nothing of what was said before: one connection carries many requests."""
    _facts.set(facts)


def add_context(**facts: str) -> None:
    """Say these as well."""
    _facts.set({**_facts.get(), **facts})


def said(fact: str) -> str | None:
    """One of these facts of the request that is being served; None where it is not known, or there is no request."""
    return _facts.get().get(fact)


def merge_context(logger: object, method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """A processor of structlog. One context variable for all of it: structlog's own has one for each, and looks through
    all that there are."""
    return {**_facts.get(), **event}
