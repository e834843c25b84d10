"""The simulator with its sample data in both modes, as ``churnkey-gateway demo`` runs it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from simulators.stripe import samples
from simulators.stripe.account import Account
from simulators.stripe.application import StripeSimulator
from simulators.tour import SampleCustomer
from simulators.types import system_clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from simulators.tour import Tour

_CUSTOMERS: Final = (
    SampleCustomer("cus_ada", "five subscriptions, one for each action"),
    SampleCustomer("cus_grace", "a subscription in every status; 10 % off everything, for ever"),
    SampleCustomer("cus_company", "every shape of price: seats, packages, tiers, usage, weekly, yen"),
    SampleCustomer("cus_unicode", "a name and an address in Japanese, billed in euro"),
    SampleCustomer("cus_mononym", "a single name; two coupons on one subscription"),
    SampleCustomer("cus_spaces", "a change already scheduled, and a subscription yet to start"),
    SampleCustomer("cus_shared_upper", "an e-mail that differs from cus_shared_lower's in its case only"),
    SampleCustomer("cus_bare", "nothing but an id"),
    SampleCustomer("cus_deleted", "deleted: answers 404"),
)


class StripeDemo:
    """A live and a test account of one simulated Stripe, told apart by `keys`, of each mode one; they are made up at
    each start where none are given."""

    provider: Final = "Stripe"

    def __init__(self, keys: Mapping[str, str] | None = None) -> None:
        modes = {"live": True, "test": False}
        self.keys: Mapping[str, str] = keys or {mode: f"sk_{mode}_{secrets.token_hex(12)}" for mode in modes}
        self.tours: Mapping[str, Tour] = {mode: samples.tour(livemode=livemode) for mode, livemode in modes.items()}
        self.customers: Sequence[SampleCustomer] = _CUSTOMERS
        accounts = {self.keys[mode]: Account(livemode=livemode) for mode, livemode in modes.items()}
        # Left to run, the demo would otherwise remember every request for ever.
        self._simulator = StripeSimulator(accounts=accounts, recording=False)
        for account in accounts.values():
            samples.fill(account, system_clock())

    def application(self) -> web.Application:
        """The API; it may be served at any address."""
        return self._simulator.application()
