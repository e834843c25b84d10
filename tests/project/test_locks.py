"""The requirements files: hashed, in step with pyproject.toml, and with each other."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT

FILES = sorted((ROOT / "requirements").glob("*.txt"))


def check(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, project / "scripts" / "lock.py", "--check"], capture_output=True, text=True, check=False
    )


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the locks are made from and by."""
    for part in ("requirements", "scripts"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_files_are_in_step_with_pyproject() -> None:
    assert check(ROOT).returncode == 0


@pytest.mark.parametrize(
    ("written", "changed"),
    [
        pytest.param('"aiohttp>=3.14,<4"', '"aiohttp>=3.13,<4"', id="a dependency"),
        pytest.param('"redis>=8.1,<9"', '"redis>=8.0,<9"', id="an extra"),
        pytest.param('"mypy>=2.1"', '"mypy>=2.2"', id="a tool"),
        pytest.param('requires-python = ">=3.11"', 'requires-python = ">=3.12"', id="the Python"),
    ],
)
def test_a_change_of_dependencies_without_new_locks_is_noticed(written: str, changed: str, project: Path) -> None:
    path = project / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    assert written in text
    path.write_text(text.replace(written, changed), encoding="utf-8")

    result = check(project)

    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"requirements/{name}.txt is out of date: run `make lock`"
        for name in ("dev", "run", "image", "build", "lock", "supply")
    ]


def test_another_change_of_pyproject_does_not_matter(project: Path) -> None:
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.other]\nkey = 1\n")

    assert check(project).returncode == 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_pin_has_hashes_and_nothing_says_where_to_fetch_it(file: Path) -> None:
    first, *lines = file.read_text(encoding="utf-8").splitlines()

    assert first.startswith("# Made by `make lock`")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("    "):
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)
        else:
            assert re.fullmatch(r"[\w.-]+==\S+( ; .+)? \\", line)
            assert following.startswith("    --hash=")


def test_what_is_installed_beside_the_tests_moves_nothing_of_theirs() -> None:
    development, supply = pins("dev.txt"), pins("supply.txt")
    shared = development.keys() & supply.keys()

    assert shared
    assert {name: supply[name] for name in shared} == {name: development[name] for name in shared}


@pytest.mark.parametrize("name", ["run.txt", "image.txt", "build.txt"])
def test_what_is_deployed_is_what_is_tested(name: str) -> None:
    assert pins(name).items() <= pins("dev.txt").items()
