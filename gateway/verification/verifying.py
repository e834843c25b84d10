"""Runs the modules, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from gateway.contract import Mode
from gateway.verification.address import is_in_the_clear
from gateway.verification.checks.access import FEATURES
from gateway.verification.client import Client, Unanswered
from gateway.verification.judging import condensed
from gateway.verification.modules import ACCESS, MODES, MODULES, Module, NamedCheck
from gateway.verification.report import OFFERED, CheckReport, Finding, Grade, ModuleReport, Outcome, Report
from gateway.verification.visit import CheckEnded, Notes, Skipped, Visit, Writing

DEFAULT_TIMEOUT_S: Final = 15.0

_MOST_FINDINGS: Final = 12
_MOST_UNANSWERED: Final = 3
_OFF: Final = "off in the manifest"
_UNTOLD: Final = "no manifest tells of it"
_MODES_MIXED: Final = "not tried: test mode may not be apart from live"
_GIVEN_UP: Final = "not tried: too many requests were not answered"


class Unreachable(Exception):
    """Nobody answers there. The message says why, in words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be verified, and how.

    `address` is what `read_address` answers. No request takes longer than `timeout_s` seconds. `customer` is looked at
    before those on the list; None: only those. Nothing is changed unless `writing` names the subscription to try on.
    """

    address: str
    token: str
    mode: Mode = Mode.TEST
    timeout_s: float = DEFAULT_TIMEOUT_S
    customer: str | None = None
    writing: Writing | None = None


async def verify(plan: Plan) -> Report:
    """Do what Churnkey does with a custom provider, and report what became of it.

    Raises:
        Unreachable: nobody answers at the address.
    """
    async with Client(plan.address, plan.token, plan.mode, plan.timeout_s) as client:
        try:
            await client.get(FEATURES)
        except Unanswered as nobody:
            raise Unreachable(nobody.reason) from None
        run = _Run(Visit(client, plan.mode, plan.customer, plan.writing))
        access = await run.module(ACCESS)
        if is_in_the_clear(plan.address):
            access = _with_remark(access)
        modules = [access]
        # Refused here, the token would be refused everywhere.
        if access.checks[-1].outcome is not Outcome.FAILED:
            modules += [await run.module(module) for module in MODULES]
        return Report(plan.address, plan.mode.value, tuple(modules))


class _Run:
    """One verification; it gives up on a provider that has ceased to answer."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._unanswered = 0
        self._modes_mixed = False

    async def module(self, module: Module) -> ModuleReport:
        offered = module.offered(self._visit.offer)
        checks = [await self._check(check) for check in (module.checks if offered else module.checks_off)]
        if not offered:
            reason = _OFF if self._visit.offer.is_known else _UNTOLD
            checks.append(CheckReport(OFFERED, module.required(self._visit.offer), reason=reason))
        elif self._visit.writing is not None:
            tried = [await self._write(check) for check in module.writing_checks]
            checks += _weighed(tried) if module.required(self._visit.offer) else tried
        # Asked for last: the manifest is one of the modules, and what is required depends on it.
        report = ModuleReport(module.name, module.required(self._visit.offer), tuple(checks))
        if module is MODES:
            self._modes_mixed = not report.is_good
        return report

    async def _write(self, check: NamedCheck) -> CheckReport:
        if self._modes_mixed and self._visit.mode is Mode.TEST:
            return CheckReport(check.name, check.essential, reason=_MODES_MIXED)
        return await self._check(check)

    async def _check(self, check: NamedCheck) -> CheckReport:
        if self._unanswered >= _MOST_UNANSWERED:
            return CheckReport(check.name, check.essential, reason=_GIVEN_UP)
        notes = Notes()
        reason = None
        try:
            await check.run(self._visit, notes)
        except CheckEnded:
            pass
        except Skipped as skipped:
            reason = str(skipped)
        except Unanswered as unanswered:
            self._unanswered += 1
            notes.fail(unanswered.request, unanswered.reason, "an answer")
        return CheckReport(check.name, check.essential, _bearable(notes), reason)


def _weighed(tried: list[CheckReport]) -> list[CheckReport]:
    """Where nothing at all of a required action could be tried, it is not proven, whatever else was looked at."""
    if all(check.reason is not None for check in tried):
        return [replace(check, essential=True) for check in tried]
    return tried


def _bearable(notes: Notes) -> tuple[Finding, ...]:
    findings = condensed(notes.findings)
    # Failures first: they must not be among what is left out.
    findings.sort(key=lambda finding: finding.grade is not Grade.FAILURE)
    left_out = len(findings) - _MOST_FINDINGS
    if left_out <= 0:
        return tuple(findings)
    return (*findings[:_MOST_FINDINGS], Finding(Grade.REMARK, "more", f"{left_out} further findings are left out"))


def _with_remark(access: ModuleReport) -> ModuleReport:
    remark = Finding(
        Grade.REMARK, "the address", "http: the token goes over the network in the clear", "https", "put TLS before it"
    )
    return ModuleReport(
        access.name, access.required, (CheckReport("address", essential=False, findings=(remark,)), *access.checks)
    )
