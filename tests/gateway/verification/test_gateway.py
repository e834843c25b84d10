"""This gateway, before each simulated provider, is verified as any other custom provider is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Final

import pytest

from adapters.registry import find
from gateway.commands.demo import GROUP
from gateway.commands.options import load_settings
from gateway.contract import Action, Mode
from gateway.observability import Metrics
from gateway.server import create_application, open_backends
from gateway.verification import Grade, Outcome, Plan, Report, Writing, read_address, verify
from simulators.tour import Demo, Tour
from tests.gateway.verification.conftest import Serve
from tests.gateway.verification.provider import TOKEN
from tests.support.commands import ROOT

DEMOS: Final = {entry.name: entry for entry in entry_points(group=GROUP)}
EACH_DEMO: Final = pytest.mark.parametrize("gateway", DEMOS, indirect=True)
EACH_MODE: Final = pytest.mark.parametrize("mode", list(Mode))

SUBSCRIPTIONS: Final = {
    Action.EXTEND_TRIAL: "extend_trial",
    Action.APPLY_COUPON: "apply_coupon",
    Action.CHANGE_PRICE: "change_price",
    Action.PAUSE: "pause",
    Action.CANCEL: "cancel",
}
"""What a tour calls the subscription to try an action on."""

TRIED_FIRST: Final = {Action.CANCEL: "with the period"}


@dataclass(frozen=True)
class Gateway:
    """A running gateway, and what is behind it."""

    demo: Demo
    address: str

    def tour(self, mode: Mode) -> Tour:
        return self.demo.tours[mode]

    async def verified(self, mode: Mode, writing: Writing | None = None) -> Report:
        return await verify(Plan(self.address, TOKEN, mode, customer=self.tour(mode).customer, writing=writing))


@pytest.fixture
async def gateway(request: pytest.FixtureRequest, serve: Serve) -> AsyncIterator[Gateway]:
    """The gateway with the settings of the demo."""
    demo: Demo = DEMOS[request.param].load()()
    settings = load_settings(
        [ROOT / "config" / "demo.yaml"],
        {
            "DEMO_BACKEND": request.param,
            "SIMULATOR_URL": (await serve(demo.application())).rstrip("/"),
            "DEMO_TOKEN": TOKEN,
            "DEMO_LIVE_KEY": demo.keys[Mode.LIVE],
            "DEMO_TEST_KEY": demo.keys[Mode.TEST],
        },
    )
    async with open_backends(settings, find) as backends:
        yield Gateway(demo, read_address(await serve(create_application(backends, Metrics()))))


def failures(report: Report) -> list[str]:
    return [finding.line for finding in report.findings() if finding.grade is Grade.FAILURE]


@EACH_MODE
@EACH_DEMO
async def test_it_passes_in_both_modes(gateway: Gateway, mode: Mode) -> None:
    report = await gateway.verified(mode)

    assert list(report.findings()) == []
    assert report.passed


@EACH_DEMO
async def test_nothing_is_left_unlooked_at_in_what_is_required(gateway: Gateway) -> None:
    report = await gateway.verified(Mode.TEST)

    left = [
        check.name
        for module in report.modules
        for check in module.checks
        if module.required and check.outcome is Outcome.SKIPPED
    ]
    assert left == ([] if gateway.tour(Mode.TEST).phone else ["find by phone"])


@EACH_DEMO
@pytest.mark.parametrize("action", SUBSCRIPTIONS)
async def test_each_action_takes_effect(gateway: Gateway, action: Action) -> None:
    tour = gateway.tour(Mode.TEST)
    subscription = getattr(tour, SUBSCRIPTIONS[action])

    report = await gateway.verified(Mode.TEST, Writing(subscription, tour.customer))

    assert failures(report) == []
    (module,) = [one for one in report.modules if one.name == action.value]
    tried = [check.name for check in module.checks if check.reason is None]
    # Where one that is paused is canceled, some providers end it at once; there is nothing left to end then.
    assert TRIED_FIRST.get(action, "takes effect") in tried
    assert report.passed
