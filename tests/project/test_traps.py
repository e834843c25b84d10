"""The pages of traps say where each is proven: the tests they name exist, and numbered tests are of their sections."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {page.stem.removesuffix("-traps"): page for page in sorted(ROOT.glob("docs/providers/*-traps.md"))}

each_page = pytest.mark.parametrize("provider", PAGES)


@cache
def _defined(provider: str) -> frozenset[str]:
    """Modules and test functions of the adapter's specification."""
    names = set()
    for path in (ROOT / "tests" / "adapters" / provider).glob("test_*.py"):
        names.add(path.stem)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
    return frozenset(names)


def _numbered(provider: str) -> dict[str, str]:
    """The tests whose names begin with the number of a section, with that number."""
    found = {name: re.match(r"test_(\d)_(?:(\d)_)?[a-z]", name) for name in _defined(provider)}
    return {name: ".".join(filter(None, match.groups())) for name, match in found.items() if match}


def _named(text: str) -> list[str]:
    return sorted(set(re.findall(r"\btest_\w+(?:\.\.\.|\*)?", text)))


def _is_meant(name: str, defined: str) -> bool:
    """A name on a page may be cut short, with three dots or a star."""
    beginning = name.rstrip(".*")
    return defined == name or (beginning != name and defined.startswith(beginning))


def test_there_is_a_page_for_each_adapter_that_has_traps() -> None:
    assert {"chargebee", "paddle", "stripe"} <= PAGES.keys()


NAMED = [(provider, name) for provider, page in PAGES.items() for name in _named(page.read_text())]


@pytest.mark.parametrize(("provider", "name"), NAMED)
def test_a_test_that_a_page_names_exists(provider: str, name: str) -> None:
    assert any(_is_meant(name, defined) for defined in _defined(provider))


@each_page
def test_every_numbered_test_is_of_a_section_of_the_page(provider: str) -> None:
    text = PAGES[provider].read_text()
    sections = set(re.findall(r"^## (\d(?:\.\d)?)", text, re.MULTILINE))
    sections |= set(re.findall(r"^\| (\d\.\d) ", text, re.MULTILINE))
    numbered = _numbered(provider)

    assert len(numbered) > 20
    assert {name for name, section in numbered.items() if section not in sections} == set()


def test_every_numbered_test_is_named_in_a_table_of_its_page() -> None:
    """Chargebee's page only: Stripe's names some of its tests by their module."""
    tables = "".join(re.findall(r"^\|.*$", PAGES["chargebee"].read_text(), re.MULTILINE))
    named = _named(tables)

    assert [name for name in _numbered("chargebee") if not any(_is_meant(one, name) for one in named)] == []
