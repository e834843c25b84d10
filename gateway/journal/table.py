"""A history as a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gateway.journal.reading import Told

_HEADINGS: Final = (
    "TIME",
    "BACKEND",
    "CUSTOMER",
    "SUBSCRIPTION",
    "ACTION",
    "OUTCOME",
    "MS",
    "ASKED",
    "CHANGED",
    "REQUEST",
)
_NONE: Final = "-"
_SEPARATOR: Final = "  "


def table(writes: Iterable[Told]) -> str:
    """One line for each write below a line of headings. Control characters are replaced: the files may be anybody's."""
    rows = [_HEADINGS, *(tuple(_shown(cell) for cell in _cells(told)) for told in writes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_SEPARATOR.join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _cells(told: Told) -> Sequence[str]:
    facts, closing = told.facts, told.closing or {}
    return (
        facts["time"],
        f"{facts['backend']} {facts['mode']}",
        facts["customer_id"],
        facts["subscription_id"],
        facts["action"],
        _outcome(told),
        str(closing.get("duration_ms", _NONE)),
        _pairs(told.asked),
        _changes(told.before, told.after),
        str(facts.get("request_id") or _NONE),
    )


def _outcome(told: Told) -> str:
    if told.closing is None:
        return "OPEN"
    error = told.closing.get("error")
    kind = error.get("error") if isinstance(error, dict) else None
    return f"{told.closing['outcome']}: {kind}" if kind else str(told.closing["outcome"])


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What is another than before. Nothing where it was not seen afterwards."""
    if not after:
        return _NONE
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(f"{name} {_value(before.get(name))} > {_value(after.get(name))}" for name in names) or "nothing"


def _pairs(members: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={_value(value)}" for name, value in members.items() if value is not None) or _NONE


def _value(value: object) -> str:
    match value:
        case None:
            return _NONE
        case bool():
            return "yes" if value else "no"
        case list():
            return "+".join(_value(one) for one in value)
        case {"price": price, "quantity": None}:
            return str(price)
        case {"price": price, "quantity": quantity}:
            return f"{quantity} {price}"
        case dict():
            return " ".join(_value(one) for one in value.values() if one is not None)
        case _:
            return str(value)


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
