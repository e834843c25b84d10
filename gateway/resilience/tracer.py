"""Who follows a request into its provider calls, should anybody. Who keeps what is followed is not decided here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Attempt(Protocol):
    """One attempt of a provider call, from its beginning on."""

    def ended(self, outcome: str, request_id: str | None) -> None:
        """It ended, in the words of `Observer.called`. To be told once, by the task that began it."""


class Tracer(Protocol):
    """Follows the provider calls of one backend in one mode. Nothing passed to it is personal or secret."""

    def begin(self, operation: str, number: int) -> Attempt:
        """An attempt begins; `number` counts those of one call from 1."""

    def headers(self) -> Mapping[str, str]:
        """What tells whoever is called which trace the attempt under way belongs to; empty where there is none."""


class _Unfollowed:
    """An attempt that nobody follows."""

    def ended(self, outcome: str, request_id: str | None) -> None:
        """Ignore it."""


_UNFOLLOWED: Final = _Unfollowed()


class _NoTracer:
    """Follows nothing, at next to no cost."""

    def begin(self, operation: str, number: int) -> Attempt:
        """Ignore it."""
        return _UNFOLLOWED

    def headers(self) -> Mapping[str, str]:
        """Nothing."""
        return _NOTHING


NO_TRACER: Final[Tracer] = _NoTracer()
"""For those who follow nothing."""
