"""The kinds of request parameters, and how each reads and refuses what it is given.

A schema is data: a `Record` of names and kinds (see `request_schemas`). Whatever a schema does not name is
refused, at every depth. Lists of objects come by columns, `subscription_items[quantity][0]`, as
https://apidocs.chargebee.com/docs/api/subscriptions shows for every endpoint.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from simulators.chargebee.errors import missing_parameter, not_simulated, unknown_parameter, wrong_format, wrong_value

if TYPE_CHECKING:
    from simulators.forms import Tree
    from simulators.types import Json

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Kind(Protocol):
    """Reads one parameter's raw value. `name` is its full bracketed name, for messages.

    Raises:
        ApiError: 400 with `param` set to `name`.
    """

    def read(self, raw: Tree | str, name: str) -> Any:
        """The typed value, or `""` where the request clears a clearable parameter."""
        ...


@dataclass(frozen=True)
class Text:
    """A string of at most `longest` characters. `clearable`: the empty string unsets it."""

    longest: int | None = None
    clearable: bool = False

    def read(self, raw: Tree | str, name: str) -> str:
        if not isinstance(raw, str):
            raise wrong_format(name)
        if not raw and not self.clearable:
            raise missing_parameter(name)
        if self.longest is not None and len(raw) > self.longest:
            raise wrong_value(name, f"cannot have more than {self.longest} characters")
        return raw


@dataclass(frozen=True)
class Email:
    """An e-mail address of at most 70 characters; the empty string unsets it."""

    def read(self, raw: Tree | str, name: str) -> str:
        value = Text(longest=70, clearable=True).read(raw, name)
        if value and not _EMAIL.fullmatch(value):
            raise wrong_format(name)
        return value


@dataclass(frozen=True)
class Whole:
    """An integer within bounds."""

    minimum: int | None = None
    maximum: int | None = None

    def read(self, raw: Tree | str, name: str) -> int:
        if not isinstance(raw, str) or not _WHOLE.fullmatch(raw):
            raise wrong_format(name)
        value = int(raw)
        if self.minimum is not None and value < self.minimum:
            raise wrong_value(name, f"should be at least {self.minimum}")
        if self.maximum is not None and value > self.maximum:
            raise wrong_value(name, f"should be at most {self.maximum}")
        return value


@dataclass(frozen=True)
class Fraction:
    """A decimal number in a string, kept as text, as Chargebee's members that end in `_in_decimal`."""

    def read(self, raw: Tree | str, name: str) -> str:
        if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
            raise wrong_format(name)
        return raw


@dataclass(frozen=True)
class Flag:
    """`true` or `false`."""

    def read(self, raw: Tree | str, name: str) -> bool:
        if raw not in ("true", "false"):
            raise wrong_format(name)
        return raw == "true"


@dataclass(frozen=True)
class Choice:
    """One of a closed set of words."""

    options: tuple[str, ...]

    def read(self, raw: Tree | str, name: str) -> str:
        if not isinstance(raw, str) or raw not in self.options:
            raise wrong_value(name, f"should be one of {', '.join(self.options)}")
        return raw


@dataclass(frozen=True)
class JsonObject:
    """An object as JSON, such as `meta_data`. The Python package sends a dict's repr, which is none."""

    def read(self, raw: Tree | str, name: str) -> Json:
        if not isinstance(raw, str):
            raise wrong_format(name)
        try:
            value = json.loads(raw)
        except ValueError:
            raise wrong_format(name) from None
        if not isinstance(value, dict):
            raise wrong_format(name)
        return value


def in_order(raw: Tree | str, name: str) -> list[tuple[int, Tree | str]]:
    """The values of an indexed parameter by rising index.

    Raises:
        ApiError: 400 if it has no indices.
    """
    if isinstance(raw, str) or not all(key.isdecimal() for key in raw):
        raise wrong_format(name)
    return sorted((int(key), value) for key, value in raw.items())


@dataclass(frozen=True)
class Sequence:
    """A list: `coupon_ids[0]=a&coupon_ids[1]=b`."""

    of: Kind

    def read(self, raw: Tree | str, name: str) -> list[Any]:
        return [self.of.read(value, f"{name}[{index}]") for index, value in in_order(raw, name)]


@dataclass(frozen=True)
class Record:
    """A hash with known members. `custom`: it also takes custom fields, whose names begin with `cf_`."""

    fields: dict[str, Kind]
    required: tuple[str, ...] = ()
    custom: bool = False

    def read(self, raw: Tree | str, name: str) -> Json:
        if isinstance(raw, str):
            raise wrong_format(name)
        values: Json = {}
        for key, value in raw.items():
            inner = f"{name}[{key}]" if name else key
            kind = _CUSTOM_FIELD if self.custom and key.startswith("cf_") else self.fields.get(key)
            if kind is None:
                raise unknown_parameter(inner)
            values[key] = kind.read(value, inner)
        for key in self.required:
            if key not in values:
                raise missing_parameter(f"{name}[{key}]" if name else key)
        return values


_CUSTOM_FIELD = Text(longest=250, clearable=True)


@dataclass(frozen=True)
class Rows:
    """A list of objects, sent by columns: `subscription_items[item_price_id][0]=a`.

    Each object that is read also has its `index`, so that what is wrong with it can be named.
    """

    fields: dict[str, Kind]
    required: tuple[str, ...] = field(default=())

    def read(self, raw: Tree | str, name: str) -> list[Json]:
        if isinstance(raw, str):
            raise wrong_format(name)
        rows: dict[int, Json] = {}
        for column, cells in raw.items():
            kind = self.fields.get(column)
            if kind is None:
                raise unknown_parameter(f"{name}[{column}]")
            for index, value in in_order(cells, f"{name}[{column}]"):
                row = rows.setdefault(index, {"index": index})
                row[column] = kind.read(value, f"{name}[{column}][{index}]")
        for index, row in rows.items():
            for column in self.required:
                if column not in row:
                    raise missing_parameter(f"{name}[{column}][{index}]")
        return [rows[index] for index in sorted(rows)]


@dataclass(frozen=True)
class NotSimulated:
    """A parameter of Chargebee's that the simulator refuses rather than ignores."""

    def read(self, raw: Tree | str, name: str) -> Any:
        raise not_simulated(name)
