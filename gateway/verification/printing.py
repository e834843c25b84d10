"""A report as a table for people, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gateway.verification.report import OFFERED, Grade, Outcome

if TYPE_CHECKING:
    from gateway.verification.report import CheckReport, Finding, ModuleReport, Report

_WORDS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.PASSED: "ok",
        Outcome.REMARKED: "ok",
        Outcome.FAILED: "FAILED",
        Outcome.UNPROVEN: "OPEN",
        Outcome.SKIPPED: "-",
    }
)
_WIDTH: Final = max(map(len, _WORDS.values()))


def as_table(report: Report) -> str:
    """The modules with what there is to say of each, and the verdict in the last line."""
    width = max(len(module.name) for module in report.modules)
    lines = [f"{report.url}, {report.mode} mode", ""]
    for module in report.modules:
        lines.append(f"  {_word(module):{_WIDTH}}  {module.name:{width}}  {_summary(module)}")
        lines += [f"      {line}" for check in module.checks for line in _details(check)]
    return "\n".join([*lines, "", _verdict(report)])


def as_json(report: Report) -> str:
    """The whole report; the names are those of `gateway.verification.report`."""
    document = {
        "url": report.url,
        "mode": report.mode,
        "passed": report.passed,
        "modules": [_module(module) for module in report.modules],
    }
    return json.dumps(document, indent=2)


def _word(module: ModuleReport) -> str:
    # That one which is off is refused is as it should be, and makes nothing of it work.
    return _WORDS[Outcome.SKIPPED if module.is_good and _off(module) else module.outcome]


def _off(module: ModuleReport) -> str | None:
    return next((check.reason for check in module.checks if check.name == OFFERED), None)


def _summary(module: ModuleReport) -> str:
    off = _off(module)
    need = "required" if module.required else "optional"
    tried = sum(check.reason is None for check in module.checks)
    return f"{need}, {off or f'{tried} of {len(module.checks)} checks made'}"


def _details(check: CheckReport) -> Iterator[str]:
    for finding in check.findings:
        word = "failed" if finding.grade is Grade.FAILURE else "remark"
        yield f"{word}  {check.name}: {finding.line}"
        if finding.advice:
            yield f"        {finding.advice}"
    if check.reason is not None and check.name != OFFERED:
        word = "open  " if check.outcome is Outcome.UNPROVEN else "left  "
        yield f"{word}  {check.name}: {check.reason}"


def _verdict(report: Report) -> str:
    softly = report.failing_softly()
    rest = f" Optional, and not to be offered as it is: {', '.join(softly)}." if softly else ""
    if report.passed:
        return f"Every required module passes.{rest}"
    return f"Required modules that do not pass: {', '.join(report.standing_against())}.{rest}"


def _module(module: ModuleReport) -> dict[str, object]:
    return {
        "name": module.name,
        "required": module.required,
        "outcome": module.outcome.value,
        "checks": [_check(check) for check in module.checks],
    }


def _check(check: CheckReport) -> dict[str, object]:
    return {
        "name": check.name,
        "outcome": check.outcome.value,
        "reason": check.reason,
        "findings": [_finding(finding) for finding in check.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "grade": finding.grade.value,
        "path": finding.path,
        "found": finding.found,
        "expected": finding.expected,
        "advice": finding.advice,
        "alike": finding.alike,
    }
