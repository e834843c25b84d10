"""The sequence of every write: offered? plain ids? whose is it? so already? Only then one write."""

from __future__ import annotations

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
    Unmappable,
    Unreadable,
    Unsupported,
)
from adapters.state import ScheduledChange, Standing
from gateway.contract import (
    ApplyCouponRequest,
    CancelRequest,
    ChangePriceRequest,
    IntervalUnit,
    PauseRequest,
    PeriodDuration,
    Schedule,
)
from tests.adapters.actions import ACTIONS, Act, apply_coupon, cancel, change_price
from tests.support.memory_account import sample_subscription
from tests.support.recording_observer import RecordingObserver
from tests.support.replacing import replace
from tests.support.scripted_adapter import WORKS, ScriptedAdapter, cannot_be_made, fails, meanwhile

TRIAL: Final = sample_subscription("sub_1", standing=Standing.TRIAL)
RUNNING: Final = sample_subscription("sub_1")

every_action = pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)


@every_action
async def test_an_action_takes_one_read_of_the_subscription_and_one_write(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    await act(adapter, "cus_ada", "sub_1")
    assert adapter.calls == [*(["price_facts"] if verb == "change_price" else []), "load", verb]


@every_action
async def test_the_same_request_again_writes_nothing(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    for _ in range(3):
        await act(adapter, "cus_ada", "sub_1")
    assert [sent.verb for sent in adapter.sent] == [verb]


@every_action
async def test_another_customers_subscription_is_not_found_and_not_written(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    with pytest.raises(NotFound):
        await act(adapter, "cus_bob", "sub_1")
    assert adapter.sent == []


@every_action
async def test_an_unknown_subscription_is_not_found(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving()
    with pytest.raises(NotFound):
        await act(adapter, "cus_ada", "sub_1")
    assert adapter.sent == []


@every_action
@pytest.mark.parametrize(("customer_id", "subscription_id"), [("../x", "sub_1"), ("cus_ada", ".."), ("cus_ada", "a\0")])
async def test_hostile_ids_are_not_found_before_the_subscription_is_read(
    verb: str, act: Act, customer_id: str, subscription_id: str
) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    with pytest.raises(NotFound):
        await act(adapter, customer_id, subscription_id)
    assert "load" not in adapter.calls
    assert adapter.sent == []


@pytest.mark.parametrize("hostile", ["..", "a/b", "a" * 256])
async def test_hostile_coupons_and_prices_are_not_found_before_any_call(hostile: str) -> None:
    adapter = ScriptedAdapter.serving(RUNNING)
    ids: dict[str, Any] = {"customer_id": "cus_ada", "subscription_id": "sub_1"}
    with pytest.raises(NotFound):
        await adapter.apply_coupon(ApplyCouponRequest(**ids, coupon_id=hostile))
    with pytest.raises(NotFound):
        await adapter.change_price(ChangePriceRequest(**ids, price_id=hostile))
    assert adapter.calls == []


@every_action
async def test_an_action_that_is_switched_off_is_refused_before_any_call(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, settings={"actions": {verb: {"enabled": False}}})
    with pytest.raises(Unsupported, match="the settings leave it off"):
        await act(adapter, "cus_ada", "sub_1")
    assert adapter.calls == []


@every_action
async def test_an_action_the_account_cannot_do_is_refused_with_the_reason(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.note_lack(verb.replace("_", "-"), "this account has no such feature")
    with pytest.raises(Unsupported, match="this account has no such feature"):
        await act(adapter, "cus_ada", "sub_1")
    assert adapter.calls == []


@every_action
async def test_a_dry_run_reads_and_does_not_write(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL, dry_run=True)
    await act(adapter, "cus_ada", "sub_1")
    assert adapter.calls[-1] == "load"
    assert adapter.sent == []


@every_action
async def test_a_dry_run_refuses_what_would_be_refused(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(replace(TRIAL, standing=Standing.UNKNOWN), dry_run=True)
    with pytest.raises(Conflict):
        await act(adapter, "cus_ada", "sub_1")


@every_action
@pytest.mark.parametrize("error", [Invalid(), Credentials(), RateLimited(), Unavailable(), Timeout(), Unsupported()])
async def test_a_write_that_certainly_failed_is_reported_and_not_repeated(
    verb: str, act: Act, error: AdapterError
) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    adapter.script(verb, fails(error))
    with pytest.raises(type(error)):
        await act(adapter, "cus_ada", "sub_1")
    assert len(adapter.sent) == 1
    assert adapter.calls[-1] == verb


@every_action
async def test_an_object_that_cannot_be_understood_is_unreadable(verb: str, act: Act) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script("load", fails(Unmappable("items: missing")))
    with pytest.raises(Unreadable):
        await act(adapter, "cus_ada", "sub_1")
    assert observer.rows_left_out == [("subscriptions", "", "items: missing")]


NOT_UNDERSTOOD: Final = {
    "unmappable": (Unmappable("items: missing"), "items: missing"),
    "of another type": (
        TypeError("'ada@example.com'"),
        "of another form than is documented: TypeError in ScriptedAdapter._write",
    ),
    "without a member": (
        KeyError("ada@example.com"),
        "of another form than is documented: KeyError in ScriptedAdapter._write",
    ),
}
not_understood = pytest.mark.parametrize(("error", "reason"), NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)


@not_understood
@every_action
async def test_an_answer_to_a_write_that_cannot_be_understood_is_settled_by_reading(
    verb: str, act: Act, error: Exception, reason: str
) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script(verb, fails(error))
    with pytest.raises(UnknownOutcome):
        await act(adapter, "cus_ada", "sub_1")
    assert observer.rows_left_out == [("subscriptions", "sub_1", reason)]
    assert adapter.calls[-2:] == [verb, "load"]
    assert len(adapter.sent) == 1


@not_understood
@every_action
async def test_what_cannot_be_understood_before_anything_is_sent_is_unreadable(
    verb: str, act: Act, error: Exception, reason: str
) -> None:
    observer = RecordingObserver()
    adapter = ScriptedAdapter.serving(TRIAL, observer=observer)
    adapter.script(verb, cannot_be_made(error))
    with pytest.raises(Unreadable):
        await act(adapter, "cus_ada", "sub_1")
    assert observer.rows_left_out == [("subscriptions", "sub_1", reason)]
    assert adapter.sent == []


async def test_a_price_that_cannot_be_understood_is_unreadable() -> None:
    adapter = ScriptedAdapter.serving(RUNNING)
    adapter.script("price_facts", fails(Unmappable("recurring: missing")))
    with pytest.raises(Unreadable):
        await change_price(adapter)


# -- a change that is waiting -------------------------------------------------------------------------------------

WAITING: Final = replace(TRIAL, scheduled=ScheduledChange("the price price_gold from 2026-03-29", "price_gold"))


@pytest.mark.parametrize("verb", ["extend_trial", "change_price"])
async def test_an_action_that_would_drop_a_scheduled_change_is_refused_and_names_it(verb: str) -> None:
    adapter = ScriptedAdapter.serving(WAITING)
    with pytest.raises(Conflict, match="price_gold from 2026-03-29"):
        await ACTIONS[verb](adapter, "cus_ada", "sub_1")
    assert adapter.sent == []


@pytest.mark.parametrize("verb", ["cancel", "pause", "apply_coupon"])
async def test_an_action_that_keeps_a_scheduled_change_is_done(verb: str) -> None:
    adapter = ScriptedAdapter.serving(WAITING)
    await ACTIONS[verb](adapter, "cus_ada", "sub_1")
    assert len(adapter.effects) == 1


async def test_the_present_price_is_not_so_already_while_a_change_away_from_it_is_waiting() -> None:
    adapter = ScriptedAdapter.serving(replace(RUNNING, scheduled=ScheduledChange("the price price_pro", "price_pro")))
    request = ChangePriceRequest(
        customer_id="cus_ada", subscription_id="sub_1", price_id="price_basic", scheduled_at=Schedule.IMMEDIATE
    )
    with pytest.raises(Conflict, match="already scheduled: the price price_pro"):
        await adapter.change_price(request)


async def test_a_change_that_is_scheduled_already_is_success() -> None:
    adapter = ScriptedAdapter.serving(replace(RUNNING, scheduled=ScheduledChange("the price price_pro", "price_pro")))
    request = ChangePriceRequest(
        customer_id="cus_ada", subscription_id="sub_1", price_id="price_pro", scheduled_at=Schedule.END_OF_PERIOD
    )
    await adapter.change_price(request)
    assert adapter.sent == []


# -- it became so meanwhile ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [NotFound(), Conflict()], ids=["not found", "conflict"])
async def test_a_refusal_because_somebody_else_did_it_meanwhile_is_success(error: AdapterError) -> None:
    adapter = ScriptedAdapter.serving(RUNNING)
    adapter.script("cancel", replace(meanwhile(lambda: end(adapter)), error=error, takes_effect=False))
    await cancel(adapter)
    assert adapter.calls == ["load", "cancel", "load"]


@pytest.mark.parametrize("error", [NotFound("There is no such coupon."), Conflict("Too many coupons.")])
async def test_any_other_refusal_is_reported_as_it_came(error: AdapterError) -> None:
    adapter = ScriptedAdapter.serving(RUNNING)
    adapter.script("apply_coupon", fails(error))
    with pytest.raises(type(error), match=error.message):
        await apply_coupon(adapter)
    assert len(adapter.sent) == 1


async def test_a_refusal_is_reported_though_looking_again_fails_as_well() -> None:
    adapter = ScriptedAdapter.serving(RUNNING)
    adapter.script("apply_coupon", fails(Conflict("Too many coupons.")))
    adapter.script("load", WORKS, fails(Unavailable()))
    with pytest.raises(Conflict, match="Too many coupons"):
        await apply_coupon(adapter)


def end(adapter: ScriptedAdapter) -> None:
    adapter.account.subscriptions["sub_1"] = replace(adapter.now_has("sub_1"), standing=Standing.ENDED)


# -- defaults -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedules", "requested", "ended"),
    [
        pytest.param(["immediate", "end-of-period"], None, False, id="both, none asked: with the period"),
        pytest.param(["immediate"], None, True, id="only at once, none asked"),
        pytest.param(["end-of-period"], None, False, id="only with the period, none asked"),
        pytest.param(["immediate", "end-of-period"], Schedule.IMMEDIATE, True, id="at once"),
    ],
)
async def test_a_moment_that_is_not_named_is_the_gentle_one(
    schedules: list[str], requested: Schedule | None, ended: bool
) -> None:
    adapter = ScriptedAdapter.serving(RUNNING, settings={"actions": {"cancel": {"schedules": schedules}}})
    await adapter.cancel(CancelRequest(customer_id="cus_ada", subscription_id="sub_1", scheduled_at=requested))
    assert (adapter.now_has("sub_1").standing is Standing.ENDED) is ended


async def test_each_request_has_a_key_of_its_own() -> None:
    adapter = ScriptedAdapter.serving(RUNNING)
    for weeks in (1, 2):
        duration = PeriodDuration(amount=weeks, unit=IntervalUnit.WEEK)
        await adapter.pause(PauseRequest(customer_id="cus_ada", subscription_id="sub_1", duration=duration))
    first, second = adapter.sent
    assert first.key != second.key
