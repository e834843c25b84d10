"""Journals in a directory of the test's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.log import Log, recorded_log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is to be."""
    return tmp_path / "journal.jsonl"


@pytest.fixture
def log() -> Iterator[Log]:
    """What is logged while the test runs."""
    with recorded_log() as log:
        yield log


def line(event: str = "begun", **facts: object) -> dict[str, Any]:
    """A line of the journal, whole."""
    closing = {} if event == "begun" else {"outcome": "done"}
    return {
        "journal": 1,
        "event": event,
        "id": "w1",
        "time": "2026-03-15T12:00:00.000Z",
        "backend": "memory",
        "mode": "test",
        "action": "cancel",
        "customer_id": "cus_ada",
        "subscription_id": "sub_1",
        **closing,
        **facts,
    }


def put(path: Path, *lines: object) -> None:
    """Append lines: texts as they are, anything else as JSON."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines)
