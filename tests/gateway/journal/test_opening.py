"""Journals are opened with the service: one for each file, and what earlier runs left open is told first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.contract import Mode
from gateway.journal import Appenders, CannotOpenJournal, open_journals
from gateway.resilience import SilentRecorder, WriteRecord
from gateway.settings import BackendSettings
from tests.gateway.journal.conftest import line, put
from tests.support.log import Log, recorded_log
from tests.support.memory_account import NOW
from tests.support.service import TOKEN, backend_settings

WRITE: Final = WriteRecord("cancel", "cus_ada", "sub_1", None, {})


def settings(journal: object, name: str = "memory") -> BackendSettings:
    return backend_settings(name).model_copy(update={"journal": str(journal)})


async def record(*chosen: BackendSettings) -> None:
    """One write of each backend in each mode begins."""
    async with open_journals(chosen, clock=lambda: NOW) as journals:
        for one in chosen:
            for mode in Mode:
                await journals.recorder(one.name, mode).begun(WRITE)


def told(path: Path) -> list[tuple[Any, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    return [(one["backend"], one["mode"]) for one in lines]


async def test_each_line_names_its_backend_and_mode(path: Path) -> None:
    await record(settings(path))
    assert told(path) == [("memory", "live"), ("memory", "test")]


async def test_backends_may_share_a_file(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    await record(settings(path, "one"), settings(link, "two"))
    assert told(path) == [("one", "live"), ("one", "test"), ("two", "live"), ("two", "test")]


async def test_backends_may_have_a_file_each(path: Path) -> None:
    other = path.with_name("other")
    await record(settings(path, "one"), settings(other, "two"))
    assert {name for name, _ in told(path)} == {"one"}
    assert {name for name, _ in told(other)} == {"two"}


async def test_stdout_is_the_journal_unless_the_settings_say_otherwise(capfd: pytest.CaptureFixture[str]) -> None:
    await record(backend_settings())
    assert [json.loads(line)["event"] for line in capfd.readouterr().out.splitlines()] == ["begun", "begun"]


async def test_there_need_not_be_any(capfd: pytest.CaptureFixture[str]) -> None:
    async with open_journals([settings("none")]) as journals:
        assert isinstance(journals.recorder("memory", Mode.LIVE), SilentRecorder)
    assert capfd.readouterr().out == ""


async def test_the_integration_token_is_kept_out(path: Path) -> None:
    async with open_journals([settings(path)]) as journals:
        await journals.recorder("memory", Mode.LIVE).begun(WriteRecord("cancel", TOKEN, "sub_1", None, {}))
    assert told(path) == [("memory", "live")]
    with path.open() as file:
        assert TOKEN not in file.read()


async def test_a_file_that_cannot_be_opened_is_said_with_its_backend(path: Path) -> None:
    put(path)
    with pytest.raises(CannotOpenJournal, match=rf"^memory: journal: {path}/file: Not a directory$"):
        await record(settings(path / "file"))


async def test_each_of_several_that_cannot_be_opened_is_said(path: Path) -> None:
    put(path)
    with pytest.raises(CannotOpenJournal) as raised:
        await record(settings(path, "one"), settings(path / "file", "two"), settings(path / "other", "six"))
    assert str(raised.value).splitlines() == [
        f"two: journal: {path}/file: Not a directory",
        f"six: journal: {path}/other: Not a directory",
    ]


async def test_a_file_that_others_hold_open_is_not_opened_again(path: Path) -> None:
    put(path, line())
    appenders = Appenders()
    async with open_journals([settings(path)], clock=lambda: NOW, appenders=appenders) as journals:
        with recorded_log() as told_again:
            async with open_journals([settings(path)], clock=lambda: NOW, appenders=appenders):
                pass
        await journals.recorder("memory", Mode.TEST).begun(WRITE)
    assert told_again.events("write without an outcome") == []
    assert told(path)[-1] == ("memory", "test")


async def test_what_earlier_runs_left_open_is_logged(path: Path, log: Log) -> None:
    put(path, line(id="a", request_id="req-1", asked={"kind": "Cancel"}), line(id="b"), line("ended", id="b"), "torn")
    async with open_journals([settings(path), settings(path, "other")]):
        pass
    told_of, passed_over = log.events()
    assert told_of.pop("timestamp")
    assert told_of == {
        "event": "write without an outcome",
        "level": "warning",
        "logger": "gateway.journal",
        "write_id": "a",
        "begun": "2026-03-15T12:00:00.000Z",
        "backend": "memory",
        "mode": "test",
        "action": "cancel",
        "customer_id": "cus_ada",
        "subscription_id": "sub_1",
        "request_id": "req-1",
        "asked": {"kind": "Cancel"},
    }
    assert (passed_over["event"], passed_over["count"]) == ("journal lines passed over", 1)


async def test_of_many_that_are_open_the_latest_are_logged_and_the_others_counted(path: Path, log: Log) -> None:
    put(path, *(line(id=str(number), time=f"2026-03-15T12:00:{number:02}.000Z") for number in range(30)))
    async with open_journals([settings(path)]):
        pass
    assert [event["write_id"] for event in log.events("write without an outcome")] == [str(n) for n in range(10, 30)]
    assert [event["count"] for event in log.events("more writes without an outcome")] == [10]


async def test_nothing_is_logged_where_nothing_is_open(path: Path, log: Log) -> None:
    put(path, line(), line("ended"))
    await record(settings(path))
    assert log.events() == []
