"""Each row of `fault_table`, once and for ever: the answer, the calls that it took, and what has changed.

What goes wrong with every other read and action is in `test_provider_faults` and `test_lost_answers`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest
from aiohttp import web

from adapters.conformance import asks
from adapters.conformance.fault_table import BUSY, DEADLINE_S, NOBODY_LISTENS, ROWS, Kind, Row, Write
from adapters.conformance.log import Log, recorded_log
from adapters.conformance.provider import Calls, ProviderCase
from adapters.conformance.world import Start
from gateway.resilience import Cause, Safety

if TYPE_CHECKING:
    from adapters.conformance.asks import Ask, Make
    from adapters.conformance.provider import Samples
    from adapters.conformance.world import Answer, World

READ: Final = "/customers"
"""Takes one call at every provider."""
HUNG_S: Final = 4 * DEADLINE_S

SAFE: Final[Mapping[str, Make]] = {
    # Under a key, where the provider has keys.
    "scheduled": lambda samples: asks.cancel(samples.active, asks.WITH_THE_PERIOD),
    # By nature: what is gone is gone.
    "at once": lambda samples: asks.cancel(samples.active, asks.AT_ONCE),
}


def charging(samples: Samples) -> Ask:
    """Another rhythm begins a new period, which is charged for: unsafe where no key tells a repetition."""
    return asks.change_price(samples.active, samples.yearly_price, asks.AT_ONCE, prorate=False)


every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
how_often = pytest.mark.parametrize("times", [1, None], ids=["once", "for ever"])
every_safe_write = pytest.mark.parametrize("make", SAFE.values(), ids=SAFE)


def expected_of_a_charge(provider: type[ProviderCase], kind: Kind, times: int | None) -> Write:
    if provider.charges_without_key:
        return kind.unsafe_once if times else kind.unsafe_always
    return kind.safe_once if times else kind.safe_always


async def is_done_as_expected(start: Start, make: Make, row: Row, expected: Write, times: int | None) -> None:
    quiet, world = await start(), await start(limited(row))
    ask = make(world.samples)
    if not await quiet.does(ask):
        return
    before = world.effect_on(ask)
    go_wrong(world, row, Calls.WRITES, times)
    with recorded_log() as log:
        answer = await answered(world, ask)
    is_told(world, row, answer, expected.status)
    assert len(sent(world)) == expected.calls
    assert world.effect_on(ask) == (quiet.effect_on(ask) if expected.happened else before)
    # Only what certainly was not carried out is repeated without a look; the rest is settled by reading.
    if row.on_write in {Cause.RATE_LIMITED, Cause.BUSY}:
        assert repetitions(log) == [row.on_write] * (expected.calls - 1)
    else:
        assert repetitions(log) == []
        assert log.events("outcome settled by reading")
    # A fault that the provider itself has told would be repeated under its key; whatever may be under way needs it.
    keys = world.case.keys()
    assert len(set(keys)) == (len(keys) if row.on_write is Cause.UNAVAILABLE else min(len(keys), 1))


async def is_sent_as_expected(start: Start, make: Make, expected: Write, times: int | None) -> None:
    """The connection on which the gateway has read is closed, and it finds no other to write on."""
    row = NOBODY_LISTENS
    quiet, world = await start(), await start(limited(row))
    ask = make(world.samples)
    if not await quiet.does(ask):
        return
    reads = len(quiet.case.calls()) - len(sent(quiet))
    before = world.effect_on(ask)
    with recorded_log() as log:
        # From now on the connection is there.
        await world.get(READ)
        world.case.trouble(row.trouble, on=Calls.READS, skip=reads - 1, times=1)
        await nobody_listens(world)
        answer = await answered_by_somebody_later(world, log, ask) if times else await answered(world, ask)
    is_told(world, row, answer, expected.status)
    assert len(sent(world)) == expected.calls
    assert world.effect_on(ask) == (quiet.effect_on(ask) if expected.happened else before)
    assert set(repetitions(log)) == {Cause.NOT_SENT}


async def nobody_listens(world: World) -> None:
    """Connections that are there go on; no new one can be made."""
    assert world.provider.runner is not None
    for site in list(world.provider.runner.sites):
        await site.stop()


async def answered_by_somebody_later(world: World, log: Log, ask: Ask | None) -> Answer:
    """The gateway's answer, where the provider listens again once the gateway has tried in vain."""
    runner = world.provider.runner
    assert runner is not None
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((world.provider.host, world.provider.port))
    request = asyncio.create_task(answered(world, ask))
    while not repetitions(log) and not request.done():  # noqa: ASYNC110 - the log tells nobody
        await asyncio.sleep(0)
    listener.listen()
    await web.SockSite(runner, listener).start()
    return await request


