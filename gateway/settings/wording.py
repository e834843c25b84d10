"""What the models refuse, in words for the person who wrote the file, and without what was written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Final, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from gateway.settings.document import Location, Value

_LIST: Final = "must be a list: [one, two], or one to a line after -"
_WHOLE_NUMBER: Final = "must be a whole number"
_NUMBER: Final = "must be a number"
_SWITCH: Final = "must be true or false"
_BY_TYPE: Final = {
    "missing": "is required",
    "string_type": "must be text; a number, true or false that is meant as text goes in quotes",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
}
_SECTION_TYPES: Final = frozenset({"model_type", "model_attributes_type", "dict_type"})

# These take their text from the model's author, or quote what they were given.
_FOREIGN: Final = frozenset({"value_error", "assertion_error", "union_tag_invalid"})
_OWN: Final = frozenset(get_args(ErrorType)) - _FOREIGN
_WITHHELD: Final = "is not valid (the reason repeats what was written, and is withheld)"
_SHORTEST_SECRET: Final = 6


def reworded(error: ErrorDetails, model: type[BaseModel], written: Value | None) -> str:
    """The message for one refusal by `model`. `written` is what stands at the place, used only to keep it out."""
    kind, location = error["type"], error["loc"]
    if kind == "extra_forbidden":
        return unknown_key(str(location[-1]), known_keys(model, location[:-1]))
    if kind in _SECTION_TYPES:
        return _section(known_keys(model, location))
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind == "too_short":
        return f"must have {error['ctx']['min_length']} or more entries"
    if kind == "too_long":
        return f"must have {error['ctx']['max_length']} entries or fewer"
    message = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if kind not in _OWN and _repeats(message, written):
        return _WITHHELD
    return re.sub(r"^[A-Z][a-z]*( [a-z]+)? should ", "must ", message)


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Says which key may be meant, or which there are."""
    known = sorted(known)
    nearest = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1)
    if nearest:
        return f"unknown key; did you mean {nearest[0]}?"
    return f"unknown key; the keys here are {', '.join(known)}" if known else "unknown key; there are none here"


def known_keys(model: type[BaseModel], location: Location) -> set[str]:
    """The keys of the section at a place below `model`; empty where there is no section."""
    found = [model]
    for part in location:
        if isinstance(part, str):
            fields = [section.model_fields[part] for section in found if part in section.model_fields]
            found = [section for field in fields for section in _sections(field.annotation)]
    return {key for section in found for key in section.model_fields}


def _sections(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _sections(argument)


def _section(keys: set[str]) -> str:
    text = f"must be a section with keys of its own: {', '.join(sorted(keys))}"
    return text.replace("must be", "must be true, false or", 1) if "enabled" in keys else text


def _repeats(message: str, written: Value | None) -> bool:
    return any(len(text) >= _SHORTEST_SECRET and text in message for text in _texts(written))


def _texts(value: Value | None) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None:
        yield str(value)
        # An author's {value!r} doubles backslashes and escapes quotes.
        yield repr(value).strip("'\"")
