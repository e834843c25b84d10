"""A stateful, strict stand-in for Stripe's HTTP API, version 2026-10-28.endive.

It serves customers, products, prices, coupons, promotion codes, subscriptions, their items and their schedules, and
previews of their invoices, the way Stripe does: the same shapes, the same defaults, the same refusals.
`StripeSimulator` is the server, `Account` the state behind a key with helpers to arrange it, `Fault` what may go wrong
on the way.
"""

from __future__ import annotations

from simulators.stripe.account import Account
from simulators.stripe.application import StripeSimulator
from simulators.stripe.faults import Fault
from simulators.stripe.recording import RecordedRequest
from simulators.tables import Charge

__all__ = ["Account", "Charge", "Fault", "RecordedRequest", "StripeSimulator"]
