"""The parameters of a call, spelled as the package spells them: for an address, or for the body of a write.

Lists are indexed and objects named: `expand[0]=data.discounts`, `items[0][price]=price_1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote_plus


def query(parameters: Mapping[str, object]) -> str:
    """The parameters, without a question mark; None is left out. Raises `TypeError` for what it has no spelling for."""
    return "&".join(_pairs(parameters.items()))


def _pairs(members: Iterable[tuple[str, object]]) -> Iterator[str]:
    for name, value in members:
        match value:
            case str():
                yield f"{name}={quote_plus(value)}"
            case bool():
                yield f"{name}={str(value).lower()}"
            case int():
                yield f"{name}={value}"
            case float():
                yield f"{name}={quote_plus(str(value))}"
            case None | []:
                continue
            case list() if name == "expand":
                yield _expansions(tuple(value))
            case list():
                yield from _pairs((f"{name}[{index}]", one) for index, one in enumerate(value))
            case dict():
                yield from _pairs((f"{name}[{quote_plus(key)}]", one) for key, one in value.items())
            case _:
                raise TypeError(f"the parameter {name} cannot be sent")


@lru_cache
def _expansions(paths: Sequence[str]) -> str:
    """Of these there are a dozen in the whole adapter."""
    return "&".join(f"expand[{index}]={quote_plus(path)}" for index, path in enumerate(paths))
