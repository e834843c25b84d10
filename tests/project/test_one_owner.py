"""Retrying, locking, waiting and recording have one owner each, and it is not the code of a billing provider.

What the providers' packages must not name is looked for in their syntax: every way to it begins with a name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import ROOT

PACKAGES: Final = sorted(path.parent for path in ROOT.glob("adapters/*/adapter.py"))
MODULES: Final = [module for package in PACKAGES for module in sorted(package.glob("**/*.py"))]

MODULES_OF_OTHERS: Final = frozenset(
    {"backoff", "concurrent", "fcntl", "gateway.journal", "multiprocessing", "sched", "tenacity", "threading", "time"}
)
OWNED: Final = {
    "asyncio": {
        "BoundedSemaphore",
        "Condition",
        "Event",
        "Lock",
        "Semaphore",
        "create_task",
        "shield",
        "sleep",
        "timeout",
        "timeout_at",
        "wait_for",
    },
    "gateway.resilience": {
        "CircuitBreaker",
        "Gate",
        "KeyedLocks",
        "LocalState",
        "Locks",
        "Once",
        "Outcome",
        "Pace",
        "Recorder",
        "Repeats",
        "Retrier",
        "State",
        "TimeLimits",
        "WriteRecord",
        "WriteResult",
        "call_trail",
        "deadline",
        "within_deadline",
    },
    "runtime": {"breaker", "locks", "recorder"},
}
"""By the module, or the object, that has it."""


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Modules with what is taken from them; with nothing where it is the whole module."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, "") for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((module, alias.name) for alias in names)
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                yield owner, name


def trespasses(source: str) -> list[str]:
    """What the source of a module names and must not."""
    return [
        f"{owner}.{name}".rstrip(".")
        for owner, name in imported(ast.parse(source))
        if any(owner == other or owner.startswith(f"{other}.") for other in MODULES_OF_OTHERS)
        or any((owner == of or owner.startswith(f"{of}.")) and name in names for of, names in OWNED.items())
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_the_code_of_a_provider_does_not_retry_lock_wait_or_record(module: Path) -> None:
    assert trespasses(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from tenacity import retry",
        "import tenacity.asyncio",
        "import asyncio\nawait asyncio.sleep(1)",
        "from asyncio import Lock",
        "from gateway.resilience import Retrier, Safety",
        "from gateway.resilience.locks import KeyedLocks",
        "from gateway.journal import open_journals",
        "async def write(self): await self.runtime.recorder.begun(record)",
        "async def write(runtime): runtime.locks.hold('customer')",
        "import time\ntime.sleep(1)",
    ],
)
def test_it_would_be_found(source: str) -> None:
    assert trespasses(source) != []


def test_every_provider_is_looked_at() -> None:
    assert {package.name for package in PACKAGES} >= {"chargebee", "paddle", "stripe"}
