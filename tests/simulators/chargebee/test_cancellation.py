"""Cancellation: at once, at the end of the term, on a date, of a contract, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.chargebee.client import DAY

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock

CANCEL = "/subscriptions/sub/cancel_for_items"
UNDO = "/subscriptions/sub/remove_scheduled_cancellation"
AT_TERM_END = ("cancel_option", "end_of_term")


class TestAtOnce:
    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param([], id="nothing said"),
            pytest.param([("cancel_option", "immediately")], id="said"),
            pytest.param([("end_of_term", "false")], id="said in the deprecated way"),
        ],
    )
    async def test_the_term_is_cut_short(
        self, api: Api, site: Site, clock: MovableClock, pairs: list[tuple[str, str]]
    ) -> None:
        cancelled = (await api.post(CANCEL, *pairs)).subscription

        assert (cancelled["status"], cancelled["cancelled_at"]) == ("cancelled", clock.seconds)
        assert cancelled["current_term_end"] == clock.seconds
        assert "next_billing_at" not in cancelled
        assert (site.charges, site.renewals) == ([], [])

    @pytest.mark.usefixtures("subscription")
    async def test_a_cancelled_one_is_in_the_wrong_state(self, api: Api) -> None:
        await api.post(CANCEL)

        assert (await api.post(CANCEL)).code == (409, "invalid_state_for_request")

    @pytest.mark.parametrize("status", ["future", "in_trial", "active", "non_renewing", "paused"])
    async def test_it_can_be_done_in_every_other_status(self, api: Api, site: Site, status: str) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status=status)

        assert (await api.post(CANCEL)).subscription["status"] == "cancelled"

    @pytest.mark.parametrize(
        ("members", "code"),
        [
            pytest.param({"status": "transferred"}, (409, "invalid_state_for_request"), id="transferred"),
            pytest.param({"decommissioned": True}, (409, "invalid_state_for_request"), id="decommissioned"),
            pytest.param({"channel": "play_store"}, (400, "invalid_request"), id="of an app store"),
            pytest.param({"deleted": True}, (404, "resource_not_found"), id="deleted"),
        ],
    )
    async def test_what_is_managed_elsewhere_cannot_be_cancelled(
        self, api: Api, site: Site, members: dict[str, Any], code: tuple[int, str]
    ) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], **members)

        assert (await api.post(CANCEL)).code == code

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        ("option", "credited"),
        [
            pytest.param("none", [], id="nothing"),
            pytest.param("prorate", [-2000], id="what is left"),
            pytest.param("full", [-3000], id="everything"),
        ],
    )
    @pytest.mark.parametrize("said", [True, False], ids=["by the request", "by the site"])
    async def test_what_is_given_back(self, api: Api, site: Site, option: Any, credited: list[int], said: bool) -> None:
        if said:
            await api.post(CANCEL, ("credit_option_for_current_term_charges", option))
        else:
            site.credit_on_cancellation = option
            await api.post(CANCEL)

        assert [charge.amount for charge in site.charges] == credited
        assert {charge.reason for charge in site.charges} <= {"cancellation_credit"}

    @pytest.mark.parametrize(
        ("handling", "charged", "dues"),
        [
            pytest.param("no_action", [], 5800, id="left"),
            pytest.param("schedule_payment_collection", [5800], None, id="collected"),
            pytest.param("write_off", [], None, id="written off"),
        ],
    )
    async def test_what_happens_to_debts(
        self, api: Api, site: Site, handling: str, charged: list[int], dues: int | None
    ) -> None:
        site.add_subscription(
            id="sub", customer_id="ada", items=["seats"], due_invoices_count=2, due_since=1, total_dues=5800
        )
        cancelled = (await api.post(CANCEL, ("account_receivables_handling", handling))).subscription

        assert [charge.amount for charge in site.charges] == charged
        assert cancelled.get("total_dues") == dues


class TestAtTheEndOfTheTerm:
    @pytest.mark.parametrize(
        "pair",
        [
            pytest.param(AT_TERM_END, id="by the option"),
            pytest.param(("cancel_option", "end_of_billing_term"), id="by the billing term"),
            pytest.param(("end_of_term", "true"), id="by the deprecated flag"),
        ],
    )
    async def test_it_runs_on_without_renewing(
        self,
        api: Api,
        site: Site,
        clock: MovableClock,
        subscription: dict[str, Any],
        pair: tuple[str, str],
    ) -> None:
        end = subscription["current_term_end"]
        scheduled = (await api.post(CANCEL, pair)).subscription
        clock.move(days=21)
        ended = (await api.get("/subscriptions/sub")).subscription

        assert (scheduled["status"], scheduled["cancelled_at"]) == ("non_renewing", end)
        assert (scheduled["remaining_billing_cycles"], "next_billing_at" in scheduled) == (0, False)
        assert scheduled["cancel_schedule_created_at"] == clock.seconds - 21 * DAY
        assert (ended["status"], ended["cancelled_at"], ended["current_term_end"]) == ("cancelled", end, end)
        assert site.renewals == []

    async def test_in_a_trial_the_status_stays_and_the_trial_is_not_billed(
        self, api: Api, site: Site, clock: MovableClock, trial: dict[str, Any]
    ) -> None:
        scheduled = (await api.post(CANCEL, AT_TERM_END)).subscription
        clock.move(days=8)
        ended = (await api.get("/subscriptions/sub")).subscription

        assert (scheduled["status"], scheduled["cancelled_at"]) == ("in_trial", trial["trial_end"])
        assert "next_billing_at" not in scheduled
        assert (ended["status"], site.renewals, site.charges) == ("cancelled", [], [])

    @pytest.mark.parametrize("status", ["future", "paused"])
    async def test_without_a_running_term_there_is_no_end_of_it(self, api: Api, site: Site, status: str) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status=status)

        assert (await api.post(CANCEL, AT_TERM_END)).code == (409, "invalid_state_for_request")

    @pytest.mark.usefixtures("subscription")
    async def test_it_takes_a_scheduled_change_and_a_pause_at_the_same_moment_away(self, api: Api, site: Site) -> None:
        await api.post("/subscriptions/sub/pause", ("pause_option", "end_of_term"))
        site.schedule_change(subscription_id="sub", items=["more-seats"])
        scheduled = (await api.post(CANCEL, AT_TERM_END)).subscription

        assert scheduled["has_scheduled_changes"] is False
        assert not {"pause_date", "resume_date"} & scheduled.keys()

    @pytest.mark.usefixtures("subscription")
    async def test_it_is_taken_back(self, api: Api, site: Site, clock: MovableClock) -> None:
        scheduled = (await api.post(CANCEL, AT_TERM_END)).subscription
        restored = (await api.post(UNDO)).subscription
        clock.move(days=21)
        renewed = (await api.get("/subscriptions/sub")).subscription

        assert (restored["status"], restored["next_billing_at"]) == ("active", scheduled["current_term_end"])
        assert not {"cancelled_at", "cancel_schedule_created_at", "remaining_billing_cycles"} & restored.keys()
        assert (renewed["status"], [charge.amount for charge in site.renewals]) == ("active", [3000])

    @pytest.mark.usefixtures("trial")
    async def test_of_a_trial_it_is_taken_back_too(self, api: Api) -> None:
        await api.post(CANCEL, AT_TERM_END)
        restored = (await api.post(UNDO)).subscription

        assert (restored["status"], restored["next_billing_at"]) == ("in_trial", restored["trial_end"])

    @pytest.mark.usefixtures("subscription")
    async def test_taking_it_back_can_count_the_terms_to_come(self, api: Api, site: Site, clock: MovableClock) -> None:
        await api.post(CANCEL, AT_TERM_END)
        restored = (await api.post(UNDO, ("billing_cycles", "1"))).subscription
        clock.move(days=21)
        last = (await api.get("/subscriptions/sub")).subscription

        assert restored["remaining_billing_cycles"] == 1
        assert (last["status"], last["cancelled_at"]) == ("non_renewing", last["current_term_end"])
        assert len(site.renewals) == 1

    @pytest.mark.usefixtures("subscription")
    async def test_what_is_not_scheduled_cannot_be_taken_back(self, api: Api) -> None:
        assert (await api.post(UNDO)).code == (409, "invalid_state_for_request")


class TestOnADate:
    async def test_the_terms_until_then_are_billed(
        self, api: Api, site: Site, clock: MovableClock, subscription: dict[str, Any]
    ) -> None:
        moment = subscription["current_term_end"] + 5 * DAY
        scheduled = (
            await api.post(CANCEL, ("cancel_option", "specific_date"), ("cancel_at", str(moment)))
        ).subscription
        clock.move(days=40)
        ended = (await api.get("/subscriptions/sub")).subscription

        assert (scheduled["status"], scheduled["cancelled_at"]) == ("non_renewing", moment)
        assert (ended["status"], ended["current_term_end"]) == ("cancelled", moment)
        assert [charge.reason for charge in site.renewals] == ["renewal"]

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        ("pairs", "param"),
        [
            pytest.param([("cancel_option", "specific_date")], "cancel_at", id="no date"),
            pytest.param([("cancel_option", "specific_date"), ("cancel_at", "1")], "cancel_at", id="a past date"),
            pytest.param([AT_TERM_END, ("cancel_at", "1900000000")], "cancel_at", id="a date for nothing"),
            pytest.param([AT_TERM_END, ("end_of_term", "true")], "end_of_term", id="said twice"),
            pytest.param([("cancel_option", "later")], "cancel_option", id="no such option"),
            pytest.param(
                [("contract_term_cancel_option", "terminate_immediately")],
                "contract_term_cancel_option",
                id="no contract",
            ),
            pytest.param([("decommissioned", "true")], "decommissioned", id="not simulated"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(self, api: Api, pairs: list[tuple[str, str]], param: str) -> None:
        reply = await api.post(CANCEL, *pairs)

        assert (reply.status, reply.json["param"]) == (400, param)


class TestReasons:
    @pytest.mark.usefixtures("subscription")
    async def test_a_reason_is_kept(self, api: Api) -> None:
        cancelled = (await api.post(CANCEL, ("cancel_reason_code", "Too expensive"))).subscription

        assert cancelled["cancel_reason_code"] == "Too expensive"

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param([], id="missing"),
            pytest.param([("cancel_reason_code", "too expensive")], id="in another case"),
        ],
    )
    async def test_a_site_may_insist_on_one(self, api: Api, site: Site, pairs: list[tuple[str, str]]) -> None:
        site.cancel_reason_required = True

        assert (await api.post(CANCEL, *pairs)).refusal == (400, "param_wrong_value", "cancel_reason_code")


class TestContracts:
    @pytest.fixture
    def contract(self, site: Site, clock: MovableClock) -> dict[str, Any]:
        return site.add_subscription(
            id="sub", customer_id="ada", items=["seats"], contract_end=clock.seconds + 300 * DAY
        )

    @pytest.mark.usefixtures("contract")
    @pytest.mark.parametrize(
        ("pairs", "param"),
        [
            pytest.param([], "contract_term_cancel_option", id="nothing said"),
            pytest.param([AT_TERM_END], "contract_term_cancel_option", id="the usual option"),
            pytest.param(
                [("contract_term_cancel_option", "end_of_contract_term"), AT_TERM_END], "cancel_option", id="both"
            ),
        ],
    )
    async def test_a_contract_has_options_of_its_own(self, api: Api, pairs: list[tuple[str, str]], param: str) -> None:
        assert (await api.post(CANCEL, *pairs)).refusal == (400, "invalid_request", param)

    @pytest.mark.usefixtures("contract")
    async def test_it_can_be_terminated_with_the_subscription(self, api: Api) -> None:
        cancelled = (await api.post(CANCEL, ("contract_term_cancel_option", "terminate_immediately"))).subscription

        assert (cancelled["status"], cancelled["contract_term"]["status"]) == ("cancelled", "terminated")

    async def test_it_can_be_served_out(self, api: Api, contract: dict[str, Any]) -> None:
        scheduled = (await api.post(CANCEL, ("contract_term_cancel_option", "end_of_contract_term"))).subscription

        assert scheduled["cancelled_at"] == contract["contract_term"]["contract_end"]
        assert scheduled["status"] == "non_renewing"
        assert (await api.post(UNDO)).code == (409, "invalid_state_for_request")

    @pytest.mark.parametrize(
        ("cancelled", "status"),
        [
            pytest.param(True, ("cancelled", "completed"), id="cancelled"),
            pytest.param(False, ("active", "active"), id="renewed"),
        ],
    )
    async def test_when_it_is_over_it_ends_with_the_subscription_or_renews(
        self, api: Api, clock: MovableClock, contract: dict[str, Any], cancelled: bool, status: tuple[str, str]
    ) -> None:
        end = contract["contract_term"]["contract_end"]
        if cancelled:
            await api.post(CANCEL, ("contract_term_cancel_option", "end_of_contract_term"))
        clock.move(days=301)
        row = (await api.get("/subscriptions/sub")).subscription

        assert (row["status"], row["contract_term"]["status"]) == status
        assert (row["contract_term"]["contract_start"] == end) is not cancelled
