"""Providers that are broken in one way: the verdict, and the very lines."""

from __future__ import annotations

import re

import pytest

from gateway.verification import Finding, Grade, Report, as_json, as_junit, as_table
from gateway.verification.report import OFFERED
from tests.gateway.verification.breaking import Broken
from tests.gateway.verification.broken_behaviour import BEHAVIOUR
from tests.gateway.verification.broken_bodies import BODIES
from tests.gateway.verification.conftest import Verify
from tests.gateway.verification.provider import PERSONAL, TOKEN, Account, Provider

BROKEN = {**BODIES, **BEHAVIOUR}
each_broken = pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())


def lines(report: Report, grade: Grade) -> list[str]:
    """The lines of one grade, without what chance makes and how often something is the matter."""
    return [normalized(finding) for finding in report.findings() if finding.grade is grade]


def normalized(finding: Finding) -> str:
    line = re.sub(r" \(and \d+ more like it\)", "", finding.line)
    return re.sub(r"\d+-churnkey-verify-\w+", "{absent}", line)


def test_there_are_many_ways_to_be_broken() -> None:
    assert len(BROKEN) >= 25


@each_broken
async def test_what_is_broken_is_told_and_nothing_else(broken: Broken, verified: Verify) -> None:
    report = await verified(Provider(broken.spoil, broken.answering))

    assert lines(report, Grade.FAILURE) == list(broken.fails)
    assert set(broken.remarks) <= set(lines(report, Grade.REMARK))
    assert report.passed is broken.softly


async def test_without_a_manifest_nothing_is_called_off(verified: Verify) -> None:
    report = await verified(Provider(answering=BEHAVIOUR["no features endpoint"].answering))

    assert "off" not in [finding.found for finding in report.findings()]
    assert {check.reason for module in report.modules for check in module.checks if check.name == OFFERED} == {
        "no manifest tells of it"
    }
    (manifest,) = [finding for finding in report.findings() if finding.path == "GET /features"]
    assert "the URL" in manifest.advice


async def test_no_check_says_more_than_can_be_borne(verified: Verify) -> None:
    def spoil(account: Account) -> None:
        account.prices[2].update({f"extra_{number}": number for number in range(30)}, duration=None)

    report = await verified(Provider(spoil))

    (prices,) = [module for module in report.modules if module.name == "prices"]
    found = prices.checks[0].findings
    assert found[0].line == "prices[2].duration: null, expected an object"
    assert found[-1].line == "more: 19 further findings are left out"
    assert len(found) == 13


@each_broken
async def test_nothing_personal_is_in_what_is_printed(broken: Broken, verified: Verify) -> None:
    report = await verified(Provider(broken.spoil, broken.answering))

    printed = "".join(print_as(report) for print_as in (as_table, as_json, as_junit))
    assert [one for one in (*PERSONAL, TOKEN) if one in printed] == []


@each_broken
async def test_nothing_is_changed_and_nobody_is_named_in_an_action(broken: Broken, verified: Verify) -> None:
    provider = Provider(broken.spoil, broken.answering)
    before = {mode: repr(account) for mode, account in provider.accounts.items()}

    await verified(provider)

    assert {mode: repr(account) for mode, account in provider.accounts.items()} == before
    posted = [ask.body for ask in provider.asked if ask.method == "POST"]
    assert posted
    assert all("churnkey-verify" in body[name] for body in posted for name in ("customerId", "subscriptionId"))
