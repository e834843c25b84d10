"""Reading single fields of providers' objects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.fields import (
    as_text,
    by_id,
    flag_if_any,
    http_moment,
    last_id,
    list_if_any,
    object_if_any,
    objects_if_any,
    open_end,
    optional_text,
    required_moment,
    required_text,
    text_if_any,
    unix_moment,
    whole_if_any,
)

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())


def test_a_required_text_is_read_as_it_is() -> None:
    assert required_text({"id": " a "}, "id") == " a "


ANYTHING: Any = (7, 1e30, "text", True, [], [1], [{}], {}, {"x": 1})
IF_ANY: Any = {
    text_if_any: ("text",),
    flag_if_any: (True,),
    whole_if_any: (7,),
    object_if_any: ({}, {"x": 1}),
    list_if_any: ([], [1], [{}]),
    objects_if_any: ([], [{}]),
}


@pytest.mark.parametrize("read", IF_ANY, ids=lambda read: read.__name__)
def test_what_may_be_missing_is_nothing_else(read: Any) -> None:
    assert not read({}, "name")
    assert not read({"name": None}, "name")
    for value in ANYTHING:
        # True equals 1, and is no number here.
        if any(value == one and type(value) is type(one) for one in IF_ANY[read]):
            assert read({"name": value}, "name") is value
        else:
            with pytest.raises(Unmappable, match=r"^name: [a-z ]+$"):
                read({"name": value}, "name")


def test_rows_are_known_by_their_ids_and_those_without_are_nobodys() -> None:
    rows = [{"id": "a"}, None, {"id": 7}, "b", {}, {"id": ""}, {"id": "c", "name": 7}, [1]]
    assert by_id(rows) == {"a": {"id": "a"}, "c": {"id": "c", "name": 7}}
    assert last_id(rows) == "c"


@pytest.mark.parametrize("rows", [[], [None], [{}, {"id": 7}], [{"id": ""}]], ids=str)
def test_a_list_goes_on_from_no_row_without_an_id(rows: list[Any]) -> None:
    with pytest.raises(Unmappable, match=r"^id: missing$"):
        last_id(rows)


@pytest.mark.parametrize("source", [{}, {"id": None}, {"id": ""}, {"id": 7}, {"id": ["a"]}], ids=str)
def test_a_required_text_that_is_none_is_named(source: dict[str, Any]) -> None:
    with pytest.raises(Unmappable, match=r"^id: missing$"):
        required_text(source, "id")


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        pytest.param("Sat, 21 Nov 2026 12:00:00 GMT", MOMENT, id="the form of today"),
        pytest.param("Sat, 21 Nov 2026 13:00:00 +0100", MOMENT, id="of another zone"),
        pytest.param("Sat, 21 Nov 2026 12:00:00 -0000", MOMENT, id="of no zone"),
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param("soon", None, id="no time"),
        pytest.param("Sat, 45 Nov 2026 12:00:00 GMT", None, id="no day of the calendar"),
    ],
)
def test_the_time_of_an_answer(header: str | None, moment: datetime | None) -> None:
    assert http_moment(header) == moment


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"a": "first", "b": "second"}, "first", id="the first that is asked for"),
        pytest.param({"b": "second"}, "second", id="else the second"),
        pytest.param({"a": "", "b": "second"}, "second", id="an empty one is none"),
        pytest.param({"a": None, "b": "second"}, "second", id="nor is null"),
        pytest.param({"a": 7, "b": "second"}, "second", id="nor is a number"),
    ],
)
def test_optional_texts(source: dict[str, Any], expected: str | None) -> None:
    assert optional_text(source, "a", "b") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(SECONDS, MOMENT, id="seconds"),
        pytest.param(SECONDS + 0.5, MOMENT + timedelta(milliseconds=500), id="a part of a second"),
        pytest.param(0, datetime(1970, 1, 1, tzinfo=UTC), id="nought is a moment"),
    ],
)
def test_moments_are_utc(value: Any, expected: datetime | None) -> None:
    found = unix_moment(value)

    assert found == expected
    assert found is None or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("1795262400", "not a number", id="text"),
        pytest.param(True, "not a number", id="a boolean"),
        pytest.param(10**12, "out of range", id="milliseconds are beyond the calendar"),
        pytest.param(10**30, "out of range", id="beyond any clock"),
        pytest.param(float("nan"), "out of range", id="no number"),
    ],
)
def test_a_time_that_is_none_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        unix_moment(value)


def test_a_required_moment() -> None:
    assert required_moment({"at": SECONDS}, "at") == MOMENT
    with pytest.raises(Unmappable, match=r"^at: missing$"):
        required_moment({}, "at")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (MOMENT, datetime(2036, 11, 21, 12, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2038, 2, 28, tzinfo=UTC)),
    ],
    ids=["ten years on", "a day that is not in that year"],
)
def test_what_has_no_end_is_given_a_far_one(start: datetime, end: datetime) -> None:
    assert open_end(start) == end


def test_what_has_no_end_may_end_beyond_the_calendar() -> None:
    with pytest.raises(Unmappable, match="out of range"):
        open_end(datetime(9990, 1, 1, tzinfo=UTC))


def test_a_moment_in_metadata_is_iso_8601_in_utc() -> None:
    assert as_text(MOMENT) == "2026-11-21T12:00:00Z"
    assert as_text(MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))) == "2026-11-21T12:00:00Z"
