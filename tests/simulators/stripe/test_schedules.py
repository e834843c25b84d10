"""Schedules: made from a subscription, replaced phase by phase, released and canceled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock

DAY = 86_400
SCHEDULES = "/v1/subscription_schedules"


@pytest.fixture
def subscription(account: Account, clock: MovableClock) -> dict[str, Any]:
    """Three seats of the monthly price with a discount, ten days into the period."""
    return account.add_subscription(
        id="sub_1",
        customer="cus_1",
        prices=[("price_1", 3)],
        discounts=["SAVE5"],
        start_date=clock.seconds - 10 * DAY,
        metadata={"tier": "old"},
    )


@pytest.fixture
def period(subscription: dict[str, Any]) -> tuple[int, int]:
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


@pytest.fixture
def schedule(account: Account, subscription: dict[str, Any]) -> str:
    identifier: str = account.add_schedule(id="sub_sched_1", subscription=subscription["id"])["id"]
    return f"{SCHEDULES}/{identifier}"


def two_phases(period: tuple[int, int], discount: str) -> list[tuple[str, str]]:
    """The present as it is, then the yearly price."""
    return [
        ("phases[0][start_date]", str(period[0])),
        ("phases[0][end_date]", str(period[1])),
        ("phases[0][items][0][price]", "price_1"),
        ("phases[0][items][0][quantity]", "3"),
        ("phases[0][discounts][0][discount]", discount),
        ("phases[1][items][0][price]", "price_2"),
        ("phases[1][items][0][quantity]", "3"),
        ("phases[1][duration][interval]", "month"),
        ("phases[1][discounts][0][discount]", discount),
        ("phases[1][proration_behavior]", "none"),
        ("proration_behavior", "none"),
        ("end_behavior", "release"),
    ]


class TestFromASubscription:
    async def test_one_phase_is_the_current_period(
        self, api: Api, subscription: dict[str, Any], period: tuple[int, int]
    ) -> None:
        reply = await api.post(SCHEDULES, ("from_subscription", "sub_1"), ("metadata[why]", "demo"))

        (phase,) = reply.json["phases"]
        assert (phase["start_date"], phase["end_date"]) == period
        assert reply.json["current_phase"] == {"start_date": period[0], "end_date": period[1]}
        assert (phase["items"][0]["price"], phase["items"][0]["quantity"]) == ("price_1", 3)
        assert phase["discounts"][0]["discount"] == subscription["discounts"][0]
        assert phase["trial_end"] is None
        assert (reply.json["status"], reply.json["subscription"]) == ("active", "sub_1")
        assert (await api.get("/v1/subscriptions/sub_1")).json["schedule"] == reply.json["id"]

    async def test_a_running_trial_is_kept(self, api: Api, account: Account) -> None:
        trial = account.add_subscription(id="sub_2", customer="cus_1", prices=["price_1"], status="trialing")
        reply = await api.post(SCHEDULES, ("from_subscription", "sub_2"))

        assert reply.json["phases"][0]["trial_end"] == trial["trial_end"] == reply.json["phases"][0]["end_date"]

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize("other", [("phases[0][items][0][price]", "price_1"), ("end_behavior", "cancel")])
    async def test_nothing_else_can_be_said_in_that_call(self, api: Api, other: tuple[str, str]) -> None:
        reply = await api.post(SCHEDULES, ("from_subscription", "sub_1"), other)

        assert (reply.status, reply.error["code"]) == (400, "parameters_exclusive")

    @pytest.mark.usefixtures("schedule")
    async def test_one_schedule_at_a_time(self, api: Api) -> None:
        reply = await api.post(SCHEDULES, ("from_subscription", "sub_1"))

        assert reply.status == 400
        assert reply.error["message"] == (
            "You cannot migrate a subscription that is already attached to a schedule: `sub_sched_1`."
        )

    @pytest.mark.usefixtures("subscription")
    async def test_a_canceled_subscription_cannot_have_one(self, api: Api) -> None:
        await api.delete("/v1/subscriptions/sub_1")

        assert "`canceled` status" in (await api.post(SCHEDULES, ("from_subscription", "sub_1"))).error["message"]

    async def test_an_unknown_subscription_is_refused(self, api: Api) -> None:
        reply = await api.post(SCHEDULES, ("from_subscription", "sub_none"))

        assert (reply.status, reply.error["code"]) == (400, "resource_missing")


class TestPhases:
    async def test_a_later_price_waits_for_its_phase(
        self, api: Api, account: Account, schedule: str, subscription: dict[str, Any], period: tuple[int, int]
    ) -> None:
        reply = await api.post(schedule, *two_phases(period, subscription["discounts"][0]))

        first, second = reply.json["phases"]
        assert (second["start_date"], second["items"][0]["price"]) == (first["end_date"], "price_2")
        assert (await api.get("/v1/subscriptions/sub_1")).json["items"]["data"][0]["price"]["id"] == "price_1"
        assert account.charges == []

    async def test_it_takes_effect_when_time_comes_and_the_schedule_lets_go_at_its_end(
        self,
        api: Api,
        schedule: str,
        subscription: dict[str, Any],
        period: tuple[int, int],
        clock: MovableClock,
    ) -> None:
        item, discount = subscription["items"]["data"][0]["id"], subscription["discounts"][0]
        await api.post(schedule, *two_phases(period, discount))
        clock.move(days=25)
        running = (await api.get("/v1/subscriptions/sub_1")).json
        clock.move(days=31)
        over = (await api.get("/v1/subscriptions/sub_1")).json
        released = (await api.get(schedule)).json

        changed = running["items"]["data"][0]
        assert (changed["id"], changed["price"]["id"], changed["quantity"]) == (item, "price_2", 3)
        assert changed["current_period_start"] == period[1]
        assert (running["schedule"], running["discounts"]) == ("sub_sched_1", [discount])
        assert (over["schedule"], over["items"]["data"][0]["price"]["id"]) == (None, "price_2")
        assert (released["status"], released["released_subscription"], released["subscription"]) == (
            "released",
            "sub_1",
            None,
        )

    async def test_another_interval_in_the_next_phase_starts_its_own_period(
        self, api: Api, account: Account, schedule: str, period: tuple[int, int], clock: MovableClock
    ) -> None:
        await api.post(
            schedule,
            ("phases[0][start_date]", str(period[0])),
            ("phases[0][end_date]", str(period[1])),
            ("phases[0][items][0][price]", "price_1"),
            ("phases[1][items][0][price]", "price_year"),
            ("proration_behavior", "none"),
        )
        clock.move(days=25)
        item = (await api.get("/v1/subscriptions/sub_1")).json["items"]["data"][0]

        assert item["current_period_start"] == period[1]
        assert item["current_period_end"] == period[1] + 365 * DAY
        assert account.charges == []
        assert [(renewal.reason, renewal.amount) for renewal in account.renewals] == [("phase_start", 9000)]

    async def test_what_is_not_repeated_is_unset(self, api: Api, schedule: str, period: tuple[int, int]) -> None:
        await api.post(
            schedule,
            ("phases[0][start_date]", str(period[0])),
            ("phases[0][end_date]", str(period[1])),
            ("phases[0][items][0][price]", "price_1"),
            ("proration_behavior", "none"),
        )
        subscription = (await api.get("/v1/subscriptions/sub_1")).json

        assert subscription["items"]["data"][0]["quantity"] == 1
        assert subscription["discounts"] == []

    async def test_a_trial_that_is_not_repeated_is_over_and_billed(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        trial = account.add_subscription(id="sub_2", customer="cus_1", prices=["price_1"], status="trialing")
        account.add_schedule(id="sub_sched_2", subscription="sub_2")
        clock.move(days=1)
        await api.post(
            f"{SCHEDULES}/sub_sched_2",
            ("phases[0][start_date]", str(trial["trial_start"])),
            ("phases[0][end_date]", str(trial["trial_end"])),
            ("phases[0][items][0][price]", "price_1"),
        )

        assert trial["status"] == "active"
        assert [charge.reason for charge in account.charges] == ["trial_end"]

    async def test_a_trial_that_is_repeated_goes_on(self, api: Api, account: Account) -> None:
        trial = account.add_subscription(id="sub_2", customer="cus_1", prices=["price_1"], status="trialing")
        account.add_schedule(id="sub_sched_2", subscription="sub_2")
        end = trial["trial_end"]
        await api.post(
            f"{SCHEDULES}/sub_sched_2",
            ("phases[0][start_date]", str(trial["trial_start"])),
            ("phases[0][end_date]", str(end)),
            ("phases[0][trial_end]", str(end)),
            ("phases[0][items][0][price]", "price_1"),
            ("phases[1][items][0][price]", "price_2"),
        )

        assert (trial["status"], trial["trial_end"], account.charges) == ("trialing", end, [])

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        ("changed", "param", "code"),
        [
            pytest.param({"phases[0][start_date]": None}, "phases", None, id="no start to anchor to"),
            pytest.param({"phases[0][start_date]": "1700000000"}, "phases[0][start_date]", None, id="another start"),
            pytest.param(
                {"phases[0][end_date]": None}, "phases[0][end_date]", "parameter_missing", id="open in the middle"
            ),
            pytest.param({"phases[0][end_date]": "1700000000"}, "phases[0][end_date]", None, id="end before start"),
            pytest.param(
                {"phases[0][items][0][price]": None, "phases[0][items][0][quantity]": None},
                "phases[0][items]",
                "parameter_missing",
                id="no items",
            ),
            pytest.param({"phases[1][start_date]": "1900000000"}, "phases[1][start_date]", None, id="a gap"),
            pytest.param({"phases[1][iterations]": "1"}, "phases[1][iterations]", "parameter_unknown", id="iterations"),
            pytest.param(
                {"phases[1][end_date]": "1900000000"}, "phases[1][end_date]", "parameters_exclusive", id="two ends"
            ),
            pytest.param(
                {"phases[1][items][0][price]": "price_m"},
                "phases[1][items][0][quantity]",
                None,
                id="metered with quantity",
            ),
            pytest.param(
                {"phases[1][items][0][price]": "price_none"},
                "phases[1][items][0][price]",
                "resource_missing",
                id="unknown price",
            ),
            pytest.param(
                {"phases[1][discounts][0][discount]": "di_none"},
                "phases[1][discounts][0][discount]",
                "resource_missing",
                id="unknown discount",
            ),
        ],
    )
    async def test_phases_that_do_not_fit_are_refused(
        self,
        api: Api,
        account: Account,
        schedule: str,
        subscription: dict[str, Any],
        period: tuple[int, int],
        changed: dict[str, str | None],
        param: str,
        code: str | None,
    ) -> None:
        account.add_price(id="price_m", product="prod_1", unit_amount=1, usage_type="metered")
        wanted: dict[str, str | None] = {**dict(two_phases(period, subscription["discounts"][0])), **changed}
        reply = await api.post(schedule, *((name, value) for name, value in wanted.items() if value is not None))

        assert reply.status == 400
        assert (reply.error["param"], reply.error.get("code")) == (param, code)

    async def test_eleven_phases_are_too_many(self, api: Api, schedule: str, period: tuple[int, int]) -> None:
        phases = [(f"phases[{number}][items][0][price]", "price_1") for number in range(11)]

        assert (await api.post(schedule, ("phases[0][start_date]", str(period[0])), *phases)).status == 400

    async def test_a_direct_change_edits_the_running_phase(
        self, api: Api, schedule: str, subscription: dict[str, Any]
    ) -> None:
        await api.post(
            "/v1/subscriptions/sub_1",
            ("items[0][id]", subscription["items"]["data"][0]["id"]),
            ("items[0][price]", "price_2"),
            ("discounts[0][coupon]", "SAVE20"),
        )
        (phase,) = (await api.get(schedule)).json["phases"]

        assert phase["items"][0]["price"] == "price_2"
        assert phase["discounts"][0]["discount"] == subscription["discounts"][0]


class TestTheEnd:
    async def test_releasing_lets_the_subscription_run_on(self, api: Api, schedule: str, clock: MovableClock) -> None:
        reply = await api.post(f"{schedule}/release")

        assert (reply.json["status"], reply.json["released_at"]) == ("released", clock.seconds)
        assert (reply.json["released_subscription"], reply.json["subscription"]) == ("sub_1", None)
        subscription = (await api.get("/v1/subscriptions/sub_1")).json
        assert (subscription["schedule"], subscription["status"]) == (None, "active")

    @pytest.mark.parametrize(("preserve", "kept"), [("false", False), ("true", True)])
    async def test_releasing_drops_the_date_it_would_have_ended_on_unless_told_otherwise(
        self, api: Api, schedule: str, subscription: dict[str, Any], preserve: str, kept: bool
    ) -> None:
        await api.post(schedule, ("end_behavior", "cancel"))
        scheduled = subscription["cancel_at"]
        await api.post(f"{schedule}/release", ("preserve_cancel_date", preserve))

        assert scheduled is not None
        assert (subscription["cancel_at"] == scheduled) is kept

    async def test_an_end_by_cancellation_ends_the_subscription(
        self, api: Api, schedule: str, clock: MovableClock, period: tuple[int, int]
    ) -> None:
        await api.post(schedule, ("end_behavior", "cancel"))
        clock.move(days=25)

        subscription = (await api.get("/v1/subscriptions/sub_1")).json
        assert (subscription["status"], subscription["ended_at"]) == ("canceled", period[1])
        assert (await api.get(schedule)).json["status"] == "completed"

    async def test_canceling_cancels_the_subscription_and_by_default_moves_money(
        self, api: Api, account: Account, schedule: str
    ) -> None:
        reply = await api.post(f"{schedule}/cancel")

        assert reply.json["status"] == "canceled"
        assert (await api.get("/v1/subscriptions/sub_1")).json["status"] == "canceled"
        assert [charge.reason for charge in account.charges] == ["cancel_proration", "cancel_invoice_now"]

    async def test_canceling_without_invoice_and_proration_moves_none(
        self, api: Api, account: Account, schedule: str
    ) -> None:
        await api.post(f"{schedule}/cancel", ("invoice_now", "false"), ("prorate", "false"))

        assert account.charges == []

    @pytest.mark.parametrize("verb", ["release", "cancel"])
    async def test_what_is_over_cannot_be_ended_again(self, api: Api, schedule: str, verb: str) -> None:
        await api.post(f"{schedule}/release")
        reply = await api.post(f"{schedule}/{verb}")

        assert reply.status == 400
        assert reply.error["message"] == (
            f"You cannot {verb} a subscription schedule that is currently in the `released` status. It must have a "
            "status of `not_started` or `active`."
        )


class TestNotStarted:
    async def create(self, api: Api, clock: MovableClock) -> dict[str, Any]:
        reply = await api.post(
            SCHEDULES,
            ("customer", "cus_1"),
            ("start_date", str(clock.seconds + 5 * DAY)),
            ("phases[0][items][0][price]", "price_1"),
            ("phases[0][items][0][quantity]", "2"),
            ("phases[0][discounts][0][coupon]", "SAVE20"),
        )
        assert reply.status == 200
        return reply.json

    async def test_it_has_no_subscription_and_is_listed_as_scheduled(
        self, api: Api, schedule: str, clock: MovableClock
    ) -> None:
        made = await self.create(api, clock)
        listed = await api.get(SCHEDULES, ("customer", "cus_1"), ("scheduled", "true"))

        assert (made["status"], made["subscription"]) == ("not_started", None)
        assert listed.ids == [made["id"]]
        assert schedule.endswith((await api.get(SCHEDULES)).ids[1])
        assert (await api.get("/v1/subscriptions", ("customer", "cus_1"))).ids == ["sub_1"]

    async def test_its_subscription_begins_on_the_start_date(self, api: Api, clock: MovableClock) -> None:
        made = await self.create(api, clock)
        clock.move(days=6)

        started = (await api.get(f"{SCHEDULES}/{made['id']}", ("expand[]", "subscription"))).json
        assert started["status"] == "active"
        assert started["subscription"]["start_date"] == clock.seconds - DAY
        assert started["subscription"]["items"]["data"][0]["quantity"] == 2
        assert len(started["subscription"]["discounts"]) == 1

    async def test_it_can_be_canceled_before(self, api: Api, account: Account, clock: MovableClock) -> None:
        made = await self.create(api, clock)
        reply = await api.post(f"{SCHEDULES}/{made['id']}/cancel")
        clock.move(days=6)

        assert reply.json["status"] == "canceled"
        assert (await api.get("/v1/subscriptions")).ids == []
        assert account.charges == []
