"""Reads the YAML of one backend: values, lines, and an error for everything YAML has that settings do not need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from gateway.settings.document import UNUSABLE, Document, Location, Value, dotted
from gateway.settings.errors import Problem
from gateway.settings.syntax import ALIASES, TAGS, explain

MAXIMUM_BYTES: Final = 256 * 1024
"""Settings are a page or two; more than this is another file by mistake."""
_DEEPEST: Final = 16
_TEXT: Final = "tag:yaml.org,2002:str"
_MERGE: Final = "tag:yaml.org,2002:merge"


def read(path: Path) -> tuple[Document | None, list[Problem]]:
    """The content of a file, as far as it could be read, and what is wrong with it. Raises nothing."""
    file = str(path)
    try:
        text = read_text(path, MAXIMUM_BYTES)
    except UnreadableError as error:
        return None, [Problem(file, error.line, "", error.message)]
    try:
        refused = list(_refused(file, text))
        root = None if refused else YAML(typ="safe", pure=True).compose(text)
    except _Ending as ending:
        return None, [ending.problem]
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return None, [Problem(file, line, "", "a control character stands here, which YAML does not allow")]
    except MarkedYAMLError as error:
        return None, [Problem(file, *explain(error))]
    except (YAMLError, ValueError, OverflowError):
        # The parser lets errors of Python's own through, for an escape beyond Unicode and the like.
        return None, [Problem(file, None, "", "is not valid YAML")]
    if refused:
        return None, refused
    if root is None or _is_null(root):
        return None, [Problem(file, None, "", "is empty")]
    if not isinstance(root, MappingNode):
        return None, [Problem(file, root.start_mark.line + 1, "", "must be a mapping (key: value) at the top")]
    return _Builder(file).document(root)


class UnreadableError(Exception):
    """A file that cannot be used as text. `message` says why, in words; `line` is known for a broken encoding."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_text(path: Path, maximum: int) -> str:
    """The text of a regular file of at most `maximum` bytes. Raises `UnreadableError`."""
    try:
        if not path.exists():
            raise UnreadableError("there is no such file")
        # A pipe or a device could keep the start waiting for ever.
        if not path.is_file():
            raise UnreadableError("is not a regular file")
        with path.open("rb") as stream:
            content = stream.read(maximum + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise UnreadableError(f"cannot be read: {reason or 'not a file name'}") from None
    if len(content) > maximum:
        raise UnreadableError(f"is larger than {maximum // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError("is not UTF-8", line) from None


class _Ending(Exception):
    """What is read makes no sense to go on with."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(file, line, "", message)


def _refused(file: str, text: str) -> Iterator[Problem]:
    """What YAML has and settings do not need, found before anything is built from it. Raises `_Ending`."""
    documents = depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Ending(file, line, "a second document begins here (---); there can be only one")
            if event.version or event.tags:
                raise _Ending(file, line, "directives (%YAML, %TAG) are not supported")
        elif isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _Ending(file, line, f"is nested more than {_DEEPEST} deep")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if isinstance(event, NodeEvent) and event.anchor is not None:
            # Aliases of aliases grow without bound, and settings are short enough to be written out.
            yield Problem(file, line, "", ALIASES)
        elif isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            yield Problem(file, line, "", TAGS)


class _Builder:
    """Plain values and their lines out of a composed tree."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: dict[Location, int] = {}
        self._problems: list[Problem] = []
        # Only for scalars; it knows the resolver of its YAML object and does not work without one.
        self._constructor: SafeConstructor = YAML(typ="safe", pure=True).constructor

    def document(self, root: MappingNode) -> tuple[Document, list[Problem]]:
        self._lines[()] = root.start_mark.line + 1
        content = self._mapping(root, ())
        return Document(self._file, content, self._lines), self._problems

    def _report(self, location: Location, line: int, message: str) -> None:
        self._problems.append(Problem(self._file, line, dotted(location), message))

    def _value(self, node: Node, location: Location) -> Value:
        if isinstance(node, MappingNode):
            return self._mapping(node, location)
        if isinstance(node, SequenceNode):
            return [self._item(item, (*location, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, location)

    def _item(self, node: Node, location: Location) -> Value:
        self._lines[location] = node.start_mark.line + 1
        return self._value(node, location)

    def _mapping(self, node: MappingNode, location: Location) -> dict[str, Value]:
        content: dict[str, Value] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if str(key.tag) == _MERGE:
                self._report(location, line, "merge keys (<<) are not supported")
            elif str(key.tag) != _TEXT:
                self._report(location, line, "a key must be text; in quotes where it is a number, true, false or empty")
            elif key.value in content:
                first = self._lines[(*location, key.value)]
                self._report((*location, key.value), line, f"the key is there already, in line {first}")
            else:
                self._lines[(*location, key.value)] = line
                content[key.value] = self._value(value, (*location, key.value))
        return content

    def _scalar(self, node: Node, location: Location) -> Value:
        line = self._lines[location]
        if _is_null(node):
            # An empty allow-list could mean all or nothing, an empty action on or off: nothing is guessed.
            self._report(location, line, "has no value; give it one, or leave the key out")
            return UNUSABLE
        try:
            match str(node.tag):
                case "tag:yaml.org,2002:bool":
                    return bool(self._constructor.construct_yaml_bool(node))
                case "tag:yaml.org,2002:int":
                    return int(self._constructor.construct_yaml_int(node))
                case "tag:yaml.org,2002:float":
                    return float(self._constructor.construct_yaml_float(node))
        except (ValueError, OverflowError):
            self._report(location, line, "is not a number that can be used; text of digits goes in quotes")
            return UNUSABLE
        # Times and the like stay as they were written: no setting is one.
        return str(node.value)


def _is_null(node: Node) -> bool:
    return str(node.tag) == "tag:yaml.org,2002:null"
