"""What a verification found: modules, their checks, and what each check has to say. Knows nothing of how it is printed.

Nothing in here is a value of the provider's, ids aside: whoever reads a report must not learn who the customers are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

OFFERED: Final = "offered"
"""The name of the check that stands in for a module that is off."""


class Grade(StrEnum):
    """How much a finding weighs."""

    FAILURE = "failure"
    """Churnkey's documentation says otherwise, or a customer would suffer."""
    REMARK = "remark"
    """The documentation is silent or contradicts itself. It may work; it is worth a look."""


class Outcome(StrEnum):
    """What became of a check, or of a module."""

    PASSED = "passed"
    REMARKED = "remarked"
    """Passed, with remarks."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Nothing was there to be looked at, or the manifest says that it is off."""
    UNPROVEN = "unproven"
    """Skipped, and too much depends on it to call the module good. Of a module: it has such a check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    `path` is where: `subscriptions[3].status.end`, or a request. `found` and `expected` are in words, without values;
    `expected` is empty where `found` says it all. `advice` is what to do next. `alike` is how many more places have the
    same, which are left out.
    """

    grade: Grade
    path: str
    found: str
    expected: str = ""
    advice: str = ""
    alike: int = 0

    @property
    def line(self) -> str:
        """All but the advice, in one line."""
        expected = f", expected {self.expected}" if self.expected else ""
        alike = f" (and {self.alike} more like it)" if self.alike else ""
        return f"{self.path}: {self.found}{expected}{alike}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One check. `reason` is why it was skipped, None where it was not."""

    name: str
    essential: bool
    findings: tuple[Finding, ...] = ()
    reason: str | None = None

    @property
    def outcome(self) -> Outcome:
        """Failures count before all else: a check may find one and then have nothing more to look at."""
        grades = {finding.grade for finding in self.findings}
        if Grade.FAILURE in grades:
            return Outcome.FAILED
        if self.reason is not None:
            return Outcome.UNPROVEN if self.essential else Outcome.SKIPPED
        return Outcome.REMARKED if grades else Outcome.PASSED


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """One module. Only a `required` one counts for the verdict, as at Churnkey."""

    name: str
    required: bool
    checks: tuple[CheckReport, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """The worst of its checks' outcomes."""
        outcomes = {check.outcome for check in self.checks}
        for worst in (Outcome.FAILED, Outcome.UNPROVEN, Outcome.REMARKED, Outcome.PASSED):
            if worst in outcomes:
                return worst
        return Outcome.SKIPPED

    @property
    def is_good(self) -> bool:
        """Whether nothing stands against it."""
        return self.outcome not in {Outcome.FAILED, Outcome.UNPROVEN}


@dataclass(frozen=True, slots=True)
class Report:
    """A whole verification. `url` is what was verified, with `/churnkey`; `mode` is in Churnkey's words."""

    url: str
    mode: str
    modules: tuple[ModuleReport, ...]

    @property
    def passed(self) -> bool:
        """The verdict: every required module is good."""
        return not self.standing_against()

    def standing_against(self) -> list[str]:
        """The required modules that are not good."""
        return [module.name for module in self.modules if module.required and not module.is_good]

    def failing_softly(self) -> list[str]:
        """The optional modules that are not good: Churnkey would not offer what needs them."""
        return [module.name for module in self.modules if not module.required and not module.is_good]

    def findings(self) -> Iterable[Finding]:
        """All there are, in order."""
        return (finding for module in self.modules for check in module.checks for finding in check.findings)
