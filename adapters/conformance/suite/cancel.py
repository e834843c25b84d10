"""Cancelling: at once or with the period, one subscription or all of a customer's."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from adapters.conformance.asks import AT_ONCE, WITH_THE_PERIOD, cancel, cancel_all, length, until
from adapters.conformance.asks import FAR_END as LATER
from adapters.conformance.world import World

RUNNING: Final = (
    "active",
    "trial",
    "paused",
    "unpaid",
    "ending",
    "ending_later",
    "yearly",
    "several_items",
    "scheduled",
    "discounted",
)


class TestCancel:
    """Cancelling: at once or with the period, one subscription or all of a customer's."""

    async def test_at_once_it_has_ended(self, world: World) -> None:
        held = world.samples.active
        if await world.does(cancel(held, AT_ONCE)):
            assert world.truth(held).ended
            assert (await world.subscription(held))["status"]["name"] == "canceled"

    async def test_with_the_period_it_runs_on_to_its_end(self, world: World) -> None:
        held = world.samples.active
        before = world.truth(held)
        if await world.does(cancel(held, WITH_THE_PERIOD)):
            assert world.truth(held) == replace(before, ends_at=before.period_end)
            shown = await world.subscription(held)
            assert shown["status"]["name"] == "active"
            assert shown["metadata"]["cancelAt"][:19] == shown["status"]["currentPeriod"]["end"][:19]

    async def test_when_nothing_is_said_it_is_the_periods_end(self, world: World) -> None:
        held = world.samples.active
        if await world.does(cancel(held, WITH_THE_PERIOD).having(scheduledAt=None)):
            assert not world.truth(held).ended
            assert world.truth(held).ends_at == world.truth(held).period_end

    @pytest.mark.parametrize("role", RUNNING)
    async def test_at_once_ends_whatever_runs_and_moves_no_money(self, world: World, role: str) -> None:
        held = getattr(world.samples, role)
        if await world.does(cancel(held, AT_ONCE)):
            assert world.truth(held).ended
            assert world.truth(held).moved_at_once == ()

    @pytest.mark.parametrize("role", RUNNING)
    async def test_with_the_period_everything_ends_no_later(self, world: World, role: str) -> None:
        held = getattr(world.samples, role)
        if await world.does(cancel(held, WITH_THE_PERIOD)):
            truth = world.truth(held)
            assert truth.ended or (truth.ends_at is not None and truth.ends_at == truth.period_end)
            assert truth.moved_at_once == ()

    async def test_in_a_trial_the_periods_end_is_the_trials(self, world: World) -> None:
        held = world.samples.trial
        if await world.does(cancel(held, WITH_THE_PERIOD)):
            assert world.truth(held).ends_at == world.truth(held).trial_end
            assert (await world.subscription(held))["status"]["name"] == "trial"

    @pytest.mark.parametrize("field", ["unpause", "unpauseOnCancel", "resume"])
    async def test_a_pause_is_lifted_where_that_is_asked(self, world: World, field: str) -> None:
        held = world.samples.paused
        if await world.does(cancel(held, WITH_THE_PERIOD, **{field: True})):
            truth = world.truth(held)
            assert truth.ended or (not truth.paused and truth.ends_at is not None)

    async def test_what_has_ended_is_cancelled_already(self, world: World) -> None:
        held = world.samples.canceled
        before = world.truth(held)
        for when in (AT_ONCE, WITH_THE_PERIOD):
            if await world.does(cancel(held, when)):
                assert world.case.writes() == []
                assert world.truth(held) == before

    async def test_what_is_set_to_end_is_cancelled_already(self, world: World) -> None:
        if await world.does(cancel(world.samples.ending, WITH_THE_PERIOD)):
            assert world.case.writes() == []

    async def test_what_is_set_to_end_later_ends_with_the_period_instead(self, world: World) -> None:
        held = world.samples.ending_later
        before = world.truth(held)
        assert before.ends_at is not None
        assert before.period_end is not None
        assert before.ends_at > before.period_end
        if await world.does(cancel(held, WITH_THE_PERIOD)):
            assert world.truth(held) == replace(before, ends_at=before.period_end)
            assert not world.case.prorated()

    async def test_nobody_elses_subscription_is_touched(self, world: World) -> None:
        held, others = world.samples.active, world.samples.others
        before = world.truth(others)
        for ask in (cancel(held, AT_ONCE), cancel_all(held.customer, AT_ONCE)):
            if await world.does(ask):
                assert world.truth(others) == before

    async def test_all_of_a_customers_are_ended(self, world: World) -> None:
        ask = cancel_all(world.samples.many, AT_ONCE)
        assert len(world.effect_on(ask)) > 3
        if await world.does(ask):
            assert all(truth.ended for truth in world.effect_on(ask).values())
            rows = await world.walk(f"/customers/{world.samples.many}/subscriptions")
            assert {row["status"]["name"] for row in rows} == {"canceled"}

    async def test_all_of_a_customers_end_with_their_own_periods(self, world: World) -> None:
        ask = cancel_all(world.samples.many, WITH_THE_PERIOD)
        if await world.does(ask):
            for truth in world.effect_on(ask).values():
                assert truth.ended or truth.ends_at == truth.period_end
                assert truth.moved_at_once == ()

    async def test_those_of_a_customer_that_owe_or_are_paused_end_as_well(self, world: World) -> None:
        ask = cancel_all(world.samples.others.customer, AT_ONCE)
        if await world.does(ask):
            for role in ("others", "paused", "unpaid", "ending"):
                assert world.truth(getattr(world.samples, role)).ended

    async def test_a_customer_without_any_is_cancelled_already(self, world: World) -> None:
        if await world.does(cancel_all(world.samples.nobody, AT_ONCE)):
            assert world.case.writes() == []

    async def test_an_unknown_customer_is_not_found(self, world: World) -> None:
        await world.refuses(cancel_all(world.samples.unknown_customer), 404)

    @pytest.mark.parametrize(
        "fields",
        [
            {"startAt": "immediate", "duration": length(2, "month"), "allowAnnual": False},
            {"startAt": "immediate", "duration": until(LATER)},
            {"duration": length(2, "month")},
        ],
        ids=["as the documentation prints it", "until a date", "nothing but a length"],
    )
    async def test_a_pause_on_the_path_of_a_cancellation_is_a_pause(
        self, world: World, fields: dict[str, object]
    ) -> None:
        """The documentation registers the pause of all subscriptions under the path that cancels them."""
        ask = cancel_all(world.samples.single.customer).having(scheduledAt=None, **fields)
        answer = await world.post(ask)
        truth = world.truth(world.samples.single)
        assert not truth.ended
        assert truth.ends_at is None
        pauses = world.manifest["actions"].get("pause", {}).get("enabled", False)
        assert truth.paused is pauses
        assert answer.status == (200 if pauses else 400)

    @pytest.mark.parametrize("scheduled", [None, "immediate"], ids=["alone", "beside a time to cancel at"])
    async def test_a_pause_of_one_on_the_path_of_a_cancellation_does_nothing(
        self, world: World, scheduled: str | None
    ) -> None:
        ask = cancel(world.samples.active).having(
            scheduledAt=scheduled, startAt="immediate", duration=length(1, "month")
        )
        await world.refuses(ask, 400)

    async def test_all_and_one_at_a_time_cannot_be_mixed_up(self, world: World) -> None:
        """A body that names one subscription never reaches the others, one that lacks it never reaches all."""
        held = world.samples.active
        await world.refuses(cancel_all(held.customer).having(subscriptionId=held.subscription), 400)
        await world.refuses(cancel(held).having(subscriptionId=None), 400)
