"""The lines of one backend in one mode: what they say, and that nothing wrong with them stops a write."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.base import Invalid, ProviderAnswer, UnknownOutcome
from gateway.contract import Mode
from gateway.journal.appender import Appender
from gateway.journal.recorder import JournalRecorder
from gateway.journal.targets import FileTarget, StreamTarget
from gateway.observability import Redaction, begin_context
from gateway.resilience import NotedCall, Outcome, WriteRecord, WriteResult
from tests.support.log import Log
from tests.support.memory_account import NOW

SECRET: Final = "secret-key-of-the-tests"
WHEN_HUNG_S: Final = 60
WRITE: Final = WriteRecord("cancel", "cus_ada", "sub_1", {"kind": "Cancel"}, {"standing": "active"}, "w1")
WHOSE: Final = {
    "journal": 1,
    "id": "w1",
    "time": "2026-03-15T12:00:00.000Z",
    "request_id": "req-1",
    "backend": "memory",
    "mode": "test",
    "action": "cancel",
    "customer_id": "cus_ada",
    "subscription_id": "sub_1",
}


@pytest.fixture
async def appender(path: Path) -> AsyncIterator[Appender]:
    opened = Appender(FileTarget(path))
    yield opened
    await opened.close()


@pytest.fixture
def recorder(appender: Appender) -> JournalRecorder:
    return recorder_to(appender)


def recorder_to(appender: Appender) -> JournalRecorder:
    begin_context(request_id="req-1")
    return JournalRecorder("memory", Mode.TEST, appender, Redaction([SECRET]), lambda: NOW)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def put_a_directory_in_the_place_of(path: Path) -> None:
    path.unlink()
    path.mkdir()


async def test_a_write_begins_with_what_was_asked_and_what_was_before(recorder: JournalRecorder, path: Path) -> None:
    await recorder.begun(WRITE)
    assert lines(path) == [{**WHOSE, "event": "begun", "asked": {"kind": "Cancel"}, "before": {"standing": "active"}}]


async def test_what_begins_is_on_the_disk_before_it_is_sent_and_nothing_else_is_waited_for(
    recorder: JournalRecorder, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronised: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synchronised.append(len(lines(path))))
    await recorder.begun(WRITE)
    assert synchronised == [1]
    await recorder.ended(WRITE, WriteResult(Outcome.DONE))
    await recorder.not_sent(WRITE, WriteResult(Outcome.DRY_RUN))
    assert (synchronised, len(lines(path))) == ([1], 3)


async def test_it_ends_with_what_became_of_it(recorder: JournalRecorder, path: Path) -> None:
    calls = [NotedCall("post subscriptions", "timeout", None), NotedCall("get subscriptions", "ok", "req_p")]
    await recorder.ended(WRITE, WriteResult(Outcome.DONE, {"standing": "ended"}, None, calls, 0.0123))
    assert lines(path) == [
        {
            **WHOSE,
            "event": "ended",
            "outcome": "done",
            "after": {"standing": "ended"},
            "calls": [
                {"operation": "post subscriptions", "outcome": "timeout", "request_id": None},
                {"operation": "get subscriptions", "outcome": "ok", "request_id": "req_p"},
            ],
            "duration_ms": 12.3,
        }
    ]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        pytest.param(
            Invalid("Not so.", provider=ProviderAnswer(400, "no_such", None, "req_p")),
            {
                "error": "Invalid",
                "message": "Not so.",
                "provider_status": 400,
                "provider_code": "no_such",
                "provider_request_id": "req_p",
            },
            id="of the provider",
        ),
        pytest.param(
            UnknownOutcome("Who knows.", answered=False),
            {"error": "UnknownOutcome", "message": "Who knows."},
            id="of ours",
        ),
        pytest.param(LookupError("ada@example.com"), {"error": "LookupError"}, id="one that nobody foresaw"),
    ],
)
async def test_an_error_is_told_in_words_of_ours(
    recorder: JournalRecorder, path: Path, failure: Exception, error: dict[str, object]
) -> None:
    await recorder.ended(WRITE, WriteResult(Outcome.UNKNOWN, failure=failure))
    assert lines(path) == [{**WHOSE, "event": "ended", "outcome": "unknown", "error": error}]


async def test_what_sends_nothing_is_told_in_one_line(recorder: JournalRecorder, path: Path) -> None:
    await recorder.not_sent(WRITE, WriteResult(Outcome.DRY_RUN))
    (line,) = lines(path)
    assert line == {
        **WHOSE,
        "event": "not sent",
        "asked": {"kind": "Cancel"},
        "before": {"standing": "active"},
        "outcome": "dry run",
    }


async def test_an_address_as_an_id_and_a_secret_are_kept_out(recorder: JournalRecorder, path: Path) -> None:
    hostile = WriteRecord("cancel", "ada@example.com", "sub_1", {"coupon_id": SECRET}, {})
    await recorder.begun(hostile)
    (line,) = lines(path)
    assert line["subscription_id"] == "sub_1"
    assert "ada@" not in json.dumps(line)
    assert SECRET not in json.dumps(line)


async def test_outside_a_request_there_is_no_request_id(recorder: JournalRecorder, path: Path) -> None:
    begin_context()
    await recorder.begun(WRITE)
    assert lines(path)[0]["request_id"] is None


async def test_a_file_that_cannot_be_written_is_an_error_in_the_log_with_the_whole_line(
    recorder: JournalRecorder, path: Path, log: Log
) -> None:
    put_a_directory_in_the_place_of(path)
    await recorder.begun(WRITE)
    (event,) = log.events()
    assert (event["event"], event["level"]) == ("journal line not written", "error")
    assert event["reason"] == "Is a directory"
    assert event["line"]["id"] == "w1"
    assert event["line"]["asked"] == {"kind": "Cancel"}


async def test_every_line_that_is_not_written_is_told(path: Path) -> None:
    told: list[str] = []
    appender = Appender(FileTarget(path))
    clock, redaction = (lambda: NOW), Redaction([SECRET])
    recorder = JournalRecorder("memory", Mode.TEST, appender, redaction, clock, lambda: told.append("lost"))
    await recorder.begun(WRITE)
    assert told == []
    put_a_directory_in_the_place_of(path)
    await recorder.begun(WRITE)
    await recorder.ended(WRITE, WriteResult(Outcome.DONE))
    await appender.close()
    assert told == ["lost", "lost"]


async def test_a_pipe_that_nobody_reads_any_more_is_an_error_in_the_log(log: Log) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    appender = Appender(StreamTarget(writing))
    await recorder_to(appender).ended(WRITE, WriteResult(Outcome.DONE))
    await appender.close()
    os.close(writing)
    (event,) = log.events()
    assert (event["reason"], event["line"]["outcome"]) == ("Broken pipe", "done")


async def test_a_pipe_that_is_full_holds_no_write_up(log: Log) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    while True:
        try:
            os.write(writing, b"-" * 65536)
        except BlockingIOError:
            break
    os.set_blocking(writing, True)
    appender = Appender(StreamTarget(writing), patience_s=0.02)
    async with asyncio.timeout(WHEN_HUNG_S):
        await recorder_to(appender).begun(WRITE)
    (event,) = log.events()
    assert event["reason"] == "it takes too long; it may still come"
    os.close(reading)
    # Nobody else may be given the number of the pipe while the thread still writes to it.
    appender._patience_s = WHEN_HUNG_S
    await appender.close()
    os.close(writing)


async def test_what_json_cannot_hold_stops_no_write(recorder: JournalRecorder, path: Path, log: Log) -> None:
    await recorder.begun(WriteRecord("cancel", "cus_ada", "sub_1", {"until": timedelta(days=1)}, {"a": {1, 2}}))
    assert lines(path)[0]["asked"] == {"until": "1 day, 0:00:00"}
    assert log.events() == []
