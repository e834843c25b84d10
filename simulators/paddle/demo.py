"""The simulator with its sample data in both modes, as ``churnkey-gateway demo`` runs it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from simulators.paddle import samples
from simulators.paddle.account import Account
from simulators.paddle.application import PaddleSimulator
from simulators.tour import SampleCustomer
from simulators.types import system_clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from simulators.tour import Tour

_CUSTOMERS: Final = (
    ("ctm_ada", "five subscriptions, one for each action"),
    ("ctm_grace", "a subscription in every status, with all that can be scheduled"),
    ("ctm_mueller", "every shape of price: seats, weekly, quarterly, won; addresses"),
    ("ctm_yamada", "a name and an address in Japanese, billed in yen"),
    ("ctm_teller", "a single name; a discount for one product only"),
    ("ctm_jose", "a pause already scheduled"),
    ("ctm_anna", "pays by the year, and only so"),
    ("ctm_sharedupper", "an e-mail that differs from another customer's in its case only"),
    ("ctm_bare", "nothing but an e-mail"),
    ("ctm_archived", "archived, and still subscribed"),
)


class PaddleDemo:
    """A live and a test account of one simulated Paddle, told apart by keys that are made up at each start."""

    provider: Final = "Paddle"

    def __init__(self) -> None:
        modes = {"live": True, "test": False}
        words = {"live": "live", "test": "sdbx"}
        self.keys: Mapping[str, str] = {mode: f"pdl_{words[mode]}_apikey_{secrets.token_hex(13)}" for mode in modes}
        self.tours: Mapping[str, Tour] = {mode: samples.tour(livemode=livemode) for mode, livemode in modes.items()}
        self.customers: Sequence[SampleCustomer] = tuple(
            SampleCustomer(samples.marked(name, livemode=False), note) for name, note in _CUSTOMERS
        )
        accounts = {self.keys[mode]: Account(livemode=livemode) for mode, livemode in modes.items()}
        # Left to run, the demo would otherwise remember every request for ever.
        self._simulator = PaddleSimulator(accounts=accounts, recording=False)
        for account in accounts.values():
            samples.fill(account, system_clock())

    def application(self) -> web.Application:
        """The API; it may be served at any address."""
        return self._simulator.application()
