"""A write whose answer was lost is settled by reading: it happened, or it is sent once more, or nobody knows."""

from __future__ import annotations

from typing import Final

import pytest

from adapters.base import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
)
from adapters.state import Standing
from gateway.resilience import DeadlineExceeded, Failure
from tests.adapters.actions import ACTIONS, Act, apply_coupon, cancel
from tests.support.memory_account import sample_subscription
from tests.support.recording_observer import RecordingObserver
from tests.support.replacing import replace
from tests.support.scripted_adapter import (
    WORKS,
    ScriptedAdapter,
    Step,
    fails,
    loses_answer,
    meanwhile,
)

TRIAL: Final = sample_subscription("sub_1", standing=Standing.TRIAL)
every_action = pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)


def unanswered() -> UnknownOutcome:
    return UnknownOutcome(answered=False)


def fault() -> UnknownOutcome:
    return UnknownOutcome(answered=True)


def settlements(observer: RecordingObserver) -> list[str]:
    return [outcome for _, outcome in observer.settlements]


@every_action
@pytest.mark.parametrize("lost", [unanswered(), fault()], ids=["no answer", "a fault for an answer"])
async def test_a_write_that_happened_is_success_and_not_sent_again(verb: str, act: Act, lost: UnknownOutcome) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script(verb, loses_answer(lost))
    await act(adapter, "cus_ada", "sub_1")
    assert [sent.verb for sent in adapter.sent] == [verb]
    assert adapter.calls[-1] == "load"
    assert settlements(observer) == ["done"]


@every_action
async def test_a_write_that_did_not_happen_is_sent_again_under_its_key(verb: str, act: Act) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script(verb, fails(unanswered()))
    await act(adapter, "cus_ada", "sub_1")
    first, second = adapter.sent
    assert first.key == second.key
    assert adapter.effects == [second]
    assert settlements(observer) == ["repeated"]


@every_action
async def test_a_write_that_was_answered_with_a_fault_is_sent_again_under_a_new_key(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script(verb, fails(fault()))
    await act(adapter, "cus_ada", "sub_1")
    first, second = adapter.sent
    assert first.key != second.key
    assert adapter.effects == [second]


@every_action
async def test_a_repetition_whose_answer_is_lost_too_is_settled_by_reading(verb: str, act: Act) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script(verb, fails(unanswered()), loses_answer(unanswered()))
    await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.sent) == 2
    assert len(adapter.effects) == 1
    assert settlements(observer) == ["repeated"]


@every_action
async def test_a_write_is_sent_twice_at_most_and_then_its_outcome_is_unknown(verb: str, act: Act) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script(verb, fails(unanswered()), fails(unanswered()), fails(unanswered()))
    with pytest.raises(UnknownOutcome):
        await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.sent) == 2
    assert settlements(observer) == ["unknown"]


@every_action
@pytest.mark.parametrize("error", [Unavailable(), Timeout(), NotFound(), DeadlineExceeded("too late")])
async def test_a_write_that_cannot_be_looked_at_is_unknown_and_not_sent_again(
    verb: str, act: Act, error: Failure
) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script("load", WORKS, fails(error))
    adapter.script(verb, fails(unanswered()))
    with pytest.raises(UnknownOutcome):
        await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.sent) == 1
    assert settlements(observer) == ["unknown"]


@every_action
@pytest.mark.parametrize("answered", [False, True], ids=["no answer", "a fault for an answer"])
async def test_a_write_that_would_act_twice_is_looked_at_and_never_sent_again(
    verb: str, act: Act, answered: bool
) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script(verb, fails(UnknownOutcome(answered=answered, repeatable=False)))
    with pytest.raises(UnknownOutcome):
        await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.sent) == 1
    assert adapter.calls[-1] == "load"
    assert settlements(observer) == ["unknown"]


@every_action
async def test_one_that_is_seen_to_have_happened_is_success(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script(verb, loses_answer(UnknownOutcome(answered=False, repeatable=False)))
    await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.effects) == len(adapter.sent) == 1


