"""What time does: renewals, ends of trials, scheduled changes, discounts; and the calendar behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle import moments, periods
from simulators.paddle.identifiers import readable
from tests.simulators.paddle.client import (
    CUSTOMER,
    DEARER,
    MONTHLY,
    SAVE20,
    SUBSCRIPTION,
    TRIAL,
    YEARLY,
    at,
)

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock


def billed(account: Account) -> list[tuple[int, str]]:
    return [(renewal.amount, renewal.reason) for renewal in account.renewals]


class TestRenewals:
    async def test_a_period_follows_the_other(
        self, api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock
    ) -> None:
        until = subscription["current_billing_period"]["ends_at"]
        clock.move(days=16)
        shown = await api.subscription()

        assert shown["current_billing_period"]["starts_at"] == until
        assert shown["next_billed_at"] == shown["current_billing_period"]["ends_at"]
        assert shown["items"][0]["previously_billed_at"] == until == shown["updated_at"]
        assert (billed(account), account.charges) == ([(3000, "renewal")], [])

    @pytest.mark.usefixtures("subscription")
    async def test_a_year_at_once_leaves_what_a_year_leaves(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        clock.move(days=365)
        await api.subscription()

        assert billed(account) == [(3000, "renewal")] * 12

    async def test_the_day_of_the_month_is_kept_where_the_month_has_it(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        clock.to(datetime(2027, 1, 31, 10, tzinfo=UTC))
        account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY])
        ends = []
        for _ in range(3):
            end = at((await api.subscription())["current_billing_period"]["ends_at"])
            assert end is not None
            ends.append((end.month, end.day))
            clock.to(end)

        assert ends == [(2, 28), (3, 31), (4, 30)]

    @pytest.mark.usefixtures("subscription")
    async def test_what_was_left_for_the_next_bill_is_on_it_once(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        items = [{"price_id": DEARER, "quantity": 3}]
        await api.update(items=items, proration_billing_mode="prorated_next_billing_period")
        clock.move(days=50)
        await api.subscription()

        assert billed(account) == [(7500, "renewal"), (6000, "renewal")]

    @pytest.mark.usefixtures("subscription")
    async def test_a_credit_is_used_up_bill_by_bill(self, api: Api, account: Account, clock: MovableClock) -> None:
        account.terms[SUBSCRIPTION].deferred = -4000
        clock.move(days=80)
        await api.subscription()

        assert billed(account) == [(2000, "renewal"), (3000, "renewal")]

    async def test_what_is_free_renews_without_a_bill(self, api: Api, account: Account, clock: MovableClock) -> None:
        free = account.add_price(amount=0)["id"]
        account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[free])
        account.declining.add(CUSTOMER)
        clock.move(days=40)
        shown = await api.subscription()

        assert (shown["status"], account.renewals) == ("active", [])
        assert at(shown["items"][0]["previously_billed_at"]) == datetime(2026, 12, 21, 12, tzinfo=UTC)

    @pytest.mark.usefixtures("subscription")
    async def test_a_declined_payment_leaves_the_new_period_unpaid(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        account.declining.add(CUSTOMER)
        begun = (await api.subscription())["current_billing_period"]["ends_at"]
        clock.move(days=60)
        shown = await api.subscription()

        assert (shown["status"], shown["current_billing_period"]["starts_at"]) == ("past_due", begun)
        assert len(account.renewals) == 1

    @pytest.mark.usefixtures("subscription")
    async def test_a_moved_bill_becomes_the_anchor(self, api: Api, clock: MovableClock) -> None:
        await api.update(next_billed_at="2027-01-05T09:00:00Z", proration_billing_mode="do_not_bill")
        clock.to(datetime(2027, 1, 6, tzinfo=UTC))
        shown = await api.subscription()

        assert at(shown["next_billed_at"]) == datetime(2027, 2, 5, 9, tzinfo=UTC)

    @pytest.mark.usefixtures("subscription")
    async def test_another_interval_counts_from_the_change(self, api: Api, clock: MovableClock) -> None:
        changed = clock()
        items = [{"price_id": YEARLY, "quantity": 3}]
        await api.update(items=items, proration_billing_mode="full_immediately")
        clock.move(days=370)

        assert at((await api.subscription())["next_billed_at"]) == changed.replace(year=2028)


class TestTrials:
    @pytest.mark.usefixtures("trial")
    async def test_it_ends_with_a_bill_and_its_dates_stay(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        before = await api.subscription(TRIAL)
        clock.move(days=11)
        shown = await api.subscription(TRIAL)

        assert (shown["status"], shown["items"][0]["status"]) == ("active", "active")
        assert shown["first_billed_at"] == before["next_billed_at"] == shown["current_billing_period"]["starts_at"]
        assert shown["items"][0]["trial_dates"] == before["items"][0]["trial_dates"]
        assert billed(account) == [(2000, "trial_end")]

    @pytest.mark.usefixtures("trial")
    async def test_a_moved_end_is_when_it_ends(self, api: Api, account: Account, clock: MovableClock) -> None:
        await api.update(TRIAL, next_billed_at=clock.ahead(days=40), proration_billing_mode="do_not_bill")
        clock.move(days=39)
        during = (await api.subscription(TRIAL))["status"]
        clock.move(days=2)

        assert (during, (await api.subscription(TRIAL))["status"]) == ("trialing", "active")
        assert len(account.renewals) == 1

    @pytest.mark.usefixtures("trial")
    async def test_one_cut_short_ends_sooner(self, api: Api, clock: MovableClock) -> None:
        await api.update(TRIAL, next_billed_at=clock.ahead(days=2), proration_billing_mode="do_not_bill")
        clock.move(days=3)

        assert (await api.subscription(TRIAL))["status"] == "active"

    async def test_without_a_card_it_ends_for_good(self, api: Api, account: Account, clock: MovableClock) -> None:
        account.add_subscription(id=TRIAL, customer=CUSTOMER, prices=[MONTHLY], status="trialing", payment_method=False)
        clock.move(days=15)

        assert (await api.subscription(TRIAL))["status"] == "canceled"
        assert account.renewals == []


class TestScheduledChanges:
    @pytest.mark.usefixtures("subscription")
    async def test_a_cancellation_comes_in_place_of_a_renewal(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        end = (await api.act("cancel")).data["scheduled_change"]["effective_at"]
        clock.move(days=16)
        shown = await api.subscription()

        assert (shown["status"], shown["canceled_at"]) == ("canceled", end)
        assert (shown["scheduled_change"], shown["current_billing_period"], account.renewals) == (None, None, [])

    @pytest.mark.usefixtures("subscription")
    async def test_a_pause_without_an_end_lasts(self, api: Api, account: Account, clock: MovableClock) -> None:
        begins = (await api.act("pause")).data["scheduled_change"]["effective_at"]
        clock.move(days=400)
        shown = await api.subscription()

        assert (shown["status"], shown["paused_at"]) == ("paused", begins)
        assert (shown["scheduled_change"], shown["current_billing_period"], shown["next_billed_at"]) == (None,) * 3
        assert account.renewals == []

    @pytest.mark.usefixtures("subscription")
    async def test_a_pause_with_an_end_leaves_a_resumption_behind_and_then_bills(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        resume_at = clock.ahead(days=50)
        await api.act("pause", resume_at=resume_at)
        clock.move(days=20)
        during = await api.subscription()
        clock.move(days=31)
        after = await api.subscription()

        assert (during["status"], during["scheduled_change"]["action"]) == ("paused", "resume")
        assert at(during["scheduled_change"]["effective_at"]) == at(resume_at) == at(during["next_billed_at"])
        assert (after["status"], after["scheduled_change"], after["paused_at"]) == ("active", None, None)
        assert at(after["current_billing_period"]["starts_at"]) == at(resume_at)
        assert billed(account) == [(3000, "resume")]

    @pytest.mark.usefixtures("subscription")
    async def test_a_resumption_may_go_on_with_the_period_that_was_paid_for(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        before = await api.subscription()
        await api.act(
            "pause",
            effective_from="immediately",
            resume_at=clock.ahead(days=5),
            on_resume="continue_existing_billing_period",
        )
        clock.move(days=6)
        shown = await api.subscription()

        assert shown["current_billing_period"] == before["current_billing_period"]
        assert (shown["next_billed_at"], account.renewals) == (before["next_billed_at"], [])

    @pytest.mark.usefixtures("trial")
    async def test_a_paused_trial_leaves_the_trial_when_it_resumes(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        await api.act("pause", TRIAL, resume_at=clock.ahead(days=30))
        clock.move(days=12)
        during = (await api.subscription(TRIAL))["status"]
        clock.move(days=20)

        assert (during, (await api.subscription(TRIAL))["status"]) == ("paused", "active")
        assert billed(account) == [(2000, "resume")]

    @pytest.mark.usefixtures("subscription")
    async def test_a_resumption_that_was_moved_comes_sooner(self, api: Api, clock: MovableClock) -> None:
        await api.act("pause", effective_from="immediately", resume_at=clock.ahead(days=50))
        await api.act("resume", effective_from=clock.ahead(days=2))
        clock.move(days=3)

        assert (await api.subscription())["status"] == "active"

    @pytest.mark.usefixtures("subscription")
    async def test_what_was_taken_back_does_not_happen(self, api: Api, clock: MovableClock) -> None:
        await api.act("cancel")
        await api.update(scheduled_change=None)
        clock.move(days=16)

        assert (await api.subscription())["status"] == "active"


class TestDiscounts:
    @pytest.mark.usefixtures("subscription")
    async def test_one_of_three_periods_is_on_three_bills(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        await api.update(discount={"id": SAVE20, "effective_from": "next_billing_period"})
        clock.move(days=16)
        during = (await api.subscription())["discount"]
        clock.move(days=120)

        assert at(during["starts_at"]) == datetime(2026, 12, 6, 12, tzinfo=UTC)
        assert at(during["ends_at"]) == datetime(2027, 3, 6, 12, tzinfo=UTC)
        assert (await api.subscription())["discount"] is None
        assert [amount for amount, _ in billed(account)] == [2400, 2400, 2400, 3000, 3000]

    @pytest.mark.usefixtures("trial")
    async def test_one_put_on_in_a_trial_counts_from_the_first_bill(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        await api.update(TRIAL, discount={"id": SAVE20, "effective_from": "next_billing_period"})
        clock.move(days=11)
        shown = await api.subscription(TRIAL)

        assert shown["discount"]["starts_at"] == shown["first_billed_at"]
        assert billed(account) == [(1600, "trial_end")]

    async def test_it_expires(self, api: Api, account: Account, clock: MovableClock) -> None:
        limited = account.add_discount(id=readable("dsc", "limited"), expires_at=clock() + timedelta(days=1))["id"]
        before = (await api.get(f"/discounts/{limited}")).data["status"]
        clock.move(days=1)

        assert (before, (await api.get(f"/discounts/{limited}")).data["status"]) == ("active", "expired")


class TestTheCalendar:
    @pytest.mark.parametrize(
        ("interval", "frequency", "cycles", "expected"),
        [
            pytest.param("day", 1, 3, datetime(2027, 2, 3, tzinfo=UTC), id="days"),
            pytest.param("week", 2, 1, datetime(2027, 2, 14, tzinfo=UTC), id="a fortnight"),
            pytest.param("month", 1, 1, datetime(2027, 2, 28, tzinfo=UTC), id="a month that is shorter"),
            pytest.param("month", 3, 1, datetime(2027, 4, 30, tzinfo=UTC), id="a quarter"),
            pytest.param("month", 12, 1, datetime(2028, 1, 31, tzinfo=UTC), id="twelve months"),
            pytest.param("year", 1, 2, datetime(2029, 1, 31, tzinfo=UTC), id="years"),
        ],
    )
    def test_a_date_so_many_cycles_later(self, interval: str, frequency: int, cycles: int, expected: datetime) -> None:
        cycle = {"interval": interval, "frequency": frequency}

        assert periods.later(datetime(2027, 1, 31, tzinfo=UTC), cycle, cycles) == expected

    @pytest.mark.parametrize(
        ("moment", "period"),
        [
            pytest.param((2, 28, 0), ((2, 28), (3, 31)), id="a start belongs to its period"),
            pytest.param((2, 27, 23), ((1, 31), (2, 28)), id="an end does not"),
        ],
    )
    def test_a_moment_lies_in_one_period(
        self, moment: tuple[int, int, int], period: tuple[tuple[int, int], tuple[int, int]]
    ) -> None:
        month, day, hour = moment
        start, end = periods.period_containing(
            datetime(2026, 12, 31, tzinfo=UTC),
            {"interval": "month", "frequency": 1},
            datetime(2027, month, day, hour, tzinfo=UTC),
        )

        assert ((start.month, start.day), (end.month, end.day)) == period


class TestTimesOnTheWire:
    def test_their_fractions_have_every_length(self) -> None:
        days = [datetime(2026, 11, day, 10, 0, 0, 120_000, tzinfo=UTC) for day in range(1, 6)]
        lengths = {len(moments.written(day).partition(".")[2]) - 1 for day in days}
        whole = {len(moments.written(day.replace(microsecond=0)).partition(".")[2]) for day in days}

        assert lengths == {2, 3, 6, 9}
        assert whole == {0, 2, 4, 7, 10}

    @pytest.mark.parametrize("microsecond", [0, 1, 999_999, 500_000])
    @pytest.mark.parametrize("day", range(1, 6))
    def test_none_is_cut_short(self, day: int, microsecond: int) -> None:
        moment = datetime(2026, 11, day, 10, 0, 0, microsecond, tzinfo=UTC)

        assert moments.read(moments.written(moment)) == moment

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("2026-11-09T10:00:00Z", datetime(2026, 11, 9, 10, tzinfo=UTC), id="no fraction"),
            pytest.param(
                "2026-11-09T10:00:00.3Z", datetime(2026, 11, 9, 10, 0, 0, 300_000, tzinfo=UTC), id="one digit"
            ),
            pytest.param(
                "2026-11-09T10:00:00.123456789Z",
                datetime(2026, 11, 9, 10, 0, 0, 123_456, tzinfo=UTC),
                id="nanoseconds",
            ),
            pytest.param(
                "2026-11-09T10:00:00+05:00",
                datetime(2026, 11, 9, 10, tzinfo=timezone(timedelta(hours=5))),
                id="an offset",
            ),
        ],
    )
    def test_they_are_read(self, text: str, expected: datetime) -> None:
        assert moments.read(text) == expected

    @pytest.mark.parametrize("text", ["2026-11-09 10:00:00Z", "2026-11-09T10:00:00", "2026-11-09", "now", ""])
    def test_what_is_no_rfc_3339_is_not(self, text: str) -> None:
        with pytest.raises(ValueError, match="RFC 3339"):
            moments.read(text)
