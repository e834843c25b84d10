"""Requests that meet: one at a time for each customer, and two equal ones act once."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from adapters.base import UnknownOutcome
from adapters.state import Standing
from gateway.contract import CancelAllRequest, IntervalUnit, PauseRequest, PeriodDuration, Schedule
from gateway.resilience import DeadlineExceeded, deadline
from tests.adapters.actions import ACTIONS, Act, apply_coupon, cancel, pause
from tests.support.memory_account import sample_subscription
from tests.support.replacing import replace
from tests.support.scripted_adapter import ScriptedAdapter, fails

TRIAL: Final = sample_subscription("sub_1", standing=Standing.TRIAL)
OTHER: Final = sample_subscription("sub_2")
STRANGER: Final = sample_subscription("sub_3", customer_id="cus_bob")
every_action = pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)


async def until_nothing_moves() -> None:
    """Let every task run as far as it can."""
    for _ in range(50):
        await asyncio.sleep(0)


@every_action
async def test_two_equal_requests_at_once_act_once(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.gate.clear()
    requests = [asyncio.create_task(act_now(adapter, act)) for _ in range(5)]
    await until_nothing_moves()
    adapter.gate.set()
    await asyncio.gather(*requests)
    assert [effect.verb for effect in adapter.effects] == [verb]


async def act_now(adapter: ScriptedAdapter, act: Act) -> None:
    await act(adapter, "cus_ada", "sub_1")


async def test_two_equal_requests_at_once_act_once_though_the_first_loses_its_answer() -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script("cancel", fails(UnknownOutcome(answered=False)))
    await asyncio.gather(cancel(adapter), cancel(adapter))
    assert len(adapter.effects) == 1


async def test_two_pauses_of_the_same_length_at_once_are_one_pause() -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    week = PeriodDuration(amount=1, unit=IntervalUnit.WEEK)
    request = PauseRequest(customer_id="cus_ada", subscription_id="sub_1", duration=week, start_at=Schedule.IMMEDIATE)
    await asyncio.gather(adapter.pause(request), adapter.pause(request))
    assert len(adapter.sent) == 1


async def test_one_customers_requests_wait_for_each_other_also_for_different_subscriptions() -> None:
    adapter = ScriptedAdapter.serving(TRIAL, OTHER)
    adapter.gate.clear()
    requests = [asyncio.create_task(pause(adapter, "cus_ada", one)) for one in ("sub_1", "sub_2")]
    await until_nothing_moves()
    assert adapter.calls == ["load"]
    adapter.gate.set()
    await asyncio.gather(*requests)
    assert adapter.calls == ["load", "pause", "load", "pause"]


async def test_an_action_on_all_excludes_one_on_any() -> None:
    adapter = ScriptedAdapter.serving(TRIAL, OTHER)
    adapter.gate.clear()
    everything = asyncio.create_task(adapter.cancel_all(CancelAllRequest(customer_id="cus_ada")))
    one = asyncio.create_task(pause(adapter, "cus_ada", "sub_2"))
    await until_nothing_moves()
    assert adapter.calls == ["live_subscriptions"]
    adapter.gate.set()
    await asyncio.gather(everything, one)
    assert adapter.calls == ["live_subscriptions", "cancel", "cancel", "load", "pause"]


async def test_different_customers_do_not_wait_for_each_other() -> None:
    adapter = ScriptedAdapter.serving(TRIAL, STRANGER)
    adapter.gate.clear()
    requests = [asyncio.create_task(cancel(adapter, *who)) for who in (("cus_ada", "sub_1"), ("cus_bob", "sub_3"))]
    await until_nothing_moves()
    assert adapter.calls == ["load", "load"]
    adapter.gate.set()
    await asyncio.gather(*requests)


async def test_a_request_that_cannot_have_its_turn_in_time_has_done_nothing() -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.gate.clear()
    first = asyncio.create_task(cancel(adapter))
    await until_nothing_moves()
    with deadline(0.01), pytest.raises(DeadlineExceeded):
        await apply_coupon(adapter)
    adapter.gate.set()
    await first
    assert [sent.verb for sent in adapter.sent] == ["cancel"]


async def test_a_request_that_is_cancelled_leaves_the_next_one_free_to_go() -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.gate.clear()
    first, waiting, second = (asyncio.create_task(act(adapter)) for act in (cancel, pause, apply_coupon))
    await until_nothing_moves()
    waiting.cancel()
    first.cancel()
    adapter.gate.set()
    await asyncio.wait([first, waiting])
    await second
    assert [sent.verb for sent in adapter.sent] == ["apply_coupon"]


async def test_the_second_request_sees_what_the_first_has_changed() -> None:
    adapter = ScriptedAdapter.serving(replace(TRIAL, coupon_ids=("SAVE50",)))
    await asyncio.gather(apply_coupon(adapter), pause(adapter))
    held = adapter.now_has("sub_1")
    assert held.coupon_ids == ("SAVE20",)
    assert held.paused
