"""The Dockerfile read without Docker: the instructions of its stages, and the build steps executed into a folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.support.commands import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PATIENCE_S: Final = 300
_UNREACHABLE: Final = ("after connection broken by", "(from versions: none)")
"""What pip says where nobody answers: that it tries again, and that it found nothing at all."""


class Unreachable(Exception):
    """A step needs the package index, which cannot be reached."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name in capitals, and what follows."""

    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """What follows, as a list: from its JSON form, or split like a shell does."""
        return list(json.loads(self.rest)) if self.rest.startswith("[") else shlex.split(self.rest)


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, without FROM; what stands before the first FROM is left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        elif found:
            found[-1].append(Instruction(name, rest.strip()))
    return found


def environment_of(stage: Sequence[Instruction]) -> dict[str, str]:
    """What its ENV instructions set, as it is written."""
    pairs = [word.partition("=") for one in stage if one.name == "ENV" for word in one.words]
    return {name: value for name, _, value in pairs}


@dataclass(frozen=True, slots=True)
class Build:
    """Executes the steps of a stage with `folder` in the place of the root, and `python` in that of the image's.

    It is made an environment of its own first, so that nothing is installed into the one that runs the tests.
    Raises `Unreachable`, and `AssertionError` where a step fails or is of a kind that is not understood here.
    """

    folder: Path
    python: str

    def run(self, stage: Sequence[Instruction]) -> None:
        """Execute all steps."""
        subprocess.run([self.python, "-m", "venv", self.folder / "python"], check=True, timeout=_PATIENCE_S)
        # The cache is what makes this quick; the image has no use for it.
        kept = {name: value for name, value in environment_of(stage).items() if name != "PIP_NO_CACHE_DIR"}
        environment = {**os.environ, **kept, "PIP_RETRIES": "1"}
        environment["PATH"] = f"{self.folder / 'python' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        workdir = self.folder
        for step in stage:
            match step.name:
                case "WORKDIR":
                    workdir = self.placed(step.rest)
                    workdir.mkdir(parents=True, exist_ok=True)
                case "COPY":
                    _copy(step.words, workdir)
                case "RUN":
                    self._execute(step.rest, workdir, environment)
                case "ARG":
                    name, _, default = step.rest.partition("=")
                    environment.setdefault(name, default)
                case _:
                    assert step.name == "ENV", f"what is {step.name}?"

    def placed(self, path: str) -> Path:
        """Where an absolute path of the image is here."""
        return self.folder / path.lstrip("/")

    def _execute(self, command: str, workdir: Path, environment: dict[str, str]) -> None:
        placed = re.sub(r"(?<=\s)/(?=\w)", f"{self.folder}/", f" {command}")
        result = subprocess.run(
            ["sh", "-euc", placed],
            cwd=workdir,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_S,
        )
        told = result.stdout + result.stderr
        if result.returncode != 0 and all(said in told for said in _UNREACHABLE):
            raise Unreachable
        assert result.returncode == 0, told


def _copy(words: Sequence[str], workdir: Path) -> None:
    *sources, target = words
    for source, to in _targets(sources, workdir / target, is_folder=target.endswith("/")):
        if source.is_dir():
            shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to)


def _targets(sources: Sequence[str], target: Path, *, is_folder: bool) -> Iterator[tuple[Path, Path]]:
    """As COPY does it: of a folder its content is copied, a file goes into a target that ends with a slash."""
    for name in sources:
        source = ROOT / name
        yield source, target / source.name if is_folder and source.is_file() else target
