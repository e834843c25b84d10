"""Lines are written in another thread, in order, and never waited for longer than is good for a write."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.journal.appender import Appender, Behind
from tests.support.until import until

SHORT_S = 0.02
PATIENCE_S = 600
"""Of an appender that waits for a line: no test does."""
WHEN_HUNG_S = 60


class Slate:
    """A target in memory, which can hang or fail; `waits_for_nothing` where lines can be written at once."""

    def __init__(self) -> None:
        self.lines: list[tuple[bytes, bool]] = []
        self.threads: set[int] = set()
        self.error: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.is_closed = False
        self.waits_for_nothing = False

    def write_at_once(self, line: bytes) -> bool:
        if self.waits_for_nothing:
            self.write(line, durable=False)
        return self.waits_for_nothing

    def write(self, line: bytes, *, durable: bool) -> None:
        self.may_go_on.wait()
        self.threads.add(threading.get_ident())
        if self.error is not None:
            raise self.error
        self.lines.append((line, durable))

    def close(self) -> None:
        self.is_closed = True


@asynccontextmanager
async def appending(slate: Slate, *, patience_s: float = PATIENCE_S) -> AsyncIterator[Appender]:
    appender = Appender(slate, patience_s=patience_s)
    try:
        yield appender
    finally:
        slate.may_go_on.set()
        await appender.close()


async def test_a_line_is_written_when_the_call_returns() -> None:
    slate = Slate()
    async with appending(slate) as appender:
        await appender.append(b"one\n", durable=True)
        assert slate.lines == [(b"one\n", True)]


async def test_lines_are_written_in_the_order_of_the_calls_by_one_other_thread() -> None:
    slate = Slate()
    async with appending(slate) as appender:
        await asyncio.gather(*(appender.append(b"%d\n" % number) for number in range(100)))
    assert [line for line, _ in slate.lines] == [b"%d\n" % number for number in range(100)]
    assert len(slate.threads) == 1
    assert threading.get_ident() not in slate.threads


async def test_what_waits_for_nothing_is_written_without_the_thread() -> None:
    slate = Slate()
    slate.waits_for_nothing = True
    async with appending(slate) as appender:
        await appender.append(b"one\n", durable=True)
    assert slate.lines == [(b"one\n", False)]
    assert slate.threads == {threading.get_ident()}


async def test_what_could_be_written_at_once_does_not_overtake_what_waits() -> None:
    slate = Slate()
    slate.may_go_on.clear()
    async with appending(slate) as appender:
        waiting = asyncio.create_task(appender.append(b"one\n"))
        await asyncio.sleep(0)
        slate.waits_for_nothing = True
        behind = asyncio.create_task(appender.append(b"two\n"))
        await asyncio.sleep(0)
        slate.may_go_on.set()
        await asyncio.gather(waiting, behind)
    assert [line for line, _ in slate.lines] == [b"one\n", b"two\n"]
    assert threading.get_ident() not in slate.threads


async def test_what_the_disk_says_is_raised_and_the_next_line_has_its_turn() -> None:
    slate = Slate()
    slate.error = OSError(28, "No space left on device")
    async with appending(slate) as appender:
        with pytest.raises(OSError, match="No space left"):
            await appender.append(b"one\n")
        slate.error = None
        await appender.append(b"two\n")
    assert slate.lines == [(b"two\n", False)]


async def test_a_disk_that_hangs_holds_neither_the_loop_nor_a_line_for_long() -> None:
    slate = Slate()
    slate.may_go_on.clear()
    async with appending(slate, patience_s=SHORT_S) as appender:
        waiting = asyncio.create_task(appender.append(b"one\n"))
        await asyncio.sleep(0)
        assert not waiting.done()
        with pytest.raises(Behind):
            await waiting


async def test_once_somebody_waited_in_vain_nobody_waits_until_it_goes_on() -> None:
    slate = Slate()
    slate.may_go_on.clear()
    async with appending(slate, patience_s=SHORT_S) as appender:
        with pytest.raises(Behind):
            await appender.append(b"one\n")
        appender._patience_s = PATIENCE_S
        async with asyncio.timeout(WHEN_HUNG_S):
            with pytest.raises(Behind):
                await appender.append(b"two\n")
        slate.may_go_on.set()
        # With the second it has gone on.
        await until(lambda: len(slate.lines) == 2)
        await appender.append(b"three\n")
    assert [line for line, _ in slate.lines] == [b"one\n", b"two\n", b"three\n"]


async def test_no_more_than_a_thousand_lines_are_kept_for_a_disk_that_hangs() -> None:
    slate = Slate()
    slate.may_go_on.clear()
    async with appending(slate, patience_s=SHORT_S) as appender:
        asked = await asyncio.gather(*(appender.append(b"-\n") for _ in range(1200)), return_exceptions=True)
        assert {type(one) for one in asked} == {Behind}
        appender._patience_s = PATIENCE_S
    # One more may have been in the thread's hands.
    assert len(slate.lines) in {1000, 1001}


async def test_closing_finishes_what_is_waiting() -> None:
    slate = Slate()
    async with appending(slate) as appender:
        waiting = [asyncio.create_task(appender.append(b"-\n")) for _ in range(10)]
        await asyncio.sleep(0)
    assert [line for line, _ in slate.lines] == [b"-\n"] * 10
    assert slate.is_closed
    await asyncio.gather(*waiting)


async def test_closing_does_not_wait_for_a_disk_that_hangs() -> None:
    slate = Slate()
    slate.may_go_on.clear()
    appender = Appender(slate, patience_s=SHORT_S)
    with pytest.raises(Behind):
        await appender.append(b"one\n")
    await appender.close()
    assert not slate.is_closed
    slate.may_go_on.set()


async def test_one_who_no_longer_waits_harms_nobody() -> None:
    slate = Slate()
    slate.may_go_on.clear()
    async with appending(slate) as appender:
        gone = asyncio.create_task(appender.append(b"one\n"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        slate.may_go_on.set()
        await appender.append(b"two\n")
    assert [line for line, _ in slate.lines] == [b"one\n", b"two\n"]


def test_a_loop_that_is_closed_by_then_harms_nobody() -> None:
    slate = Slate()
    slate.may_go_on.clear()

    async def leave() -> Appender:
        appender = Appender(slate, patience_s=SHORT_S)
        with pytest.raises(Behind):
            await appender.append(b"one\n")
        return appender

    appender = asyncio.run(leave())
    appender._patience_s = PATIENCE_S
    slate.may_go_on.set()
    asyncio.run(appender.close())
    assert slate.lines == [(b"one\n", False)]
    assert slate.is_closed
