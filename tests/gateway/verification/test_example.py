"""The example of a custom provider that stands on its own: run as it is documented, and verified."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from gateway.contract import Mode
from gateway.verification import Outcome, Plan, Report, Writing, read_address, verify
from tests.support.commands import ROOT

EXAMPLE: Final = ROOT / "docs" / "examples" / "custom_provider.py"
TOKEN: Final = "token-of-the-example"


@pytest.fixture
def address() -> Iterator[str]:
    with subprocess.Popen(
        # Isolated: it must find nothing but the standard library.
        [sys.executable, "-I", "-S", str(EXAMPLE), "--port", "0"],
        env={**os.environ, "CK_INTEGRATION_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield read_address(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("mode", list(Mode))
async def test_it_conforms(address: str, mode: Mode) -> None:
    report = await verify(Plan(address, TOKEN, mode))

    assert list(report.findings()) == []
    assert report.passed


async def test_it_does_what_it_offers(address: str) -> None:
    report = await verify(Plan(address, TOKEN, writing=Writing("test-1", "test-ada")))

    assert list(report.findings()) == []
    assert {name: made(report, name) for name in ("apply-coupon", "pause", "cancel")} == {
        "apply-coupon": {"takes effect"},
        "pause": {"takes effect"},
        "cancel": {"with the period", "at once"},
    }


def made(report: Report, name: str) -> set[str]:
    """The checks of an action that was carried out."""
    (module,) = [module for module in report.modules if module.name == name]
    tried = {"takes effect", "with the period", "at once"}
    return {check.name for check in module.checks if check.name in tried and check.outcome is Outcome.PASSED}
