"""Ways to break a provider: what there is is spoilt, or something else is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.gateway.verification.provider import Account, Answering, Ask, Reply, Row, Spoiling, error

Chosen: TypeAlias = Callable[[Ask], bool]

PAGE: Final = b"<html><body>Ada Lovelace, ada.lovelace@example.com</body></html>"
HTML: Final = {"Content-Type": "text/html"}


@dataclass(frozen=True, slots=True)
class Broken:
    """A provider that is broken in one way, and the lines that tell so.

    `spoil` breaks what there is, `answering` what is said. `fails` are all lines of failures there should be, no more
    and no fewer; `remarks` are lines of remarks that must be among them. `softly` says that the verdict stays good.
    """

    fails: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    spoil: Spoiling | None = None
    answering: Answering | None = None
    softly: bool = False


def read(*segments: str) -> Chosen:
    """Reads whose path has these segments, `*` for any."""
    return lambda ask: ask.method == "GET" and _fits(segments, ask)


def act(action: str) -> Chosen:
    """The action on one subscription."""
    return lambda ask: ask.method == "POST" and _fits(("actions", "subscription", action), ask)


def _fits(segments: tuple[str, ...], ask: Ask) -> bool:
    return len(ask.segments) == len(segments) and all(
        wanted in {"*", got} for wanted, got in zip(segments, ask.segments, strict=True)
    )


def says(chosen: Chosen, change: Answering, *, in_place_of: int = 200) -> Answering:
    """Change the answers of one status to the chosen requests."""
    return lambda ask, was: change(ask, was) if was.status == in_place_of and chosen(ask) else was


def a(reply: Reply) -> Answering:
    """Always this."""
    return lambda ask, was: reply


def status(number: int) -> Answering:
    """An error of this status."""
    return a(error(number))


def members(**changed: Any) -> Answering:
    """The same body with other members."""
    return lambda ask, was: was.having(**changed)


def a_page(number: int) -> Answering:
    """A page in HTML, under this status."""
    return a(Reply(number, PAGE, HTML))


def subscription(number: int, **changed: Any) -> Spoiling:
    """Give a subscription other members."""
    return lambda account: account.subscription(number).update(changed)


def first(controller: str, **changed: Any) -> Spoiling:
    """Give the first row of a list other members."""
    return lambda account: account.of(controller)[0].update(changed)


def every(controller: str, **changed: Any) -> Spoiling:
    """Give all rows of a list other members."""

    def spoil(account: Account) -> None:
        for row in account.of(controller):
            row.update(changed)

    return spoil


def without(controller: str, number: int) -> Spoiling:
    """Forget a row that others refer to."""

    def spoil(account: Account) -> None:
        del account.of(controller)[number]

    return spoil


def amount(**changed: Any) -> Spoiling:
    """Change the amount of a price that no subscription has."""
    return lambda account: account.prices[2]["amount"].update(changed)


def controller(name: str, value: object) -> Spoiling:
    """Say something else of a controller in the manifest."""
    return lambda account: account.features["controllers"].update({name: value})


def action(name: str, **changed: Any) -> Spoiling:
    """Say something else of an action in the manifest."""
    return lambda account: account.features["actions"][name].update(changed)


def renamed(row: Row, before: str, after: str) -> Row:
    """The same row with another name for a member."""
    return {after if name == before else name: value for name, value in row.items()}
