"""Pausing: for a length or until a date, from now or from the period's end, one subscription or all of a customer's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from dateutil.relativedelta import relativedelta

from adapters.conformance.asks import (
    AT_ONCE,
    FAR_END,
    ONE_MONTH,
    WITH_THE_PERIOD,
    Duration,
    length,
    pause,
    pause_all,
    until,
)
from adapters.conformance.provider import NOW, Held
from adapters.conformance.world import Start, World
from gateway.contract import Schedule

LENGTHS: Final[list[tuple[Duration, relativedelta]]] = [
    (length(10, "day"), relativedelta(days=10)),
    (length(6, "week"), relativedelta(weeks=6)),
    (length(1, "month"), relativedelta(months=1)),
    (length(3, "month"), relativedelta(months=3)),
    (length(1, "year"), relativedelta(years=1)),
]
NAMES: Final = [f"{duration['amount']} {duration['unit']}" for duration, _ in LENGTHS]
ANNUAL: Final = {"actions": {"pause": {"allow_annual": True}}}


def pauses_annual(world: World) -> bool:
    """Whether the provider can pause what is paid by the year."""
    return bool(world.manifest["actions"].get("pause", {}).get("allowAnnual"))


ENDS: Final = {
    "now": NOW,
    "in the past": NOW - timedelta(days=1),
    "a second ago": NOW - timedelta(seconds=1),
}


class TestPause:
    """Pausing for a length or until a date, from now or from the period's end, one or all of a customer's."""

    @pytest.mark.parametrize(("duration", "span"), LENGTHS, ids=NAMES)
    async def test_from_now_it_lasts_as_long_as_was_asked(
        self, world: World, duration: Duration, span: relativedelta
    ) -> None:
        held = world.samples.active
        before = world.truth(held)
        if await world.does(pause(held, duration)):
            assert world.truth(held) == replace(before, paused=True, paused_until=NOW + span)

    @pytest.mark.parametrize(("duration", "span"), LENGTHS, ids=NAMES)
    async def test_from_the_periods_end_it_lasts_as_long_as_was_asked(
        self, world: World, duration: Duration, span: relativedelta
    ) -> None:
        held = world.samples.active
        period_end = world.truth(held).period_end
        assert period_end is not None
        if await world.does(pause(held, duration, WITH_THE_PERIOD)):
            until_when = world.truth(held).paused_until
            assert until_when is not None
            assert period_end + span - world.case.pause_slack <= until_when <= period_end + span

    @pytest.mark.parametrize("when", list(Schedule), ids=str)
    @pytest.mark.parametrize("moment", [FAR_END, FAR_END + timedelta(days=300, milliseconds=250)], ids=["soon", "late"])
    async def test_until_a_date_it_ends_on_that_date(self, world: World, moment: datetime, when: Schedule) -> None:
        held = world.samples.active
        if await world.does(pause(held, until(moment), when)):
            until_when = world.truth(held).paused_until
            assert until_when is not None
            assert abs(until_when - moment) < timedelta(seconds=1)

    async def test_it_shows_with_both_its_ends(self, world: World) -> None:
        held = world.samples.active
        if await world.does(pause(held, ONE_MONTH)):
            status = (await world.subscription(held))["status"]
            assert status["name"] == "paused"
            assert (status["start"], status["end"]) == ("2026-11-21T12:00:00.000Z", "2026-12-21T12:00:00.000Z")
            assert status["currentPeriod"]["end"] > status["currentPeriod"]["start"]

    async def test_when_no_start_is_said_it_is_the_periods_end(self, start: Start) -> None:
        unsaid, said = await start(), await start()
        held = unsaid.samples.active
        if await said.does(pause(held, ONE_MONTH, WITH_THE_PERIOD)):
            assert await unsaid.does(pause(held, ONE_MONTH, WITH_THE_PERIOD).having(startAt=None))
            assert unsaid.truth(held) == said.truth(held)

    async def test_a_pause_under_way_gets_the_new_end(self, world: World) -> None:
        held = world.samples.paused
        before = world.truth(held)
        if await world.does(pause(held, until(FAR_END))):
            assert world.truth(held) == replace(before, paused=True, paused_until=FAR_END)

    async def test_quantities_coupons_and_the_period_stay(self, world: World) -> None:
        for role in ("several_items", "discounted"):
            held = getattr(world.samples, role)
            before = world.truth(held)
            if await world.does(pause(held)):
                after = world.truth(held)
                assert (after.items, after.coupons, after.period_end) == (
                    before.items,
                    before.coupons,
                    before.period_end,
                )
                assert after.moved_at_once == ()

    async def test_a_change_that_is_waiting_is_not_lost(self, world: World) -> None:
        held = world.samples.scheduled
        before = world.truth(held)
        answer = await world.post(pause(held))
        assert answer.status in {200, 409} if world.offers(pause(held)) else {400}
        assert world.truth(held).planned_prices == before.planned_prices

    @pytest.mark.parametrize("moment", ENDS.values(), ids=ENDS.keys())
    async def test_an_end_that_is_not_to_come_is_refused(self, world: World, moment: datetime) -> None:
        message = await world.refuses(pause(world.samples.active, until(moment)), 400)
        assert "duration" in message or "pause" in message

    async def test_an_end_before_the_start_is_refused(self, world: World) -> None:
        period_end = world.truth(world.samples.active).period_end
        assert period_end is not None
        end = period_end - timedelta(days=1)
        await world.refuses(pause(world.samples.active, until(end), WITH_THE_PERIOD), 400)

    async def test_a_pause_longer_than_the_owner_allows_is_refused(self, start: Start) -> None:
        world = await start({"actions": {"pause": {"max_months": 3}}})
        held = world.samples.active
        await world.refuses(pause(held, length(4, "month")), 400)
        await world.refuses(pause(held, until(NOW + relativedelta(months=3, days=1))), 400)
        await world.does(pause(held, length(3, "month")))

    @pytest.mark.parametrize("role", ["yearly", "twelve_months"])
    @pytest.mark.parametrize("asked", [False, True], ids=["not asked for", "asked for"])
    @pytest.mark.parametrize("allowed", [False, True], ids=["not allowed", "allowed"])
    async def test_what_is_paid_by_the_year_is_paused_only_if_asked_for_and_allowed(
        self, start: Start, role: str, asked: bool, allowed: bool
    ) -> None:
        world = await start(ANNUAL if allowed else {})
        held = getattr(world.samples, role)
        ask = pause(held, annual=asked)
        if asked and allowed and pauses_annual(world):
            assert await world.does(ask)
            assert world.truth(held).paused
        else:
            assert "year" in await world.refuses(ask, 400) or not world.offers(ask)

    async def test_whether_it_is_asked_for_has_to_be_said(self, start: Start) -> None:
        world = await start(ANNUAL)
        await world.refuses(pause(world.samples.yearly).having(allowAnnual=None), 400)

    async def test_what_has_ended_cannot_be_paused(self, world: World) -> None:
        await world.refuses(pause(world.samples.canceled), 409)

    async def test_what_ends_with_its_period_cannot_pause_after_it(self, world: World) -> None:
        await world.refuses(pause(world.samples.ending, start=WITH_THE_PERIOD), 409)

    async def test_of_a_customer_those_paid_by_the_month_are_paused_and_those_by_the_year_are_not(
        self, world: World
    ) -> None:
        ask = pause_all(world.samples.many)
        annual = {world.samples.twelve_months.subscription}
        before = world.effect_on(ask)
        if await world.does(ask):
            after = world.effect_on(ask)
            assert after[world.samples.several_items.subscription].paused_until == NOW + relativedelta(months=1)
            assert not any(after[one].paused for one in annual)
            shown = await world.walk(f"/customers/{world.samples.many}/subscriptions")
            for row in shown:
                yearly = any(item["price"]["duration"]["unit"] == "year" for item in row["items"])
                assert (row["status"]["name"] == "paused") is not yearly, row["id"]
            assert [replace(truth, paused=False, paused_until=None) for truth in after.values()] == list(
                before.values()
            )

    async def test_of_a_customer_all_are_paused_where_that_is_asked_for_and_allowed(self, start: Start) -> None:
        world = await start(ANNUAL)
        ask = pause_all(world.samples.many, annual=True)
        if pauses_annual(world) and await world.does(ask):
            assert all(truth.paused for truth in world.effect_on(ask).values())

    async def test_a_customer_with_none_but_yearly_ones_is_refused(self, world: World) -> None:
        await world.refuses(pause_all(world.samples.yearly_only), 400)

    async def test_a_customer_without_any_is_done(self, world: World) -> None:
        if await world.does(pause_all(world.samples.nobody)):
            assert world.case.writes() == []

    async def test_an_unknown_customer_is_not_found(self, world: World) -> None:
        await world.refuses(pause_all(world.samples.unknown_customer), 404)

    async def test_of_a_customer_only_what_is_active_is_paused(self, world: World) -> None:
        """What is in a trial, owes or has ended is left as it is: a pause is for those who pay."""
        samples = world.samples
        for held in (samples.trial, samples.unpaid, samples.canceled):
            before = world.truth(held)
            if await world.does(pause_all(held.customer)):
                assert world.truth(held) == before

    async def test_all_and_one_cannot_be_mixed_up(self, world: World) -> None:
        held: Held = world.samples.active
        await world.refuses(pause_all(held.customer).having(subscriptionId=held.subscription), 400)
        await world.refuses(pause(held).having(subscriptionId=None), 400)

    async def test_nobody_elses_subscription_is_touched(self, world: World) -> None:
        before = world.truth(world.samples.others)
        for ask in (pause(world.samples.active), pause_all(world.samples.customer, start=AT_ONCE)):
            if await world.does(ask):
                assert world.truth(world.samples.others) == before
