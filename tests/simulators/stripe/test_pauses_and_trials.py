"""Pauses of collection, true pauses, and trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock

DAY = 86_400
SUBSCRIPTION = "/v1/subscriptions/sub_1"

pytestmark = pytest.mark.usefixtures("wide_catalogue")


class TestPauseOfCollection:
    pytestmark = pytest.mark.usefixtures("subscription")

    async def test_it_leaves_the_status_and_says_no_beginning(self, api: Api, clock: MovableClock) -> None:
        until = clock.seconds + 30 * DAY
        reply = await api.post(
            SUBSCRIPTION,
            ("pause_collection[behavior]", "mark_uncollectible"),
            ("pause_collection[resumes_at]", str(until)),
        )

        assert reply.json["status"] == "active"
        assert reply.json["pause_collection"] == {"behavior": "mark_uncollectible", "resumes_at": until}

    async def test_it_may_last_until_further_notice_and_be_cleared(self, api: Api) -> None:
        paused = await api.post(SUBSCRIPTION, ("pause_collection[behavior]", "void"))
        cleared = await api.post(SUBSCRIPTION, ("pause_collection", ""))

        assert paused.json["pause_collection"] == {"behavior": "void", "resumes_at": None}
        assert cleared.json["pause_collection"] is None

    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param([("[behavior]", "void"), ("[resumes_at]", "1")], id="an end that is past"),
            pytest.param([("[behavior]", "freeze")], id="an unknown behavior"),
            pytest.param([("[resumes_at]", "1900000000")], id="no behavior"),
            pytest.param([("[behavior]", "void"), ("[until]", "1900000000")], id="an unknown member"),
        ],
    )
    async def test_what_does_not_fit_is_refused(self, api: Api, pairs: list[tuple[str, str]]) -> None:
        reply = await api.post(SUBSCRIPTION, *((f"pause_collection{name}", value) for name, value in pairs))

        assert reply.status == 400


class TestTrials:
    @pytest.fixture
    def trial(self, account: Account, clock: MovableClock) -> dict[str, Any]:
        return account.add_subscription(
            id="sub_1",
            customer="cus_1",
            prices=["price_1"],
            status="trialing",
            start_date=clock.seconds - 4 * DAY,
            trial_end=clock.seconds + 10 * DAY,
        )

    async def test_moving_the_end_moves_the_period_and_the_anchor(
        self, api: Api, account: Account, trial: dict[str, Any], clock: MovableClock
    ) -> None:
        start = trial["trial_start"]
        end = clock.seconds + 20 * DAY
        reply = await api.post(SUBSCRIPTION, ("trial_end", str(end)), ("proration_behavior", "none"))

        assert (reply.json["status"], reply.json["trial_start"]) == ("trialing", start)
        assert (reply.json["trial_end"], reply.json["billing_cycle_anchor"]) == (end, end)
        assert reply.json["items"]["data"][0]["current_period_end"] == end
        assert account.charges == []

    async def test_a_cancellation_at_the_period_end_moves_along(
        self, api: Api, trial: dict[str, Any], clock: MovableClock
    ) -> None:
        await api.post(SUBSCRIPTION, ("cancel_at_period_end", "true"))
        reply = await api.post(SUBSCRIPTION, ("trial_end", str(clock.seconds + 20 * DAY)))

        assert trial["cancel_at_period_end"] is True
        assert reply.json["cancel_at"] == clock.seconds + 20 * DAY

    @pytest.mark.usefixtures("subscription")
    async def test_on_an_active_subscription_it_really_starts_a_trial(self, api: Api, clock: MovableClock) -> None:
        reply = await api.post(SUBSCRIPTION, ("trial_end", str(clock.seconds + 20 * DAY)))

        assert (reply.json["status"], reply.json["trial_start"]) == ("trialing", clock.seconds)
        assert reply.json["items"]["data"][0]["current_period_end"] == clock.seconds + 20 * DAY

    @pytest.mark.usefixtures("trial")
    async def test_ending_it_now_bills_now(self, api: Api, account: Account, clock: MovableClock) -> None:
        reply = await api.post(SUBSCRIPTION, ("trial_end", "now"))

        assert (reply.json["status"], reply.json["trial_end"]) == ("active", clock.seconds)
        assert [(charge.reason, charge.amount) for charge in account.charges] == [("trial_end", 1000)]

    @pytest.mark.usefixtures("trial")
    async def test_a_price_change_within_it_charges_nothing(
        self, api: Api, account: Account, trial: dict[str, Any]
    ) -> None:
        item = trial["items"]["data"][0]["id"]
        reply = await api.post(SUBSCRIPTION, ("items[0][id]", item), ("items[0][price]", "price_year"))

        assert reply.json["items"]["data"][0]["current_period_end"] == reply.json["trial_end"]
        assert account.charges == []

    @pytest.mark.usefixtures("trial")
    @pytest.mark.parametrize(
        ("days", "message"),
        [
            pytest.param(-1, "must be an integer Unix timestamp in the future", id="in the past"),
            pytest.param(731, "The maximum number of trial period days is 730 (2 years).", id="over two years"),
        ],
    )
    async def test_an_end_out_of_bounds_is_refused(
        self, api: Api, clock: MovableClock, days: int, message: str
    ) -> None:
        reply = await api.post(SUBSCRIPTION, ("trial_end", str(clock.seconds + days * DAY)))

        assert reply.status == 400
        assert message in reply.error["message"]


class TestTruePause:
    pytestmark = pytest.mark.usefixtures("subscription")

    async def test_pausing_sets_the_status_and_resuming_clears_it(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        paused = await api.post(
            f"{SUBSCRIPTION}/pause",
            ("type", "subscription"),
            ("bill_for[unused_time_from][type]", "none"),
            ("bill_for[outstanding_usage_through][type]", "none"),
        )
        resumed = await api.post(
            f"{SUBSCRIPTION}/resume", ("billing_cycle_anchor[type]", "unchanged"), ("proration_behavior", "none")
        )

        assert paused.json["status"] == "paused"
        assert paused.json["status_details"]["paused"]["transitioned_at"] == clock.seconds
        assert (resumed.json["status"], resumed.json["status_details"]) == ("active", None)
        assert account.charges == []

    async def test_by_default_pausing_credits_and_resuming_bills(self, api: Api, account: Account) -> None:
        await api.post(f"{SUBSCRIPTION}/pause")
        await api.post(f"{SUBSCRIPTION}/resume")

        assert [charge.reason for charge in account.charges] == ["pause_credit", "resume"]
        assert account.charges[0].amount < 0 < account.charges[1].amount

    async def test_it_needs_the_flexible_mode(self, api: Api, account: Account) -> None:
        account.subscriptions.rows["sub_1"]["billing_mode"] = {"type": "classic", "flexible": None}

        assert (await api.post(f"{SUBSCRIPTION}/pause")).status == 400

    async def test_only_a_paused_one_can_be_resumed(self, api: Api) -> None:
        assert (await api.post(f"{SUBSCRIPTION}/resume")).status == 400
