"""Cancellation of a subscription: at once, at the period's end, on a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock

DAY = 86_400
SUBSCRIPTION = "/v1/subscriptions/sub_1"

pytestmark = pytest.mark.usefixtures("wide_catalogue")


class TestCancellation:
    async def test_at_the_period_end_by_the_flag(
        self, api: Api, subscription: dict[str, Any], clock: MovableClock
    ) -> None:
        reply = await api.post(SUBSCRIPTION, ("cancel_at_period_end", "true"))

        assert reply.json["status"] == "active"
        assert reply.json["cancel_at_period_end"] is True
        assert reply.json["cancel_at"] == subscription["items"]["data"][0]["current_period_end"]
        assert reply.json["canceled_at"] == clock.seconds
        assert reply.json["cancellation_details"]["reason"] == "cancellation_requested"

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        "undo", [pytest.param(("cancel_at_period_end", "false"), id="flag"), pytest.param(("cancel_at", ""), id="date")]
    )
    async def test_it_can_be_taken_back(self, api: Api, undo: tuple[str, str]) -> None:
        await api.post(SUBSCRIPTION, ("cancel_at_period_end", "true"))
        reply = await api.post(SUBSCRIPTION, undo)

        members = ("cancel_at_period_end", "cancel_at", "canceled_at")
        assert [reply.json[name] for name in members] == [False, None, None]

    @pytest.mark.usefixtures("subscription")
    async def test_on_a_date(self, api: Api, clock: MovableClock) -> None:
        reply = await api.post(SUBSCRIPTION, ("cancel_at", str(clock.seconds + DAY)))

        assert (reply.json["cancel_at"], reply.json["cancel_at_period_end"]) == (clock.seconds + DAY, False)

    @pytest.mark.usefixtures("subscription")
    async def test_taking_the_flag_back_leaves_a_date_that_was_set_without_it(
        self, api: Api, clock: MovableClock
    ) -> None:
        await api.post(SUBSCRIPTION, ("cancel_at", str(clock.seconds + DAY)))
        reply = await api.post(SUBSCRIPTION, ("cancel_at_period_end", "false"))

        assert reply.json["cancel_at"] == clock.seconds + DAY

    @pytest.mark.parametrize(("word", "position"), [("min_period_end", 1), ("max_period_end", 0)])
    async def test_words_for_the_ends_of_mixed_periods(
        self, api: Api, account: Account, word: str, position: int
    ) -> None:
        made = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_year", "price_1"])
        reply = await api.post(SUBSCRIPTION, ("cancel_at", word))

        assert reply.json["cancel_at"] == made["items"]["data"][position]["current_period_end"]

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        ("pairs", "code"),
        [
            pytest.param([("cancel_at", "1")], None, id="a date that is past"),
            pytest.param([("cancel_at", "tomorrow")], "parameter_invalid_integer", id="not a date"),
            pytest.param(
                [("cancel_at", "min_period_end"), ("cancel_at_period_end", "true")],
                "parameters_exclusive",
                id="date and flag",
            ),
        ],
    )
    async def test_what_contradicts_itself_is_refused(
        self, api: Api, pairs: list[tuple[str, str]], code: str | None
    ) -> None:
        reply = await api.post(SUBSCRIPTION, *pairs)

        assert (reply.status, reply.error.get("code")) == (400, code)

    @pytest.mark.parametrize(
        "setting", [("cancel_at_period_end", "true"), ("cancel_at", ""), ("cancel_at", "min_period_end")]
    )
    async def test_a_schedule_in_charge_forbids_it(
        self, api: Api, account: Account, subscription: dict[str, Any], setting: tuple[str, str]
    ) -> None:
        account.add_schedule(id="sub_sched_1", subscription=subscription["id"])
        reply = await api.post(SUBSCRIPTION, setting)

        assert reply.status == 400
        assert reply.error["message"] == (
            "The subscription is managed by the subscription schedule `sub_sched_1`, and updating any cancelation "
            "behavior directly is not allowed. Please update the schedule instead."
        )

    async def test_at_once(self, api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock) -> None:
        reply = await api.delete(
            SUBSCRIPTION, ("cancellation_details[feedback]", "too_expensive"), ("cancellation_details[comment]", "bye")
        )

        assert (reply.json["status"], reply.json["ended_at"], reply.json["canceled_at"]) == (
            "canceled",
            clock.seconds,
            clock.seconds,
        )
        assert reply.json["cancellation_details"] == {
            "comment": "bye",
            "feedback": "too_expensive",
            "reason": "cancellation_requested",
        }
        assert account.charges == []
        assert subscription["status"] == "canceled"

    @pytest.mark.usefixtures("subscription")
    async def test_at_once_with_proration_and_an_invoice_moves_money(self, api: Api, account: Account) -> None:
        await api.delete(SUBSCRIPTION, ("prorate", "true"), ("invoice_now", "true"))

        assert [charge.reason for charge in account.charges] == ["cancel_proration", "cancel_invoice_now"]
        assert account.charges[0].amount < 0

    @pytest.mark.usefixtures("subscription")
    async def test_a_canceled_one_is_gone_for_delete_but_not_for_get(self, api: Api) -> None:
        await api.delete(SUBSCRIPTION)
        again = await api.delete(SUBSCRIPTION)

        assert (again.status, again.error["code"], again.error["param"]) == (404, "resource_missing", "id")
        assert again.error["message"] == "No such subscription: 'sub_1'"
        assert (await api.get(SUBSCRIPTION)).json["status"] == "canceled"

    @pytest.mark.usefixtures("subscription")
    async def test_a_canceled_one_updates_only_its_metadata_and_details(self, api: Api) -> None:
        await api.delete(SUBSCRIPTION)
        refused = await api.post(SUBSCRIPTION, ("pause_collection", ""))
        allowed = await api.post(SUBSCRIPTION, ("metadata[a]", "b"), ("cancellation_details[comment]", "late"))

        assert (refused.status, refused.error["code"]) == (400, "invalid_canceled_subscription_fields")
        assert refused.error["message"] == (
            "A canceled subscription can only update its cancellation_details and metadata."
        )
        assert allowed.json["cancellation_details"]["comment"] == "late"

    async def test_an_incomplete_one_updates_only_its_metadata(self, api: Api, account: Account) -> None:
        account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], status="incomplete")

        assert (await api.post(SUBSCRIPTION, ("metadata[a]", "b"))).status == 200
        assert (await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE20"))).status == 400

    async def test_canceling_takes_the_schedule_along(
        self, api: Api, account: Account, subscription: dict[str, Any]
    ) -> None:
        account.add_schedule(id="sub_sched_1", subscription=subscription["id"])
        await api.delete(SUBSCRIPTION)

        schedule = (await api.get("/v1/subscription_schedules/sub_sched_1")).json
        assert (schedule["status"], schedule["released_at"]) == ("canceled", None)
