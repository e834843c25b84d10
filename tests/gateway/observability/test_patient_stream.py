"""A log that nobody reads keeps nobody waiting."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from gateway.observability import PatientStream
from tests.support.log import recorded_log

ROOM = 64 * 1024
"""Of a pipe, at least."""
LINE = "x" * 99 + "\n"
WHEN_HUNG_S = 60


class Pipe:
    """A pipe, and a reader that has not begun."""

    def __init__(self) -> None:
        self.end, self.begin = os.pipe()
        self.read = b""
        self._reader = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while piece := os.read(self.end, 4096):
            self.read += piece

    def close(self, *streams: PatientStream) -> list[str]:
        """Read all of it: the lines."""
        self._reader.start()
        for stream in streams:
            stream.finish()
        os.close(self.begin)
        self._reader.join(WHEN_HUNG_S)
        os.close(self.end)
        return self.read.decode().splitlines()


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


def patient_stream(pipe: Pipe, *, most_waiting: int = 10_000) -> PatientStream:
    """One that is waited for at its end, however slow its reader is."""
    return PatientStream(pipe.begin, most_waiting=most_waiting, patience_s=WHEN_HUNG_S)


def fill(stream: PatientStream) -> int:
    """Write more than a pipe takes; answers the number of lines."""
    count = 20 * ROOM // len(LINE)
    for number in range(count):
        stream.write(f"{number:06} {LINE}")
    return count


def test_where_there_is_room_a_line_is_there_at_once_and_no_thread_is_needed(pipe: Pipe) -> None:
    before = set(threading.enumerate())
    PatientStream(pipe.begin).write("one\n")
    assert os.read(pipe.end, 4096) == b"one\n"
    # One of another test's may have ended meanwhile.
    assert set(threading.enumerate()) <= before
    assert pipe.close() == []


def test_what_finds_no_room_comes_later_whole_and_in_order(pipe: Pipe) -> None:
    stream = patient_stream(pipe, most_waiting=100_000)
    count = fill(stream)
    assert [int(line[:6]) for line in pipe.close(stream)] == list(range(count))


def test_lines_longer_than_a_pipe_takes_at_once_are_whole(pipe: Pipe) -> None:
    stream = patient_stream(pipe)
    lines = [character * 3 * ROOM for character in "abc"]
    for line in lines:
        stream.write(f"{line}\n")
        stream.write("between\n")
    assert pipe.close(stream) == [one for line in lines for one in (line, "between")]


def test_beyond_the_most_that_may_wait_lines_are_left_out_and_that_is_told(pipe: Pipe) -> None:
    with recorded_log() as log:
        stream = patient_stream(pipe, most_waiting=10)
        count = fill(stream)
        numbers = [int(line[:6]) for line in pipe.close(stream)]
        assert numbers == sorted(set(numbers))
        left_out = count - len(numbers)
        assert left_out > 0
        until = time.monotonic() + WHEN_HUNG_S
        while sum(event["count"] for event in log.events("log lines left out")) < left_out:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_many_threads_at_once_write_whole_lines(pipe: Pipe) -> None:
    stream = patient_stream(pipe, most_waiting=100_000)
    threads = [threading.Thread(target=fill, args=(stream,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WHEN_HUNG_S)
    assert {line[6:] for line in pipe.close(stream)} == {f" {LINE[:-1]}"}


def test_a_file_takes_everything_at_once(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        stream = PatientStream(file.fileno())
        count = fill(stream)
    assert len((tmp_path / "log").read_text().splitlines()) == count


def test_a_reader_that_is_gone_is_no_failure(pipe: Pipe) -> None:
    os.close(pipe.end)
    PatientStream(pipe.begin).write("one\n")
    os.close(pipe.begin)
