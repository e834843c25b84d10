"""The page of traps says where each is proven: the tests it names exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "providers" / "stripe-traps.md"
TESTS = ROOT / "tests" / "adapters" / "stripe"


def _defined() -> set[str]:
    """Modules and test functions of the adapter's specification."""
    names = set()
    for path in TESTS.glob("test_*.py"):
        names.add(path.stem)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
    return names


def _named() -> list[str]:
    return sorted(set(re.findall(r"\btest_\w+(?:\.\.\.)?(?!\*)", PAGE.read_text())))


@pytest.mark.parametrize("name", _named())
def test_a_test_that_the_page_names_exists(name: str) -> None:
    beginning = name.removesuffix("...").rstrip("_")
    assert any(defined == name or defined.startswith(beginning) for defined in _defined())


def test_every_numbered_test_is_of_a_section_of_the_page() -> None:
    text = PAGE.read_text()
    sections = set(re.findall(r"^## (\d(?:\.\d)?)", text, re.MULTILINE)) | set(
        re.findall(r"^\| (\d\.\d) ", text, re.MULTILINE)
    )
    numbered = [match for name in _defined() if (match := re.match(r"test_(\d)_(?:(\d)_)?[a-z]", name))]
    assert len(numbered) > 20
    for match in numbered:
        section = f"{match[1]}.{match[2]}" if match[2] else match[1]
        assert section in sections or section.partition(".")[0] in {"4", "5"}, match[0]
