"""Every request is a span, and so is each attempt of a provider call that it takes, below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from adapters.conformance.asks import ACTIONS, Make
from adapters.conformance.provider import Calls, Trouble
from adapters.conformance.reads import READS, Read
from adapters.conformance.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.conformance.spans import Seen

every_read = pytest.mark.parametrize("read", READS.values(), ids=READS)
every_action = pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS)

ATTEMPTED: Final = "churnkey_gateway.attempt"


def only_request(world: World) -> tuple[Seen, Sequence[Seen]]:
    """The span of the request, and those of its calls."""
    *calls, request = world.spans.seen()
    assert request.kind == "SERVER"
    assert {call.kind for call in calls} <= {"CLIENT"}
    assert {call.parent for call in calls} <= {request.id}
    assert {call.trace for call in calls} <= {request.trace}
    return request, calls


class TestTraces:
    """Every request is a span, and so is each attempt of a provider call that it takes, below it."""

    @pytest.fixture
    async def world(self, world: World) -> World:
        """The gateway, of which nothing was asked yet."""
        if world.spans.traces is None:
            pytest.skip("the packages that make traces are not installed")
        world.spans.forget()
        world.case.forget_calls()
        return world

    @every_read
    async def test_a_read(self, world: World, read: Read) -> None:
        answer = await world.get(read.path(world.samples))
        request, calls = only_request(world)
        assert request.facts["http.response.status_code"] == answer.status
        assert len(calls) == len(world.case.calls())

    @every_action
    async def test_an_action(self, world: World, make: Make) -> None:
        ask = make(world.samples)
        answer = await world.post(ask)
        request, calls = only_request(world)
        assert request.facts["http.response.status_code"] == answer.status
        assert request.facts["churnkey_gateway.action"] == ask.target.rpartition("/")[2]
        assert len(calls) == len(world.case.calls())
        assert ("write" in request.events) is world.offers(ask)

    async def test_a_call_that_is_made_again(self, world: World) -> None:
        world.case.trouble(Trouble.BROKEN, on=Calls.READS, times=1)
        assert (await world.get("/customers")).status == 200
        _, (first, second, *_) = only_request(world)
        assert [first.facts[ATTEMPTED], second.facts[ATTEMPTED]] == [1, 2]
        assert [first.is_error, second.is_error] == [True, False]

    async def test_a_request_that_fails(self, world: World) -> None:
        world.case.trouble(Trouble.BROKEN)
        assert (await world.get("/customers")).status == 503
        request, calls = only_request(world)
        assert request.is_error
        assert calls
        assert all(call.is_error for call in calls)
