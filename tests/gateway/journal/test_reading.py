"""Writes are put together from their lines, in whichever files these are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.journal import read_journals, table
from tests.gateway.journal.conftest import line, put


def at(second: int) -> str:
    return f"2026-03-15T12:00:{second:02}.000Z"


def told(*files: Path, last_bytes: int | None = None) -> list[tuple[Any, Any]]:
    """Each write's id and outcome."""
    history = read_journals(files, last_bytes=last_bytes)
    return [(one.facts["id"], one.closing and one.closing["outcome"]) for one in history.writes]


def test_a_write_is_put_together_from_its_lines(path: Path) -> None:
    put(path, line(before={"standing": "active"}), line("ended", after={"standing": "ended"}))
    (write,) = read_journals([path]).writes
    assert not write.is_open
    assert (write.before, write.after) == ({"standing": "active"}, {"standing": "ended"})


def test_writes_whose_lines_are_mixed_are_told_apart(path: Path) -> None:
    put(path, line(id="a"), line(id="b"), line("ended", id="b", outcome="unknown"), line("not sent", id="c"))
    put(path, line("ended", id="a", outcome="failed"))
    assert told(path) == [("a", "failed"), ("b", "unknown"), ("c", "done")]


@pytest.mark.parametrize("turned_round", [False, True])
def test_rotated_files_are_read_as_one(path: Path, tmp_path: Path, turned_round: bool) -> None:
    later = tmp_path / "later"
    put(path, line(id="a", time=at(1)), line(id="b", time=at(2)))
    put(later, line("ended", id="a", time=at(4)), line(id="c", time=at(3)))
    files = (later, path) if turned_round else (path, later)
    assert told(*files) == [("a", "done"), ("b", None), ("c", None)]
    assert [one.facts["id"] for one in read_journals(files).open()] == ["b", "c"]


def test_an_end_whose_beginning_is_not_there_is_told_and_not_open(path: Path) -> None:
    put(path, line("ended"))
    assert told(path) == [("w1", "done")]
    assert read_journals([path]).open() == []


def test_torn_and_foreign_lines_are_passed_over_and_counted(path: Path) -> None:
    put(path, '{"event":"started"}', line(id="a"), "", "Traceback", json.dumps(line(id="b"))[:50])
    with path.open("ab") as file:
        file.write(b'{"journal":1,"event":"be\xff')
    history = read_journals([path])
    assert [one.facts["id"] for one in history.writes] == ["a"]
    assert history.passed_over == 4


def test_the_end_of_a_file_can_be_read_alone(path: Path) -> None:
    put(path, *(line(id=str(number)) for number in range(10)))
    length = path.stat().st_size // 10
    assert told(path, last_bytes=2 * length + 5) == [("8", None), ("9", None)]
    assert read_journals([path], last_bytes=2 * length + 5).passed_over == 0


def test_a_file_that_is_not_there_is_an_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_journals([path])


def test_the_table_shows_what_was_asked_and_what_changed(path: Path) -> None:
    item = {"id": "item_1", "price": "price_basic", "quantity": 2}
    put(
        path,
        line(
            request_id="req-1",
            asked={"kind": "ChangePrice", "price_id": "price_pro", "quantity": None, "prorate": True},
            before={"standing": "active", "items": [item, {**item, "price": "price_calls", "quantity": None}]},
        ),
        line(
            "ended",
            after={"standing": "active", "items": [{**item, "price": "price_pro"}], "paused": True},
            duration_ms=3,
        ),
    )
    headings, row = table(read_journals([path]).writes).splitlines()
    assert headings.split() == [
        *("TIME", "BACKEND", "CUSTOMER", "SUBSCRIPTION", "ACTION", "OUTCOME", "MS", "ASKED", "CHANGED", "REQUEST")
    ]
    assert re.split(" {2,}", row) == [
        "2026-03-15T12:00:00.000Z",
        "memory test",
        "cus_ada",
        "sub_1",
        "cancel",
        "done",
        "3",
        "kind=ChangePrice price_id=price_pro prorate=yes",
        "items 2 price_basic+price_calls > 2 price_pro, paused - > yes",
        "req-1",
    ]


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        pytest.param([line()], "OPEN", id="open"),
        pytest.param(
            [line(), line("ended", outcome="refused", error={"error": "Conflict"})], "refused: Conflict", id="why"
        ),
        pytest.param([line("not sent", outcome="nothing to do")], "nothing to do", id="nothing to do"),
        pytest.param([line(), line("ended", after={})], "done", id="nothing seen afterwards"),
        pytest.param([line(), line("ended", error="odd", after="odd", duration_ms=None)], "done", id="odd members"),
    ],
)
def test_the_table_shows_the_outcome(path: Path, lines: list[object], shown: str) -> None:
    put(path, *lines)
    assert f"  {shown}  " in table(read_journals([path]).writes).splitlines()[1]


def test_what_a_terminal_would_obey_is_not_printed(path: Path) -> None:
    put(path, line(subscription_id="\x1b[2Jsub\n"))
    assert "?[2Jsub?" in table(read_journals([path]).writes)
