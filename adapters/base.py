"""`BillingAdapter`, the extension point: subclass it, declare `capabilities`, fill the holes they call for.

The sequence of every operation is final: it lives in `adapters.reads`, `adapters.writes`, `adapters.execution` and
`adapters.inspection`. The holes and their shapes are in `adapters.holes`. This module also names everything an
adapter's user needs, so that the server imports nothing else from `adapters`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from adapters.capabilities import ALL_HOLES, Capabilities, holes_of
from adapters.errors import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    ProviderAnswer,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unmappable,
    Unreadable,
    Unsupported,
)
from adapters.holes import Candidate, Finding, Holes, Listing, Rows, Runtime
from adapters.identifiers import is_plain
from adapters.inspection import Inspections
from adapters.observations import Contact, Observation, Right, Verdict
from adapters.offer import FeatureOff, Offer, offer
from adapters.settings import AdapterSettings
from adapters.writes import Writes
from gateway.contract import Controller, Mode

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "AdapterError",
    "AdapterSettings",
    "BillingAdapter",
    "Candidate",
    "Capabilities",
    "Conflict",
    "Contact",
    "Credentials",
    "FeatureOff",
    "Finding",
    "Invalid",
    "Listing",
    "NotFound",
    "Observation",
    "Offer",
    "ProviderAnswer",
    "RateLimited",
    "Right",
    "Rows",
    "Runtime",
    "Timeout",
    "Unavailable",
    "UnknownOutcome",
    "Unmappable",
    "Unreadable",
    "Unsupported",
    "Verdict",
    "is_plain",
]


class BillingAdapter(Inspections, Writes):
    """One billing provider, for one backend in one mode.

    Entered as an asynchronous context manager, which opens its connections. A class that declares a capability without
    its holes, or fills a hole without declaring the capability, cannot be defined: the manifest cannot lie.
    """

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if not hasattr(cls, "capabilities"):
            return
        filled = {hole for hole in ALL_HOLES if getattr(cls, hole) is not getattr(Holes, hole)}
        needed = holes_of(cls.capabilities)
        if filled != needed:
            raise TypeError(
                f"{cls.__name__} declares what it does not fill: {sorted(needed - filled)}; "
                f"it fills what it does not declare: {sorted(filled - needed)}"
            )

    def __init__(self, mode: Mode, settings: AdapterSettings, runtime: Runtime) -> None:
        super().__init__(mode, settings, runtime)
        self._account_lacks: dict[str, str] = {}
        self._offered = self._compute_offer()
        runtime.observer.expected(self.operations, self.vocabularies)

    @property
    def offered(self) -> Offer:
        """What remains of the capabilities for this account under these settings."""
        return self._offered

    def note_lack(self, feature: str, reason: str) -> None:
        """Take a feature ("pause", "controllers.coupons") out of the offer: this account was found unable to do it."""
        if feature not in self._account_lacks:
            self._account_lacks[feature] = reason
            self._offered = self._compute_offer()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    def _compute_offer(self) -> Offer:
        return offer(
            self.capabilities,
            self.settings,
            self._account_lacks,
            families=self._switched_on(Controller.FAMILIES),
        )
