"""What every action refuses, whatever it is: bodies that say nothing sensible, ids that nobody has, others' things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import ACTIONS, ON_ONE, Make
from adapters.conformance.world import Start, World
from gateway.contract import Mode, Target

CANCEL: Final = "cancel at once"
CANCEL_ALL: Final = "cancel all at once"
PAUSE: Final = "pause at once"
PAUSE_ALL: Final = "pause all"
TRIAL: Final = "extend trial by a length"
COUPON: Final = "apply coupon"
PRICE: Final = "change price at once"
EVERY: Final = (CANCEL, CANCEL_ALL, PAUSE, PAUSE_ALL, TRIAL, COUPON, PRICE)
OF_ONE: Final = (CANCEL, PAUSE, TRIAL, COUPON, PRICE)
WITH_DURATION: Final = (PAUSE, PAUSE_ALL, TRIAL)

NO_ID: Final[Mapping[str, Any]] = {
    "missing": None,
    "empty": "",
    "blank": "  ",
    "a number": 12,
    "true": True,
    "a list": ["cus_1"],
    "an object without one": {"name": "x"},
    "half a character": "\ud83d",
}
NO_TIME: Final[Mapping[str, Any]] = {
    "another word": "tomorrow",
    "empty": "",
    "a number": 0,
    "true": True,
    "a date": "2026-12-01",
    "both": ["immediate", "end-of-period"],
}
NO_DURATION: Final[Mapping[str, Any]] = {
    "missing": None,
    "empty": {},
    "a number": 3,
    "a word": "3 months",
    "a list": [{"amount": 1, "unit": "month"}],
    "another kind": {"type": "forever"},
    "no amount": {"type": "period", "unit": "month"},
    "no unit": {"type": "period", "amount": 1},
    "another unit": {"type": "period", "amount": 1, "unit": "fortnight"},
    "zero": {"type": "period", "amount": 0, "unit": "month"},
    "negative": {"type": "period", "amount": -1, "unit": "month"},
    "a fraction": {"type": "period", "amount": 1.5, "unit": "month"},
    "true": {"type": "period", "amount": True, "unit": "month"},
    "more than ten years": {"type": "period", "amount": 11, "unit": "year"},
    "huge": {"type": "period", "amount": 10**30, "unit": "day"},
    "no date": {"type": "date"},
    "no such date": {"type": "date", "date": "2027-02-30"},
    "seconds": {"type": "date", "date": 1_800_000_000},
    "beyond the calendar": {"type": "date", "date": "9999-12-31T23:59:59-14:00"},
    "a length and a date": {"amount": 1, "unit": "month", "date": "2027-03-01"},
    "two lengths": {"months": 1, "days": 10},
}
NO_SWITCH: Final[Mapping[str, Any]] = {"a word": "maybe", "one": 1, "a list": [True]}

TABLE: Final[list[tuple[str, tuple[str, ...], str, Mapping[str, Any]]]] = [
    ("customerId", EVERY, "customerId", NO_ID),
    ("subscriptionId", OF_ONE, "subscriptionId", NO_ID),
    ("id", (COUPON,), "coupon", NO_ID),
    ("id", (PRICE,), "price", NO_ID),
    ("scheduledAt", (CANCEL, CANCEL_ALL, PRICE), "scheduledAt", NO_TIME),
    ("startAt", (PAUSE, PAUSE_ALL), "startAt", NO_TIME),
    ("duration", WITH_DURATION, "duration", NO_DURATION),
    ("allowAnnual", (PAUSE, PAUSE_ALL), "allowAnnual", NO_SWITCH),
    ("prorate", (PRICE,), "prorate", NO_SWITCH),
]
CASES: Final = [
    pytest.param(names, field, said, value, id=f"{said} {what}")
    for field, names, said, values in TABLE
    for what, value in values.items()
]


BODIES: Final[Mapping[str, str]] = {
    "nothing": "",
    "no JSON": "customerId=cus_1",
    "half of it": '{"customerId": "cus_1"',
    "a list": "[]",
    "null": "null",
    "text": '"cus_1"',
    "a number": "1",
    "a field twice": '{"customerId": "cus_1", "customerId": "cus_2"}',
    "not a number": '{"customerId": NaN}',
    "too deep": "[" * 30_000,
    "a number without end": '{"customerId": ' + "9" * 6000 + "}",
}


async def is_refused_as_body(world: World, body: bytes, status: int) -> None:
    world.case.forget_calls()
    for target in Target:
        answer = await world.send("POST", f"/churnkey/actions/{target}", mode=Mode.TEST, body=body)
        assert answer.is_error(status), (target, answer.status, answer.text)
    assert world.case.calls() == []


class TestRefusals:
    """What every action refuses: bodies that say nothing sensible, ids that nobody has, others' things."""

    @pytest.mark.parametrize(("names", "field", "said", "value"), CASES)
    async def test_a_field_that_makes_no_sense_is_named(
        self, world: World, names: tuple[str, ...], field: str, said: str, value: Any
    ) -> None:
        for name in names:
            message = await world.refuses(ACTIONS[name](world.samples).having(**{field: value}), 400)
            assert message.partition(":")[0].partition(".")[0] == said, name
            assert world.case.calls() == [], name

    @pytest.mark.parametrize("text", BODIES.values(), ids=BODIES.keys())
    async def test_a_body_that_is_no_object_is_refused(self, world: World, text: str) -> None:
        await is_refused_as_body(world, text.encode(), 400)

    async def test_a_body_that_is_too_large_is_refused(self, world: World) -> None:
        await is_refused_as_body(world, b'{"customerId": "' + b"c" * 70_000 + b'"}', 413)

    @pytest.mark.parametrize("make", ON_ONE.values(), ids=ON_ONE.keys())
    async def test_another_customers_subscription_is_not_found(self, world: World, make: Make) -> None:
        ask = make(world.samples)
        others = world.samples.others
        before = (world.truth(others), world.effect_on(ask))
        for stranger in (ask.having(customerId=others.customer), ask.having(subscriptionId=others.subscription)):
            world.case.forget_calls()
            answer = await world.post(stranger)
            assert answer.is_error(404 if world.offers(ask) else 400), answer.text
            assert world.case.writes() == []
        assert (world.truth(others), world.effect_on(ask)) == before

    @pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS.keys())
    async def test_an_unknown_customer_is_not_found(self, world: World, make: Make) -> None:
        await world.refuses(make(world.samples).having(customerId=world.samples.unknown_customer), 404)

    @pytest.mark.parametrize("make", ON_ONE.values(), ids=ON_ONE.keys())
    async def test_an_unknown_subscription_is_not_found(self, world: World, make: Make) -> None:
        await world.refuses(make(world.samples).having(subscriptionId=world.samples.unknown_subscription), 404)

    @pytest.mark.parametrize("make", ON_ONE.values(), ids=ON_ONE.keys())
    async def test_what_has_ended_is_only_cancelled(self, world: World, make: Make) -> None:
        held = world.samples.canceled
        ask = make(world.samples).having(customerId=held.customer, subscriptionId=held.subscription)
        before = world.truth(held)
        if ask.target is Target.SUBSCRIPTION_CANCEL:
            if await world.does(ask):
                assert world.case.writes() == []
                assert world.truth(held) == before
        else:
            await world.refuses(ask, 409)

    @pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS.keys())
    async def test_nothing_is_sent_where_the_owner_wants_a_dry_run(self, start: Start, make: Make) -> None:
        world = await start({"policy": {"dry_run": True}})
        ask = make(world.samples)
        before = world.effect_on(ask)
        if await world.does(ask):
            assert world.case.writes() == []
            assert world.effect_on(ask) == before

    async def test_a_field_that_nobody_knows_changes_nothing(self, world: World) -> None:
        held = world.samples.active
        if await world.does(asks.cancel(held, asks.AT_ONCE, reason="too dear", flow={"id": 7})):
            assert world.truth(held).ended
