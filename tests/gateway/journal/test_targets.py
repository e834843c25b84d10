"""The file is only appended to, is nobody else's to read, and is followed when it is rotated."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.journal.targets import FileTarget, StreamTarget


@pytest.fixture
def target(path: Path) -> Iterator[FileTarget]:
    opened = FileTarget(path)
    yield opened
    opened.close()


def write(target: FileTarget | StreamTarget, *lines: bytes, durable: bool = False) -> None:
    for one in lines:
        target.write(one, durable=durable)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can become larger than this many bytes, as on a full disk."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Without this the signal that comes with the limit ends the process.
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("durable", [True, False])
def test_lines_are_appended(target: FileTarget, path: Path, durable: bool) -> None:
    write(target, b"one\n", b"two\n", durable=durable)
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_new_file_is_for_its_owner_alone(target: FileTarget, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_there_stays_with_the_rights_it_has(path: Path) -> None:
    path.write_bytes(b"earlier\n")
    path.chmod(0o640)
    write(FileTarget(path), b"later\n")
    assert path.read_bytes() == b"earlier\nlater\n"
    assert path.stat().st_mode & 0o777 == 0o640


def test_two_processes_do_not_write_over_each_other(path: Path) -> None:
    one, other = FileTarget(path), FileTarget(path)
    write(one, b"1\n")
    write(other, b"2\n")
    write(one, b"3\n")
    assert path.read_bytes() == b"1\n2\n3\n"


def test_a_line_that_was_torn_by_a_crash_does_not_swallow_the_next(path: Path) -> None:
    path.write_bytes(b"whole\nto")
    write(FileTarget(path), b"next\n", b"after\n")
    assert path.read_bytes() == b"whole\nto\nnext\nafter\n"


def test_a_line_that_a_full_disk_cut_off_does_not_swallow_the_next(target: FileTarget, path: Path) -> None:
    write(target, b"first\n")
    with room_for(10), pytest.raises(OSError, match="only 4 of 7 bytes"):
        write(target, b"second\n")
    write(target, b"third\n")
    assert path.read_bytes() == b"first\nseco\nthird\n"


def test_a_full_disk_is_an_error(target: FileTarget) -> None:
    with room_for(0), pytest.raises(OSError, match="File too large"):
        write(target, b"line\n")


def test_a_file_that_was_moved_away_is_made_anew(target: FileTarget, path: Path) -> None:
    write(target, b"old\n")
    moved = path.rename(path.with_suffix(".1"))
    write(target, b"new\n", b"newer\n")
    assert moved.read_bytes() == b"old\n"
    assert path.read_bytes() == b"new\nnewer\n"


def test_a_file_that_another_took_the_place_of_is_followed(target: FileTarget, path: Path) -> None:
    moved = path.rename(path.with_suffix(".1"))
    path.write_bytes(b"made by the rotation\n")
    write(target, b"new\n")
    assert moved.read_bytes() == b""
    assert path.read_bytes() == b"made by the rotation\nnew\n"


@pytest.mark.parametrize("kind", ["directory", "pipe", "device", "nowhere"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    places = {"directory": tmp_path, "pipe": tmp_path / "pipe", "device": Path(os.devnull), "nowhere": tmp_path / "a/b"}
    os.mkfifo(places["pipe"])
    with pytest.raises(OSError, match=r"regular|directory"):
        FileTarget(places[kind])


def test_a_stream_is_written_to_and_left_open() -> None:
    reading, writing = os.pipe()
    target = StreamTarget(writing)
    write(target, b"line\n", durable=True)
    target.close()
    os.write(writing, b"more\n")
    assert os.read(reading, 100) == b"line\nmore\n"
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        write(target, b"nobody\n")
    os.close(writing)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Its ends, where the system can write to it without waiting: Linux since 6.4."""
    reading, writing = os.pipe()
    try:
        os.pwritev(writing, (b"-",), -1, os.RWF_NOWAIT)
        os.read(reading, 1)
    except (AttributeError, OSError):
        pytest.skip("this system cannot tell whether a pipe would have to be waited for")
    yield reading, writing
    os.close(reading)
    os.close(writing)


def test_a_line_is_written_at_once_where_the_reader_has_left_room(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    assert StreamTarget(writing).write_at_once(b"line\n")
    assert os.read(reading, 100) == b"line\n"


def test_a_pipe_that_is_full_is_not_waited_for_and_stays_as_it_is_for_others(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    target = StreamTarget(writing)
    line = b"-" * 999 + b"\n"
    written = 0
    while target.write_at_once(line):
        written += 1
    assert os.get_blocking(writing)
    os.read(reading, 1000 * written)
    write(target, line)
    assert target.write_at_once(line)
    assert os.read(reading, 100_000) == 2 * line


def test_a_line_that_may_be_written_in_two_pieces_is_left_to_the_thread(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    target = StreamTarget(writing)
    assert not target.write_at_once(b"-" * 4096 + b"\n")
    write(target, b"whole\n")
    assert os.read(reading, 100) == b"whole\n"


def test_what_cannot_tell_whether_it_waits_is_left_to_the_thread(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    target = StreamTarget(descriptor)
    # Whether or not this file system can tell, the line is there once.
    if not target.write_at_once(b"line\n"):
        write(target, b"line\n")
    os.close(descriptor)
    assert path.read_bytes() == b"line\n"


def test_a_reader_that_has_gone_is_an_error_at_once() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        StreamTarget(writing).write_at_once(b"line\n")
    os.close(writing)


def test_a_file_is_left_to_the_thread(target: FileTarget, path: Path) -> None:
    assert not target.write_at_once(b"line\n")
    assert path.read_bytes() == b""
