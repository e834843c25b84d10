"""Many requests at once, and a provider that asks for fewer."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from adapters.conformance.asks import ACTIONS
from adapters.conformance.log import recorded_log
from adapters.conformance.provider import Trouble
from adapters.conformance.world import Start, World
from gateway.contract import Mode

FLOOD: Final = 60


class TestLoad:
    """Many requests at once, and a provider that asks for fewer."""

    async def test_a_flood_of_lists_does_not_keep_an_action_waiting(self, start: Start) -> None:
        world = await start({"limits": {"max_in_flight": 1}})
        done: list[str] = []

        async def ask(name: str) -> None:
            if name == "list":
                assert (await world.get("/customers")).status == 200
            else:
                assert await world.does(ACTIONS["cancel with the period"](world.samples))
            done.append(name)

        await asyncio.gather(*(ask("list") for _ in range(FLOOD)), ask("action"))
        # In the order they came it would be the last but none: its second call comes after its first.
        assert done.index("action") < FLOOD - 10

    async def test_a_wish_to_wait_holds_for_everybody(self, world: World) -> None:
        world.case.trouble(Trouble.TOO_MANY_FOR_LONG, times=1)
        assert (await world.get(f"/customers/{world.samples.customer}")).is_error(503)
        world.case.forget_calls()
        for answer in (await world.get("/customers"), await world.post(ACTIONS["cancel at once"](world.samples))):
            assert answer.is_error(503)
            assert 25 <= int(answer.headers["Retry-After"]) <= 30
        assert world.case.calls() == []

    async def test_a_wish_to_wait_does_not_hold_for_the_other_mode(self, world: World) -> None:
        world.case.trouble(Trouble.TOO_MANY_FOR_LONG, times=1)
        assert (await world.get("/customers")).is_error(503)
        assert (await world.get("/customers", Mode.LIVE)).status == 200

    async def test_too_many_calls_slow_the_following_down_and_an_operator_is_told(self, world: World) -> None:
        world.case.trouble(Trouble.TOO_MANY, times=1)
        with recorded_log() as log:
            assert (await world.get(f"/customers/{world.samples.customer}")).status == 200
        (event,) = log.events("provider calls slowed down")
        assert (event["backend"], event["mode"], event["level"]) == (world.case.name, "test", "warning")

    @pytest.mark.parametrize("kind", ["read", "action"])
    async def test_what_the_pace_does_not_allow_in_time_is_turned_away_at_once(self, start: Start, kind: str) -> None:
        """One call in a hundred seconds: the second one cannot be made before any deadline."""
        world = await start({"limits": {"requests_per_second": 0.01}})
        await world.get("/prices")
        world.case.forget_calls()
        ask = ACTIONS["cancel at once"](world.samples)
        answer = await world.get("/prices") if kind == "read" else await world.post(ask)
        assert answer.is_error(503)
        assert 90 <= int(answer.headers["Retry-After"]) <= 100
        assert world.case.calls() == []
