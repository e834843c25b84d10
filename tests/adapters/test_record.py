"""Every decided action is on record: before it is sent, and when it is over."""

from __future__ import annotations

import asyncio
import json
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

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
    Unreadable,
    Unsupported,
)
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.recording import described, outcome_of, record_of, summary
from adapters.state import ItemState, ScheduledChange, Standing
from gateway.contract import (
    Action,
    CancelAllRequest,
    ExtendTrialRequest,
    IntervalUnit,
    PauseAllRequest,
    PeriodDuration,
    Schedule,
)
from gateway.resilience import DeadlineExceeded, Failure, Outcome, WriteRecord, WriteResult
from tests.adapters.actions import ACTIONS, Act, apply_coupon, cancel, pause
from tests.support.memory_account import NOW, sample_subscription
from tests.support.recording_recorder import RecordingRecorder
from tests.support.replacing import replace
from tests.support.scripted_adapter import ScriptedAdapter, Step, fails, loses_answer

TRIAL: Final = sample_subscription("sub_1", standing=Standing.TRIAL)
THREE: Final = tuple(sample_subscription(f"sub_{number}") for number in (1, 2, 3))

every_action = pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)


@pytest.fixture
def recorder() -> RecordingRecorder:
    return RecordingRecorder()


def last(recorder: RecordingRecorder) -> tuple[WriteRecord, WriteResult]:
    _, write, result = recorder.told[-1]
    assert result is not None
    return write, result


# -- two lines for a write --------------------------------------------------------------------------------------------


@every_action
async def test_a_write_is_on_record_before_it_is_sent_and_when_it_is_over(
    verb: str, act: Act, recorder: RecordingRecorder
) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)
    sent_by_then: list[int] = []
    recorder.on_begun = lambda: sent_by_then.append(len(adapter.sent))
    await act(adapter, "cus_ada", "sub_1")
    assert sent_by_then == [0]
    assert recorder.events() == ["begun", "ended"]
    assert recorder.outcomes() == ["done"]
    (_, first, _), (_, second, _) = recorder.told
    assert first is second
    assert first.action == verb.replace("_", "-")
    assert (first.customer_id, first.subscription_id) == ("cus_ada", "sub_1")
    assert first.asked is not None
    assert first.before == summary(TRIAL)


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        pytest.param([loses_answer(UnknownOutcome(answered=False))], "done", id="it happened, its answer was lost"),
        pytest.param([fails(UnknownOutcome(answered=False))], "done", id="it was lost, and sent again"),
        pytest.param([loses_answer(Conflict())], "done", id="it happened, and was refused as a repetition"),
        pytest.param([fails(UnknownOutcome(answered=False))] * 2, "unknown", id="lost twice"),
        pytest.param(
            [fails(UnknownOutcome(answered=True, repeatable=False))], "unknown", id="lost, not to be repeated"
        ),
        pytest.param([fails(Invalid())], "refused", id="invalid"),
        pytest.param([fails(Conflict())], "refused", id="conflict"),
        pytest.param([fails(NotFound())], "refused", id="not found"),
        pytest.param([fails(Unavailable())], "failed", id="not available"),
        pytest.param([fails(RateLimited())], "failed", id="too many requests"),
        pytest.param([fails(Timeout())], "failed", id="no time"),
        pytest.param([fails(Credentials())], "failed", id="a bad key"),
        pytest.param([fails(DeadlineExceeded("too late"))], "failed", id="too late to be sent"),
        pytest.param([fails(RuntimeError("a mistake in the adapter"))], "unknown", id="an error nobody foresaw"),
    ],
)
async def test_the_second_line_says_what_became_of_it(
    steps: list[Step], outcome: str, recorder: RecordingRecorder
) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)
    adapter.script("apply_coupon", *steps)
    raised = None
    try:
        await apply_coupon(adapter)
    except Exception as error:  # noqa: BLE001 - which ones are raised is what other tests are about
        raised = error
    assert recorder.events() == ["begun", "ended"]
    assert recorder.outcomes() == [outcome]
    assert last(recorder)[1].failure is raised


def test_every_error_has_an_outcome() -> None:
    outcomes = {kind: outcome_of(_made(kind)) for kind in (*AdapterError.__subclasses__(), DeadlineExceeded)}
    assert outcomes == {
        NotFound: Outcome.REFUSED,
        Invalid: Outcome.REFUSED,
        Conflict: Outcome.REFUSED,
        Unsupported: Outcome.REFUSED,
        Credentials: Outcome.FAILED,
        RateLimited: Outcome.FAILED,
        Unavailable: Outcome.FAILED,
        Timeout: Outcome.FAILED,
        Unreadable: Outcome.FAILED,
        UnknownOutcome: Outcome.UNKNOWN,
        DeadlineExceeded: Outcome.FAILED,
    }