# -- what the tests above say -------------------------------------------------------------------------------------


def limited(row: Row) -> dict[str, object]:
    return {"limits": {"deadline_s": DEADLINE_S, **(row.limits or {})}}


def go_wrong(world: World, row: Row, on: Calls, times: int | None) -> None:
    headers = {} if row.wish is None else {"Retry-After": row.wish()}
    world.case.trouble(row.trouble, on=on, times=times, headers=headers)


async def answered(world: World, ask: Ask | None) -> Answer:
    """The gateway's answer to an action, or to a read. One that hangs is none."""
    world.case.forget_calls()
    async with asyncio.timeout(HUNG_S):
        return await (world.get(READ) if ask is None else world.post(ask))


def sent(world: World) -> list[str]:
    """The writes that arrived at the provider, refused ones too."""
    return [call for call in world.case.calls() if not call.startswith("GET ")]


def repetitions(log: Log) -> list[str]:
    """Why calls were repeated, one after the other."""
    return [event["cause"] for event in log.events("provider call repeated")]


def is_told(world: World, row: Row, answer: Answer, status: int) -> None:
    """A success, or this error, with when to come back where the row has that."""
    if status == 200:
        assert answer.status == 200, answer.text
        return
    world.keeps_silent(answer)
    assert answer.is_error(world.case.busy_status if row.kind is BUSY else status), (answer.status, answer.text)
    if row.told is not None:
        least, most = row.told
        assert least <= int(answer.headers["Retry-After"]) <= most


class TestFaultTable:
    """Each row of `fault_table`, once and for ever: the answer, the calls that it took, and what has changed."""

    def test_the_table_has_every_cause_for_every_kind_of_call(self) -> None:
        rows = [*ROWS.values(), NOBODY_LISTENS]
        covered = {(row.on_read, Safety.READ) for row in rows}
        covered |= {(row.on_write, safety) for row in rows for safety in (Safety.SAFE_WRITE, Safety.UNSAFE_WRITE)}
        assert covered == set(product(Cause, Safety))

    @how_often
    @every_row
    async def test_a_read(self, start: Start, row: Row, times: int | None) -> None:
        world = await start(limited(row))
        expected = row.kind.read_once if times else row.kind.read_always
        go_wrong(world, row, Calls.READS, times)
        with recorded_log() as log:
            answer = await answered(world, None)
        is_told(world, row, answer, expected.status)
        assert len(world.case.calls()) == expected.calls
        assert repetitions(log) == [row.on_read] * (expected.calls - 1)

    @how_often
    @every_row
    @every_safe_write
    async def test_a_safe_write(self, start: Start, make: Make, row: Row, times: int | None) -> None:
        await is_done_as_expected(start, make, row, row.kind.safe_once if times else row.kind.safe_always, times)

    @how_often
    @every_row
    async def test_a_write_that_charges(
        self, start: Start, provider: type[ProviderCase], row: Row, times: int | None
    ) -> None:
        await is_done_as_expected(start, charging, row, expected_of_a_charge(provider, row.kind, times), times)

    # -- nobody listens -----------------------------------------------------------------------------------------------

    @how_often
    async def test_a_read_where_nobody_listens(self, start: Start, times: int | None) -> None:
        row = NOBODY_LISTENS
        world = await start(limited(row))
        expected = row.kind.read_once if times else row.kind.read_always
        await nobody_listens(world)
        with recorded_log() as log:
            answer = await answered_by_somebody_later(world, log, None) if times else await answered(world, None)
        is_told(world, row, answer, expected.status)
        assert len(world.case.calls()) == expected.calls
        assert set(repetitions(log)) == {Cause.NOT_SENT}

    @how_often
    @every_safe_write
    async def test_a_safe_write_where_nobody_listens(self, start: Start, make: Make, times: int | None) -> None:
        kind = NOBODY_LISTENS.kind
        await is_sent_as_expected(start, make, kind.safe_once if times else kind.safe_always, times)

    @how_often
    async def test_a_write_that_charges_where_nobody_listens(
        self, start: Start, provider: type[ProviderCase], times: int | None
    ) -> None:
        expected = expected_of_a_charge(provider, NOBODY_LISTENS.kind, times)
        await is_sent_as_expected(start, charging, expected, times)
