"""Requests that nobody wrote, made from the OpenAPI document: the gateway answers them as the document says.

Schemathesis sends what satisfies the schemas and what violates them, to the gateway as it runs in production and over
each provider. It looks at every answer: no server error; no status, body, header or content type that is not
documented; nothing accepted that the schema forbids; nothing called malformed that it allows; nothing without a token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession

from adapters.conformance.log import recorded_log
from adapters.conformance.provider import ProviderCase
from adapters.conformance.suite.direct import APP_TOKEN
from adapters.conformance.world import is_on
from gateway.contract import Target
from gateway.server import DIRECT_ROUTES, ROUTES, Route
from tests.contract.fuzzing.judging import is_another_spelling, is_malformed
from tests.contract.fuzzing.running import fuzz, gateway_before
from tests.contract.providers import CASES
from tests.support.service import AUTHORIZED, TOKEN

pytestmark = pytest.mark.thorough

EACH_ALONE: Final = "examples,coverage,fuzzing"
ONE_AFTER_ANOTHER: Final = "stateful"
CANCELLATIONS: Final = (Target.SUBSCRIPTION_CANCEL, Target.CUSTOMER_CANCEL)
PAUSES: Final = (Target.SUBSCRIPTION_PAUSE, Target.CUSTOMER_PAUSE)
CHANGES: Final = (Target.SUBSCRIPTION_APPLY_COUPON, Target.SUBSCRIPTION_CHANGE_PRICE)

PAUSE: Final[dict[str, Any]] = {
    "customerId": "cus_1",
    "subscriptionId": "sub_1",
    "duration": {"amount": 1, "unit": "month"},
}


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked of a gateway and a provider as they are at the beginning."""

    phases: str
    of: Callable[[Route], bool]
    token: str = TOKEN

    @property
    def routes(self) -> list[Route]:
        return [route for route in (*ROUTES, *DIRECT_ROUTES) if self.of(route)]

    @property
    def arguments(self) -> list[str]:
        return [f"--phases={self.phases}", *(f"--include-operation-id={route.operation}" for route in self.routes)]


RUNS: Final[Mapping[str, Run]] = {
    # What one of these leaves behind the others are refused for.
    "cancellations": Run(EACH_ALONE, lambda route: route.target in CANCELLATIONS),
    "pauses": Run(EACH_ALONE, lambda route: route.target in PAUSES),
    "changes": Run(EACH_ALONE, lambda route: route.target in CHANGES),
    "all other requests": Run(
        EACH_ALONE, lambda route: route in ROUTES and route.target not in (*CANCELLATIONS, *PAUSES, *CHANGES)
    ),
    "requests that follow from answers": Run(ONE_AFTER_ANOTHER, lambda route: route in ROUTES),
    "direct mode": Run(EACH_ALONE, lambda route: route in DIRECT_ROUTES, token=APP_TOKEN),
}


def is_offered(route: Route, manifest: Mapping[str, Any], case: ProviderCase) -> bool:
    """Whether the route can be answered with anything but a refusal here."""
    if route.target is not None:
        return is_on(manifest["actions"], (route.target.rpartition("/")[2], "enabled"))
    if route.controller is None:
        return True
    looked_up_by = {"/customers/email/{email}": "email", "/customers/phone/{phone}": "phone"}.get(route.path)
    if looked_up_by is not None:
        return looked_up_by in case.finds_by
    switches = manifest["controllers"]
    return is_on(switches, (route.controller,)) or is_on(switches, (route.controller, "enabled"))


async def manifest_of(address: str) -> Mapping[str, Any]:
    async with ClientSession() as session, session.get(f"{address}/churnkey/features", headers=AUTHORIZED) as answer:
        manifest: Mapping[str, Any] = await answer.json()
        return manifest


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("provider", CASES, ids=lambda case: case.name)
async def test_every_answer_is_documented(provider: type[ProviderCase], run: Run, tmp_path: Path) -> None:
    case = provider()
    with recorded_log() as log:
        async with gateway_before(case, tmp_path) as address:
            manifest = await manifest_of(address)
            code, said = await fuzz(address, run.token, case, tmp_path, run.arguments)

    assert log.events("unexpected error") == []
    assert code == 0, said
    assert f"Tested: {len(run.routes)}\n" in said or run.phases == ONE_AFTER_ANOTHER
    # Refusing all of it would be documented, too.
    succeeded = {event["route"] for event in log.events("request") if event["status"] == 200}
    offered = {route.operation: route for route in run.routes if is_offered(route, manifest, case)}
    unreached = [name for name, route in offered.items() if not any(one.endswith(route.path) for one in succeeded)]
    assert unreached == [] or run.phases == ONE_AFTER_ANOTHER


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("limit: expected a whole number from 1", True),
        ("X-Churnkey-Mode: expected live or test", True),
        ("duration.date: required", True),
        ("cursor: expected the next of this list's previous page", False),
        ("subscriptionId: required", True),
        ("subscriptionId: required with this billing provider", False),
        ("scheduledAt: end-of-period is not offered here.", False),
        ("Subscriptions paid by the year cannot be paused.", False),
    ],
)
def test_what_is_called_malformed_is_told_from_what_is_refused(message: str, expected: bool) -> None:
    assert is_malformed({"code": 400, "message": message}) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({**PAUSE, "allowAnnual": None}, True, id="null for what may be absent"),
        pytest.param({**PAUSE, "customerId": None}, False, id="null for what must be there"),
        pytest.param({**PAUSE, "allowAnnual": 1}, False, id="a number for a flag"),
        pytest.param({**PAUSE, "duration": {"amount": 1, "unit": None}}, False, id="null further in"),
        pytest.param([], False, id="no object"),
    ],
)
def test_another_spelling_is_told_from_another_meaning(body: object, expected: bool) -> None:
    assert is_another_spelling("/churnkey/actions/subscription/pause", body) is expected


def test_only_true_unpauses() -> None:
    body = {"customerId": "cus_1", "subscriptionId": "sub_1", "unpause": {}}

    assert is_another_spelling("/churnkey/actions/subscription/cancel", body)
