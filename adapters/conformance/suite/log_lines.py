"""Every line that is logged of a request says which request it is of, and what else is known by then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest

from adapters.conformance.asks import ACTIONS, Make
from adapters.conformance.log import recorded_log
from adapters.conformance.provider import Calls, Trouble
from adapters.conformance.reads import READS, Read
from adapters.conformance.world import World
from gateway.contract import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

Line: TypeAlias = "Mapping[str, Any]"

ID: Final = "the-id-of-this-request"

TROUBLES: Final[Mapping[str, tuple[Trouble, Calls, int | None]]] = {
    "repeated": (Trouble.BROKEN, Calls.READS, 1),
    "repeated after a wait": (Trouble.TOO_MANY, Calls.ALL, 1),
    "down": (Trouble.BROKEN, Calls.ALL, None),
    "no answer": (Trouble.CALL_LOST, Calls.ALL, None),
    "not an answer": (Trouble.NONSENSE, Calls.ALL, None),
    "key refused": (Trouble.KEY_REFUSED, Calls.ALL, None),
    "settled": (Trouble.ANSWER_LOST, Calls.WRITES, 1),
    "unknown": (Trouble.CALL_LOST, Calls.WRITES, None),
}
CALLS: Final = frozenset({"provider called"})

every_read = pytest.mark.parametrize("read", READS.values(), ids=READS)
every_action = pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS)
every_trouble = pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)


def go_wrong(world: World, trouble: tuple[Trouble, Calls, int | None]) -> None:
    kind, on, times = trouble
    world.case.trouble(kind, on=on, times=times)


async def logged(world: World, path: str, body: object = None) -> Sequence[Line]:
    """What is logged of one request; one line of it is that of the request as a whole."""
    method = "GET" if body is None else "POST"
    with recorded_log() as log:
        await world.send(method, f"/churnkey{path}", mode=Mode.TEST, body=body, headers={"X-Request-Id": ID})
    lines = log.events()
    assert [line["event"] for line in lines].count("request") == 1
    return lines


def say_whose_they_are(lines: Sequence[Line], world: World, **more: str) -> None:
    known = {"request_id": ID, "backend": world.case.name, "mode": "test", **more}
    assert [line for line in lines if not known.items() <= line.items()] == []


def name_the_latest_call(lines: Sequence[Line]) -> None:
    """Each line has the provider's id of the call before it; one about a failure has that of the call that failed."""
    latest, all_of_them = None, [None]
    for line in lines:
        found = line.get("provider_request_id")
        if line["event"] in CALLS:
            latest = found
            all_of_them.append(latest)
        elif "error" in line:
            assert found in all_of_them, line
        else:
            assert found == latest, line


class TestLogLines:
    """Every line that is logged of a request says which request it is of, and what else is known by then."""

    @every_read
    async def test_of_a_read(self, world: World, read: Read) -> None:
        lines = await logged(world, read.path(world.samples))
        say_whose_they_are(lines, world)
        name_the_latest_call(lines)
        assert len([line for line in lines if line["event"] in CALLS]) == len(world.case.calls())

    @every_trouble
    @pytest.mark.parametrize("path", ["/customers", "/customers/{customerId}"])
    async def test_of_a_read_that_meets_trouble(
        self, world: World, path: str, trouble: tuple[Trouble, Calls, int | None]
    ) -> None:
        go_wrong(world, trouble)
        lines = await logged(world, READS[path].path(world.samples))
        say_whose_they_are(lines, world)
        name_the_latest_call(lines)

    @every_action
    async def test_of_an_action(self, full_world: World, make: Make) -> None:
        ask = make(full_world.samples)
        lines = await logged(full_world, f"/actions/{ask.target}", ask.body)
        say_whose_they_are(lines, full_world, action=ask.target.rpartition("/")[2])
        name_the_latest_call(lines)

    @every_trouble
    @pytest.mark.parametrize("name", ["cancel with the period", "cancel all at once"])
    async def test_of_an_action_that_meets_trouble(
        self, world: World, name: str, trouble: tuple[Trouble, Calls, int | None]
    ) -> None:
        ask = ACTIONS[name](world.samples)
        go_wrong(world, trouble)
        lines = await logged(world, f"/actions/{ask.target}", ask.body)
        say_whose_they_are(lines, world, action="cancel")
        name_the_latest_call(lines)

    async def test_of_a_body_that_is_not_understood(self, world: World) -> None:
        lines = await logged(world, "/actions/subscription/cancel", {"odd": 1})
        say_whose_they_are(lines, world)
        assert {"body not understood", "request"} <= {line["event"] for line in lines}