def _made(kind: type[Failure]) -> Failure:
    return UnknownOutcome(answered=True) if kind is UnknownOutcome else kind("a reason")


@every_action
async def test_what_was_looked_up_after_a_lost_answer_is_on_record(
    verb: str, act: Act, recorder: RecordingRecorder
) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)
    adapter.script(verb, loses_answer(UnknownOutcome(answered=False)))
    await act(adapter, "cus_ada", "sub_1")
    assert last(recorder)[1].after == summary(adapter.now_has("sub_1"))


async def test_what_the_answer_does_not_show_is_not_claimed(recorder: RecordingRecorder) -> None:
    await cancel(ScriptedAdapter.serving(TRIAL, recorder=recorder))
    assert last(recorder)[1].after is None


async def test_what_is_cut_off_is_left_open(recorder: RecordingRecorder) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)

    begun = asyncio.Event()

    def stop() -> None:
        adapter.gate.clear()
        begun.set()

    recorder.on_begun = stop
    task = asyncio.create_task(cancel(adapter))
    async with asyncio.timeout(60):
        await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert recorder.events() == ["begun"]


# -- one line where nothing is sent -----------------------------------------------------------------------------------


@every_action
async def test_what_is_so_already_is_one_line(verb: str, act: Act, recorder: RecordingRecorder) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)
    for _ in range(2):
        await act(adapter, "cus_ada", "sub_1")
    assert recorder.events() == ["begun", "ended", "not sent"]
    assert recorder.outcomes() == ["done", "nothing to do"]


@every_action
async def test_a_dry_run_is_one_line_that_tells_what_would_be_sent(
    verb: str, act: Act, recorder: RecordingRecorder
) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder, dry_run=True)
    await act(adapter, "cus_ada", "sub_1")
    assert recorder.events() == ["not sent"]
    assert recorder.outcomes() == ["dry run"]
    assert last(recorder)[0].asked is not None


async def test_what_is_refused_is_one_line_with_the_reason(recorder: RecordingRecorder) -> None:
    adapter = ScriptedAdapter.serving(replace(TRIAL, standing=Standing.ENDED), recorder=recorder)
    with pytest.raises(Conflict) as caught:
        await pause(adapter)
    assert recorder.events() == ["not sent"]
    write, result = last(recorder)
    assert (result.outcome, result.failure, write.asked) == (Outcome.REFUSED, caught.value, None)
    assert write.before["standing"] == "ended"


async def test_a_strangers_subscription_is_not_on_record(recorder: RecordingRecorder) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)
    with pytest.raises(NotFound):
        await cancel(adapter, "cus_bob")
    assert recorder.told == []


# -- what an earlier process left ------------------------------------------------------------------------------------


def extension_left(**facts: Any) -> WriteRecord:
    """An extension by 14 days that led to where the trial ends now."""
    assert TRIAL.trial_end is not None
    before = replace(TRIAL, trial_end=TRIAL.trial_end - timedelta(days=14))
    left = record_of(Action.EXTEND_TRIAL, before, ExtendTrial(TRIAL.trial_end))
    return replace(left, **facts)


async def extend_by_14_days(adapter: ScriptedAdapter) -> None:
    duration = PeriodDuration(amount=14, unit=IntervalUnit.DAY)
    await adapter.extend_trial(ExtendTrialRequest(customer_id="cus_ada", subscription_id="sub_1", duration=duration))


async def test_an_extension_that_an_earlier_process_left_and_that_has_arrived_is_not_sent_again(
    recorder: RecordingRecorder,
) -> None:
    recorder.left = extension_left()
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)
    await extend_by_14_days(adapter)
    assert adapter.sent == []
    assert recorder.outcomes() == ["nothing to do"]


UNLIKE: Final = {
    "nothing": None,
    "of another customer": extension_left(customer_id="cus_bob"),
    "of another subscription": extension_left(subscription_id="sub_2"),
    "refused before it was decided": extension_left(asked=None),
    "without a former end": extension_left(before={"standing": "trial"}),
    "with an end that is no date": extension_left(asked={"until": "soon"}),
    "with an end of no time zone": extension_left(asked={"until": "2026-03-29T12:00:00"}),
    "with a list for a date": extension_left(before={"trial_end": []}),
    "with a former end after the wanted one": extension_left(before={"trial_end": "9999-12-31T00:00:00.000Z"}),
}


