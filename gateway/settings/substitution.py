"""Puts variables and files in the place of `${VAR}` and `{file: ...}`. What is put in is data: it is not read again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gateway.settings.document import UNUSABLE, Document, Location, Value, looks_like_a_key
from gateway.settings.errors import Problem
from gateway.settings.source import UnreadableError, read_text

MAXIMUM_SECRET_BYTES: Final = 64 * 1024

_REFERENCE: Final = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}|\$\{")


def substitute(document: Document, environment: Mapping[str, str]) -> tuple[dict[str, Value], list[Problem]]:
    """The content with every reference replaced, and what could not be.

    `${VAR}` must be set, though it may be empty; `${VAR:-default}` takes the default when it is not set or empty, as a
    shell does; `$${` stands for `${`. A mapping with the single key `file` becomes that file's text without one line
    break at its end.
    """
    substitution = _Substitution(document, environment)
    content = {key: substitution.value(value, (key,)) for key, value in document.content.items()}
    return content, substitution.problems


class _Substitution:
    def __init__(self, document: Document, environment: Mapping[str, str]) -> None:
        self._document = document
        self._environment = environment
        self.problems: list[Problem] = []

    def value(self, value: Value, location: Location) -> Value:
        if isinstance(value, str):
            return self._text(value, location)
        if isinstance(value, list):
            return [self.value(item, (*location, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            if value.keys() == {"file"}:
                return self._file(value["file"], location)
            return {key: self.value(item, (*location, key)) for key, item in value.items()}
        return value

    def _unusable(self, location: Location, message: str) -> Value:
        self.problems.append(self._document.problem(location, message))
        return UNUSABLE

    def _text(self, text: str, location: Location) -> Value:
        missing: list[str] = []

        def replace(match: re.Match[str]) -> str:
            name, default = match["name"], match["default"]
            if name is None:
                if match[0] == "${":
                    missing.append("${ does not begin ${VARIABLE} or ${VARIABLE:-default}; $${ stands for ${ itself")
                return "${"
            if default is None:
                if name not in self._environment:
                    missing.append(f"the variable {_shown(name)} is not set")
                return self._environment.get(name, "")
            if "${" in default:
                missing.append(f"the default of the variable {_shown(name)} cannot hold another variable")
            return self._environment.get(name) or default

        replaced = _REFERENCE.sub(replace, text)
        if not missing:
            return replaced
        for message in dict.fromkeys(missing):
            self._unusable(location, message)
        return UNUSABLE

    def _file(self, written: Value, location: Location) -> Value:
        if not isinstance(written, str):
            return written if written is UNUSABLE else self._unusable(location, "file must be a path")
        name = self._text(written, (*location, "file"))
        if not isinstance(name, str):
            return UNUSABLE
        if not Path(name).is_absolute():
            return self._unusable((*location, "file"), "must be an absolute path")
        try:
            text = read_text(Path(name), MAXIMUM_SECRET_BYTES)
        except UnreadableError as error:
            # The path as it was written: a variable in it may be what nobody should see.
            return self._unusable((*location, "file"), f"{written}: {error.message}")
        return text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")


def _shown(variable: str) -> str:
    """The name, unless it may be the secret itself, put where the name of its variable belongs."""
    return variable if variable.isupper() or looks_like_a_key(variable) else "named here"
