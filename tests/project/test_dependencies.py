"""What is imported is declared: it must not be there by chance, because something else brings it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import ROOT

OURS: Final = frozenset({"adapters", "gateway", "simulators"})
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: Final = PROJECT["optional-dependencies"]
DISTRIBUTIONS: Final = packages_distributions()


def names(requirements: Iterable[str]) -> set[str]:
    """The distributions, spelled in the one way that all spellings come to."""
    return {re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", one, maxsplit=1)[0]).lower() for one in requirements}


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("package", sorted(OURS))
def test_every_package_that_is_imported_is_named_as_a_dependency(package: str) -> None:
    declared = names(PROJECT["dependencies"]) | {name for extra in EXTRAS.values() for name in names(extra)}
    missing = {
        f"{module.relative_to(ROOT)}: {name}"
        for module in (ROOT / package).rglob("*.py")
        for name in imported(module)
        if name not in OURS | sys.stdlib_module_names and declared.isdisjoint(names(DISTRIBUTIONS.get(name, ())))
    }
    assert not missing


def test_every_dependency_is_imported() -> None:
    used = {name for package in OURS for module in (ROOT / package).rglob("*.py") for name in imported(module)}
    brought = {one for name in used for one in DISTRIBUTIONS.get(name, ())}
    assert names(PROJECT["dependencies"]) <= names(brought)
