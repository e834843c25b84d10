"""All 22 routes answer under both roots; without the token, or in a mode that is not there, none does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import Make
from adapters.conformance.reads import READS, Read
from adapters.conformance.world import BOTH_MODES, Start, World
from gateway.contract import Mode, Target
from gateway.server import ROUTES

WRITES: Final[Mapping[Target, Make]] = {
    Target.SUBSCRIPTION_CANCEL: asks.ACTIONS["cancel at once"],
    Target.CUSTOMER_CANCEL: asks.ACTIONS["cancel all at once"],
    Target.SUBSCRIPTION_PAUSE: asks.ACTIONS["pause at once"],
    Target.CUSTOMER_PAUSE: asks.ACTIONS["pause all"],
    Target.SUBSCRIPTION_EXTEND_TRIAL: asks.ACTIONS["extend trial to a date"],
    Target.SUBSCRIPTION_APPLY_COUPON: asks.ACTIONS["apply coupon"],
    Target.SUBSCRIPTION_CHANGE_PRICE: asks.ACTIONS["change price at once"],
}


def roots(world: World) -> tuple[str, str]:
    return "/churnkey", f"/{world.case.name}/churnkey"


class TestRoutes:
    """All 22 routes answer under both roots; without the token, or in a mode that is not there, none does."""

    def test_nothing_is_missing_here(self) -> None:
        assert {(route.method, route.path) for route in ROUTES} == {
            ("GET", "/features"),
            *(("GET", path) for path in READS),
            *(("POST", f"/actions/{target}") for target in WRITES),
        }
        assert len(ROUTES) == 22

    async def test_the_manifest_is_answered_under_both_roots(self, world: World) -> None:
        answers = [await world.send("GET", f"{root}/features", mode=Mode.TEST) for root in roots(world)]
        assert [(answer.status, answer.json) for answer in answers] == [(200, world.manifest)] * 2

    @pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
    async def test_every_read_answers_the_same_under_both_roots(self, full_world: World, read: Read) -> None:
        if await full_world.serves(read):
            paths = [root + read.path(full_world.samples) for root in roots(full_world)]
            answers = [await full_world.send("GET", path, mode=Mode.TEST) for path in paths]
            assert [answer.status for answer in answers] == [200, 200]
            assert answers[0].text == answers[1].text

    @pytest.mark.parametrize("number", [0, 1], ids=["alone", "under its name"])
    @pytest.mark.parametrize("make", WRITES.values(), ids=WRITES.keys())
    async def test_every_action_is_done_under_either_root(self, world: World, make: Make, number: int) -> None:
        ask = make(world.samples)
        path = f"{roots(world)[number]}/actions/{ask.target}"
        answer = await world.send("POST", path, mode=Mode.TEST, body=ask.body)
        if world.offers(ask):
            assert (answer.status, answer.text) == (200, "")
        else:
            assert answer.is_error(400)

    async def test_without_the_token_nothing_is_told(self, world: World) -> None:
        world.case.forget_calls()
        for route in ROUTES:
            path = "/churnkey" + route.path.replace("{", "").replace("}", "")
            answer = await world.send(route.method, path, mode=Mode.TEST, headers={"Authorization": "Bearer x"})
            assert answer.is_error(401), path
            assert answer.json == {"code": 401, "message": "Unauthorized"}
        assert world.case.calls() == []

    async def test_without_a_mode_live_is_meant(self, world: World) -> None:
        live = world.case.samples[Mode.LIVE]
        assert (await world.send("GET", f"/churnkey/customers/{live.customer}")).status == 200
        assert (await world.send("GET", f"/churnkey/customers/{world.samples.customer}")).is_error(404)

    @pytest.mark.parametrize("named", ["sandbox", "", "live,test", "prod"])
    async def test_a_mode_that_nobody_knows_is_refused(self, world: World, named: str) -> None:
        world.case.forget_calls()
        answer = await world.send("GET", "/churnkey/customers", headers={"X-Churnkey-Mode": named})
        assert answer.is_error(400)
        assert world.case.calls() == []

    @pytest.mark.parametrize("missing", BOTH_MODES, ids=str)
    async def test_a_mode_that_is_not_configured_is_refused(self, start: Start, missing: Mode) -> None:
        world = await start(modes=[mode for mode in BOTH_MODES if mode is not missing])
        samples = world.case.samples[missing]
        world.case.forget_calls()
        for path in ("/features", *(read.path(samples) for read in READS.values())):
            assert (await world.get(path, missing)).is_error(400), path
        for make in WRITES.values():
            assert (await world.post(make(samples), missing)).is_error(400)
        assert world.case.calls() == []
