"""Updates of `next_billed_at`: of a trial it moves the end, of anything else it gives time away or charges for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.paddle.client import CUSTOMER, MONTHLY, SUBSCRIPTION, TRIAL, at

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock


class TestOfATrial:
    @pytest.mark.usefixtures("trial")
    @pytest.mark.parametrize("days", [pytest.param(30, id="later"), pytest.param(2, id="sooner")])
    async def test_it_moves_the_trials_end(self, api: Api, account: Account, clock: MovableClock, days: int) -> None:
        end = clock.ahead(days=days)
        shown = (await api.update(TRIAL, next_billed_at=end, proration_billing_mode="do_not_bill")).data
        item = shown["items"][0]
        ends = (
            shown["next_billed_at"],
            shown["current_billing_period"]["ends_at"],
            item["next_billed_at"],
            item["trial_dates"]["ends_at"],
        )

        assert shown["status"] == "trialing"
        assert {at(text) for text in ends} == {at(end)}
        assert account.charges == []

    @pytest.mark.usefixtures("trial")
    async def test_it_can_be_moved_again(self, api: Api, clock: MovableClock) -> None:
        for days in (20, 30):
            reply = await api.update(TRIAL, next_billed_at=clock.ahead(days=days), proration_billing_mode="do_not_bill")

            assert at(reply.data["next_billed_at"]) == at(clock.ahead(days=days))

    @pytest.mark.usefixtures("trial")
    @pytest.mark.parametrize("mode", ["prorated_immediately", "full_next_billing_period", None])
    async def test_it_is_never_billed(self, api: Api, clock: MovableClock, mode: str | None) -> None:
        how = {} if mode is None else {"proration_billing_mode": mode}
        reply = await api.update(TRIAL, next_billed_at=clock.ahead(days=30), **how)

        assert (reply.refusal, reply.fields) == ((400, "invalid_field"), ["proration_billing_mode"])

    @pytest.mark.usefixtures("trial")
    @pytest.mark.parametrize("action", ["cancel", "pause"])
    async def test_what_is_scheduled_must_be_cleared_first(self, api: Api, clock: MovableClock, action: str) -> None:
        await api.act(action, TRIAL)
        body = {"next_billed_at": clock.ahead(days=30), "proration_billing_mode": "do_not_bill"}
        refused = await api.update(TRIAL, **body)
        await api.update(TRIAL, scheduled_change=None)

        assert refused.refusal == (400, "subscription_locked_pending_changes")
        assert (await api.update(TRIAL, **body)).status == 200

    async def test_without_a_card_the_end_moves_and_still_no_bill_is_shown(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        account.add_subscription(id=TRIAL, customer=CUSTOMER, prices=[MONTHLY], status="trialing", payment_method=False)
        end = clock.ahead(days=30)
        shown = (await api.update(TRIAL, next_billed_at=end, proration_billing_mode="do_not_bill")).data

        assert at(shown["current_billing_period"]["ends_at"]) == at(end)
        assert shown["next_billed_at"] is None

    async def test_the_last_half_hour_of_a_trial_is_locked(
        self, api: Api, trial: dict[str, Any], clock: MovableClock
    ) -> None:
        end = at(trial["next_billed_at"])
        assert end is not None
        clock.to(end - timedelta(minutes=29))
        reply = await api.update(TRIAL, next_billed_at=clock.ahead(days=30), proration_billing_mode="do_not_bill")

        assert reply.refusal == (409, "subscription_locked_renewal")


@pytest.mark.usefixtures("subscription")
class TestOfAnActiveOne:
    async def test_it_gives_the_time_away_if_it_is_not_billed(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        later = clock.ahead(days=45)
        shown = (await api.update(next_billed_at=later, proration_billing_mode="do_not_bill")).data

        assert (shown["status"], shown["items"][0]["trial_dates"]) == ("active", None)
        assert at(shown["next_billed_at"]) == at(shown["current_billing_period"]["ends_at"]) == at(later)
        assert (account.charges, account.terms[SUBSCRIPTION].deferred) == ([], 0)

    @pytest.mark.parametrize(
        ("days", "mode", "at_once", "deferred"),
        [
            pytest.param(45, "prorated_immediately", [3000], 0, id="a period more, charged"),
            pytest.param(30, "prorated_next_billing_period", [], 1500, id="half a period more, charged later"),
            pytest.param(5, "prorated_immediately", [-1000], 0, id="a third less, a credit"),
        ],
    )
    async def test_it_charges_for_the_time_otherwise(
        self,
        api: Api,
        account: Account,
        clock: MovableClock,
        days: int,
        mode: str,
        at_once: list[int],
        deferred: int,
    ) -> None:
        await api.update(next_billed_at=clock.ahead(days=days), proration_billing_mode=mode)

        assert [charge.amount for charge in account.charges] == at_once
        assert account.terms[SUBSCRIPTION].deferred == deferred

    @pytest.mark.parametrize(
        ("minutes", "status"),
        [pytest.param(30, 200, id="half an hour"), pytest.param(29, 409, id="less"), pytest.param(-60, 409, id="past")],
    )
    async def test_it_lies_half_an_hour_ahead(self, api: Api, clock: MovableClock, minutes: int, status: int) -> None:
        reply = await api.update(next_billed_at=clock.ahead(minutes=minutes), proration_billing_mode="do_not_bill")

        assert reply.status == status
        assert status == 200 or reply.error["code"] == "subscription_next_billed_at_too_soon"

    async def test_how_to_bill_must_be_said(self, api: Api, clock: MovableClock) -> None:
        assert (await api.update(next_billed_at=clock.ahead(days=30))).fields == ["proration_billing_mode"]


async def test_a_paused_one_takes_no_date(api: Api, account: Account, clock: MovableClock) -> None:
    account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY], status="paused")
    reply = await api.update(next_billed_at=clock.ahead(days=30), proration_billing_mode="do_not_bill")

    assert reply.refusal == (400, "subscription_only_update_items_on_paused_subscription")
