"""What the tests of charges share: a limit held on both sides of an amount, and what was taken after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Invalid
from gateway.policy import ImmediateCharges
from simulators import tables
from tests.adapters.chargebee.support import API, SUBSCRIPTION, unix

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, RecordedRequest, Site
    from tests.adapters.chargebee.support import Backend

    Act = Callable[[ChargebeeAdapter], Awaitable[None]]

Json = dict[str, Any]

UPDATE_ESTIMATE = f"POST {API}/estimates/update_subscription_for_items"
CANCEL_ESTIMATE = f"POST {SUBSCRIPTION}/cancel_subscription_for_items_estimate"
PAUSE_ESTIMATE = f"POST {SUBSCRIPTION}/pause_subscription_estimate"
TOO_MUCH = "would charge more at once than is allowed"

PAUSED: Json = {"status": "paused", "pause_date": unix("2026-11-19T12:00"), "resume_date": unix("2027-01-10T00:00")}
IN_TRIAL: Json = {"status": "in_trial", "trial_end": unix("2026-11-28T12:00")}
OWING: Json = {"due_invoices_count": 2, "total_dues": 3000}
BILLS_WITH_PAUSE: Json = {"pause": {"unbilled_charges_handling": "invoice"}}


def estimates(simulator: ChargebeeSimulator) -> list[RecordedRequest]:
    return [request for request in simulator.requests if "estimate" in request.path]


def taken(site: Site) -> int:
    """What the requests have made the customer pay at once, collected debts included."""
    collected = [charge.amount for charge in site.charges if charge.reason == "dues_collection"]
    return sum(invoice.amount_due for invoice in site.invoices) + sum(collected)


def leave_unbilled(site: Site) -> None:
    """Something that waits to be billed with the renewal: 20 dollars."""
    site.unbilled.append(tables.Charge(2000, "USD", "proration_charge", "sub", unix("2026-11-20T12:00")))


async def allows_exactly(
    backend: Backend, site: Site, act: Act, amount: int, *, currency: str = "usd", actions: Json | None = None
) -> None:
    """A limit one below is held, the amount itself is let through, and is what is then taken."""
    guarded = await backend.open(charge_limit=ImmediateCharges({currency: amount - 1}), actions=actions or {})
    with pytest.raises(Invalid, match=TOO_MUCH):
        await act(guarded)
    assert (taken(site), site.invoices) == (0, [])

    await act(await backend.open(charge_limit=ImmediateCharges({currency: amount}), actions=actions or {}))
    assert taken(site) == amount


async def takes_nothing(backend: Backend, site: Site, act: Act, actions: Json | None = None) -> None:
    """It is done where nothing at all may be charged, and charges nothing."""
    await act(await backend.open(charge_limit=ImmediateCharges({}), actions=actions or {}))
    assert taken(site) == 0
