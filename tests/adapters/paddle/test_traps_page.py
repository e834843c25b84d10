"""The page of traps says where each is proven: the tests it names exist, and every numbered test is of one of its
sections."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "providers" / "paddle-traps.md"
TEXT = PAGE.read_text(encoding="utf-8")


def _defined() -> set[str]:
    """Modules and test functions of the adapter's specification."""
    names = set()
    for path in HERE.glob("test_*.py"):
        names.add(path.stem)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
    return names


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\btest_\w+(?:\.\.\.)?(?!\*)", TEXT))))
def test_a_test_that_the_page_names_exists(name: str) -> None:
    beginning = name.removesuffix("...").rstrip("_")
    names = _defined()
    assert beginning in names if beginning == name else any(one.startswith(beginning) for one in names)


def test_every_numbered_test_is_of_a_section_of_the_page() -> None:
    sections = set(re.findall(r"^## (\d(?:\.\d)?)", TEXT, re.MULTILINE)) | set(
        re.findall(r"^\| (\d\.\d) ", TEXT, re.MULTILINE)
    )
    numbered = [match for name in _defined() if (match := re.match(r"test_(\d)_(?:(\d)_)?[a-z]", name))]
    assert len(numbered) > 30
    for match in numbered:
        section = f"{match[1]}.{match[2]}" if match[2] else match[1]
        assert section in sections, match[0]
