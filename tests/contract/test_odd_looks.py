"""What a provider shows before or after an action is of a form that nobody documented.

Nothing is sent then, or what would be sent anyway, and what was done is never called not done. Nothing is ever a 500.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from adapters.conformance.asks import (
    ACTIONS,
    AT_ONCE,
    WITH_THE_PERIOD,
    Ask,
    Make,
    apply_coupon,
    cancel,
    change_price,
    extend_trial,
    length,
    pause,
)
from adapters.conformance.provider import NO_SAMPLE, Truth
from adapters.conformance.suite.money_guard import guard
from adapters.registry import find
from gateway.contract import Mode
from tests.contract.tampering import (
    Alteration,
    Place,
    Tamperable,
    Tampered,
    TamperedPaddle,
    behind_a_proxy,
    each_provider,
    is_question,
    odd_values,
    pattern,
    places,
)

_OF_EVERY_PATH: Final = ("api", "v1", "v2")
UNKNOWN_OUTCOME: Final = 504
ERRORS: Final = (400, 404, 409, 502, UNKNOWN_OUTCOME)


@dataclass(frozen=True, slots=True)
class Way:
    """Settings of the gateway, and what is asked of it then. `status` is the usual answer; of what the provider shows
    only that is altered which `is_about` it."""

    sections: Mapping[str, object]
    asks: Mapping[str, Make]
    status: int = 200
    is_about: Callable[[Shown], bool] = lambda shown: True


WAYS: Final[Mapping[str, Way]] = {
    "by default": Way(
        {},
        {
            **ACTIONS,
            "cancel what is paused": lambda samples: cancel(samples.paused, unpause=True),
            "cancel what is to change": lambda samples: cancel(samples.scheduled),
            "cancel what ends later": lambda samples: cancel(samples.ending_later),
            "pause what is paused": lambda samples: pause(samples.paused),
            "replace a coupon": lambda samples: apply_coupon(samples.discounted, samples.coupon),
            "change one of several": lambda samples: change_price(samples.several_items, samples.price_of_one_item),
            "change one of several later": lambda samples: change_price(
                samples.several_items, samples.price_of_one_item, WITH_THE_PERIOD
            ),
        },
    ),
    "stacking coupons": Way(
        {"actions": {"apply_coupon": {"mode": "stack"}}},
        {
            "beside one": lambda samples: apply_coupon(samples.discounted, samples.coupon),
            "beside several": lambda samples: apply_coupon(samples.discounted_twice, samples.coupon),
        },
        is_about=lambda shown: not {"discounts", "coupons", "customer"}.isdisjoint(shown.place),
    ),
    "charging too much": Way(
        guard(100),
        {"at once": lambda samples: change_price(samples.active, samples.yearly_price, AT_ONCE)},
        status=400,
        is_about=lambda shown: is_question(shown.call),
    ),
}


@dataclass(frozen=True, slots=True)
class Usual:
    """What an action comes to at a provider as it should be."""

    ask: Ask
    writes: list[tuple[str, str]]
    before: Mapping[str, Truth]
    after: Mapping[str, Truth]


@dataclass(frozen=True, slots=True)
class Shown:
    """A member of what the provider shows during an action: in answer to a write, else to a question."""

    of: str
    in_answer_to_a_write: bool
    call: str
    place: Place
    value: Any

    @property
    def alike(self) -> tuple[object, ...]:
        """What all members have in common of which one is enough."""
        resource = next(part for part in self.call.split("/")[1:] if part not in _OF_EVERY_PATH)
        return (self.in_answer_to_a_write, resource, pattern(self.place))


def truths(gateway: Tamperable, ask: Ask) -> dict[str, Truth]:
    """What the provider has of every subscription that an action is about."""
    case, named = gateway.proxy.case, ask.subscription
    held = [named] if named is not None else case.subscriptions_of(Mode.TEST, ask.customer)
    return {subscription: case.truth(Mode.TEST, subscription) for subscription in held}


async def usual_actions(gateway: Tamperable, way: Way) -> tuple[dict[str, Usual], list[Shown]]:
    """What is asked that can be asked here, and every member of what the provider shows meanwhile."""
    found: dict[str, Usual] = {}
    shown: list[Shown] = []
    for name, make in way.asks.items():
        ask = make(gateway.world.samples)
        if NO_SAMPLE in json.dumps(ask.body) or not gateway.world.offers(ask):
            continue
        await gateway.proxy.renew()
        before = truths(gateway, ask)
        gateway.proxy.begin()
        answer = await gateway.world.post(ask)
        if answer.status == way.status:
            found[name] = Usual(ask, gateway.proxy.writes, before, truths(gateway, ask))
            for one in gateway.proxy.exchanges:
                members = ((place, value) for place, value in places(one.document) if place)
                shown += [Shown(name, one.is_write, one.call, place, value) for place, value in members]
    return found, [one for one in shown if way.is_about(one)]


def grouped(members: Iterable[Shown]) -> list[list[Shown]]:
    """Those that are alike, those first of which there is something."""
    found: dict[object, list[Shown]] = {}
    for member in members:
        found.setdefault((*member.alike,), []).append(member)
    return [sorted(alike, key=lambda one: one.value in (None, [], {})) for alike in found.values()]


def one_of_each(members: Iterable[Shown]) -> Iterator[tuple[Shown, Any]]:
    """Each member once, in another action and with another odd value each time."""
    for number, alike in enumerate(grouped(members)):
        filled = [one for one in alike if one.value not in (None, [], {})] or alike
        member = filled[number % len(filled)]
        values = odd_values(member.value)
        yield member, values[number % len(values)]


def thoroughly(members: Iterable[Shown]) -> Iterator[tuple[Shown, Any]]:
    """Each member with every odd value, in another action each time.

    An answer to a write is read as a look is, so that of its members two values are enough.
    """
    for number, alike in enumerate(grouped(members)):
        filled = [one for one in alike if one.value not in (None, [], {})] or alike
        values = odd_values(filled[0].value)
        for turn, value in enumerate(values):
            if filled[0].in_answer_to_a_write and (turn - number) % len(values) not in (0, 3):
                continue
            yield filled[(number + turn) % len(filled)], value


def is_documented(member: Shown, value: Any) -> bool:
    """Whether a provider may answer this in earnest: its word for nothing, or the id of what could be shown whole."""
    if isinstance(member.value, dict):
        return value in (None, {}) or ("id" in member.value and isinstance(value, str))
    # Where there is nothing there may be a time, long ago.
    return value is None or (member.value is None and value == 7)


def what_is_wrong(
    usual: Usual,
    shown: Shown,
    alteration: Alteration,
    status: int,
    sent: list[tuple[str, str]],
    now: Mapping[str, Truth],
) -> str:
    """Of an action that was asked for while a member was altered; empty where nothing is."""
    if shown.in_answer_to_a_write and now != usual.before and status not in (200, UNKNOWN_OUTCOME):
        return f"{status}, and something was done: {sent}"
    if is_documented(shown, alteration.value):
        return ""
    if not shown.in_answer_to_a_write and sent not in ([], usual.writes):
        return f"{status}, and what was sent is {sent} instead of {usual.writes}"
    if status == 200 and now != usual.after:
        return f"{status}, and it is not done"
    return ""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    "choose", [one_of_each, pytest.param(thoroughly, marks=pytest.mark.thorough)], ids=["once", "thoroughly"]
)
@each_provider
async def test_nothing_else_is_sent_and_nothing_done_is_called_not_done(
    provider: type[Tampered], choose: Any, way: Way
) -> None:
    capability = find(provider.name).capabilities.apply_coupon
    if "actions" in way.sections and (capability is None or "stack" not in capability.modes):
        pytest.skip(f"{provider.name} has room for one coupon")
    wrong: list[str] = []
    async with behind_a_proxy(provider, **way.sections) as gateway:
        usual, shown = await usual_actions(gateway, way)
        assert usual
        for member, value in choose(shown):
            done = usual[member.of]
            await gateway.proxy.renew()
            gateway.proxy.begin(alteration := Alteration(member.call, member.place, value))
            answer = await gateway.world.post(done.ask)
            case = f"{member.of}: {alteration}"
            if answer.status != 200 and not any(answer.is_error(status) for status in ERRORS):
                wrong.append(f"{case}: {answer.status}")
                continue
            found = what_is_wrong(
                done, member, alteration, answer.status, gateway.proxy.writes, truths(gateway, done.ask)
            )
            wrong += [f"{case}: {found}"] if found else []
    assert not wrong, "\n".join(wrong)


# The parts of a subscription that a state is refused for.
UNREADABLE: Final[tuple[tuple[Place, Any], ...]] = (
    (("data", "items"), "text"),
    (("data", "items", 0, "recurring"), "text"),
    (("data", "current_billing_period"), "text"),
    (("data", "discount"), "text"),
    (("data", "customer_id"), 7),
    (("data", "status"), 7),
)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize(("place", "value"), UNREADABLE, ids=[".".join(map(str, place)) for place, _ in UNREADABLE])
@pytest.mark.parametrize("act", ["extend the trial", "pause"])
async def test_what_makes_way_for_a_write_is_there_afterwards_whatever_the_answers_are_like(
    act: str, place: Place, value: Any, nth: int
) -> None:
    """Paddle has room for one scheduled change: a cancellation is lifted, and set again or taken the place of."""
    async with behind_a_proxy(TamperedPaddle) as gateway:
        samples = gateway.world.samples
        held = samples.trial if act == "extend the trial" else samples.ending
        if held is samples.trial:
            assert (await gateway.world.post(cancel(held))).status == 200
        ask = extend_trial(held, length(14, "day")) if held is samples.trial else pause(held)
        case, named = gateway.proxy.case, held.subscription
        before = case.truth(Mode.TEST, named)
        gateway.proxy.begin(Alteration(f"PATCH /subscriptions/{named}", place, value, nth))
        answer = await gateway.world.post(ask)
        after = case.truth(Mode.TEST, named)

    assert before.ends_at is not None
    assert answer.status == 200
    assert after.trial_end != before.trial_end if held is samples.trial else after.paused
    assert (after.ends_at is not None) is (held is samples.trial)
