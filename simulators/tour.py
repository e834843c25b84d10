"""What a simulator offers to the demo: an application to serve, keys, and which sample objects show what.

A provider takes part in ``churnkey-gateway demo`` by registering a class that fits `Demo`, callable without arguments,
under the entry-point group ``churnkey_gateway.simulators``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from aiohttp import web


FIRST: Final = "stripe"
"""The simulator that is shown to those who name none."""


@dataclass(frozen=True, slots=True)
class Tour:
    """The sample objects of one mode to try things on.

    Trying one thing leaves the others possible. All subscriptions are the customer's.
    """

    customer: str
    email: str
    phone: str | None
    """None where the provider cannot find a customer by phone."""
    cancel: str
    """A subscription, as the four that follow."""
    pause: str
    extend_trial: str
    apply_coupon: str
    change_price: str
    cancel_all: str
    """Another customer."""
    pause_all: str
    """Another customer."""
    coupon: str
    """The coupon to apply."""
    target_price: str
    """The price to change to; the subscription of `change_price` is not at it yet."""
    product: str
    family: str | None = None
    """None where there are no families."""
    price_changes: Literal["immediate", "end-of-period"] = "end-of-period"
    """When a change of price takes effect that the provider can do."""


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """A sample customer of test mode worth looking at, and why in a few words."""

    id: str
    note: str


class Demo(Protocol):
    """A simulator with sample data in a live and a test account."""

    @property
    def provider(self) -> str:
        """The provider's name as people write it."""

    @property
    def keys(self) -> Mapping[str, str]:
        """The API key of each mode, ``live`` and ``test``."""

    @property
    def tours(self) -> Mapping[str, Tour]:
        """What to try in each mode, ``live`` and ``test``."""

    @property
    def customers(self) -> Sequence[SampleCustomer]:
        """Who to look at in test mode."""

    def application(self) -> web.Application:
        """The provider's API; it may be served at any address."""
