"""Writes whose answer is lost (traps 1.2, 1.3 and 5): settled by reading, never a second effect."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Unavailable, UnknownOutcome
from gateway.resilience import Cause
from simulators.stripe import Fault
from tests.adapters.stripe.cases import CASES, KEYED, ONE_CALL, ONE_WRITE, SUBSCRIPTION, Case, each, hit
from tests.adapters.stripe.support import NOW, cancel, cancel_all, unix
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from simulators.stripe.recording import RecordedRequest
    from tests.adapters.stripe.support import Backend, Witness

Json = dict[str, Any]


@pytest.fixture
def held(account: Account) -> Json:
    """On trial until 5 December, with three seats, so that every action could be done."""
    return account.add_subscription(id="sub_1", customer="cus_1", prices=[("price_1", 3)], status="trialing")


@pytest.fixture
def case(request: pytest.FixtureRequest, held: Json, account: Account) -> Case:
    chosen = CASES[request.param]
    if chosen.planned:
        account.add_schedule(id="sub_sched_1", subscription="sub_1")
    return chosen


@each(ONE_CALL)
async def test_lost_after_the_effect_is_found_done(
    case: Case, adapter: StripeAdapter, account: Account, simulator: StripeSimulator, witness: Witness, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.truncated))
    await case.act(adapter)

    assert len(hit(simulator, case)) == 1
    assert [outcome for _, outcome in witness.settlements] == ["done"]
    assert case.once(held, account)
    assert account.charges == []


@each(CASES)
@pytest.mark.parametrize(
    "make",
    [Fault.dropped, Fault.lost_answer, Fault.unavailable, Fault.html],
    ids=["dropped", "answer lost", "a proxy's 503", "a proxy's page"],
)
async def test_whatever_is_lost_happens_once(
    case: Case,
    make: Callable[..., Fault],
    adapter: StripeAdapter,
    account: Account,
    simulator: StripeSimulator,
    held: Json,
) -> None:
    simulator.faults.add(case.fault(make))
    await case.act(adapter)

    assert len({request.idempotency_key for request in hit(simulator, case)}) == 1
    assert case.once(held, account)
    assert account.charges == []


@each(CASES)
async def test_lost_before_the_effect_is_sent_again_under_the_same_key(
    case: Case, adapter: StripeAdapter, account: Account, simulator: StripeSimulator, witness: Witness, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.unavailable))
    await case.act(adapter)
    first, second = hit(simulator, case)

    assert first.idempotency_key == second.idempotency_key
    assert first.parameters == second.parameters
    assert [outcome for _, outcome in witness.settlements] == ["repeated"]
    assert case.once(held, account)


@each(KEYED)
async def test_after_stripes_own_500_it_is_read_and_sent_under_a_new_key(
    case: Case, adapter: StripeAdapter, account: Account, simulator: StripeSimulator, held: Json
) -> None:
    """Stripe records a 500 under its key and would replay it to every repetition."""
    simulator.faults.add(case.fault(Fault.server_error))
    await case.act(adapter)
    first, second = hit(simulator, case)
    between = simulator.requests[simulator.requests.index(first) + 1 : simulator.requests.index(second)]

    assert first.idempotency_key != second.idempotency_key
    assert [str(request) for request in between][:1] == ["GET /v1/subscriptions/sub_1"]
    assert case.once(held, account)
    assert account.charges == []


@each(ONE_CALL)
async def test_a_500_after_the_effect_is_found_done(
    case: Case, adapter: StripeAdapter, account: Account, simulator: StripeSimulator, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.server_error, effect=True))
    await case.act(adapter)

    assert len(hit(simulator, case)) == 1
    assert case.once(held, account)


@each(CASES)
async def test_lost_twice_is_told_as_unknown(
    case: Case, adapter: StripeAdapter, account: Account, simulator: StripeSimulator, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.unavailable, times=None))
    with pytest.raises(UnknownOutcome):
        await case.act(adapter)
    simulator.faults.clear()
    sent = len(hit(simulator, case))
    await case.act(adapter)

    assert sent == 2
    assert case.once(held, account)
    assert account.charges == []


@each(ONE_CALL)
async def test_lost_before_and_then_after_the_effect_is_found_done(
    case: Case, adapter: StripeAdapter, account: Account, simulator: StripeSimulator, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.unavailable))
    simulator.faults.add(case.fault(Fault.truncated))
    await case.act(adapter)

    assert len(hit(simulator, case)) == 2
    assert case.once(held, account)


@each(CASES)
async def test_when_looking_fails_too_the_outcome_stays_unknown(
    case: Case, adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    """Not "the provider is not available, nothing was done", which is what the failed look alone would say."""
    simulator.faults.add(case.fault(Fault.truncated))
    simulator.faults.add(Fault.server_error(method="GET", path=SUBSCRIPTION, times=None, skip=case.looks))

    with pytest.raises(UnknownOutcome):
        await case.act(adapter)
    assert len(hit(simulator, case)) == 1


@each(KEYED)
async def test_one_that_is_still_running_is_waited_for(
    case: Case, backend: Backend, account: Account, simulator: StripeSimulator, witness: Witness, held: Json
) -> None:
    """The first request outlasts our patience and is found under way under its key, until its answer is replayed."""
    finished = asyncio.Event()
    witness.when_retried = finished.set

    async def wait(request: RecordedRequest) -> None:
        passing(8)(request)
        await finished.wait()

    simulator.faults.add(case.fault(Fault, hook=wait))
    adapter = await backend.open(call_timeout_s=8)
    await case.act(adapter)
    first, refused, replayed = hit(simulator, case)

    assert first.idempotency_key == refused.idempotency_key == replayed.idempotency_key
    assert (refused.status, replayed.status, replayed.replayed) == (409, 200, True)
    assert witness.retries == ["busy"]
    assert case.once(held, account)
    assert account.charges == []


@each(ONE_WRITE)
@pytest.mark.parametrize("effect", [True, False], ids=["made", "not made"])
async def test_an_answer_that_does_not_show_the_change_is_not_believed(
    case: Case, effect: bool, adapter: StripeAdapter, account: Account, simulator: StripeSimulator, held: Json
) -> None:
    """It is looked for; and not sent again when it is not there, since Stripe did accept it."""
    simulator.faults.add(case.fault(Fault, status=200, body={**copy.deepcopy(held), "discounts": []}, effect=effect))
    if effect:
        await case.act(adapter)
        assert case.once(held, account)
    else:
        with pytest.raises(UnknownOutcome):
            await case.act(adapter)

    assert len(hit(simulator, case)) == 1
    assert simulator.calls()[-1] == "GET /v1/subscriptions/sub_1"


@pytest.mark.parametrize(
    ("make", "sent"),
    [(Fault.truncated, 1), (Fault.unavailable, 2), (Fault.server_error, 2)],
    ids=["after the effect", "before the effect", "500"],
)
async def test_the_end_of_one_that_has_not_begun_is_settled_too(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, make: Callable[..., Fault], sent: int
) -> None:
    """It is a schedule, and looked at as one."""
    begins = unix("2027-01-01T00:00")
    account.add_schedule(
        id="sub_sched_1", customer="cus_1", phases=[{"start_date": begins, "items": [{"price": "price_1"}]}]
    )
    simulator.faults.add(make(path="/sub_sched_1/cancel$"))
    await adapter.cancel_all(cancel_all(NOW))

    assert simulator.writes() == ["POST /v1/subscription_schedules/sub_sched_1/cancel"] * sent
    assert account.schedules.rows["sub_sched_1"]["status"] == "canceled"


async def test_a_refused_connection_is_tried_again_and_told_as_not_sent(
    backend: Backend, witness: Witness, refused_port: int
) -> None:
    adapter = await backend.open(address=f"http://127.0.0.1:{refused_port}")
    with pytest.raises(Unavailable) as caught:
        await adapter.cancel(cancel(NOW))

    assert caught.value.why is Cause.NOT_SENT
    assert witness.retries == ["not_sent", "not_sent"]


async def test_of_all_subscriptions_the_others_still_get_their_turn(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, held: Json
) -> None:
    other = account.add_subscription(id="sub_2", customer="cus_1", prices=["price_1"])
    simulator.faults.add(Fault.unavailable(method="DELETE", path="sub_2$", times=None))
    with pytest.raises(UnknownOutcome, match=r"1 of 2 subscriptions are as asked\. It failed for sub_2\."):
        await adapter.cancel_all(cancel_all(NOW))

    assert (other["status"], held["status"]) == ("active", "canceled")
