"""A write whose answer is lost (traps 1.5): settled by reading; what may have charged is never sent a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, UnknownOutcome
from simulators.paddle.faults import Fault
from tests.adapters.paddle.cases import CASES, CHARGING, SAFE, Case
from tests.adapters.paddle.support import (
    CANCEL_LATER,
    LATER,
    LIFT,
    PATCH,
    READ,
    YEARLY,
    Backend,
    cancel,
    change,
    sent,
)
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Witness

LOST = [
    pytest.param(Fault.lost_answer, id="its answer"),
    pytest.param(Fault.dropped, id="the call"),
    pytest.param(Fault.server_error, id="to a fault of Paddle's"),
    pytest.param(Fault.html, id="to a proxy"),
    pytest.param(Fault.truncated, id="half of its answer"),
]
EFFECTIVE = [pytest.param(Fault.lost_answer, id="the answer"), pytest.param(Fault.truncated, id="half of it")]
WITHOUT_EFFECT = [
    pytest.param(Fault.dropped, id="the call"),
    pytest.param(Fault.server_error, id="to a fault of Paddle's"),
    pytest.param(Fault.html, id="to a proxy"),
    pytest.param(Fault.unavailable, id="at the edge"),
]


def each(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases.values(), ids=cases.keys())


@pytest.mark.parametrize("make", LOST)
@each(SAFE)
async def test_what_charges_nothing_is_done_in_the_end(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    case: Case,
    make: Callable[..., Fault],
) -> None:
    held = case.subscribe(account)
    simulator.faults.add(case.fault(make))
    await case.act(adapter)

    assert case.done(held)
    assert account.charges == []


@pytest.mark.parametrize("make", EFFECTIVE)
@each(CHARGING)
async def test_a_charge_that_happened_is_found_by_looking(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    witness: Witness,
    case: Case,
    make: Callable[..., Fault],
) -> None:
    held = case.subscribe(account)
    simulator.faults.add(case.fault(make))
    await case.act(adapter)

    assert case.done(held)
    assert simulator.writes() == [PATCH]
    assert simulator.calls()[-1] == READ
    assert len(account.charges) == 1
    assert witness.settlements == [("change-price", "done")]


@pytest.mark.parametrize("make", WITHOUT_EFFECT)
@each(CHARGING)
async def test_a_charge_that_is_not_seen_to_have_happened_is_not_sent_again(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    witness: Witness,
    case: Case,
    make: Callable[..., Fault],
) -> None:
    """It may still be under way, and Paddle has no key by which it would know the second one."""
    held = case.subscribe(account)
    simulator.faults.add(case.fault(make))

    with pytest.raises(UnknownOutcome, match="not certain"):
        await case.act(adapter)
    assert not case.done(held)
    assert simulator.writes() == [PATCH]
    assert simulator.calls()[-1] == READ
    assert witness.settlements == [("change-price", "unknown")]


@each(CHARGING)
async def test_a_charge_that_takes_long_is_not_sent_again(
    backend: Backend, account: Account, simulator: PaddleSimulator, case: Case
) -> None:
    """Paddle answers when the bank has."""
    held = case.subscribe(account)
    adapter = await backend.open(call_timeout_s=8)
    simulator.faults.add(case.fault(Fault.slow, seconds=60, after_effect=False, hook=passing(8)))

    with pytest.raises(UnknownOutcome):
        await case.act(adapter)
    assert simulator.writes() == [PATCH]
    assert not case.done(held)


async def test_asked_for_again_a_charge_that_happened_is_not_made_again(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    simulator.faults.add(Fault.lost_answer(method="PATCH"))
    simulator.faults.add(Fault.dropped(path="/subscriptions/", method="GET", skip=1, times=3))

    with pytest.raises(UnknownOutcome):
        await adapter.change_price(change(YEARLY, prorate=True))
    await adapter.change_price(change(YEARLY, prorate=True))
    assert simulator.writes() == [PATCH]
    assert len(account.charges) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.rate_limited(retry_after=0, method="PATCH", times=2), id="too many calls"),
        pytest.param(Fault.rate_limited(retry_after=None, method="PATCH", times=2), id="too many, without advice"),
    ],
)
async def test_a_charge_that_was_not_even_tried_is_sent_again(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any], fault: Fault
) -> None:
    simulator.faults.add(fault)
    await adapter.change_price(change(YEARLY, prorate=True))

    assert simulator.writes() == [PATCH] * 3
    assert len(account.charges) == 1


@each({name: case for name, case in CASES.items() if name.endswith(("first call", "second call"))})
async def test_a_change_that_was_scheduled_is_never_lost_on_the_way(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, case: Case
) -> None:
    """Whichever write is refused, what the customer had asked for before stays as it was."""
    held = case.subscribe(account)
    before = dict(held["scheduled_change"])
    simulator.faults.add(case.fault(Fault.refusal, code="subscription_locked_renewal"))

    with pytest.raises(Conflict):
        await case.act(adapter)
    assert held["scheduled_change"] == before


async def test_a_pause_is_put_back_when_its_replacement_is_lost_for_good(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """Each attempt puts back what it lifted, so that the next one finds it."""
    held = CASES["cancel in place of a pause, second call"].subscribe(account)
    before = dict(held["scheduled_change"])
    simulator.faults.add(Fault.dropped(path="/cancel$", times=None))

    with pytest.raises(UnknownOutcome):
        await adapter.cancel(cancel(LATER))
    assert held["scheduled_change"] == before
    assert [request for request in sent(simulator.written()) if request in (LIFT, CANCEL_LATER)] == [
        LIFT,
        CANCEL_LATER,
        LIFT,
        CANCEL_LATER,
    ]
