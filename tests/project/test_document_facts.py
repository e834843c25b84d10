"""What the documents say in passing is so: numbers, settings, log lines and attributes that nothing generates."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from adapters import calls
from gateway.journal import opening
from gateway.observability import patient_stream, traces
from gateway.server import generations
from gateway.server.clients import _MOST_HOPS
from gateway.server.errors import LARGEST_BODY
from gateway.settings import LimitSettings
from gateway.verification import notify
from tests.support.commands import ROOT

LIMITS: Final = LimitSettings()
OPERATIONS: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
REFERENCE: Final = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
PAGES: Final = sorted(
    [ROOT / "README.md", *(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "reference")]
)
SECTIONS: Final = "actions|churnkey|controllers|direct|limits|modes|policy"

NUMBERS: Final = [
    ("docs/security.md", "at most 64 KiB", LARGEST_BODY, 64 * 1024),
    ("docs/operations.md", "(`limits.deadline_s`, 20 s)", LIMITS.deadline_s, 20),
    ("docs/operations.md", "gives a write 60 % of the time that is left", calls._WRITES_SHARE_OF_TIME, 0.6),
    ("docs/operations.md", "from the fifth failed call in a row on", LIMITS.breaker.failures, 5),
    ("docs/operations.md", "makes no call for 10 s (`limits.breaker`)", LIMITS.breaker.open_s, 10),
    ("CHANGELOG.md", "An identical action within a minute (`limits.dedupe_s`)", LIMITS.dedupe_s, 60),
    ("docs/operations.md", "keeps 10,000 lines", patient_stream._MOST_WAITING, 10_000),
    ("docs/operations.md", "the longest `limits.deadline_s` and six seconds later", generations._BEYOND_DEADLINE_S, 6),
    ("docs/operations.md", "and six seconds to put right what it began", generations._BEYOND_DEADLINE_S, 6),
    ("docs/operations.md", "the latest twenty at most", opening._MOST_TOLD, 20),
    ("docs/operations.md", "of the last 16 MB of the file", opening._LOOKED_AT_BYTES, 16 * 1024 * 1024),
    ("docs/operations.md", "the end of the process waits for two seconds at most", traces._LONGEST_FLUSH_S, 2),
    ("docs/verification.md", "after four attempts", notify._ATTEMPTS, 4),
    ("docs/adr/0021-listen-socket-certificate-proxies.md", "so do sixteen proxies", _MOST_HOPS, 16),
]


@pytest.mark.parametrize(("page", "phrase", "value", "said"), NUMBERS, ids=[phrase for _, phrase, _, _ in NUMBERS])
def test_a_number_is_the_one_in_the_code(page: str, phrase: str, value: float, said: float) -> None:
    assert phrase in " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert value == said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_setting_that_is_named_exists(page: Path) -> None:
    known = set(re.findall(r"^\| `([\w.]+)` \|", REFERENCE, re.MULTILINE))
    known |= {key.rpartition(".")[0] for key in known} | {key.replace("modes.live.", "modes.test.") for key in known}
    known |= {"modes.live", "modes.test"}
    text = page.read_text(encoding="utf-8")

    named = set(re.findall(rf"`((?:{SECTIONS})(?:\.[a-z_]+)+)(?:: [^`]+)?`", text))

    assert sorted(named - known) == []


def test_every_log_line_that_a_table_explains_is_written() -> None:
    tables = re.findall(r"^\| log line \|.*?\n\n", OPERATIONS, re.MULTILINE | re.DOTALL)
    told = {name for table in tables for name in re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)}
    source = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("gateway/**/*.py"))

    assert len(tables) > 1
    assert sorted(name for name in told if f'"{name}"' not in source) == []


def test_the_attributes_of_spans_are_those_that_are_set() -> None:
    (table,) = re.findall(r"^\| span \|.*?\n\n", OPERATIONS, re.MULTILINE | re.DOTALL)
    columns = [row.split("|")[3] for row in table.strip().splitlines()[2:]]
    told = {name for column in columns for name in re.findall(r"`(\w+)`", column.split(":")[0])}
    source = (ROOT / "gateway" / "observability" / "spans.py").read_text(encoding="utf-8")
    facts = re.findall(r'"(\w+)"', re.findall(r"^_FACTS: Final = \((.*)\)$", source, re.MULTILINE)[0])

    assert told == {*facts, *re.findall(r"\{_OURS\}\.(\w+)", source)} - {"name"}
