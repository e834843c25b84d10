"""The parameters of a GET in its address, spelled as the package spells them.

Texts, numbers, booleans and lists of texts are all that the reads need; lists are indexed: `expand[0]=data.discounts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote_plus


def query(parameters: Mapping[str, object]) -> str:
    """The query, without its question mark. Raises `TypeError` for a value it has no spelling for."""
    return "&".join(filter(None, (_spelled(name, value) for name, value in parameters.items())))


def _spelled(name: str, value: object) -> str:
    match value:
        case str():
            return f"{name}={quote_plus(value)}"
        case bool():
            return f"{name}={str(value).lower()}"
        case int():
            return f"{name}={value}"
        case list() if name == "expand":
            return _expansions(tuple(value))
        case list():
            return "&".join(_spelled(f"{name}[{index}]", one) for index, one in enumerate(value))
        case _:
            raise TypeError(f"the parameter {name} cannot be sent in an address")


@lru_cache
def _expansions(paths: Sequence[str]) -> str:
    """Of these there are a dozen in the whole adapter."""
    return "&".join(f"expand[{index}]={quote_plus(path)}" for index, path in enumerate(paths))
