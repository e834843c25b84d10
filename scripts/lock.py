"""Makes the hashed requirements files from pyproject.toml, and tells when they are out of date.

``--check`` needs no network: every file begins with a digest of what it was made from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "requirements"

# The order matters: all later files are held to the versions of the first, so that they can be installed together.
FILES: Final[dict[str, tuple[str, ...]]] = {
    "dev.txt": ("pyproject.toml", "--group=dev", "--extra=redis", "--extra=otel"),
    "run.txt": ("pyproject.toml", "--constraint=requirements/dev.txt"),
    "image.txt": ("pyproject.toml", "--extra=redis", "--extra=otel", "--constraint=requirements/dev.txt"),
    "build.txt": ("--group=build", "--constraint=requirements/dev.txt"),
    "lock.txt": ("--group=lock",),
    "supply.txt": ("--group=supply", "--constraint=requirements/dev.txt"),
}
OPTIONS: Final = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-config",
    "--quiet",
)


def _digest() -> str:
    """A digest of everything in pyproject.toml, and of the options here, that decides what is locked."""
    document: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    dependencies = [project["dependencies"], project["optional-dependencies"], document["dependency-groups"]]
    inputs = [project["requires-python"], dependencies, FILES, OPTIONS]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _first_line() -> str:
    return f"# Made by `make lock` from pyproject.toml, whose dependencies have the digest {_digest()[:32]}.\n"


def _stale() -> list[str]:
    first_line = _first_line()
    return [
        name
        for name in FILES
        if not (FOLDER / name).is_file() or not (FOLDER / name).read_text(encoding="utf-8").startswith(first_line)
    ]


def _compile(name: str, arguments: tuple[str, ...], *, upgrade: bool) -> None:
    target = FOLDER / name
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    more = ("--upgrade",) if upgrade else ()
    # uv reads the pins that stand in the file, so that without --upgrade nothing moves that need not.
    subprocess.run(
        [str(uv), "pip", "compile", *OPTIONS, *more, *arguments, f"--output-file={target.relative_to(ROOT)}"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    target.write_text(_first_line() + target.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> int:
    """Write the files, or with ``--check`` only say which are out of date; the answer is the exit code."""
    parser = argparse.ArgumentParser(description="Make the files in requirements/ from pyproject.toml.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is out of date")
    parser.add_argument("--upgrade", action="store_true", help="move every pin to the newest version allowed")
    arguments = parser.parse_args()
    if arguments.check:
        stale = _stale()
        for name in stale:
            print(f"requirements/{name} is out of date: run `make lock`", file=sys.stderr)
        return 1 if stale else 0
    for name, sources in FILES.items():
        _compile(name, sources, upgrade=arguments.upgrade)
    return 0


if __name__ == "__main__":
    sys.exit(main())
