"""A write whose answer is lost is looked for, and happens once (traps 5)."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest

from adapters.errors import Unavailable, UnknownOutcome
from gateway.resilience import Cause
from simulators.chargebee import Fault
from tests.adapters.chargebee.cases import CASES, ONE_CALL, SHOWN, Case, each, hit
from tests.adapters.chargebee.support import NOW, READ, SUBSCRIPTION, cancel, cancel_all
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, RecordedRequest, Site
    from tests.adapters.chargebee.support import Backend
    from tests.support.recording_observer import RecordingObserver

Json = dict[str, Any]


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def held(case: Case, site: Site) -> Json:
    return case.arrange(site)


COUNTS_ON: Final = "extend trial"
"""Asked for again, a length counts from the end that was moved meanwhile."""


@each(CASES)
async def test_nothing_lost_is_what_the_others_differ_from(
    case: Case, adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, held: Json
) -> None:
    await case.act(adapter)

    assert len(hit(simulator, case)) == 1
    assert case.once(held, site)
    assert site.charges == []


@each(ONE_CALL)
async def test_lost_after_the_effect_is_found_done(
    case: Case,
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    witness: RecordingObserver,
    held: Json,
) -> None:
    simulator.faults.add(case.fault(Fault.truncated))
    await case.act(adapter)

    assert len(hit(simulator, case)) == 1
    assert [outcome for _, outcome in witness.settlements] == ["done"]
    assert case.once(held, site)
    assert site.charges == []


@each(CASES)
@pytest.mark.parametrize(
    "make",
    [Fault.dropped, Fault.lost_answer, Fault.html, Fault.empty, Fault.truncated],
    ids=["dropped", "answer lost", "a proxy's page", "no body", "half a body"],
)
async def test_whatever_is_lost_happens_once(
    case: Case,
    make: Callable[..., Fault],
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    held: Json,
) -> None:
    simulator.faults.add(case.fault(make))
    await case.act(adapter)

    assert len({request.idempotency_key for request in hit(simulator, case)}) == 1
    assert case.once(held, site)
    assert site.charges == []


@each(CASES)
async def test_5_lost_before_the_effect_is_sent_again_under_the_same_key(
    case: Case,
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    witness: RecordingObserver,
    held: Json,
) -> None:
    simulator.faults.add(case.fault(Fault.dropped))
    await case.act(adapter)
    first, second = hit(simulator, case)

    assert first.idempotency_key == second.idempotency_key
    assert first.form == second.form
    assert [outcome for _, outcome in witness.settlements] == ["repeated"]
    assert case.once(held, site)


@each(CASES)
@pytest.mark.parametrize("remembered", [True, False], ids=["replayed", "not replayed"])
async def test_5_after_the_providers_own_500_it_is_read_and_sent_under_a_new_key(
    case: Case,
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    held: Json,
    remembered: bool,
) -> None:
    """Whether an error is replayed under its key is not documented: it is not relied on."""
    simulator.faults.add(case.fault(Fault.server_error, remembered=remembered))
    await case.act(adapter)
    first, second = hit(simulator, case)
    between = simulator.requests[simulator.requests.index(first) + 1 : simulator.requests.index(second)]

    assert first.idempotency_key != second.idempotency_key
    assert [str(request) for request in between][:1] == [READ]
    assert case.once(held, site)
    assert site.charges == []


@each(ONE_CALL)
async def test_a_500_after_the_effect_is_found_done(
    case: Case, adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.server_error, effect=True))
    await case.act(adapter)

    assert len(hit(simulator, case)) == 1
    assert case.once(held, site)


@each(CASES)
async def test_lost_twice_is_told_as_unknown(
    case: Case, adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.dropped, times=None))
    with pytest.raises(UnknownOutcome):
        await case.act(adapter)
    simulator.faults.clear()
    sent = len(hit(simulator, case))
    await case.act(adapter)

    assert sent == 2
    assert case.once(held, site)
    assert site.charges == []


@each(ONE_CALL)
async def test_lost_before_and_then_after_the_effect_is_found_done(
    case: Case, adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault.dropped))
    simulator.faults.add(case.fault(Fault.truncated))
    await case.act(adapter)

    assert len(hit(simulator, case)) == 2
    assert case.once(held, site)


@each(CASES)
async def test_when_looking_fails_too_the_outcome_stays_unknown(
    case: Case, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, held: Json
) -> None:
    """Not "the provider is not available, nothing was done", which is what the failed look alone would say."""
    simulator.faults.add(case.fault(Fault.truncated))
    simulator.faults.add(Fault.server_error(method="GET", path=f"{SUBSCRIPTION}$", times=None, skip=case.looks))

    with pytest.raises(UnknownOutcome):
        await case.act(adapter)
    assert len(hit(simulator, case)) == 1


@each({name: case for name, case in ONE_CALL.items() if name != COUNTS_ON})
async def test_5_one_that_is_still_under_way_is_not_told_as_refused(
    case: Case, backend: Backend, site: Site, simulator: ChargebeeSimulator, held: Json
) -> None:
    """Its repetition is refused, with the same code as what a state forbids; and then it happens all the same."""
    finished = asyncio.Event()

    async def wait(request: RecordedRequest) -> None:
        passing(8)(request)
        await finished.wait()

    simulator.faults.add(case.fault(Fault, hook=wait))
    adapter = await backend.open(call_timeout_s=8)
    with pytest.raises(UnknownOutcome):
        await case.act(adapter)
    finished.set()
    await case.act(adapter)

    assert case.once(held, site)
    assert site.charges == []


@each(SHOWN)
@pytest.mark.parametrize("effect", [True, False], ids=["made", "not made"])
async def test_an_answer_that_does_not_show_the_change_is_not_believed(
    case: Case, effect: bool, adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, held: Json
) -> None:
    """It is looked for; and not sent again when it is not there, since the provider did accept it."""
    body = {"subscription": copy.deepcopy(held)}
    simulator.faults.add(case.fault(Fault, status=200, body=body, effect=effect))
    if effect:
        await case.act(adapter)
        assert case.once(held, site)
    else:
        with pytest.raises(UnknownOutcome):
            await case.act(adapter)

    assert len(hit(simulator, case)) == 1
    assert simulator.calls()[-1] == READ


@each(CASES)
async def test_an_answer_that_cannot_be_read_is_looked_for(
    case: Case, adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, held: Json
) -> None:
    simulator.faults.add(case.fault(Fault, status=200, body={"something": "else"}, effect=True))
    await case.act(adapter)

    assert case.once(held, site)
    assert site.charges == []


async def test_a_refused_connection_is_tried_again_and_told_as_not_sent(
    backend: Backend, witness: RecordingObserver, refused_port: int
) -> None:
    adapter = await backend.open(address=f"http://127.0.0.1:{refused_port}")
    with pytest.raises(Unavailable) as caught:
        await adapter.cancel(cancel(NOW))

    assert caught.value.why is Cause.NOT_SENT
    assert witness.retries == [Cause.NOT_SENT, Cause.NOT_SENT]


async def test_of_all_subscriptions_the_others_still_get_their_turn(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    other = site.add_subscription(id="other", customer_id="ada", items=["pro-month"])
    simulator.faults.add(Fault.dropped(path="other/cancel", times=None))
    with pytest.raises(UnknownOutcome, match=r"1 of 2 subscriptions are as asked\. It failed for other\."):
        await adapter.cancel_all(cancel_all(NOW))

    assert (other["status"], subscription["status"]) == ("active", "cancelled")
