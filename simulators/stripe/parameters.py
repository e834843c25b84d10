"""The kinds of request parameters, and how each reads and refuses what it is given.

A schema is data: a `Record` of names and kinds (see `request_schemas`). Whatever a schema does not name is
refused with `parameter_unknown`, at every depth, as Stripe does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from simulators.stripe.errors import ApiError, malformed, missing_parameter, not_simulated

if TYPE_CHECKING:
    from simulators.forms import Tree
    from simulators.types import Json

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


class Kind(Protocol):
    """Reads one parameter's raw value. `name` is its full bracketed name, for messages.

    Raises:
        ApiError: 400 with `param` set to `name`.
    """

    def read(self, raw: Tree | str, name: str) -> Any:
        """The typed value, or `""` where the request clears a clearable parameter."""
        ...


def _empty(name: str) -> ApiError:
    return malformed(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty "
        "value.",
        param=name,
        code="parameter_invalid_empty",
    )


@dataclass(frozen=True)
class Text:
    """A string. `clearable`: the empty string unsets it."""

    clearable: bool = False

    def read(self, raw: Tree | str, name: str) -> str:
        if not isinstance(raw, str):
            raise malformed(f"Invalid string: {raw}", param=name)
        if not raw and not self.clearable:
            raise _empty(name)
        return raw


@dataclass(frozen=True)
class Whole:
    """An integer within bounds. `words` are strings accepted beside numbers, such as `now`."""

    minimum: int | None = None
    maximum: int | None = None
    words: tuple[str, ...] = ()

    def read(self, raw: Tree | str, name: str) -> int | str:
        if isinstance(raw, str) and raw in self.words:
            return raw
        if raw == "":
            raise _empty(name)
        if not isinstance(raw, str) or not _WHOLE.fullmatch(raw):
            raise malformed(f"Invalid integer: {raw}", param=name, code="parameter_invalid_integer")
        value = int(raw)
        if self.minimum is not None and value < self.minimum:
            raise self._out_of_bounds("greater", self.minimum, name)
        if self.maximum is not None and value > self.maximum:
            raise self._out_of_bounds("less", self.maximum, name)
        return value

    def _out_of_bounds(self, side: str, bound: int, name: str) -> ApiError:
        return malformed(
            f"This value must be {side} than or equal to {bound}.",
            param=name,
            code="parameter_invalid_integer",
        )


@dataclass(frozen=True)
class Number:
    """A number with a fractional part, such as a percentage."""

    def read(self, raw: Tree | str, name: str) -> float:
        if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
            raise malformed(f"Invalid decimal: {raw}", param=name)
        return float(raw)


@dataclass(frozen=True)
class Fraction:
    """A decimal string with at most twelve places, kept as text, as Stripe's `unit_amount_decimal`."""

    def read(self, raw: Tree | str, name: str) -> str:
        if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
            raise malformed(f"Invalid decimal: {raw}", param=name)
        return format(Decimal(raw).normalize(), "f")


@dataclass(frozen=True)
class Flag:
    """`true` or `false`."""

    def read(self, raw: Tree | str, name: str) -> bool:
        if raw not in ("true", "false"):
            raise malformed(f"Invalid boolean: {raw}", param=name)
        return raw == "true"


@dataclass(frozen=True)
class Choice:
    """One of a closed set of words."""

    options: tuple[str, ...]
    clearable: bool = False

    def read(self, raw: Tree | str, name: str) -> str:
        if raw == "" and self.clearable:
            return ""
        if not isinstance(raw, str) or raw not in self.options:
            *most, last = self.options
            listed = f"{', '.join(most)}, or {last}" if len(most) > 1 else " or ".join(self.options)
            raise malformed(f"Invalid {name}: must be one of {listed}", param=name)
        return raw


@dataclass(frozen=True)
class Metadata:
    """Up to 50 keys of at most 40 characters with values of at most 500; `""` clears, as does `""` for one
    key.

    Limits: https://docs.stripe.com/api/metadata
    """

    def read(self, raw: Tree | str, name: str) -> dict[str, str] | str:
        if isinstance(raw, str):
            if raw:
                raise malformed(f"Invalid hash: {raw}", param=name)
            return ""
        values: dict[str, str] = {}
        for key, value in raw.items():
            if not isinstance(value, str):
                raise malformed("Metadata values must be strings.", param=f"{name}[{key}]")
            if len(key) > 40 or len(value) > 500:
                raise malformed(
                    "Metadata keys can have up to 40 characters and values up to 500 characters.",
                    param=f"{name}[{key}]",
                )
            values[key] = value
        if len(values) > 50:
            raise malformed("You can specify up to 50 metadata keys.", param=name)
        return values


@dataclass(frozen=True)
class Sequence:
    """A list, in the order of its indices."""

    of: Kind
    maximum: int | None = None
    clearable: bool = False

    def read(self, raw: Tree | str, name: str) -> list[Any] | str:
        if raw == "" and self.clearable:
            return ""
        if isinstance(raw, str) or not all(key.isdecimal() for key in raw):
            raise malformed("Invalid array", param=name)
        if self.maximum is not None and len(raw) > self.maximum:
            raise malformed(f"Array {name} exceeded maximum {self.maximum} allowed elements.", param=name)
        ordered = sorted(raw.items(), key=lambda entry: int(entry[0]))
        return [self.of.read(value, f"{name}[{index}]") for index, value in ordered]


@dataclass(frozen=True)
class Record:
    """A hash with known members."""

    fields: dict[str, Kind]
    required: tuple[str, ...] = ()
    clearable: bool = False

    def read(self, raw: Tree | str, name: str) -> Json | str:
        if isinstance(raw, str):
            if raw == "" and self.clearable:
                return ""
            raise malformed("Invalid object", param=name)
        values: Json = {}
        for key, value in raw.items():
            inner = f"{name}[{key}]" if name else key
            kind = self.fields.get(key)
            if kind is None:
                raise malformed(f"Received unknown parameter: {inner}", param=inner, code="parameter_unknown")
            values[key] = kind.read(value, inner)
        for key in self.required:
            if key not in values:
                raise missing_parameter(f"{name}[{key}]" if name else key)
        return values

    def read_all(self, raw: Tree) -> Json:
        """The parameters of a whole request."""
        values = self.read(raw, "")
        return values if isinstance(values, dict) else {}


@dataclass(frozen=True)
class ByCurrency:
    """A hash with currency codes as its keys."""

    of: Kind

    def read(self, raw: Tree | str, name: str) -> Json:
        if isinstance(raw, str):
            raise malformed("Invalid object", param=name)
        for key in raw:
            if not re.fullmatch("[a-z]{3}", key):
                raise malformed(f"Invalid currency: {key}", param=f"{name}[{key}]")
        return {key: self.of.read(value, f"{name}[{key}]") for key, value in raw.items()}


@dataclass(frozen=True)
class Moments:
    """A Unix timestamp, or a range of them: a list filter."""

    exact: Whole = field(default_factory=Whole)
    bounds: Record = field(
        default_factory=lambda: Record({name: Whole() for name in ("gt", "gte", "lt", "lte")}),
    )

    def read(self, raw: Tree | str, name: str) -> Any:
        return self.exact.read(raw, name) if isinstance(raw, str) else self.bounds.read(raw, name)


@dataclass(frozen=True)
class NotSimulated:
    """A parameter of Stripe's that the simulator refuses rather than ignores."""

    def read(self, raw: Tree | str, name: str) -> Any:
        raise not_simulated(name)
