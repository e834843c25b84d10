"""From files to settings, in one pass that collects what is wrong with any of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from gateway.settings.document import Document, Value
from gateway.settings.errors import Problem, SettingsError
from gateway.settings.models import BackendSettings
from gateway.settings.source import read
from gateway.settings.substitution import substitute
from gateway.settings.validation import validate

CHURNKEYS_KEY: Final = "CK_API_KEY"
"""The variable that holds Churnkey's API key, unless a file names it otherwise."""

_SUFFIXES: Final = frozenset({".yaml", ".yml"})


def load(paths: Sequence[Path], environment: Mapping[str, str] = os.environ) -> tuple[BackendSettings, ...]:
    """The backends of all files, in the order given. Raises `SettingsError` with every problem of every file.

    A directory stands for the `*.yaml` and `*.yml` in it, sorted by name; hidden files are left out, since editors
    keep their drafts in them. A file that is named twice is read once.
    """
    problems: list[Problem] = []
    backends: list[BackendSettings] = []
    owners: dict[str, str] = {}
    for file in _files(paths, problems):
        document, found = read(file)
        if document is not None:
            content, unresolved = substitute(document, environment)
            settings, refused = validate(document, _with_churnkeys_key(content, environment))
            found += [*unresolved, *refused, *_name_taken(document, content, owners)]
            if settings is not None:
                backends.append(settings)
        problems += sorted(found, key=lambda problem: problem.line or 0)
    if problems:
        # `from None`: what led here may hold what was written.
        raise SettingsError(problems) from None
    return tuple(backends)


def _with_churnkeys_key(content: dict[str, Value], environment: Mapping[str, str]) -> dict[str, Value]:
    """The content with Churnkey's API key from its variable, where the file asks something of Churnkey without one."""
    section, key = content.get("churnkey"), environment.get(CHURNKEYS_KEY)
    if not isinstance(section, dict) or "api_key" in section or not key:
        return content
    return {**content, "churnkey": {**section, "api_key": key}}


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    read_already: set[str] = set()
    for path in paths:
        for file in _in_directory(path, problems) if _is_directory(path) else [path]:
            # Not Path.resolve, which raises where links go in a circle.
            real = os.path.realpath(file)
            if real not in read_already:
                read_already.add(real)
                yield file


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # Reading it as a file says why.
        return False


def _in_directory(path: Path, problems: list[Problem]) -> list[Path]:
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        problems.append(Problem(str(path), None, "", f"cannot be read: {error.strerror}"))
        return []
    files = [entry for entry in entries if entry.suffix in _SUFFIXES and not entry.name.startswith(".")]
    if not files:
        problems.append(Problem(str(path), None, "", "there is no *.yaml and no *.yml in this directory"))
    return files


def _name_taken(document: Document, content: Mapping[str, Value], owners: dict[str, str]) -> list[Problem]:
    """The problem that two files have one name; looked for also where a file has other problems."""
    name = content.get("name", content.get("backend"))
    if not isinstance(name, str):
        return []
    owner = owners.setdefault(name, document.file)
    if owner == document.file:
        return []
    place = ("name",) if "name" in content else ("backend",)
    return [document.problem(place, f"{owner} has a backend of this name already; give one of them another `name`")]
