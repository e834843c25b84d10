"""Plays Churnkey against a running custom provider, this gateway or any other, and reports what does not fit; and asks
Churnkey itself to verify again.

Knows the contract, and nothing else of ours: what it verifies is on the other side of a network.
"""

from __future__ import annotations

from gateway.verification.address import BadAddress, read_address
from gateway.verification.announced import Announced, digest
from gateway.verification.junit import as_junit
from gateway.verification.naming import is_usable
from gateway.verification.notify import CHURNKEY, Notice, notify_churnkey
from gateway.verification.printing import as_json, as_table
from gateway.verification.report import CheckReport, Finding, Grade, ModuleReport, Outcome, Report
from gateway.verification.verifying import DEFAULT_TIMEOUT_S, Plan, Unreachable, verify
from gateway.verification.visit import Writing

__all__ = [
    "CHURNKEY",
    "DEFAULT_TIMEOUT_S",
    "Announced",
    "BadAddress",
    "CheckReport",
    "Finding",
    "Grade",
    "ModuleReport",
    "Notice",
    "Outcome",
    "Plan",
    "Report",
    "Unreachable",
    "Writing",
    "as_json",
    "as_junit",
    "as_table",
    "digest",
    "is_usable",
    "notify_churnkey",
    "read_address",
    "verify",
]