@pytest.mark.parametrize("left", UNLIKE.values(), ids=UNLIKE)
async def test_an_extension_is_sent_where_what_is_left_is_not_the_same(
    recorder: RecordingRecorder, left: WriteRecord | None
) -> None:
    recorder.left = left
    adapter = ScriptedAdapter.serving(TRIAL, recorder=recorder)
    await extend_by_14_days(adapter)
    assert len(adapter.sent) == 1
    assert recorder.outcomes() == ["done"]


# -- all of a customer's ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["cancel", "pause"])
async def test_an_action_on_all_is_a_write_for_each(verb: str, recorder: RecordingRecorder) -> None:
    ended = replace(THREE[2], cancel_at=THREE[2].period_end, paused=True, paused_until=NOW + timedelta(days=31))
    adapter = ScriptedAdapter.serving(*THREE[:2], ended, recorder=recorder)
    adapter.script(verb, fails(Invalid()))
    month = PeriodDuration(amount=1, unit=IntervalUnit.MONTH)
    pause_all = PauseAllRequest(customer_id="cus_ada", start_at=Schedule.IMMEDIATE, duration=month)
    cancel_all = CancelAllRequest(customer_id="cus_ada")
    with pytest.raises(Invalid):
        await (adapter.cancel_all(cancel_all) if verb == "cancel" else adapter.pause_all(pause_all))
    told = [(event, write.subscription_id) for event, write, _ in recorder.told]
    assert told == [
        ("begun", "sub_1"),
        ("ended", "sub_1"),
        ("begun", "sub_2"),
        ("ended", "sub_2"),
        ("not sent", "sub_3"),
    ]
    assert recorder.outcomes() == ["refused", "done", "nothing to do"]
    assert len({write.id for _, write, _ in recorder.told}) == 3


# -- what is told -----------------------------------------------------------------------------------------------------

INTENTS: Final[tuple[Intent, ...]] = (
    Cancel(Schedule.END_OF_PERIOD, unpause=True),
    Pause(Schedule.IMMEDIATE, NOW, NOW + timedelta(days=30)),
    ExtendTrial(NOW),
    ApplyCoupon("SAVE20", "stack"),
    ChangePrice("item_1", "price_pro", None, Schedule.END_OF_PERIOD, prorate=False, at=NOW),
)


@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: type(intent).__name__)
def test_an_intent_is_told_whole_and_in_json(intent: Intent) -> None:
    told: dict[str, Any] = json.loads(json.dumps(described(intent)))
    assert told.pop("kind") == type(intent).__name__
    assert set(told) == {member.name for member in fields(intent)}


def test_dates_are_told_in_utc() -> None:
    assert described(ExtendTrial(NOW)) == {"kind": "ExtendTrial", "until": "2026-03-15T12:00:00.000Z"}


def test_a_subscription_is_told_by_what_actions_change() -> None:
    state = replace(
        TRIAL,
        items=(*TRIAL.items, ItemState("item_2", "price_calls", None, None, metered=True, annual=False)),
        paused=True,
        paused_from=NOW,
        paused_until=NOW,
        cancel_at=NOW,
        coupon_ids=("SAVE20",),
        coupon_codes=("ada-s-code",),
        scheduled=ScheduledChange("a change to Ada's plan", "price_pro", NOW),
        provider={"email": "ada@example.com"},
    )
    now = "2026-03-15T12:00:00.000Z"
    assert json.loads(json.dumps(summary(state))) == {
        "standing": "trial",
        "paused": True,
        "paused_from": now,
        "paused_until": now,
        "cancel_at": now,
        "trial_end": "2026-03-29T12:00:00.000Z",
        "period_end": "2026-03-29T12:00:00.000Z",
        "items": [
            {"id": "sub_1_item", "price": "price_basic", "quantity": 1},
            {"id": "item_2", "price": "price_calls", "quantity": None},
        ],
        "coupons": ["SAVE20"],
        "scheduled": {"price": "price_pro", "at": now},
    }


def test_what_there_is_none_of_is_left_out() -> None:
    assert set(summary(sample_subscription("sub_1"))) == {"standing", "period_end", "items"}


def test_no_adapter_keeps_the_record_itself() -> None:
    """The base class is the only one who tells the recorder."""
    folder = Path(__file__).parents[2] / "adapters"
    users = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        # What tests adapters starts the whole gateway, its recorder included.
        if "recorder" in path.read_text(encoding="utf-8") and "conformance" not in path.parts
    }
    assert users == {"execution.py", "holes.py"}
