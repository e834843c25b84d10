"""A report in the XML that continuous integration reads: a suite for each module, a case for each check."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from gateway.verification.report import Outcome

if TYPE_CHECKING:
    from gateway.verification.report import CheckReport, ModuleReport, Report


def as_junit(report: Report) -> str:
    """The document. Only what stands against the verdict is a failure; what fails softly is skipped, and says so."""
    root = ElementTree.Element("testsuites", name="churnkey-gateway verify")
    for module in report.modules:
        suite = ElementTree.SubElement(root, "testsuite", name=module.name)
        kinds = [_add_case(suite, module, check) for check in module.checks]
        suite.set("tests", str(len(kinds)))
        for plural, one in (("failures", "failure"), ("skipped", "skipped")):
            suite.set(plural, str(kinds.count(one)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ElementTree.Element, module: ModuleReport, check: CheckReport) -> str | None:
    case = ElementTree.SubElement(suite, "testcase", classname=f"verify.{module.name}", name=check.name)
    lines = "\n".join(f"{finding.line}. {finding.advice}".rstrip(". ") for finding in check.findings)
    match check.outcome:
        case Outcome.FAILED | Outcome.UNPROVEN if module.required:
            kind, message = "failure", check.reason or check.findings[0].line
        case Outcome.FAILED | Outcome.UNPROVEN:
            kind, message = "skipped", f"optional: {check.reason or check.findings[0].line}"
        case Outcome.SKIPPED:
            kind, message = "skipped", check.reason or ""
        case _:
            if lines:
                ElementTree.SubElement(case, "system-out").text = lines
            return None
    ElementTree.SubElement(case, kind, message=message).text = lines
    return kind
