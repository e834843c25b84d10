"""The simulator with its sample data in both modes, as ``churnkey-gateway demo`` runs it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from simulators.chargebee import samples
from simulators.chargebee.application import ChargebeeSimulator
from simulators.chargebee.site import Site
from simulators.tour import SampleCustomer
from simulators.types import system_clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from simulators.tour import Tour

_CUSTOMERS: Final = (
    SampleCustomer("ada", "five subscriptions, one for each action; custom fields and nested metadata"),
    SampleCustomer("grace", "a subscription in every status, and in every condition that forbids something"),
    SampleCustomer("company", "every shape of price: seats, tiers, steps, packages, decimals, weekly, dinar"),
    SampleCustomer("unicode", "a name and an address in Japanese, billed in yen and in euro"),
    SampleCustomer("mononym", "a single name"),
    SampleCustomer("named_by_address", "a name in the billing address only"),
    SampleCustomer("shared_upper", "an e-mail that differs from shared_lower's in its case only"),
    SampleCustomer("bare", "nothing but an id"),
    SampleCustomer("gone", "deleted: answers 404"),
)


class ChargebeeDemo:
    """A live and a test site of one simulated Chargebee, told apart by keys that are made up at each start."""

    provider: Final = "Chargebee"

    def __init__(self) -> None:
        modes = {"live": True, "test": False}
        self.keys: Mapping[str, str] = {mode: f"{mode}_{secrets.token_hex(16)}" for mode in modes}
        self.tours: Mapping[str, Tour] = {mode: samples.tour(livemode=livemode) for mode, livemode in modes.items()}
        self.customers: Sequence[SampleCustomer] = _CUSTOMERS
        sites = {
            self.keys[mode]: Site(name="acme" if livemode else "acme-test", test=not livemode)
            for mode, livemode in modes.items()
        }
        # Left to run, the demo would otherwise remember every request for ever.
        self._simulator = ChargebeeSimulator(accounts=sites, recording=False)
        for site in sites.values():
            samples.fill(site, system_clock())

    def application(self) -> web.Application:
        """The API; it may be served at any address."""
        return self._simulator.application()
