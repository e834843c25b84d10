"""What the checks of one verification share: the client, what the manifest offers, and what was found so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from gateway.contract import Mode
from gateway.verification.documents import JsonObject
from gateway.verification.offer import Offer
from gateway.verification.report import Finding, Grade

if TYPE_CHECKING:
    from gateway.contract import Controller
    from gateway.verification.client import Client


class CheckEnded(Exception):
    """What was found leaves the check nothing more to do."""


class Skipped(Exception):
    """There is nothing to be looked at, for the reason that is the message."""


class Notes:
    """What one check has to say."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def fail(self, path: str, found: str, expected: str = "", advice: str = "") -> None:
        """Note a failure."""
        self.findings.append(Finding(Grade.FAILURE, path, found, expected, advice))

    def remark(self, path: str, found: str, expected: str = "", advice: str = "") -> None:
        """Note a remark."""
        self.findings.append(Finding(Grade.REMARK, path, found, expected, advice))

    def add(self, findings: Iterable[Finding]) -> None:
        """Note what was found elsewhere."""
        self.findings.extend(findings)

    def stop(self, path: str, found: str, expected: str = "", advice: str = "") -> NoReturn:
        """Note a failure after which there is no going on. Raises `CheckEnded`."""
        self.fail(path, found, expected, advice)
        raise CheckEnded


@dataclass(frozen=True, slots=True)
class Writing:
    """The subscription on which the actions are tried; `customer` None is looked up among what is listed."""

    subscription: str
    customer: str | None = None


@dataclass(slots=True)
class Samples:
    """What the lists had, by controller: objects whose ids can be used. Bodies, so never to be shown."""

    rows: dict[Controller, list[JsonObject]] = field(default_factory=dict)
    complete: set[Controller] = field(default_factory=set)
    """The lists that were seen to their end."""
    subscriptions: list[tuple[str, JsonObject]] = field(default_factory=list)
    """With the id of the customer under whom each was listed."""

    def of(self, controller: Controller) -> list[JsonObject]:
        """The rows of a list, none if it was not read."""
        return self.rows.get(controller, [])


@dataclass(slots=True)
class Visit:
    """One verification under way, in one mode."""

    client: Client
    mode: Mode
    customer: str | None = None
    """A customer to look at, named by whoever verifies."""
    writing: Writing | None = None
    offer: Offer = field(default_factory=Offer.unknown)
    samples: Samples = field(default_factory=Samples)

    @property
    def writing_holder(self) -> str | None:
        """The customer who has the subscription to write to; None where nobody was named, and none is listed."""
        if self.writing is None:
            return None
        identifier = self.writing.subscription
        listed = (holder for holder, row in self.samples.subscriptions if row["id"] == identifier)
        return self.writing.customer or next(listed, None)

    @property
    def other_mode(self) -> Mode:
        """The mode that is not verified."""
        return Mode.LIVE if self.mode is Mode.TEST else Mode.TEST


Check: TypeAlias = Callable[[Visit, Notes], Awaitable[None]]
"""Looks at one thing. May raise `CheckEnded`, `Skipped`, and what the client raises."""
