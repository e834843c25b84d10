"""Ids are hostile input: what cannot be an id is refused, and the provider never hears of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import ACTIONS
from adapters.conformance.provider import Samples
from adapters.conformance.reads import escaped
from adapters.conformance.world import World

IMPOSSIBLE: Final[Mapping[str, str]] = {
    "empty": "",
    "a dot": ".",
    "two dots": "..",
    "a slash": "a/b",
    "a way up": "../customers",
    "a way out": "//example.com/x",
    "a backslash": "..\\a",
    "a null character": "cus_1\0",
    "a line break": "cus_1\r\nX-Injected: 1",
    "an escape character": "\x1b[2J",
    "white space": " ",
    "white space around": " cus_1 ",
    "an invisible character": "cus_\u200b1",
    "text from right to left": "\u202ecus_1",
    "too long": "c" * 256,
    "far too long": "c" * 3000,
}
"""Ids that cannot be any."""

NO_LINE: Final = {name: text for name, text in IMPOSSIBLE.items() if name != "white space around"}
"""The same for an e-mail or a phone, around which white space does no harm."""

ODD: Final[Mapping[str, str]] = {
    "a query": "x?limit=1",
    "a fragment": "x#y",
    "another parameter": "x&customer=y",
    "an array's brackets": "x[]",
    "percent signs": "%2e%2e%2f",
    "a semicolon": "x;y",
    "quotes": "x' OR 'a'='a",
    "a search query": 'x" OR email:"a@example.com',
    "not ASCII": "çüß",
    "an emoji": "😀",
    "as long as can be": "c" * 255,
    "a word of a path": "search",
    "a plus sign": "a+b",
    "braces": "{id}",
    "a template": "${HOME}",
}
"""Ids that could be some, and are none."""

InPath: TypeAlias = Callable[[Samples, str], str]

PATHS: Final[Mapping[str, InPath]] = {
    "customers": lambda samples, one: f"/customers/{one}",
    "subscriptions": lambda samples, one: f"/customers/{samples.customer}/subscriptions/{one}",
    "subscriptions of": lambda samples, one: f"/customers/{one}/subscriptions",
    "a subscription of": lambda samples, one: f"/customers/{one}/subscriptions/{samples.active.subscription}",
    "prices": lambda samples, one: f"/prices/{one}",
    "coupons": lambda samples, one: f"/coupons/{one}",
    "products": lambda samples, one: f"/products/{one}",
    "families": lambda samples, one: f"/families/{one}",
}
LOOK_UPS: Final[Mapping[str, InPath]] = {
    "email": lambda samples, one: f"/customers/email/{one}",
    "phone": lambda samples, one: f"/customers/phone/{one}",
}


async def is_never_passed_on(world: World, path: str) -> None:
    world.case.forget_calls()
    answer = await world.get(path)
    assert answer.is_error(404) or answer.is_error(400), (path, answer.status, answer.text)
    assert world.case.calls() == [], path


RAW: Final = [
    ".",
    "..",
    "%2e",
    "%2E%2e",
    "%2e%2e%2fprices",
    "..%2f..%2f",
    "%5c",
    "%00",
    "%0a",
    "%0d%0aX:1",
    "a%2Fb",
    "%ff",
]


ONE_OF_EACH: Final = [
    "cancel at once",
    "cancel all at once",
    "pause at once",
    "pause all",
    "extend trial to a date",
    "apply coupon",
    "change price at once",
]


class TestHostileIds:
    """Ids are hostile input: what cannot be an id is refused, and the provider never hears of it."""

    @pytest.mark.parametrize("identifier", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
    async def test_an_impossible_id_in_a_path_is_never_passed_on(self, full_world: World, identifier: str) -> None:
        for path in PATHS.values():
            await is_never_passed_on(full_world, path(full_world.samples, escaped(identifier)))

    @pytest.mark.parametrize("text", NO_LINE.values(), ids=NO_LINE.keys())
    async def test_what_is_no_line_of_text_is_never_looked_up(self, world: World, text: str) -> None:
        for path in LOOK_UPS.values():
            await is_never_passed_on(world, path(world.samples, escaped(text)))

    @pytest.mark.parametrize("identifier", ODD.values(), ids=ODD.keys())
    async def test_an_odd_id_in_a_path_is_an_id_that_is_not_found(self, full_world: World, identifier: str) -> None:
        for controller, path in PATHS.items():
            answer = await full_world.get(path(full_world.samples, escaped(identifier)))
            is_served = full_world.has(controller.partition(" ")[0]) or " " in controller
            # Some are no segment of any route.
            is_refused = answer.is_error(404) or (not is_served and answer.is_error(400))
            assert is_refused, (controller, answer.status, answer.text)

    @pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
    async def test_odd_text_finds_nobody(self, world: World, text: str) -> None:
        for by, path in LOOK_UPS.items():
            answer = await world.get(path(world.samples, escaped(text)))
            is_refused = answer.is_error(404) or (by not in world.case.finds_by and answer.is_error(400))
            assert is_refused, (by, answer.status, answer.text)

    @pytest.mark.parametrize("segment", RAW)
    async def test_a_segment_that_moves_in_the_path_is_not_found(self, full_world: World, segment: str) -> None:
        for path in PATHS.values():
            full_world.case.forget_calls()
            answer = await full_world.get(path(full_world.samples, segment))
            assert answer.is_error(404) or answer.is_error(400), (answer.status, answer.text)
            assert all(segment not in call for call in full_world.case.calls())

    @pytest.mark.parametrize("identifier", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
    async def test_an_impossible_id_in_a_body_is_never_passed_on(self, world: World, identifier: str) -> None:
        for ask in (ACTIONS[name](world.samples) for name in ONE_OF_EACH):
            for field in ask.body.keys() & {"customerId", "subscriptionId", "id"}:
                world.case.forget_calls()
                answer = await world.post(ask.having(**{field: identifier}))
                assert answer.is_error(404) or answer.is_error(400), (ask.target, field, answer.status, answer.text)
                assert world.case.calls() == [], (ask.target, field)

    @pytest.mark.parametrize("identifier", ODD.values(), ids=ODD.keys())
    @pytest.mark.parametrize("field", ["customerId", "subscriptionId", "coupon", "price"])
    async def test_an_odd_id_in_a_body_is_an_id_that_is_not_found(
        self, world: World, field: str, identifier: str
    ) -> None:
        held = world.samples.active
        ask = {
            "customerId": asks.cancel(held).having(customerId=identifier),
            "subscriptionId": asks.cancel(held).having(subscriptionId=identifier),
            "coupon": asks.apply_coupon(held, identifier),
            "price": asks.change_price(held, identifier),
        }[field]
        await world.refuses(ask, 404)
