"""Plays Churnkey against a running custom provider, this gateway or any other, and reports what does not fit.

Knows the contract, and nothing else of ours: what it verifies is on the other side of a network.
"""

from __future__ import annotations

from gateway.verification.address import BadAddress, read_address
from gateway.verification.junit import as_junit
from gateway.verification.naming import is_usable
from gateway.verification.printing import as_json, as_table
from gateway.verification.report import CheckReport, Finding, Grade, ModuleReport, Outcome, Report
from gateway.verification.verifying import DEFAULT_TIMEOUT_S, Plan, Unreachable, verify
from gateway.verification.visit import Writing

__all__ = [
    "DEFAULT_TIMEOUT_S",
    "BadAddress",
    "CheckReport",
    "Finding",
    "Grade",
    "ModuleReport",
    "Outcome",
    "Plan",
    "Report",
    "Unreachable",
    "Writing",
    "as_json",
    "as_junit",
    "as_table",
    "is_usable",
    "read_address",
    "verify",
]
