"""How often several processes together may call a provider, as one of them sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Budget(Protocol):
    """Calls that this process may begin out of those that all may begin.

    What it knows may be old; it asks for more by itself, and tells who listens when it has an answer.
    """

    def listen(self, changed: Callable[[], None]) -> None:
        """Call this whenever a call may have become possible."""

    async def ask(self) -> None:
        """Wait until it is known whether a call may begin, or for how long none may: a fraction of a second at most."""

    def delay(self, place: int) -> float:
        """The number of seconds until the call in this place from now on may begin, as far as is known; 0 for at once.
        Others want calls as well, so that it may take longer."""

    def spend(self) -> None:
        """A call begins, whether it was allowed or could not wait."""

    def refund(self) -> None:
        """A call that was to begin was not made."""

    def block(self, seconds: float) -> None:
        """The provider wants to be left alone for so long, by everybody."""
