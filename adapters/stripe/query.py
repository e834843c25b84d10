"""The parameters of a call, spelled as the package spells them: for an address, or for the body of a write.

Lists are indexed and objects named: `expand[0]=data.discounts`, `items[0][price]=price_1`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote_plus


def query(parameters: Mapping[str, object]) -> str:
    """The parameters, without a question mark; None is left out. Raises `TypeError` for what it has no spelling for."""
    pairs: list[str] = []
    for name, value in parameters.items():
        _spell(name, value, pairs)
    return "&".join(pairs)


def _spell(name: str, value: object, pairs: list[str]) -> None:
    if isinstance(value, str):
        pairs.append(f"{name}={_quoted(value)}")
    elif isinstance(value, bool):
        pairs.append(f"{name}={'true' if value else 'false'}")
    elif isinstance(value, (int, float)):
        # Of all that a number is written with, a plus sign alone (1e+16) would be read as something else.
        pairs.append(f"{name}={str(value).replace('+', '%2B')}")
    elif isinstance(value, list):
        if name == "expand":
            pairs.extend(_expansions(tuple(value)))
        else:
            for index, one in enumerate(value):
                _spell(f"{name}[{index}]", one, pairs)
    elif isinstance(value, dict):
        for key, one in value.items():
            _spell(f"{name}[{_quoted(key)}]", one, pairs)
    elif value is not None:
        raise TypeError(f"the parameter {name} cannot be sent")


def _quoted(text: str) -> str:
    # An identifier of plain letters, which nearly every id is, needs no quoting.
    return text if text.isascii() and text.isidentifier() else quote_plus(text)


@lru_cache
def _expansions(paths: Sequence[str]) -> tuple[str, ...]:
    """Of these there are a dozen in the whole adapter."""
    return tuple(f"expand[{index}]={quote_plus(path)}" for index, path in enumerate(paths))
