"""Pausing and resuming: when it is possible, what it does to dates and to money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.chargebee.client import DAY

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock

PAUSE = "/subscriptions/sub/pause"
RESUME = "/subscriptions/sub/resume"
AT_TERM_END = ("pause_option", "end_of_term")


class TestWhetherItIsPossible:
    @pytest.mark.usefixtures("subscription")
    async def test_a_site_with_pausing_switched_off_says_so_in_the_older_code(self, api: Api, site: Site) -> None:
        site.pause_enabled = False
        reply = await api.post(PAUSE)

        assert reply.code == (400, "invalid_request")
        assert reply.json["error_code"] == "pause_feature_not_enabled"
        assert reply.json["message"].startswith("Subscription pause feature is currently disabled for you.")

    @pytest.mark.parametrize("status", ["future", "in_trial", "paused", "cancelled"])
    async def test_other_statuses_than_active_and_non_renewing_cannot_be_paused(
        self, api: Api, site: Site, status: str
    ) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status=status)
        reply = await api.post(PAUSE)

        assert reply.code == (409, "invalid_state_for_request")
        assert reply.json["error_code"] == "invalid_state_for_pause"

    async def test_a_contract_forbids_it(self, api: Api, site: Site, clock: MovableClock) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], contract_end=clock.seconds + 300 * DAY)

        assert (await api.post(PAUSE)).code == (400, "invalid_request")

    @pytest.mark.usefixtures("subscription")
    async def test_a_scheduled_change_forbids_it(self, api: Api, site: Site) -> None:
        site.schedule_change(subscription_id="sub", items=["more-seats"])
        reply = await api.post(PAUSE)

        assert (reply.code, reply.json["type"]) == ((400, "operation_failed"), "operation_failed")

    @pytest.mark.usefixtures("subscription")
    async def test_a_scheduled_pause_forbids_another(self, api: Api) -> None:
        await api.post(PAUSE, AT_TERM_END)

        assert (await api.post(PAUSE)).code == (409, "invalid_state_for_request")

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        ("pairs", "param"),
        [
            pytest.param([("resume_date", "1")], "resume_date", id="resumes in the past"),
            pytest.param([("pause_option", "specific_date")], "pause_date", id="no date"),
            pytest.param([("pause_option", "specific_date"), ("pause_date", "1")], "pause_date", id="a past date"),
            pytest.param([("pause_date", "1900000000")], "pause_date", id="a date for nothing"),
            pytest.param([("pause_option", "billing_cycles")], "skip_billing_cycles", id="no cycles"),
            pytest.param(
                [("pause_option", "billing_cycles"), ("skip_billing_cycles", "1"), ("resume_date", "1900000000")],
                "resume_date",
                id="cycles and a date",
            ),
            pytest.param([("skip_billing_cycles", "0")], "skip_billing_cycles", id="none to skip"),
            pytest.param([("unbilled_charges_handling", "delete")], "unbilled_charges_handling", id="no such choice"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(self, api: Api, pairs: list[tuple[str, str]], param: str) -> None:
        reply = await api.post(PAUSE, *pairs)

        assert (reply.status, reply.json["param"]) == (400, param)

    async def test_at_the_end_of_the_term_it_resumes_after_that(self, api: Api, subscription: dict[str, Any]) -> None:
        at_the_end = str(subscription["current_term_end"])

        assert (await api.post(PAUSE, AT_TERM_END, ("resume_date", at_the_end))).refusal == (
            400,
            "param_wrong_value",
            "resume_date",
        )


class TestAtOnce:
    @pytest.mark.usefixtures("subscription")
    async def test_for_good_it_is_never_billed(self, api: Api, site: Site, clock: MovableClock) -> None:
        paused = (await api.post(PAUSE, ("pause_option", "immediately"))).subscription
        clock.move(days=800)
        later = (await api.get("/subscriptions/sub")).subscription

        assert (paused["status"], paused["pause_date"]) == ("paused", clock.seconds - 800 * DAY)
        assert not {"resume_date", "next_billing_at"} & paused.keys()
        assert paused["current_term_end"] > paused["current_term_start"]
        assert (later["status"], site.charges, site.renewals) == ("paused", [], [])

    async def test_beyond_the_term_it_is_billed_anew_when_it_resumes(
        self, api: Api, site: Site, clock: MovableClock, subscription: dict[str, Any]
    ) -> None:
        assert subscription["current_term_end"] < clock.seconds + 60 * DAY
        until = clock.seconds + 60 * DAY
        paused = (await api.post(PAUSE, ("resume_date", str(until)))).subscription
        clock.move(days=61)
        resumed = (await api.get("/subscriptions/sub")).subscription

        assert (paused["resume_date"], paused["next_billing_at"]) == (until, until)
        assert (resumed["status"], resumed["current_term_start"]) == ("active", until)
        assert not {"pause_date", "resume_date"} & resumed.keys()
        assert [(charge.reason, charge.at, charge.amount) for charge in site.renewals] == [("resumption", until, 3000)]

    async def test_within_the_term_nothing_is_billed_and_no_date_moves(
        self, api: Api, site: Site, clock: MovableClock, subscription: dict[str, Any]
    ) -> None:
        end = subscription["current_term_end"]
        until = clock.seconds + 5 * DAY
        paused = (await api.post(PAUSE, ("resume_date", str(until)))).subscription
        clock.move(days=6)
        resumed = (await api.get("/subscriptions/sub")).subscription

        assert paused["next_billing_at"] == end
        assert (resumed["status"], resumed["current_term_end"], resumed["next_billing_at"]) == ("active", end, end)
        assert site.renewals == []

    async def test_one_that_does_not_renew_stays_so(self, api: Api, site: Site, clock: MovableClock) -> None:
        made = site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="non_renewing")
        end = made["cancelled_at"]
        await api.post(PAUSE, ("resume_date", str(clock.seconds + DAY)))
        clock.move(days=2)
        resumed = (await api.get("/subscriptions/sub")).subscription

        assert (resumed["status"], resumed["cancelled_at"]) == ("non_renewing", end)
        assert "next_billing_at" not in resumed

    async def test_one_that_does_not_renew_is_cancelled_while_it_is_paused(
        self, api: Api, site: Site, clock: MovableClock
    ) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="non_renewing")
        await api.post(PAUSE)
        clock.move(days=40)

        assert (await api.get("/subscriptions/sub")).subscription["status"] == "cancelled"


class TestLater:
    async def test_it_stays_active_until_the_term_ends(
        self, api: Api, site: Site, clock: MovableClock, subscription: dict[str, Any]
    ) -> None:
        end = subscription["current_term_end"]
        scheduled = (await api.post(PAUSE, AT_TERM_END, ("resume_date", str(end + 30 * DAY)))).subscription
        clock.move(days=21)
        paused = (await api.get("/subscriptions/sub")).subscription

        assert (scheduled["status"], scheduled["pause_date"]) == ("active", end)
        assert (paused["status"], paused["pause_date"], paused["next_billing_at"]) == ("paused", end, end + 30 * DAY)
        assert site.renewals == []

    async def test_billing_cycles_are_counted_from_the_end_of_the_term(
        self, api: Api, clock: MovableClock, subscription: dict[str, Any]
    ) -> None:
        scheduled = (
            await api.post(PAUSE, ("pause_option", "billing_cycles"), ("skip_billing_cycles", "2"))
        ).subscription

        assert scheduled["pause_date"] == subscription["current_term_end"]
        # From 11 December to 11 February.
        assert scheduled["resume_date"] == scheduled["pause_date"] + 62 * DAY
        assert clock.seconds < scheduled["pause_date"]

    @pytest.mark.usefixtures("subscription")
    async def test_on_a_date(self, api: Api, clock: MovableClock) -> None:
        moment = clock.seconds + 3 * DAY
        scheduled = (await api.post(PAUSE, ("pause_option", "specific_date"), ("pause_date", str(moment)))).subscription
        clock.move(days=4)

        assert scheduled["pause_date"] == moment
        assert (await api.get("/subscriptions/sub")).subscription["status"] == "paused"

    async def test_one_that_does_not_renew_ends_with_its_term(self, api: Api, site: Site) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="non_renewing")

        assert (await api.post(PAUSE, AT_TERM_END)).refusal == (400, "param_wrong_value", "pause_date")

    @pytest.mark.usefixtures("subscription")
    async def test_it_is_taken_back(self, api: Api, site: Site, clock: MovableClock) -> None:
        undo = "/subscriptions/sub/remove_scheduled_pause"
        await api.post(PAUSE, AT_TERM_END, ("resume_date", str(clock.seconds + 90 * DAY)))
        restored = (await api.post(undo)).subscription
        clock.move(days=21)
        await api.get("/subscriptions/sub")

        assert not {"pause_date", "resume_date"} & restored.keys()
        assert [charge.reason for charge in site.renewals] == ["renewal"]
        assert (await api.post(undo)).code == (409, "invalid_state_for_request")


class TestResuming:
    @pytest.fixture
    def paused(self, site: Site, clock: MovableClock) -> dict[str, Any]:
        """Paused five days ago, in a term that has twenty days to go."""
        return site.add_subscription(
            id="sub",
            customer_id="ada",
            items=[("seats", 3)],
            status="paused",
            started_at=clock.seconds - 10 * DAY,
            pause_date=clock.seconds - 5 * DAY,
            resume_date=clock.seconds + 60 * DAY,
        )

    @pytest.mark.usefixtures("paused")
    async def test_within_the_term_nothing_is_charged(self, api: Api, site: Site) -> None:
        resumed = (await api.post(RESUME)).subscription

        assert (resumed["status"], resumed["next_billing_at"]) == ("active", resumed["current_term_end"])
        assert site.charges == []

    @pytest.mark.usefixtures("paused")
    @pytest.mark.parametrize(
        ("handling", "charged", "unbilled"),
        [
            pytest.param("invoice_immediately", [3000], [], id="at once"),
            pytest.param("add_to_unbilled_charges", [], [3000], id="later"),
        ],
    )
    async def test_after_the_term_a_new_one_is_charged(
        self,
        api: Api,
        site: Site,
        clock: MovableClock,
        handling: str,
        charged: list[int],
        unbilled: list[int],
    ) -> None:
        now = clock.move(days=30)
        resumed = (await api.post(RESUME, ("charges_handling", handling))).subscription

        assert resumed["current_term_start"] == now
        assert [charge.amount for charge in site.charges] == charged
        assert [charge.amount for charge in site.unbilled] == unbilled

    @pytest.mark.parametrize(
        ("usual", "pairs", "charged"),
        [
            pytest.param(False, [], [], id="the site leaves them alone"),
            pytest.param(True, [], [3000], id="the site collects them"),
            pytest.param(True, [("unpaid_invoices_handling", "no_action")], [], id="left alone if asked"),
            pytest.param(
                False,
                [("unpaid_invoices_handling", "schedule_payment_collection")],
                [3000],
                id="collected if asked",
            ),
        ],
    )
    async def test_unpaid_invoices_are_collected_as_the_request_or_the_site_says(
        self,
        api: Api,
        site: Site,
        paused: dict[str, Any],
        usual: bool,
        pairs: list[tuple[str, str]],
        charged: list[int],
    ) -> None:
        site.collects_dues_on_resumption = usual
        paused.update(due_invoices_count=1, total_dues=3000)
        resumed = (await api.post(RESUME, *pairs)).subscription

        assert [charge.amount for charge in site.charges] == charged
        assert ("total_dues" in resumed) is (charged == [])

    @pytest.mark.usefixtures("paused")
    async def test_a_payment_that_fails_leaves_it_paused(self, api: Api, site: Site, clock: MovableClock) -> None:
        clock.move(days=30)
        site.declining.add("ada")
        reply = await api.post(RESUME)

        assert (reply.code, reply.json["type"]) == ((400, "payment_processing_failed"), "payment")
        assert (site.subscriptions.rows["sub"]["status"], site.charges) == ("paused", [])

    @pytest.mark.usefixtures("paused")
    async def test_the_date_can_be_moved_and_taken_away(self, api: Api, clock: MovableClock) -> None:
        until = clock.seconds + 30 * DAY
        undo = "/subscriptions/sub/remove_scheduled_resumption"
        moved = (await api.post(RESUME, ("resume_option", "specific_date"), ("resume_date", str(until)))).subscription
        endless = (await api.post(undo)).subscription

        assert (moved["status"], moved["resume_date"], moved["next_billing_at"]) == ("paused", until, until)
        assert not {"resume_date", "next_billing_at"} & endless.keys()
        assert (await api.post(undo)).code == (409, "invalid_state_for_request")

    @pytest.mark.usefixtures("paused")
    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param([("resume_option", "specific_date")], id="no date"),
            pytest.param([("resume_option", "specific_date"), ("resume_date", "1")], id="a past date"),
            pytest.param([("resume_date", "1900000000")], id="a date for nothing"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(self, api: Api, pairs: list[tuple[str, str]]) -> None:
        reply = await api.post(RESUME, *pairs)

        assert (reply.status, reply.json["param"]) == (400, "resume_date")

    @pytest.mark.usefixtures("subscription")
    async def test_what_is_not_paused_is_not_resumed(self, api: Api) -> None:
        assert (await api.post(RESUME)).code == (409, "invalid_state_for_request")


class TestEstimates:
    async def test_an_estimate_tells_and_changes_nothing(
        self, api: Api, site: Site, clock: MovableClock, subscription: dict[str, Any]
    ) -> None:
        before = dict(subscription)
        until = clock.seconds + 60 * DAY
        reply = await api.post(
            "/subscriptions/sub/pause_subscription_estimate",
            ("pause_option", "immediately"),
            ("subscription[resume_date]", str(until)),
        )
        estimated = reply.json["estimate"]["subscription_estimate"]

        assert (estimated["status"], estimated["pause_date"], estimated["resume_date"]) == (
            "paused",
            clock.seconds,
            until,
        )
        assert site.subscriptions.rows["sub"] == before

    @pytest.mark.usefixtures("subscription")
    async def test_it_is_refused_where_a_pause_is(self, api: Api, site: Site) -> None:
        site.pause_enabled = False
        reply = await api.post("/subscriptions/sub/pause_subscription_estimate")

        assert reply.json["error_code"] == "pause_feature_not_enabled"
