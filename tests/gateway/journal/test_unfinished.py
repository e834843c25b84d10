"""What is left of earlier runs: the last write of a kind, where it may have happened or not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.contract import Mode
from gateway.journal import open_journals
from gateway.resilience import WriteRecord
from gateway.settings import BackendSettings
from tests.gateway.journal.conftest import line, put
from tests.support.memory_account import NOW
from tests.support.service import backend_settings

ASKED: Final = {"kind": "ExtendTrial", "until": "2026-04-01T00:00:00.000Z"}
BEFORE: Final = {"standing": "trial", "trial_end": "2026-03-18T00:00:00.000Z"}
WINDOW: Final = timedelta(seconds=80)
"""The deadline of 20 s and 60 s after it: the defaults."""


def begun(number: str = "1", **facts: object) -> dict[str, Any]:
    return line("begun", **{"id": number, "action": "extend-trial", "asked": ASKED, "before": BEFORE} | facts)


def over(outcome: str, number: str = "1") -> dict[str, Any]:
    return line("ended", id=number, action="extend-trial", outcome=outcome)


def settings(path: Path, **limits: float) -> BackendSettings:
    chosen = backend_settings()
    changed = chosen.limits.model_copy(update=limits)
    return chosen.model_copy(update={"journal": str(path), "limits": changed})


async def left(
    path: Path,
    *,
    mode: Mode = Mode.TEST,
    action: str = "extend-trial",
    subscription_id: str = "sub_1",
    later: timedelta = timedelta(0),
    limits: dict[str, float] | None = None,
) -> WriteRecord | None:
    async with open_journals([settings(path, **(limits or {}))], clock=lambda: NOW + later) as journals:
        return journals.recorder("memory", mode).unfinished(action, subscription_id)


LINES: Final = {
    "no line": ([], None),
    "begun": ([begun()], "1"),
    "done": ([begun(), over("done")], None),
    "refused": ([begun(), over("refused")], None),
    "unknown": ([begun(), over("unknown")], "1"),
    "failed, after a first call maybe": ([begun(), over("failed")], "1"),
    "begun, and another one after it": ([begun(), begun("2", time="2026-03-15T12:00:01.000Z")], "2"),
    "begun, and another one done after it": (
        [begun(), begun("2", time="2026-03-15T12:00:01.000Z"), over("done", "2")],
        None,
    ),
    "begun, and asked again with nothing to do": (
        [
            begun(),
            line("not sent", id="2", action="extend-trial", outcome="nothing to do", time="2026-03-15T12:00:01.000Z"),
        ],
        "1",
    ),
    "not sent": ([line("not sent", action="extend-trial", outcome="failed")], None),
}


@pytest.mark.parametrize(("lines", "found"), LINES.values(), ids=LINES)
async def test_what_is_left_is_the_last_one_that_was_sent_and_may_have_happened(
    path: Path, lines: list[object], found: str | None
) -> None:
    put(path, *lines)
    told = await left(path)
    assert (None if told is None else told.id) == found


async def test_it_is_told_with_what_was_asked_and_what_was_before(path: Path) -> None:
    put(path, begun())
    assert await left(path) == WriteRecord("extend-trial", "cus_ada", "sub_1", ASKED, BEFORE, "1")


async def test_it_is_told_to_nobody_else(path: Path) -> None:
    put(path, begun(), begun("2", backend="other"))
    assert await left(path, mode=Mode.LIVE) is None
    assert await left(path, action="pause") is None
    assert await left(path, subscription_id="sub_2") is None


@pytest.mark.parametrize(
    ("later", "limits", "is_told"),
    [
        pytest.param(WINDOW - timedelta(seconds=1), {}, True, id="in the window that begins with the latest end"),
        pytest.param(WINDOW, {}, False, id="after it"),
        pytest.param(-WINDOW, {}, False, id="the clock was put back"),
        pytest.param(timedelta(seconds=400), {"dedupe_s": 600}, True, id="in a longer window"),
        pytest.param(timedelta(seconds=90), {"deadline_s": 60}, True, id="with a longer deadline"),
        pytest.param(timedelta(0), {"dedupe_s": 0}, False, id="repetitions are carried out"),
    ],
)
async def test_it_is_told_as_long_as_a_repetition_would_get_its_answer(
    path: Path, later: timedelta, limits: dict[str, float], is_told: bool
) -> None:
    put(path, begun())
    assert (await left(path, later=later, limits=limits) is not None) is is_told


async def test_it_is_told_until_another_one_is_begun(path: Path) -> None:
    put(path, begun())
    async with open_journals([settings(path)], clock=lambda: NOW) as journals:
        recorder = journals.recorder("memory", Mode.TEST)
        assert recorder.unfinished("extend-trial", "sub_1") is not None
        await recorder.begun(WriteRecord("extend-trial", "cus_ada", "sub_1", ASKED, BEFORE))
        assert recorder.unfinished("extend-trial", "sub_1") is None


@pytest.mark.parametrize("time", ["yesterday", "", "2026-03-15T12:00:00.000"], ids=["no date", "empty", "no zone"])
async def test_of_which_nobody_can_say_when_it_was_is_not_told(path: Path, time: str) -> None:
    put(path, begun(time=time))
    assert await left(path) is None


async def test_stdout_cannot_be_read_again(capfd: pytest.CaptureFixture[str]) -> None:
    async with open_journals([backend_settings()], clock=lambda: NOW) as journals:
        recorder = journals.recorder("memory", Mode.TEST)
        await recorder.begun(WriteRecord("extend-trial", "cus_ada", "sub_1", ASKED, BEFORE))
    async with open_journals([backend_settings()], clock=lambda: NOW) as journals:
        assert journals.recorder("memory", Mode.TEST).unfinished("extend-trial", "sub_1") is None
    assert capfd.readouterr().out
