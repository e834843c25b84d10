"""Filters of lists: `status[in]=["active"]`, `created_at[after]=1506418805`, `sort_by[asc]=created_at`.

Kinds of filters are those of the Python package 3.29.0; which operators each list takes is narrower, and from
the validators that Chargebee generates for its Node package 3.31.0. `in`, `not_in` and `between` take an array
as JSON in a string. The Python package sends a list's repr instead, with single quotes; that Chargebee reads
it is only to be inferred from its doing so.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.chargebee.errors import unknown_parameter, wrong_format, wrong_value
from simulators.chargebee.parameters import Choice, Flag, Kind, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.forms import Tree

_DAY = 86_400
_LISTS = ("in", "not_in", "between")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a member has to satisfy, such as being `in` a tuple of ids."""

    operator: str
    operand: Any

    def holds(self, value: Any) -> bool:
        """Whether a value satisfies it. An absent one is None; of a set one element has to."""
        if isinstance(value, frozenset) and self.operator in _NEGATIVE:
            return all(_OPERATORS[self.operator](element, self.operand) for element in value)
        if isinstance(value, frozenset):
            return any(_OPERATORS[self.operator](element, self.operand) for element in value)
        return _OPERATORS[self.operator](value, self.operand)


@dataclass(frozen=True, slots=True)
class Sort:
    """In which order a list is served."""

    key: str
    descending: bool


_NEGATIVE = ("is_not", "not_in")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, operand: value == operand,
    "is_not": lambda value, operand: value != operand,
    "starts_with": lambda value, operand: isinstance(value, str) and value.startswith(operand),
    "in": lambda value, operand: value in operand,
    "not_in": lambda value, operand: value not in operand,
    "is_present": lambda value, operand: (value is not None) == operand,
    "lt": lambda value, operand: value is not None and value < operand,
    "lte": lambda value, operand: value is not None and value <= operand,
    "gt": lambda value, operand: value is not None and value > operand,
    "gte": lambda value, operand: value is not None and value >= operand,
    "after": lambda value, operand: value is not None and value > operand,
    "before": lambda value, operand: value is not None and value < operand,
    "on": lambda value, operand: value is not None and value // _DAY == operand // _DAY,
    "between": lambda value, operand: value is not None and operand[0] <= value <= operand[1],
}


@dataclass(frozen=True)
class Filter:
    """A filter on one member; reading it gives its conditions, all of which have to hold.

    `of` reads one operand. `operators` are those that the list takes.
    """

    of: Kind
    operators: tuple[str, ...]

    def read(self, raw: Tree | str, name: str) -> list[Condition]:
        if isinstance(raw, str):
            raise wrong_value(name, "an operator is needed, such as [is]")
        conditions = []
        for operator, operand in raw.items():
            inner = f"{name}[{operator}]"
            if operator not in self.operators:
                raise unknown_parameter(inner)
            conditions.append(Condition(operator, self._operand(operator, operand, inner)))
        return conditions

    def _operand(self, operator: str, raw: Tree | str, name: str) -> Any:
        if operator == "is_present":
            return Flag().read(raw, name)
        if operator not in _LISTS:
            return self.of.read(raw, name)
        values = tuple(self.of.read(value, name) for value in _array(raw, name))
        if operator == "between" and len(values) != 2:
            raise wrong_format(name)
        return values


def _array(raw: Tree | str, name: str) -> list[str]:
    """The elements of an array in a string, as text.

    Raises:
        ApiError: 400 `param_wrong_value` if it is no array of strings or whole numbers.
    """
    if not isinstance(raw, str):
        raise wrong_format(name)
    try:
        values = json.loads(raw)
    except ValueError:
        values = _python_list(raw)
    if not isinstance(values, list) or not all(isinstance(value, str | int) for value in values):
        raise wrong_format(name)
    return [str(value) for value in values]


def _python_list(raw: str) -> object:
    try:
        return ast.literal_eval(raw)
    except (ValueError, SyntaxError):
        return None


@dataclass(frozen=True)
class SortBy:
    """`sort_by[asc]` or `sort_by[desc]` of one of the keys that the list can be sorted by."""

    keys: tuple[str, ...]

    def read(self, raw: Tree | str, name: str) -> Sort:
        if isinstance(raw, str) or len(raw) != 1:
            raise wrong_value(name, "one of [asc] and [desc] is needed")
        ((direction, key),) = raw.items()
        inner = f"{name}[{direction}]"
        if direction not in ("asc", "desc"):
            raise unknown_parameter(inner)
        return Sort(Choice(self.keys).read(key, inner), descending=direction == "desc")


_TEXT = Text()
NAME = Filter(_TEXT, ("is", "is_not", "starts_with"))
PRESENT_NAME = Filter(_TEXT, ("is", "is_not", "starts_with", "is_present"))
IDENTIFIER = Filter(_TEXT, ("is", "is_not", "starts_with", "in", "not_in"))
EXACT = Filter(_TEXT, ("is",))
EXACT_OR_PRESENT = Filter(_TEXT, ("is", "is_present"))
BOOLEAN = Filter(Flag(), ("is",))
NUMBER = Filter(Whole(), ("is", "is_not", "lt", "lte", "gt", "gte", "between"))
PRESENT_NUMBER = Filter(Whole(), (*NUMBER.operators, "is_present"))
MOMENT = Filter(Whole(minimum=0), ("after", "before", "on", "between"))
PRESENT_MOMENT = Filter(Whole(minimum=0), (*MOMENT.operators, "is_present"))


def one_of(*options: str, present: bool = False) -> Filter:
    """A filter on a member with a closed set of words."""
    operators = ("is", "is_not", "in", "not_in")
    return Filter(Choice(options), (*operators, "is_present") if present else operators)
