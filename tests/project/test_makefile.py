"""The task runner explains itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import ROOT

TEXT = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^\.PHONY: (\w+)$", TEXT, re.MULTILINE)


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    # Run by make itself, this would else be taken for a part of that run.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_plain_make_prints_a_menu_of_every_target() -> None:
    menu = make().stdout

    assert re.findall(r"^  (\w+) +\S", menu, re.MULTILINE) == TARGETS
    assert {"demo", "test", "check", "format", "generate", "lock", "audit", "sbom", "bench", "clean"} <= set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_made(target: str) -> None:
    result = make("--dry-run", target)

    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


@pytest.mark.parametrize(
    "python",
    [
        pytest.param('exec /nonexistent/python3 "$@"', id="is not there"),
        pytest.param("exit 1", id="is too old"),
    ],
)
def test_without_a_python_that_will_do_it_says_what_is_needed(python: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    stand_in.chmod(0o755)

    result = make("demo", f"PYTHON={stand_in}", folder=tmp_path)

    assert result.returncode != 0
    assert result.stderr.startswith(f'Python 3.11 or newer is needed; "{stand_in}" is not it.')
    assert not (tmp_path / ".venv").exists()
