"""Extending a trial: by a length, which counts from its present end, or to a date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from dateutil.relativedelta import relativedelta

from adapters.conformance.asks import FAR_END, Duration, extend_trial, length, until
from adapters.conformance.provider import NOW
from adapters.conformance.world import Start, World

LENGTHS: Final[list[tuple[Duration, relativedelta]]] = [
    (length(1, "day"), relativedelta(days=1)),
    (length(14, "day"), relativedelta(days=14)),
    (length(2, "week"), relativedelta(weeks=2)),
    (length(1, "month"), relativedelta(months=1)),
    (length(1, "year"), relativedelta(years=1)),
]


def end_of_trial(world: World) -> datetime:
    end = world.truth(world.samples.trial).trial_end
    assert end is not None
    return end


DATES: Final = {
    "in the past": NOW - timedelta(days=1),
    "now": NOW,
    "before the present end": NOW + timedelta(hours=1),
}


class TestTrials:
    """Extending a trial: by a length, which counts from its present end, or to a date."""

    @pytest.mark.parametrize(
        ("duration", "span"), LENGTHS, ids=[f"{duration['amount']} {duration['unit']}" for duration, _ in LENGTHS]
    )
    async def test_a_length_counts_from_the_trials_end(
        self, world: World, duration: Duration, span: relativedelta
    ) -> None:
        before = end_of_trial(world)
        if await world.does(extend_trial(world.samples.trial, duration)):
            assert end_of_trial(world) == before + span

    async def test_a_date_is_the_new_end(self, world: World) -> None:
        if await world.does(extend_trial(world.samples.trial, until(FAR_END))):
            assert end_of_trial(world) == FAR_END
            assert (await world.subscription(world.samples.trial))["status"]["trial"][
                "end"
            ] == "2027-01-20T12:00:00.000Z"

    async def test_nothing_else_changes_and_nothing_is_charged(self, world: World) -> None:
        held = world.samples.trial
        before = world.truth(held)
        if await world.does(extend_trial(held, until(FAR_END))):
            after = world.truth(held)
            assert after == replace(before, trial_end=FAR_END, period_end=after.period_end)
            assert after.moved_at_once == ()

    async def test_a_second_length_counts_from_the_end_the_first_one_moved(self, world: World) -> None:
        before = end_of_trial(world)
        ask = extend_trial(world.samples.trial, length(14, "day"))
        if await world.does(ask) and world.manifest["actions"]["extendTrial"]["multiple"]:
            assert await world.does(ask)
            assert end_of_trial(world) == before + timedelta(days=28)

    @pytest.mark.parametrize("moment", DATES.values(), ids=DATES.keys())
    async def test_a_trial_is_never_shortened(self, world: World, moment: datetime) -> None:
        ask = extend_trial(world.samples.trial, until(moment))
        assert "duration" in await world.refuses(ask, 400) or not world.offers(ask)

    @pytest.mark.parametrize("role", ["active", "paused", "unpaid", "canceled", "ending", "yearly"])
    @pytest.mark.parametrize("duration", [length(14, "day"), until(FAR_END)], ids=["by a length", "to a date"])
    async def test_what_is_in_no_trial_has_none_to_extend(self, world: World, role: str, duration: Duration) -> None:
        await world.refuses(extend_trial(getattr(world.samples, role), duration), 409)

    async def test_an_extension_beyond_what_the_owner_allows_is_refused(self, start: Start) -> None:
        world = await start({"actions": {"extend_trial": {"max_days": 14}}})
        held, end = world.samples.trial, end_of_trial(world)
        for duration in (length(15, "day"), length(1, "month"), until(end + timedelta(days=14, seconds=1))):
            ask = extend_trial(held, duration)
            assert "14 days" in await world.refuses(ask, 400) or not world.offers(ask)
        if await world.does(extend_trial(held, length(2, "week"))):
            assert end_of_trial(world) == end + timedelta(days=14)
