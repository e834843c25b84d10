"""Every write at a provider stands in the journal between two lines, and nobody's data does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import ACTIONS, ON_ALL, REPEATABLE, Ask, Make
from adapters.conformance.provider import Calls, Trouble
from adapters.conformance.world import TOKEN, Start, World
from gateway.contract import Mode

PERSONAL: Final = frozenset({"name", "email", "phone", "address"})
WHOSE: Final = ("id", "request_id", "backend", "mode", "action", "customer_id", "subscription_id")

each = pytest.mark.parametrize(("name", "make"), ACTIONS.items(), ids=ACTIONS)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def outcomes(path: Path) -> list[str]:
    return [line.get("outcome", line["event"]) for line in lines(path)]


def refused(world: World) -> Mapping[str, Ask]:
    samples = world.samples
    return {
        "pause": asks.pause(samples.canceled),
        "extend trial": asks.extend_trial(samples.active, asks.length(14, "day")),
        "apply coupon": asks.apply_coupon(samples.canceled, samples.coupon),
        "change price": asks.change_price(samples.canceled, samples.price),
    }


def texts(value: object) -> Iterator[str]:
    """All texts in it that are long enough to be looked for, however deep."""
    match value:
        case dict():
            yield from (text for one in value.values() for text in texts(one))
        case list():
            yield from (text for one in value for text in texts(one))
        case str() if len(value) > 2:
            yield value
        case _:
            return


def keys(value: object) -> Iterator[str]:
    """All names of members, however deep."""
    match value:
        case dict():
            yield from value
            yield from (key for one in value.values() for key in keys(one))
        case list():
            yield from (key for one in value for key in keys(one))
        case _:
            return


class TestJournal:
    """Every write at a provider stands in the journal between two lines, and nobody's data does."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "journal.jsonl"

    @pytest.fixture
    async def world(self, start: Start, path: Path) -> World:
        """The gateway with a file as its journal."""
        return await start({"journal": str(path)})

    @each
    async def test_a_write_is_a_pair_of_lines(self, world: World, path: Path, name: str, make: Make) -> None:
        ask = make(world.samples)
        if await world.does(ask):
            begun, ended = lines(path)
            assert (begun["event"], ended["event"], ended["outcome"]) == ("begun", "ended", "done")
            assert [begun[fact] for fact in WHOSE] == [ended[fact] for fact in WHOSE]
            assert (begun["backend"], begun["mode"], begun["customer_id"]) == (world.case.name, "test", ask.customer)
            assert begun["subscription_id"] in world.effect_on(ask)
            assert begun["request_id"]
            assert begun["asked"]["kind"]
            assert begun["before"]["items"]
            assert ended["duration_ms"] >= 0

    @each
    async def test_the_providers_calls_are_told_with_their_ids(
        self, world: World, path: Path, name: str, make: Make
    ) -> None:
        if await world.does(make(world.samples)):
            calls = lines(path)[-1]["calls"]
            assert len(calls) >= len(world.case.writes()) > 0
            assert {call["outcome"] for call in calls} == {"ok"}
            assert {type(call["request_id"]) for call in calls} <= {str, type(None)}

    @pytest.mark.parametrize("name", ["cancel at once", "pause at once", "apply coupon", "change price at once"])
    async def test_what_changed_is_told_as_the_provider_showed_it(self, world: World, path: Path, name: str) -> None:
        ask = ACTIONS[name](world.samples)
        if await world.does(ask):
            begun, ended = lines(path)
            assert ended["after"] != begun["before"]
            (truth,) = world.effect_on(ask).values()
            assert ended["after"].get("coupons", []) == list(truth.coupons)
            assert (ended["after"]["standing"] == "ended") is truth.ended

    @each
    async def test_no_line_has_anybodys_data(self, world: World, path: Path, name: str, make: Make) -> None:
        ask = make(world.samples)
        if world.offers(ask):
            await world.post(ask)
            customer = (await world.get(f"/customers/{ask.customer}")).json
            known = {text for fact in PERSONAL for text in texts(customer.get(fact))}
            written = " ".join(text for line in lines(path) for text in texts(line))
            secrets = (*world.case.secrets, TOKEN, world.samples.email, world.samples.phone)
            assert [text for text in (*known, *secrets) if text in written] == []
            assert [key for line in lines(path) for key in keys(line) if key in PERSONAL] == []

    @pytest.mark.parametrize("name", ON_ALL)
    async def test_an_action_on_all_is_a_pair_for_each(self, world: World, path: Path, name: str) -> None:
        customer = world.samples.many
        every = asks.cancel_all(customer, asks.AT_ONCE) if name.startswith("cancel") else asks.pause_all(customer)
        if world.offers(every):
            before = world.effect_on(every)
            await world.post(every)
            changed = {one for one, truth in world.effect_on(every).items() if truth != before[one]}
            assert len(changed) > 1
            done = [line["subscription_id"] for line in lines(path) if line.get("outcome") == "done"]
            begun = [line["subscription_id"] for line in lines(path) if line["event"] == "begun"]
            assert sorted(done) == sorted(changed)
            assert set(done) <= set(begun)
            assert len({line["request_id"] for line in lines(path)}) == 1

    @pytest.mark.parametrize("name", [one for one in REPEATABLE if one not in ON_ALL])
    async def test_what_is_so_already_is_one_line(self, world: World, path: Path, name: str) -> None:
        ask = REPEATABLE[name](world.samples)
        if await world.does(ask):
            await world.does(ask)
            assert outcomes(path) == ["begun", "done", "nothing to do"]

    @pytest.mark.parametrize("name", ["pause", "extend trial", "apply coupon", "change price"])
    async def test_what_is_refused_is_one_line_with_the_reason(self, world: World, path: Path, name: str) -> None:
        ask = refused(world)[name]
        if world.offers(ask):
            message = await world.refuses(ask, 409)
            (line,) = lines(path)
            assert (line["event"], line["outcome"]) == ("not sent", "refused")
            assert line["error"] == {"error": "Conflict", "message": message}

    @each
    async def test_a_dry_run_is_one_line_and_no_write(self, start: Start, path: Path, name: str, make: Make) -> None:
        world = await start({"journal": str(path), "policy": {"dry_run": True}})
        if await world.does(make(world.samples)):
            assert world.case.writes() == []
            (line,) = lines(path)
            assert (line["event"], line["outcome"]) == ("not sent", "dry run")
            assert line["asked"]["kind"]

    @pytest.mark.parametrize(
        ("trouble", "expected"),
        [
            pytest.param(Trouble.ANSWER_LOST, "done", id="settled"),
            pytest.param(Trouble.KEY_REFUSED, "failed", id="failed"),
            pytest.param(Trouble.CALL_LOST, "unknown", id="unknown"),
        ],
    )
    async def test_trouble_is_told_as_it_ended(self, world: World, path: Path, trouble: Trouble, expected: str) -> None:
        ask = ACTIONS["pause at once"](world.samples)
        if world.offers(ask):
            world.case.trouble(trouble, on=Calls.WRITES, times=1 if trouble is Trouble.ANSWER_LOST else None)
            answer = await world.post(ask)
            assert outcomes(path) == ["begun", expected]
            ended = lines(path)[-1]
            assert {call["outcome"] for call in ended["calls"]} != {"ok"}
            assert (answer.status == 200) is (expected == "done") is ("after" in ended)
            if expected != "done":
                assert ended["error"]["message"] == answer.json["message"]

    async def test_both_modes_are_told_apart(self, world: World, path: Path) -> None:
        for mode in Mode:
            ask = asks.cancel(world.case.samples[mode].active, asks.WITH_THE_PERIOD)
            if world.offers(ask):
                await world.post(ask, mode)
        told = {(line["mode"], line["subscription_id"]) for line in lines(path)}
        assert told == {(mode.value, world.case.samples[mode].active.subscription) for mode in Mode}
