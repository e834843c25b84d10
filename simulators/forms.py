"""Bracket-encoded parameters: `items[0][price]=a&expand[]=b` to nested values.

Lists come out as dicts with the indices as keys, in the order given; whether a value is a list, a map or a
string is for the endpoint's schema to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable

Tree = dict[str, "Tree | str"]
Pairs = tuple[tuple[str, str], ...]


class MalformedName(ValueError):
    """A parameter's name that cannot be read; `name` as it was sent."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


def pairs(encoded: str) -> Pairs:
    """The name and value pairs of a query string or a form body, in order, blank values kept."""
    return tuple(parse_qsl(encoded, keep_blank_values=True))


def nested(flat: Iterable[tuple[str, str]]) -> Tree:
    """Name and value pairs as a tree.

    Raises:
        MalformedName: a name's brackets do not pair up, or one name is used as a value and as a container.
    """
    tree: Tree = {}
    for name, value in flat:
        *containers, last = _segments(name)
        node = tree
        for segment in containers:
            child = node.setdefault(segment or str(len(node)), {})
            if isinstance(child, str):
                raise MalformedName(f"Invalid hash: {name}", name)
            node = child
        node[last or str(len(node))] = value
    return tree


def _segments(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [head]
    if not head or not rest.endswith("]"):
        raise MalformedName(f"Invalid parameter name: {name}", name)
    inner = rest[:-1].split("][")
    if any("[" in segment or "]" in segment for segment in inner):
        raise MalformedName(f"Invalid parameter name: {name}", name)
    return [head, *inner]
