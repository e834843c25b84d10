"""Reading JSON the way a reader in JavaScript does, which is what Churnkey's samples are."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn, TypeAlias, TypeGuard

JsonObject: TypeAlias = dict[str, Any]


def parse(body: bytes) -> object:
    """The document in these bytes. Raises `ValueError` where `JSON.parse` would, and where it is absurdly deep.

    `10.0` is 10: a reader in JavaScript cannot tell them apart.
    """
    try:
        document: object = _DECODER.decode(body.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return document


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether this is a JSON object."""
    return isinstance(value, dict)


def inner(owner: object, name: str) -> JsonObject:
    """The object that is a member of this, or an empty one: what is no object is told of elsewhere."""
    found = owner.get(name) if is_object(owner) else None
    return found if is_object(found) else {}


def kind(value: object) -> str:
    """What kind of JSON value this is, in words, and nothing of the value."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case str():
            return "a string" if value else "an empty string"
        case list():
            return "an array"
        case _:
            return "an object"


def _number(literal: str) -> int | float:
    number = float(literal)
    return int(number) if number.is_integer() else number


def _refuse(constant: str) -> NoReturn:
    # Python reads NaN and Infinity, which are no JSON.
    raise ValueError("no JSON")


_DECODER: Final = json.JSONDecoder(parse_float=_number, parse_constant=_refuse)
