"""How many calls of the provider an answer costs."""

from __future__ import annotations

import asyncio

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import ACTIONS, ON_ALL, Make
from adapters.conformance.provider import ProviderCase
from adapters.conformance.world import Start, World


async def warm(world: World) -> None:
    """Read everything once, as Churnkey does before anybody cancels."""
    for controller in ("customers", "products", "prices", "coupons"):
        if world.has(controller):
            await world.walk(f"/{controller}")
    await world.walk(f"/customers/{world.samples.many}/subscriptions")
    world.case.forget_calls()


class TestCalls:
    """How many calls of the provider an answer costs."""

    def test_no_provider_is_allowed_more_than_is_promised(self, provider: type[ProviderCase]) -> None:
        budget = provider.budget
        assert budget.customer <= 2
        assert budget.subscriptions <= 2
        assert budget.reads_for_one == 1
        assert budget.reads_for_price <= 1
        assert budget.writes.keys() <= ACTIONS.keys()

    async def test_a_customer_costs_what_it_may(self, world: World) -> None:
        world.case.forget_calls()
        await world.get(f"/customers/{world.samples.customer}")
        assert len(world.case.calls()) <= world.case.budget.customer

    @pytest.mark.parametrize("role", ["customer", "many", "nobody"])
    async def test_a_list_of_subscriptions_costs_what_it_may(self, world: World, role: str) -> None:
        path = f"/customers/{getattr(world.samples, role)}/subscriptions"
        await world.get(path)
        world.case.forget_calls()
        assert (await world.get(path)).status == 200
        # An empty list does not tell a customer without subscriptions from one who does not exist.
        looks = world.case.budget.customer if role == "nobody" else 0
        assert len(world.case.calls()) <= world.case.budget.subscriptions + looks

    async def test_a_long_list_costs_no_more_than_a_short_one(self, world: World) -> None:
        await warm(world)
        costs = []
        for role in ("customer", "many"):
            world.case.forget_calls()
            await world.get(f"/customers/{getattr(world.samples, role)}/subscriptions")
            costs.append(len(world.case.calls()))
        assert costs[0] == costs[1]

    @pytest.mark.parametrize(("name", "make"), ACTIONS.items(), ids=ACTIONS.keys())
    async def test_an_action_costs_one_look_and_its_writes(self, world: World, name: str, make: Make) -> None:
        budget = world.case.budget
        await warm(world)
        ask = make(world.samples)
        if await world.does(ask):
            writes = budget.writes.get(name, 1)
            reads = budget.reads_for_all if name in ON_ALL else budget.reads_for_one
            reads += budget.reads_for_price if name.startswith("change price") else 0
            assert len(world.case.writes()) == writes
            assert len(world.case.calls()) <= reads + writes

    async def test_an_action_on_all_reads_no_more_for_many_than_for_one(self, world: World) -> None:
        ask = asks.cancel_all(world.samples.many, asks.AT_ONCE)
        running = sum(not truth.ended for truth in world.effect_on(ask).values())
        if await world.does(ask):
            assert len(world.case.writes()) == running
            assert len(world.case.calls()) <= world.case.budget.reads_for_all + running

    async def test_what_many_want_to_know_at_once_of_the_catalogue_is_asked_once(self, start: Start) -> None:
        alone, together = await start(), await start()
        path = f"/customers/{alone.samples.many}/subscriptions"
        alone.case.forget_calls()
        await alone.get(path)
        together.case.forget_calls()
        answers = await asyncio.gather(*(together.get(path) for _ in range(5)))
        assert {answer.status for answer in answers} == {200}
        lists = 4 * together.case.budget.subscriptions
        assert len(together.case.calls()) <= len(alone.case.calls()) + lists

    @pytest.mark.parametrize("path", ["/features", "/nowhere", "/customers?limit=0", "/customers?cursor=x"])
    async def test_what_needs_no_call_makes_none(self, world: World, path: str) -> None:
        world.case.forget_calls()
        await world.get(path)
        assert world.case.calls() == []
