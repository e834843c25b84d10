"""The kinds of values in queries and in bodies, and how each reads and refuses what it is given.

A schema is data: a `Record` of names and kinds (see `schemas`). What a schema does not name is refused, at every
depth. Whether Paddle itself refuses an unknown name is not documented; here a misspelt one must not pass unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from simulators.paddle import moments
from simulators.paddle.errors import bad_request, invalid_field, not_simulated
from simulators.paddle.identifiers import is_identifier

if TYPE_CHECKING:
    from simulators.paddle.errors import FieldProblem
    from simulators.types import Json

_WHOLE = re.compile(r"[0-9]{1,9}")
_LONGEST_QUERY_VALUE = 100


class Problem(Exception):
    """What is wrong with one value. `invalid_field`: its form is right, as for a word that is no choice."""

    def __init__(self, message: str, *, field: str, invalid_field: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.invalid_field = invalid_field


class Kind(Protocol):
    """Reads one raw value: a string in a query, any JSON in a body.

    Raises:
        Problem: the value does not fit.
    """

    def read(self, raw: Any, name: str) -> Any:
        """The typed value. `name` is the field's full name."""
        ...


@dataclass(frozen=True)
class Identifier:
    """An id of one kind."""

    prefix: str

    def read(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str) or not is_identifier(raw, self.prefix):
            raise Problem("invalid input", field=name)
        return raw


@dataclass(frozen=True)
class Choice:
    """One of a closed set of words."""

    options: tuple[str, ...]

    def read(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str):
            raise Problem("must be a string", field=name)
        if raw not in self.options:
            raise Problem(f"must be one of: {', '.join(self.options)}", field=name, invalid_field=True)
        return raw


@dataclass(frozen=True)
class Whole:
    """A positive integer of a body."""

    def read(self, raw: Any, name: str) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise Problem("must be an integer", field=name)
        if raw < 1:
            raise Problem("must be at least 1", field=name, invalid_field=True)
        return raw


@dataclass(frozen=True)
class Moment:
    """An RFC 3339 time, or one of the words that may stand in its place."""

    words: tuple[str, ...] = ()

    def read(self, raw: Any, name: str) -> Any:
        if isinstance(raw, str) and raw in self.words:
            return raw
        try:
            return moments.read(raw)
        except (TypeError, ValueError):
            raise Problem("must be an RFC 3339 date and time", field=name) from None


@dataclass(frozen=True)
class CustomData:
    """Any JSON object."""

    def read(self, raw: Any, name: str) -> Json:
        if not isinstance(raw, dict):
            raise Problem("must be an object", field=name)
        return raw


@dataclass(frozen=True)
class Anything:
    """For the endpoint to judge."""

    def read(self, raw: Any, name: str) -> Any:
        return raw


@dataclass(frozen=True)
class Nullable:
    """A value that may be null."""

    of: Kind

    def read(self, raw: Any, name: str) -> Any:
        return None if raw is None else self.of.read(raw, name)


@dataclass(frozen=True)
class Sequence:
    """A JSON array."""

    of: Kind

    def read(self, raw: Any, name: str) -> list[Any]:
        if not isinstance(raw, list):
            raise Problem("must be an array", field=name)
        return [self.of.read(value, f"{name}[{index}]") for index, value in enumerate(raw)]


@dataclass(frozen=True)
class NotSimulated:
    """A field of Paddle's that the simulator refuses rather than ignores."""

    def read(self, raw: Any, name: str) -> Any:
        raise not_simulated(name)


@dataclass(frozen=True)
class Comma:
    """A query's list: values of one kind with commas between them."""

    of: Kind

    def read(self, raw: Any, name: str) -> tuple[Any, ...]:
        return tuple(self.of.read(value, name) for value in raw.split(","))


@dataclass(frozen=True)
class QueryText:
    """A query's text of at most a hundred characters."""

    def read(self, raw: Any, name: str) -> str:
        if not raw or len(raw) > _LONGEST_QUERY_VALUE:
            raise Problem(f"must have 1 to {_LONGEST_QUERY_VALUE} characters", field=name, invalid_field=True)
        return str(raw)


@dataclass(frozen=True)
class Flag:
    """A query's `true` or `false`."""

    def read(self, raw: Any, name: str) -> bool:
        if raw not in ("true", "false"):
            raise Problem("must be true or false", field=name)
        return bool(raw == "true")


@dataclass(frozen=True)
class PageSize:
    """How many rows a page has. What is above the most is lowered without a word, as Paddle does."""

    most: int = 200

    def read(self, raw: Any, name: str) -> int:
        if not _WHOLE.fullmatch(raw) or int(raw) == 0:
            raise Problem("must be a positive integer", field=name)
        return min(int(raw), self.most)


@dataclass(frozen=True)
class Ordering:
    """`field[ASC]` or `field[DESC]`; read as the field and whether it descends."""

    fields: tuple[str, ...] = ("id",)

    def read(self, raw: Any, name: str) -> tuple[str, bool]:
        field, _, direction = raw.partition("[")
        if field not in self.fields or direction.upper() not in ("ASC]", "DESC]"):
            raise Problem(f"must be one of: {', '.join(self.fields)}, with [ASC] or [DESC]", field=name)
        return field, direction.upper() == "DESC]"


@dataclass(frozen=True)
class Record:
    """An object with known members."""

    fields: Mapping[str, Kind]
    required: tuple[str, ...] = ()

    def read(self, raw: Any, name: str) -> Json:
        if not isinstance(raw, dict):
            raise Problem("must be an object", field=name)
        prefix = f"{name}." if name else ""
        values: Json = {}
        for key, value in raw.items():
            kind = self.fields.get(key)
            if kind is None:
                raise Problem("is not a known field", field=f"{prefix}{key}")
            values[key] = kind.read(value, f"{prefix}{key}")
        for key in self.required:
            if key not in values:
                raise Problem("is required", field=f"{prefix}{key}")
        return values

    def read_all(self, raw: Mapping[str, Any]) -> Json:
        """A whole query or body, with everything that is wrong with it told at once. None has required fields.

        Raises:
            ApiError: 400 `bad_request`, or `invalid_field` if only values are wrong.
        """
        values: Json = {}
        problems: list[FieldProblem] = []
        of_form = False
        for key, value in raw.items():
            try:
                values.update(Record(self.fields).read({key: value}, ""))
            except Problem as problem:
                problems.append((problem.field, problem.message))
                of_form = of_form or not problem.invalid_field
        if problems:
            raise bad_request(*problems) if of_form else invalid_field(*problems)
        return values
