"""The script that every change has to pass."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import ROOT

CLOSING = "============= 3 passed in 0.10s ============="


def run(folder: Path, make: str) -> subprocess.CompletedProcess[str]:
    """Run the script with another `make`, which says what it was asked for."""
    stand_in = folder / "make"
    stand_in.write_text(f'#!/bin/sh\necho "made $1"\n{make}\n', encoding="utf-8")
    stand_in.chmod(0o755)
    return subprocess.run(
        [ROOT / ".ci" / "run"],
        env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "CI": "true"},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_the_readmes_test_command_and_then_the_checks(tmp_path: Path) -> None:
    result = run(tmp_path, f"echo '{CLOSING}'")

    assert result.returncode == 0
    assert [line for line in result.stdout.splitlines() if line.startswith("made ")] == ["made test", "made check"]


def test_it_ends_with_the_closing_line_of_the_tests(tmp_path: Path) -> None:
    result = run(tmp_path, f'[ "$1" = check ] || echo "{CLOSING}"')

    assert result.stdout.splitlines()[-1] == CLOSING


@pytest.mark.parametrize("failing", ["test", "check"])
def test_it_fails_when_a_part_fails(failing: str, tmp_path: Path) -> None:
    result = run(tmp_path, f'[ "$1" != {failing} ] || exit 3')

    assert result.returncode != 0
    assert result.stdout.splitlines()[-1] == f"made {failing}"
