"""Cancellation of a subscription: at its period's end, at once, and taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.paddle.client import CUSTOMER, MONTHLY, SUBSCRIPTION, TRIAL, at

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock


class TestAtThePeriodsEnd:
    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"effective_from": "next_billing_period"}, id="said"),
            pytest.param({"effective_from": None}, id="null"),
            pytest.param({}, id="nothing said"),
        ],
    )
    async def test_it_is_scheduled_and_no_bill_is_shown_any_more(
        self, api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock, body: dict[str, Any]
    ) -> None:
        until = subscription["current_billing_period"]["ends_at"]
        shown = (await api.act("cancel", **body)).data

        assert shown["status"] == "active"
        assert shown["scheduled_change"] == {"action": "cancel", "effective_at": until, "resume_at": None}
        assert shown["next_billed_at"] is None
        assert [item["next_billed_at"] for item in shown["items"]] == [None]
        assert shown["current_billing_period"]["ends_at"] == until
        assert (shown["canceled_at"], at(shown["updated_at"])) == (None, clock())
        assert account.charges == []

    async def test_a_trial_stays_a_trial_until_it_ends(self, api: Api, trial: dict[str, Any]) -> None:
        shown = (await api.act("cancel", TRIAL)).data

        assert shown["status"] == "trialing"
        assert shown["scheduled_change"]["effective_at"] == trial["current_billing_period"]["ends_at"]

    @pytest.mark.usefixtures("subscription")
    async def test_it_can_be_taken_back_and_the_bill_is_shown_again(self, api: Api) -> None:
        before = await api.subscription()
        await api.act("cancel")
        after = (await api.update(scheduled_change=None)).data

        assert after == {**before, "updated_at": after["updated_at"]}

    async def test_taking_it_back_shows_no_bill_where_there_is_no_card(self, api: Api, account: Account) -> None:
        account.add_subscription(id=TRIAL, customer=CUSTOMER, prices=[MONTHLY], status="trialing", payment_method=False)
        await api.act("cancel", TRIAL)
        shown = (await api.update(TRIAL, scheduled_change=None)).data

        assert (shown["scheduled_change"], shown["next_billed_at"]) == (None, None)

    @pytest.mark.usefixtures("subscription")
    async def test_taking_back_nothing_changes_nothing(self, api: Api) -> None:
        before = await api.subscription()

        assert (await api.update(scheduled_change=None)).data == before

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize("first", ["cancel", "pause"])
    @pytest.mark.parametrize("second", ["cancel", "pause"])
    async def test_a_second_change_is_refused(self, api: Api, first: str, second: str) -> None:
        await api.act(first)

        assert (await api.act(second)).refusal == (400, "subscription_locked_pending_changes")

    async def test_an_overdue_one_takes_it_unless_the_account_is_told_otherwise(
        self, api: Api, account: Account, subscription: dict[str, Any]
    ) -> None:
        subscription["status"] = "past_due"
        account.schedules_while_past_due = False
        refused = [await api.act("cancel"), await api.act("pause")]
        account.schedules_while_past_due = True

        assert [reply.refusal for reply in refused] == [(400, "subscription_update_when_past_due")] * 2
        assert (await api.act("cancel")).data["scheduled_change"]["action"] == "cancel"


class TestAtOnce:
    @pytest.mark.parametrize("status", ["active", "trialing", "past_due"])
    async def test_it_ends_for_good_and_nothing_is_refunded(
        self, api: Api, account: Account, clock: MovableClock, status: str
    ) -> None:
        account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY], status=status)
        shown = (await api.act("cancel", effective_from="immediately")).data

        assert (shown["status"], at(shown["canceled_at"])) == ("canceled", clock())
        assert (shown["current_billing_period"], shown["next_billed_at"], shown["scheduled_change"]) == (None,) * 3
        assert (account.charges, account.renewals) == ([], [])

    @pytest.mark.parametrize("effective_from", ["next_billing_period", "immediately", None])
    async def test_a_paused_one_ends_at_once_whatever_is_asked_for(
        self, api: Api, account: Account, effective_from: str | None
    ) -> None:
        account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY], status="paused")

        assert (await api.act("cancel", effective_from=effective_from)).data["status"] == "canceled"

    @pytest.mark.usefixtures("subscription")
    async def test_a_scheduled_cancellation_does_not_stand_in_the_way(self, api: Api) -> None:
        await api.act("cancel")

        assert (await api.act("cancel", effective_from="immediately")).data["status"] == "canceled"

    @pytest.mark.usefixtures("subscription")
    async def test_a_scheduled_pause_does_until_it_is_cleared(self, api: Api, account: Account) -> None:
        await api.act("pause")
        refused = await api.act("cancel", effective_from="immediately")
        await api.update(scheduled_change=None)

        assert refused.refusal == (400, "subscription_locked_pending_changes")
        assert account.immediate_cancel_overrides == {"cancel", "resume"}
        assert (await api.act("cancel", effective_from="immediately")).data["status"] == "canceled"

    async def test_a_scheduled_resumption_may_be_in_the_way_too(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        resume_at = clock() + timedelta(days=30)
        account.add_subscription(
            id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY], status="paused", resume_at=resume_at
        )
        account.immediate_cancel_overrides = frozenset()
        refused = await api.act("cancel", effective_from="immediately")
        cleared = await api.update(scheduled_change=None)

        assert refused.refusal == (400, "subscription_locked_pending_changes")
        assert (cleared.data["status"], cleared.data["next_billed_at"]) == ("paused", None)
        assert (await api.act("cancel")).data["status"] == "canceled"

    @pytest.mark.usefixtures("subscription")
    async def test_what_was_left_for_the_next_bill_is_dropped(self, api: Api, account: Account) -> None:
        await api.update(
            items=[{"price_id": MONTHLY, "quantity": 9}], proration_billing_mode="full_next_billing_period"
        )
        deferred = account.terms[SUBSCRIPTION].deferred
        await api.act("cancel", effective_from="immediately")

        assert (deferred, account.terms[SUBSCRIPTION].deferred) == (6000, 0)


class TestTheEnded:
    @pytest.fixture(autouse=True)
    def ended(self, account: Account) -> None:
        account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY], status="canceled")

    @pytest.mark.parametrize(
        ("action", "body", "code"),
        [
            pytest.param("cancel", {}, "subscription_update_when_canceled", id="cancel"),
            pytest.param(
                "cancel", {"effective_from": "immediately"}, "subscription_update_when_canceled", id="cancel at once"
            ),
            pytest.param("pause", {}, "subscription_is_canceled_action_invalid", id="pause"),
            pytest.param("resume", {}, "subscription_is_canceled_action_invalid", id="resume"),
            pytest.param("activate", {}, "subscription_cannot_activate", id="activate"),
        ],
    )
    async def test_no_action_is_possible(self, api: Api, action: str, body: dict[str, Any], code: str) -> None:
        assert (await api.act(action, **body)).refusal == (400, code)

    @pytest.mark.parametrize("body", [{"scheduled_change": None}, {"custom_data": {}}, {"discount": None}, {}])
    async def test_no_update_is_possible(self, api: Api, body: dict[str, Any]) -> None:
        assert (await api.update(**body)).refusal == (400, "subscription_update_when_canceled")

    async def test_it_is_still_read(self, api: Api) -> None:
        assert (await api.subscription())["status"] == "canceled"


@pytest.mark.parametrize(
    ("before", "locked"),
    [
        pytest.param(timedelta(minutes=30), False, id="half an hour"),
        pytest.param(timedelta(minutes=29, seconds=59), True, id="less"),
        pytest.param(timedelta(seconds=1), True, id="the last second"),
    ],
)
@pytest.mark.parametrize(
    ("action", "body"),
    [
        pytest.param("cancel", {"effective_from": "immediately"}, id="cancel at once"),
        pytest.param("cancel", {}, id="cancel"),
        pytest.param("pause", {"effective_from": "immediately"}, id="pause at once"),
        pytest.param("pause", {}, id="pause"),
    ],
)
async def test_the_last_half_hour_before_a_bill_is_locked(
    api: Api,
    subscription: dict[str, Any],
    clock: MovableClock,
    before: timedelta,
    action: str,
    body: dict[str, Any],
    *,
    locked: bool,
) -> None:
    bill = at(subscription["next_billed_at"])
    assert bill is not None
    clock.to(bill - before)
    reply = await api.act(action, **body)

    assert reply.status == (409 if locked else 200)
    assert not locked or reply.error["code"] == "subscription_locked_renewal"


async def test_a_scheduled_change_is_locked_as_the_bill_in_its_place_would_be(
    api: Api, subscription: dict[str, Any], clock: MovableClock
) -> None:
    end = at(subscription["current_billing_period"]["ends_at"])
    assert end is not None
    await api.act("cancel")
    clock.to(end - timedelta(minutes=10))

    assert (await api.update(scheduled_change=None)).refusal == (409, "subscription_locked_renewal")
    assert (await api.act("cancel", effective_from="immediately")).refusal == (409, "subscription_locked_renewal")


async def test_a_paused_one_is_not_locked_when_the_period_that_was_paid_for_ends(
    api: Api, subscription: dict[str, Any], clock: MovableClock
) -> None:
    end = at(subscription["current_billing_period"]["ends_at"])
    assert end is not None
    await api.act("pause", effective_from="immediately")
    clock.to(end - timedelta(minutes=10))

    assert (await api.act("cancel")).data["status"] == "canceled"
