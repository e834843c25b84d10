"""A line is JSON in ASCII, and told from whatever else a file may hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal.lines import decoded, encoded
from tests.gateway.journal.conftest import line


@given(st.text())
def test_it_is_one_line_whatever_it_says(text: str) -> None:
    written = encoded(line(subscription_id=text))
    assert written.isascii()
    assert written.count(b"\n") == 1
    assert written.endswith(b"\n")
    found = decoded(written)
    assert found is not None
    assert found["subscription_id"] == text


@given(st.binary())
def test_nothing_makes_reading_fail(text: bytes) -> None:
    assert decoded(text) is None


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param('{"event": "request", "level": "info"}', id="of the log"),
        pytest.param(json.dumps(line())[:-9], id="torn"),
        pytest.param(json.dumps(line())[9:], id="without its beginning"),
        pytest.param(json.dumps({**line(), "journal": 2}), id="of another format"),
        pytest.param(json.dumps({**line(), "event": "dreamt"}), id="of an unknown event"),
        pytest.param(json.dumps({**line(), "event": []}), id="of no event"),
        pytest.param(json.dumps({**line(), "id": 7}), id="without an id"),
        pytest.param(json.dumps({**line(), "subscription_id": None}), id="of no subscription"),
        pytest.param(json.dumps({**line("ended"), "outcome": None}), id="ended without an outcome"),
        pytest.param("[" * 100_000, id="very deep"),
        pytest.param("7", id="a number"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_line_is_none(foreign: str) -> None:
    assert decoded(foreign.encode()) is None


@pytest.mark.parametrize("event", ["begun", "ended", "not sent"])
def test_what_was_written_is_read(event: str) -> None:
    assert decoded(encoded(line(event))) == line(event)
