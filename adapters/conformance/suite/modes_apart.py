"""Live and test are two worlds: what is in one does not exist in the other, to read or to act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import ACTIONS, Make
from adapters.conformance.provider import ProviderCase, Truth
from adapters.conformance.reads import LISTS, LOOK_UPS, OBJECTS, Read, escaped
from adapters.conformance.world import BOTH_MODES, World
from gateway.contract import Mode

OTHER: Final = {Mode.LIVE: Mode.TEST, Mode.TEST: Mode.LIVE}

READS: Final[Mapping[str, Read]] = {
    **{path: read for path, read in OBJECTS.items() if read.controller != "families"},
    "subscriptions of a customer": LISTS["/customers/{customerId}/subscriptions"],
    "archived price": Read("prices", lambda samples: f"/prices/{escaped(samples.archived_price)}"),
}
"""Whatever has an id of the provider's; families may be a convention that both accounts share."""


def everything(case: ProviderCase) -> dict[str, Truth]:
    """All subscriptions of both accounts at the provider."""
    found: dict[str, Truth] = {}
    for mode, samples in case.samples.items():
        for customer in (samples.customer, samples.many, samples.single.customer, samples.others.customer):
            found |= {one: case.truth(mode, one) for one in case.subscriptions_of(mode, customer)}
    return found


class TestModesApart:
    """Live and test are two worlds: what is in one does not exist in the other, to read or to act on."""

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    @pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
    async def test_an_id_of_the_other_mode_is_not_found(self, world: World, read: Read, mode: Mode) -> None:
        if await world.serves(read, mode):
            own, others = read.path(world.case.samples[mode]), read.path(world.case.samples[OTHER[mode]])
            assert (await world.get(own, mode)).status == 200
            assert (await world.get(others, mode)).is_error(404)
            # Asking in the right mode leaves nothing behind that the wrong one could be answered from.
            assert (await world.get(others, OTHER[mode])).status == 200
            assert (await world.get(others, mode)).is_error(404)

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    async def test_a_customer_is_not_found_through_a_subscription_of_the_other_mode(
        self, world: World, mode: Mode
    ) -> None:
        own, others = world.case.samples[mode].active, world.case.samples[OTHER[mode]].active
        assert (await world.get(f"/customers/{own.customer}/subscriptions/{others.subscription}", mode)).is_error(404)
        assert (await world.get(f"/customers/{others.customer}/subscriptions/{own.subscription}", mode)).is_error(404)

    @pytest.mark.parametrize("controller", ["customers", "prices", "coupons", "products"])
    async def test_lists_have_nothing_in_common(self, world: World, controller: str) -> None:
        if await world.serves(LISTS[f"/{controller}"]):
            live, test = [{row["id"] for row in await world.walk(f"/{controller}", mode=mode)} for mode in BOTH_MODES]
            assert live
            assert test
            assert not live & test

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    @pytest.mark.parametrize("look_up", LOOK_UPS.values(), ids=LOOK_UPS.keys())
    async def test_a_customer_is_found_in_the_mode_that_was_asked(
        self, world: World, look_up: Read, mode: Mode
    ) -> None:
        if await world.serves(look_up, mode):
            samples = world.case.samples[mode]
            assert (await world.get(look_up.path(samples), mode)).json["id"] == samples.customer

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    @pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS.keys())
    async def test_no_action_reaches_over(self, world: World, make: Make, mode: Mode) -> None:
        case = world.case
        before = everything(case)
        ask = make(case.samples[OTHER[mode]])
        case.forget_calls()
        answer = await world.post(ask, mode)
        assert answer.is_error(404 if world.offers(ask) else 400)
        assert case.writes() == []
        assert everything(case) == before

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    async def test_an_action_is_done_in_its_own_mode_only(self, world: World, mode: Mode) -> None:
        case = world.case
        before = everything(case)
        ask = asks.cancel(case.samples[mode].active)
        assert (await world.post(ask, mode)).status == (200 if world.offers(ask) else 400)
        after = everything(case)
        changed = {one for one in before if before[one] != after[one]}
        assert changed == ({ask.subscription} if world.offers(ask) else set())

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    @pytest.mark.parametrize("what", ["coupon", "price"])
    async def test_a_coupon_or_price_of_the_other_mode_cannot_be_used(
        self, world: World, what: str, mode: Mode
    ) -> None:
        case = world.case
        before = everything(case)
        held, identifier = case.samples[mode].active, getattr(case.samples[OTHER[mode]], what)
        ask = asks.apply_coupon(held, identifier) if what == "coupon" else asks.change_price(held, identifier)
        assert (await world.post(ask, mode)).is_error(404 if world.offers(ask) else 400)
        assert everything(case) == before
