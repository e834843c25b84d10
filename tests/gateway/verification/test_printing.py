"""A report for people, for programs and for continuous integration."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from gateway.verification import (
    CheckReport,
    Finding,
    Grade,
    ModuleReport,
    Outcome,
    Report,
    as_json,
    as_junit,
    as_table,
)

MISSING = Finding(Grade.FAILURE, "subscriptions[3].status.end", "missing", advice="see the page", alike=2)
UPPER = Finding(Grade.REMARK, "prices[0].amount.currency", "not in lower case")
LINE = "subscriptions[3].status.end: missing (and 2 more like it)"


def report(*modules: ModuleReport) -> Report:
    return Report("https://billing.example.com/churnkey", "test", modules)


FAILED = ModuleReport("subscriptions", True, (CheckReport("list", False, (MISSING,)), CheckReport("pages", False)))
REMARKED = ModuleReport("prices", True, (CheckReport("list", False, (UPPER,)),))
UNPROVEN = ModuleReport("customers", True, (CheckReport("retrieve", True, reason="no customer to look at"),))
SOFT = ModuleReport("coupons", False, (CheckReport("list", False, (MISSING,)),))
OFF = ModuleReport("families", False, (CheckReport("offered", False, reason="off in the manifest"),))


@pytest.mark.parametrize(
    ("modules", "passed"),
    [
        pytest.param([REMARKED, SOFT, OFF], True, id="only optional ones fail"),
        pytest.param([REMARKED, FAILED], False, id="a required one fails"),
        pytest.param([REMARKED, UNPROVEN], False, id="a required one is not proven"),
    ],
)
def test_required_modules_alone_decide_the_verdict(modules: list[ModuleReport], passed: bool) -> None:
    assert report(*modules).passed is passed


@pytest.mark.parametrize(
    ("module", "outcome"),
    [(FAILED, Outcome.FAILED), (REMARKED, Outcome.REMARKED), (UNPROVEN, Outcome.UNPROVEN), (OFF, Outcome.SKIPPED)],
    ids=["failed", "remarked", "unproven", "off"],
)
def test_a_module_is_as_good_as_the_worst_of_its_checks(module: ModuleReport, outcome: Outcome) -> None:
    assert module.outcome is outcome


def test_the_table_says_where_what_and_what_to_do_next() -> None:
    assert as_table(report(UNPROVEN, FAILED, REMARKED, SOFT, OFF)).splitlines() == [
        "https://billing.example.com/churnkey, test mode",
        "",
        "  OPEN    customers      required, 0 of 1 checks made",
        "      open    retrieve: no customer to look at",
        "  FAILED  subscriptions  required, 2 of 2 checks made",
        f"      failed  list: {LINE}",
        "              see the page",
        "  ok      prices         required, 1 of 1 checks made",
        "      remark  list: prices[0].amount.currency: not in lower case",
        "  FAILED  coupons        optional, 1 of 1 checks made",
        f"      failed  list: {LINE}",
        "              see the page",
        "  -       families       optional, off in the manifest",
        "",
        "Required modules that do not pass: customers, subscriptions."
        " Optional, and not to be offered as it is: coupons.",
    ]


def test_json_has_all_of_it() -> None:
    document: Any = json.loads(as_json(report(FAILED, OFF)))

    assert document["passed"] is False
    assert [(one["name"], one["required"], one["outcome"]) for one in document["modules"]] == [
        ("subscriptions", True, "failed"),
        ("families", False, "skipped"),
    ]
    assert document["modules"][0]["checks"][0]["findings"] == [
        {
            "grade": "failure",
            "path": "subscriptions[3].status.end",
            "found": "missing",
            "expected": "",
            "advice": "see the page",
            "alike": 2,
        }
    ]


def test_junit_fails_where_the_verdict_does_and_nowhere_else() -> None:
    root = ElementTree.fromstring(as_junit(report(UNPROVEN, FAILED, REMARKED, SOFT, OFF)))  # noqa: S314 - our own

    said = {
        (suite.get("name"), case.get("name")): [(child.tag, child.get("message")) for child in case]
        for suite in root
        for case in suite
    }
    assert said == {
        ("customers", "retrieve"): [("failure", "no customer to look at")],
        ("subscriptions", "list"): [("failure", LINE)],
        ("subscriptions", "pages"): [],
        ("prices", "list"): [("system-out", None)],
        ("coupons", "list"): [("skipped", f"optional: {LINE}")],
        ("families", "offered"): [("skipped", "off in the manifest")],
    }
    assert [(suite.get("tests"), suite.get("failures"), suite.get("skipped")) for suite in root] == [
        ("1", "1", "0"),
        ("2", "1", "0"),
        ("1", "0", "0"),
        ("1", "0", "1"),
        ("1", "0", "1"),
    ]