UNANSWERED_THEN: Final[dict[str, tuple[Failure, type[Failure]]]] = {
    "refused by the state": (Conflict("no"), Conflict),
    "refused as invalid": (Invalid("no"), Invalid),
    "refused as unknown": (NotFound("no"), NotFound),
    "not let through": (RateLimited(), UnknownOutcome),
    "not reached": (Unavailable(), UnknownOutcome),
    "not sent in time": (Timeout(), UnknownOutcome),
    "out of time": (DeadlineExceeded("too late"), UnknownOutcome),
    "not allowed any more": (Credentials(), UnknownOutcome),
}
"""What the repetition met with, and what the caller hears."""


@pytest.mark.parametrize(("again", "heard"), UNANSWERED_THEN.values(), ids=UNANSWERED_THEN)
async def test_a_first_attempt_that_may_be_under_way_is_certain_only_by_a_verdict_on_the_second(
    again: Failure, heard: type[Failure]
) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script("apply_coupon", fails(unanswered()), fails(again))
    with pytest.raises(heard):
        await apply_coupon(adapter)
    assert len(adapter.sent) == 2


@pytest.mark.parametrize("again", [again for again, _ in UNANSWERED_THEN.values()], ids=UNANSWERED_THEN)
async def test_a_first_attempt_that_was_answered_is_over_so_the_second_speaks(again: Failure) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script("apply_coupon", fails(fault()), fails(again))
    with pytest.raises(type(again)):
        await apply_coupon(adapter)
    assert settlements(observer) == ["refused"]


@pytest.mark.parametrize("again", [again for again, _ in UNANSWERED_THEN.values()], ids=UNANSWERED_THEN)
async def test_a_first_attempt_that_lands_late_is_success_whatever_the_second_met_with(again: Failure) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)

    def lands() -> None:
        adapter.account.subscriptions["sub_1"] = replace(adapter.now_has("sub_1"), coupon_ids=("SAVE20",))

    late = replace(meanwhile(lands), error=again, takes_effect=False)
    adapter.script("apply_coupon", fails(unanswered()), late)
    await apply_coupon(adapter)
    assert adapter.now_has("sub_1").coupon_ids == ("SAVE20",)
    assert adapter.effects == []


async def test_a_first_attempt_that_lands_before_it_is_looked_at_is_not_sent_again() -> None:
    adapter = ScriptedAdapter.serving(TRIAL)

    def lands() -> None:
        adapter.account.subscriptions["sub_1"] = replace(adapter.now_has("sub_1"), coupon_ids=("SAVE20",))

    adapter.script("apply_coupon", fails(unanswered()))
    adapter.script("load", WORKS, meanwhile(lands))
    await apply_coupon(adapter)
    assert adapter.calls == ["load", "apply_coupon", "load"]


async def test_the_repetition_is_made_from_what_was_read_and_reads_nothing_more() -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script("cancel", fails(unanswered()))
    await cancel(adapter)
    assert adapter.calls == ["load", "cancel", "load", "cancel"]


@every_action
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([loses_answer(unanswered())], id="effect, no answer"),
        pytest.param([fails(unanswered())], id="no effect, no answer"),
        pytest.param([fails(fault()), loses_answer(fault())], id="no effect, then effect, faults"),
        pytest.param([loses_answer(Conflict())], id="effect, and a conflict with it"),
    ],
)
async def test_there_is_never_a_second_effect(verb: str, act: Act, steps: list[Step]) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script(verb, *steps)
    for _ in range(2):
        await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.effects) == 1


@every_action
async def test_an_error_of_ours_is_not_mistaken_for_the_providers(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script(verb, fails(RuntimeError("a mistake in the adapter")))
    with pytest.raises(RuntimeError):
        await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.sent) == 1
    await act(adapter, "cus_ada", "sub_1")


def test_every_error_that_leaves_a_write_uncertain_is_settled() -> None:
    uncertain = {kind for kind in AdapterError.__subclasses__() if "not certain" in kind.default_message}
    assert uncertain == {UnknownOutcome}
