"""What a cancellation or a pause would charge at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.errors import Invalid, Unsupported
from gateway.policy import ImmediateCharges
from tests.adapters.chargebee.charging import (
    BILLS_WITH_PAUSE,
    CANCEL_ESTIMATE,
    OWING,
    PAUSE_ESTIMATE,
    PAUSED,
    Json,
    allows_exactly,
    estimates,
    leave_unbilled,
    takes_nothing,
)
from tests.adapters.chargebee.support import (
    CANCEL,
    DAY,
    LATER,
    NOW,
    PAUSE,
    READ,
    cancel,
    cancel_all,
    form,
    months,
    pause,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend
    from tests.simulators.chargebee.client import MovableClock


class TestACancellation:
    @pytest.mark.parametrize("option", ["invoice", None], ids=["as the settings say", "as the site is set"])
    async def test_at_once_bills_what_is_unbilled(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json], option: str | None
    ) -> None:
        subscribe()
        leave_unbilled(site)
        actions = {} if option is None else {"cancel": {"unbilled_charges_option": option}}

        await allows_exactly(backend, site, lambda one: one.cancel(cancel(NOW)), 2000, actions=actions)

    async def test_at_once_bills_nothing_that_is_to_be_deleted(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json]
    ) -> None:
        subscribe()
        leave_unbilled(site)
        actions = {"cancel": {"unbilled_charges_option": "delete"}}

        await takes_nothing(backend, site, lambda one: one.cancel(cancel(NOW)), actions)

    async def test_is_paid_by_what_is_given_back(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json]
    ) -> None:
        subscribe()
        leave_unbilled(site)
        actions = {"cancel": {"credit_option_for_current_term_charges": "prorate"}}

        await takes_nothing(backend, site, lambda one: one.cancel(cancel(NOW)), actions)

    @pytest.mark.parametrize("handling", ["schedule_payment_collection", None], ids=["said", "as the site is set"])
    async def test_at_once_may_collect_what_is_owed(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json], handling: str | None
    ) -> None:
        site.dues_on_cancellation = "schedule_payment_collection"
        subscribe(**OWING)
        leave_unbilled(site)
        actions = {} if handling is None else {"cancel": {"account_receivables_handling": handling}}

        await allows_exactly(backend, site, lambda one: one.cancel(cancel(NOW)), 5000, actions=actions)

    @pytest.mark.parametrize("handling", ["no_action", "write_off"])
    async def test_collects_nothing_where_the_settings_say_so(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json], handling: str
    ) -> None:
        site.dues_on_cancellation = "schedule_payment_collection"
        subscribe(**OWING)
        actions = {"cancel": {"account_receivables_handling": handling}}

        await takes_nothing(backend, site, lambda one: one.cancel(cancel(NOW)), actions)

    async def test_is_estimated_once_with_what_is_then_written(
        self, backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        subscribe()
        settings = {
            "unbilled_charges_option": "invoice",
            "credit_option_for_current_term_charges": "none",
            "account_receivables_handling": "no_action",
            "refundable_credits_handling": "no_action",
            "cancel_reason_code": "Other",
        }
        adapter = await backend.open(charge_limit=ImmediateCharges({}), actions={"cancel": settings})
        await adapter.cancel(cancel(NOW))

        assert simulator.calls() == [READ, CANCEL_ESTIMATE, CANCEL]
        foretold, written = (form(request) for request in simulator.requests[1:])
        assert foretold == written == {"cancel_option": "immediately", **settings}

    async def test_under_a_contract_is_estimated_as_the_contracts_termination(
        self, backend: Backend, simulator: ChargebeeSimulator, clock: MovableClock, subscribe: Callable[..., Json]
    ) -> None:
        subscribe(contract_end=clock.seconds + 200 * DAY)
        await (await backend.open(charge_limit=ImmediateCharges({}))).cancel(cancel(NOW))

        assert [form(request) for request in simulator.requests[1:]] == [
            {"contract_term_cancel_option": "terminate_immediately"},
        ] * 2

    async def test_of_what_is_paused_is_estimated_as_one_at_once(
        self, backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        """It ends at once where Chargebee does not let it end with its term."""
        subscribe(**PAUSED)
        leave_unbilled(site)

        await allows_exactly(backend, site, lambda one: one.cancel(cancel(LATER)), 2000)
        assert [form(request)["cancel_option"] for request in estimates(simulator)] == ["immediately"] * 2

    async def test_of_all_is_guarded_for_each(
        self, backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        subscribe()
        leave_unbilled(site)
        other = site.add_subscription(id="other", customer_id="ada", items=["pro-month"])
        guarded = await backend.open(charge_limit=ImmediateCharges({"usd": 1999}))

        with pytest.raises(Invalid, match="1 of 2"):
            await guarded.cancel_all(cancel_all(NOW))
        assert (site.subscriptions.rows["sub"]["status"], other["status"]) == ("active", "cancelled")


class TestAPause:
    async def test_at_once_bills_what_is_unbilled_where_the_settings_say_so(
        self, backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        subscribe()
        leave_unbilled(site)

        await allows_exactly(backend, site, lambda one: one.pause(pause(months(1))), 2000, actions=BILLS_WITH_PAUSE)

    async def test_is_estimated_with_what_is_then_written(
        self, backend: Backend, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        subscribe()
        settings = {"unbilled_charges_handling": "invoice", "invoice_dunning_handling": "stop"}
        adapter = await backend.open(charge_limit=ImmediateCharges({}), actions={"pause": settings})
        await adapter.pause(pause(months(1)))

        assert simulator.calls() == [READ, PAUSE_ESTIMATE, PAUSE]
        foretold, written = (form(request) for request in simulator.requests[1:])
        resumes = written.pop("resume_date")
        assert written.pop("invoice_dunning_handling") == "stop"
        assert foretold == written | {"subscription[resume_date]": resumes}

    async def test_that_is_switched_off_is_noted(
        self, backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        site.pause_enabled = False
        subscribe()
        adapter = await backend.open(charge_limit=ImmediateCharges({}), actions=BILLS_WITH_PAUSE)

        with pytest.raises(Unsupported):
            await adapter.pause(pause(months(1)))
        assert (simulator.writes(), adapter.offered.capabilities.pause) == ([], None)
