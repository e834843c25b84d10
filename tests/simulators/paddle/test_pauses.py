"""Pauses: at the period's end, at once, until a date; resumptions; and the end of a trial by request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.paddle.client import CUSTOMER, MONTHLY, SUBSCRIPTION, TRIAL, at

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock

CONTINUE = "continue_existing_billing_period"
NOT_CONTINUED = "subscription_continuing_existing_billing_period_not_allowed"


class TestAtThePeriodsEnd:
    async def test_without_an_end_no_bill_is_shown(self, api: Api, subscription: dict[str, Any]) -> None:
        until = subscription["current_billing_period"]["ends_at"]
        shown = (await api.act("pause")).data

        assert (shown["status"], shown["paused_at"]) == ("active", None)
        assert shown["scheduled_change"] == {"action": "pause", "effective_at": until, "resume_at": None}
        assert (shown["next_billed_at"], shown["items"][0]["next_billed_at"]) == (None, None)

    @pytest.mark.usefixtures("subscription")
    async def test_with_an_end_that_is_when_the_next_bill_is_due(self, api: Api, clock: MovableClock) -> None:
        resume_at = clock.ahead(days=80)
        shown = (await api.act("pause", effective_from="next_billing_period", resume_at=resume_at)).data

        assert at(shown["scheduled_change"]["resume_at"]) == at(resume_at)
        assert at(shown["next_billed_at"]) == at(resume_at)

    async def test_a_trial_pauses_when_it_ends(self, api: Api, trial: dict[str, Any]) -> None:
        shown = (await api.act("pause", TRIAL)).data

        assert shown["status"] == "trialing"
        assert shown["scheduled_change"]["effective_at"] == trial["current_billing_period"]["ends_at"]


class TestAtOnce:
    @pytest.mark.usefixtures("subscription")
    async def test_the_period_that_was_paid_for_stays_visible(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        before = await api.subscription()
        shown = (await api.act("pause", effective_from="immediately")).data

        assert (shown["status"], at(shown["paused_at"])) == ("paused", clock())
        assert shown["current_billing_period"] == before["current_billing_period"]
        assert (shown["next_billed_at"], shown["scheduled_change"]) == (None, None)
        assert shown["items"][0]["status"] == "active"
        assert account.charges == []

    @pytest.mark.usefixtures("subscription")
    async def test_with_an_end_the_resumption_is_scheduled(self, api: Api, clock: MovableClock) -> None:
        resume_at = clock.ahead(days=60)
        shown = (await api.act("pause", effective_from="immediately", resume_at=resume_at)).data

        assert shown["scheduled_change"]["action"] == "resume"
        assert at(shown["scheduled_change"]["effective_at"]) == at(resume_at) == at(shown["next_billed_at"])

    @pytest.mark.usefixtures("trial")
    async def test_a_trial_cannot_be_paused_at_once(self, api: Api) -> None:
        reply = await api.act("pause", TRIAL, effective_from="immediately")

        assert reply.refusal == (400, "subscription_update_when_trialing")

    async def test_an_overdue_one_can(self, api: Api, subscription: dict[str, Any]) -> None:
        subscription["status"] = "past_due"

        assert (await api.act("pause", effective_from="immediately")).data["status"] == "paused"


class TestRefusals:
    async def test_a_paused_one_cannot_be_paused(self, api: Api, account: Account) -> None:
        account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY], status="paused")

        assert (await api.act("pause")).refusal == (400, "subscription_cannot_be_paused")

    async def test_a_trial_without_a_card_cannot_be_paused(self, api: Api, account: Account) -> None:
        account.add_subscription(id=TRIAL, customer=CUSTOMER, prices=[MONTHLY], status="trialing", payment_method=False)

        assert (await api.act("pause", TRIAL)).refusal == (400, "subscription_pausing_not_allowed_for_cardless_trial")
        assert (await api.subscription(TRIAL))["next_billed_at"] is None

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        ("effective_from", "days"),
        [
            pytest.param("immediately", 0, id="at once, and back at once"),
            pytest.param("immediately", -1, id="in the past"),
            pytest.param("next_billing_period", 5, id="before the pause begins"),
        ],
    )
    async def test_it_ends_after_it_begins(self, api: Api, clock: MovableClock, effective_from: str, days: int) -> None:
        reply = await api.act("pause", effective_from=effective_from, resume_at=clock.ahead(days=days))

        assert (reply.refusal, reply.fields) == ((400, "invalid_field"), ["resume_at"])

    @pytest.mark.parametrize(
        ("status", "effective_from", "days", "code"),
        [
            pytest.param("active", "immediately", 20, NOT_CONTINUED, id="back after the period"),
            pytest.param("active", "immediately", 15, NOT_CONTINUED, id="back when the period ends"),
            pytest.param("active", "next_billing_period", 60, NOT_CONTINUED, id="paused at the period's end"),
            pytest.param("past_due", "immediately", 5, f"{NOT_CONTINUED}_subscription_past_due", id="overdue"),
        ],
    )
    async def test_a_period_that_is_over_or_unpaid_cannot_go_on(
        self,
        api: Api,
        subscription: dict[str, Any],
        clock: MovableClock,
        status: str,
        effective_from: str,
        days: int,
        code: str,
    ) -> None:
        subscription["status"] = status
        reply = await api.act(
            "pause", effective_from=effective_from, resume_at=clock.ahead(days=days), on_resume=CONTINUE
        )

        assert reply.refusal == (400, code)


class TestResumption:
    @pytest.fixture
    def paused(self, account: Account) -> dict[str, Any]:
        return account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[(MONTHLY, 3)], status="paused")

    @pytest.mark.usefixtures("paused")
    @pytest.mark.parametrize("body", [{"effective_from": "immediately"}, {}])
    async def test_at_once_it_charges_a_full_new_period(
        self, api: Api, account: Account, clock: MovableClock, body: dict[str, Any]
    ) -> None:
        shown = (await api.act("resume", **body)).data

        assert (shown["status"], shown["paused_at"]) == ("active", None)
        assert at(shown["current_billing_period"]["starts_at"]) == clock()
        assert shown["next_billed_at"] == shown["current_billing_period"]["ends_at"]
        assert at(shown["items"][0]["previously_billed_at"]) == clock()
        assert [(charge.amount, charge.reason) for charge in account.charges] == [(3000, "resume")]

    @pytest.mark.usefixtures("subscription")
    async def test_within_the_period_that_was_paid_for_it_can_go_on_without_a_charge(
        self, api: Api, account: Account
    ) -> None:
        before = await api.subscription()
        await api.act("pause", effective_from="immediately")
        shown = (await api.act("resume", effective_from="immediately", on_resume=CONTINUE)).data

        assert shown["current_billing_period"] == before["current_billing_period"]
        assert shown["next_billed_at"] == before["next_billed_at"]
        assert account.charges == []

    @pytest.mark.usefixtures("subscription")
    async def test_by_default_it_charges_even_within_the_period_that_was_paid_for(
        self, api: Api, account: Account
    ) -> None:
        await api.act("pause", effective_from="immediately")
        await api.act("resume", effective_from="immediately")

        assert [charge.amount for charge in account.charges] == [3000]

    @pytest.mark.usefixtures("paused")
    async def test_a_period_that_is_over_cannot_go_on(self, api: Api) -> None:
        assert (await api.act("resume", on_resume=CONTINUE)).refusal == (400, NOT_CONTINUED)

    @pytest.mark.usefixtures("paused")
    async def test_on_a_date_it_is_scheduled_and_can_be_moved(self, api: Api, clock: MovableClock) -> None:
        await api.act("resume", effective_from=clock.ahead(days=10))
        shown = (await api.act("resume", effective_from=clock.ahead(days=20))).data

        assert shown["status"] == "paused"
        assert shown["scheduled_change"]["action"] == "resume"
        assert at(shown["scheduled_change"]["effective_at"]) == at(clock.ahead(days=20))

    @pytest.mark.usefixtures("subscription")
    async def test_of_a_scheduled_pause_it_sets_the_end(self, api: Api, clock: MovableClock) -> None:
        begins = (await api.act("pause")).data["scheduled_change"]["effective_at"]
        shown = (await api.act("resume", effective_from=clock.ahead(days=90))).data

        assert (shown["status"], shown["scheduled_change"]["action"]) == ("active", "pause")
        assert shown["scheduled_change"]["effective_at"] == begins
        assert at(shown["scheduled_change"]["resume_at"]) == at(clock.ahead(days=90)) == at(shown["next_billed_at"])

    @pytest.mark.usefixtures("subscription")
    async def test_a_scheduled_pause_ends_after_it_begins(self, api: Api, clock: MovableClock) -> None:
        await api.act("pause")

        assert (await api.act("resume", effective_from=clock.ahead(days=3))).fields == ["effective_from"]

    @pytest.mark.usefixtures("paused")
    @pytest.mark.parametrize("days", [pytest.param(-1, id="past"), pytest.param(0, id="now")])
    async def test_it_lies_in_the_future(self, api: Api, clock: MovableClock, days: int) -> None:
        assert (await api.act("resume", effective_from=clock.ahead(days=days))).fields == ["effective_from"]

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        ("pause", "moved", "charged"),
        [
            pytest.param(CONTINUE, None, 0, id="said with the pause"),
            pytest.param(None, CONTINUE, 0, id="said with the date"),
            pytest.param(CONTINUE, "start_new_billing_period", 3000, id="changed with the date"),
            pytest.param(None, None, 3000, id="never said"),
        ],
    )
    async def test_how_it_goes_on_was_said_with_the_pause_or_with_the_date(
        self, api: Api, account: Account, clock: MovableClock, pause: str | None, moved: str | None, charged: int
    ) -> None:
        await api.act("pause", effective_from="immediately", resume_at=clock.ahead(days=5), on_resume=pause)
        await api.act("resume", effective_from=clock.ahead(days=6), on_resume=moved)
        clock.move(days=7)

        assert (await api.subscription())["status"] == "active"
        assert sum(renewal.amount for renewal in account.renewals) == charged

    @pytest.mark.usefixtures("paused")
    @pytest.mark.parametrize("word", ["next_billing_period", "soon", None])
    async def test_no_other_word_is_taken(self, api: Api, word: str | None) -> None:
        assert (await api.act("resume", effective_from=word)).refusal == (400, "bad_request")

    @pytest.mark.usefixtures("subscription")
    async def test_what_is_not_paused_cannot_be_resumed(self, api: Api) -> None:
        by_itself = await api.act("resume")
        await api.act("pause")
        before_it_pauses = await api.act("resume", effective_from="immediately")

        assert by_itself.refusal == before_it_pauses.refusal == (400, "subscription_must_be_paused")

    @pytest.mark.usefixtures("subscription")
    async def test_a_scheduled_pause_cannot_go_on_with_the_period_that_will_be_over(
        self, api: Api, clock: MovableClock
    ) -> None:
        await api.act("pause")
        reply = await api.act("resume", effective_from=clock.ahead(days=90), on_resume=CONTINUE)

        assert reply.refusal == (400, NOT_CONTINUED)

    @pytest.mark.usefixtures("subscription")
    async def test_a_declining_card_matters_only_where_something_is_charged(self, api: Api, account: Account) -> None:
        account.declining.add(CUSTOMER)
        await api.act("pause", effective_from="immediately")

        assert (await api.act("resume", on_resume=CONTINUE)).data["status"] == "active"

    async def test_a_declined_payment_leaves_it_paused(
        self, api: Api, account: Account, paused: dict[str, Any]
    ) -> None:
        account.declining.add(CUSTOMER)

        assert (await api.act("resume")).refusal == (400, "subscription_payment_declined")
        assert (paused["status"], account.charges) == ("paused", [])


class TestActivation:
    @pytest.mark.usefixtures("trial")
    async def test_it_ends_the_trial_and_charges(self, api: Api, account: Account, clock: MovableClock) -> None:
        shown = (await api.act("activate", TRIAL)).data

        assert (shown["status"], shown["items"][0]["status"]) == ("active", "active")
        assert at(shown["current_billing_period"]["starts_at"]) == clock() == at(shown["first_billed_at"])
        assert [(charge.amount, charge.reason) for charge in account.charges] == [(2000, "activate")]

    async def test_a_trial_without_a_card_cannot_be_activated(self, api: Api, account: Account) -> None:
        account.add_subscription(id=TRIAL, customer=CUSTOMER, prices=[MONTHLY], status="trialing", payment_method=False)

        assert (await api.act("activate", TRIAL)).refusal == (
            400,
            "subscription_missing_payment_method_cannot_activate",
        )

    @pytest.mark.parametrize(
        ("scheduled", "declined", "code"),
        [
            pytest.param(True, False, "subscription_locked_pending_changes", id="a change is scheduled"),
            pytest.param(False, True, "subscription_payment_declined", id="the card is declined"),
        ],
    )
    async def test_it_leaves_the_trial_as_it_is(
        self, api: Api, account: Account, trial: dict[str, Any], code: str, *, scheduled: bool, declined: bool
    ) -> None:
        if scheduled:
            await api.act("cancel", TRIAL)
        if declined:
            account.declining.add(CUSTOMER)

        assert (await api.act("activate", TRIAL)).refusal == (400, code)
        assert (trial["status"], account.charges) == ("trialing", [])

    @pytest.mark.usefixtures("subscription")
    async def test_only_a_trial_can_be_activated(self, api: Api) -> None:
        reply = await api.act("activate")

        assert reply.refusal == (400, "subscription_cannot_activate")
        assert "'active'" in reply.error["detail"]

    async def test_the_last_half_hour_of_a_trial_is_locked(
        self, api: Api, trial: dict[str, Any], clock: MovableClock
    ) -> None:
        until = at(trial["next_billed_at"])
        assert until is not None
        clock.to(until - timedelta(minutes=10))

        assert (await api.act("activate", TRIAL)).refusal == (409, "subscription_locked_renewal")
