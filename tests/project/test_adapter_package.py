"""An adapter in a package of its own: built, installed, found, configured and held to the whole contract."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

import pytest

from adapters.conformance import suite
from adapters.testing import AdapterContract
from tests.support.commands import ROOT

EXAMPLE: Final = ROOT / "docs" / "examples" / "acme_billing"
PAGE: Final = (ROOT / "docs" / "adding-an-adapter.md").read_text(encoding="utf-8")
_PATIENCE_S: Final = 280


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example's package is installed, and nothing else."""
    folder = tmp_path_factory.mktemp("acme")
    sources = shutil.copytree(EXAMPLE, folder / "sources")
    site = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(site), str(sources)], check=True, capture_output=True, timeout=_PATIENCE_S)
    return site


def run(*command: str, installed: Path | None, folder: Path = EXAMPLE) -> subprocess.CompletedProcess[str]:
    """A module of Python's, run in the example's folder with its package beside what is installed here."""
    path = [str(installed)] if installed else []
    return subprocess.run(
        [sys.executable, "-P", "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*path, str(ROOT)]), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )


def contract(installed: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The contract suite as the example runs it."""
    return run("pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", *options, installed=installed)


def test_it_is_found_and_configured_once_it_is_installed(installed: Path) -> None:
    found = run("gateway", "manifest", "--config", "acme.yaml", installed=installed)

    assert found.returncode == 0, found.stderr
    manifest = json.loads(found.stdout)
    assert manifest["actions"]["cancel"]["enabled"] is True
    offered = {name for name, action in manifest["actions"].items() if action.get("enabled")}
    assert offered == {"cancel"}


def test_without_it_the_name_is_unknown() -> None:
    missing = run("gateway", "manifest", "--config", "acme.yaml", installed=None)

    assert missing.returncode == 2
    assert missing.stderr.startswith("acme.yaml:1: backend: there is no such adapter; installed: ")


@pytest.mark.thorough
def test_it_keeps_the_whole_contract(installed: Path) -> None:
    tried = contract(installed, "-n", "2")

    assert tried.returncode == 0, tried.stdout[-4000:]
    assert int(re.findall(r"(\d+) passed", tried.stdout)[-1]) > 1000


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("file", "right", "wrong", "failing"),
    [
        ("adapter.py", '"now" if intent.when is Schedule.IMMEDIATE else "period_end"', '"now"', "TestCancel"),
        ("client.py", "Safety.SAFE_WRITE, body", "Safety.READ, body", "TestFaultTable"),
        ("mapping.py", '"past_due": Standing.UNPAID', '"past_due": Standing.ACTIVE', "TestBodies"),
    ],
    ids=["it cancels at once what should run on", "it takes a write for a read", "it takes a debtor for a payer"],
)
def test_one_that_breaks_it_is_told(
    installed: Path, tmp_path: Path, file: str, right: str, wrong: str, failing: str
) -> None:
    # Without what was compiled: sources of the same second and length would be taken for what they were.
    site = shutil.copytree(installed, tmp_path / "site", ignore=shutil.ignore_patterns("__pycache__"))
    source = site / "acme_billing" / file
    text = source.read_text(encoding="utf-8")
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong), encoding="utf-8")

    tried = contract(site, "-x", "-k", failing)

    assert tried.returncode == 1, tried.stdout[-4000:]
    assert f"::{failing}::" in tried.stdout


def test_nothing_of_the_suite_is_left_out() -> None:
    written = {
        name: found
        for module in iter_modules(suite.__path__, f"{suite.__name__}.")
        for name, found in vars(import_module(module.name)).items()
        if name.startswith("Test")
    }

    assert len(written) > 20
    assert {name: found for name, found in vars(AdapterContract).items() if name.startswith("Test")} == written


def test_the_page_shows_the_example_as_it_is() -> None:
    shown = re.findall(r"^```(?:python|toml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    files = [path.read_text(encoding="utf-8") for path in (*EXAMPLE.glob("**/*.py"), EXAMPLE / "pyproject.toml")]

    assert shown
    assert [block for block in shown if not any(block in text for text in files)] == []
