"""The record of writes: a line before each is sent and one after it, which tells what was cut off in between."""

from __future__ import annotations

from gateway.journal.opening import Appenders, CannotOpenJournal, Journals, open_journals
from gateway.journal.reading import History, Told, read_journals
from gateway.journal.table import table
from gateway.journal.targets import obstacle

__all__ = [
    "Appenders",
    "CannotOpenJournal",
    "History",
    "Journals",
    "Told",
    "obstacle",
    "open_journals",
    "read_journals",
    "table",
]
