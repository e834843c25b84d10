"""What every action refuses before anything is written, and what it does not do twice (traps 1.3 and 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import AdapterError, Conflict, Credentials, NotFound, Unsupported
from simulators.chargebee import Fault
from simulators.chargebee.store import READ_ONLY
from tests.adapters.chargebee.support import (
    API,
    LATER,
    NOW,
    PLANNED,
    READ,
    apply,
    cancel,
    cancel_all,
    change,
    days,
    extend,
    months,
    pause,
    pause_all,
    unix,
)
from tests.support.replacing import replace

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend

Json = dict[str, Any]
Act = Callable[..., Awaitable[None]]

CANCELS: list[Any] = [
    pytest.param(lambda adapter, **who: adapter.cancel(cancel(NOW, **who)), id="cancel at once"),
    pytest.param(lambda adapter, **who: adapter.cancel(cancel(LATER, **who)), id="cancel later"),
]
PAUSES: list[Any] = [
    pytest.param(lambda adapter, **who: adapter.pause(pause(months(1), **who)), id="pause"),
    pytest.param(lambda adapter, **who: adapter.pause(pause(months(1), LATER, **who)), id="pause later"),
]
EDITS: list[Any] = [
    pytest.param(lambda adapter, **who: adapter.apply_coupon(apply("SAVE20", **who)), id="apply coupon"),
    pytest.param(lambda adapter, **who: adapter.change_price(change("pro-more", NOW, **who)), id="change price"),
    pytest.param(
        lambda adapter, **who: adapter.change_price(change("pro-more", LATER, **who)), id="change price later"
    ),
]
TRIAL: list[Any] = [
    pytest.param(lambda adapter, **who: adapter.extend_trial(extend(days(7), **who)), id="extend trial")
]
ACTIONS = [*CANCELS, *PAUSES, *EDITS, *TRIAL]


@pytest.fixture
def subscribe(site: Site) -> Callable[..., Json]:
    def make(**members: Any) -> Json:
        return site.add_subscription(id="sub", customer_id="ada", items=[("pro-month", 3)], **members)

    return make


@pytest.fixture
def before(site: Site) -> Callable[[], bool]:
    """Tells whether nothing has changed since."""

    def snapshot() -> str:
        return repr((list(site.subscriptions), site.scheduled_changes, site.charges, site.unbilled))

    held: list[str] = []

    def unchanged() -> bool:
        held.append(snapshot())
        return held[0] == held[-1]

    return unchanged


@pytest.mark.parametrize("act", [*CANCELS, *EDITS, *TRIAL])
async def test_every_action_could_be_done_in_a_trial(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, trial: Json
) -> None:
    """What the refusals below differ from."""
    await act(adapter)

    assert len(simulator.writes()) == 1


@pytest.mark.parametrize("act", [*CANCELS, *PAUSES, *EDITS])
async def test_every_action_could_be_done_while_it_runs(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    await act(adapter)

    assert len(simulator.writes()) == 1


@pytest.mark.parametrize("act", ACTIONS)
async def test_3_anothers_subscription_is_not_found(
    act: Act,
    adapter: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    trial: Json,
    before: Callable[[], bool],
) -> None:
    """The provider does not mind whose it is: a subscription is changed by its id alone."""
    before()
    with pytest.raises(NotFound, match=r"^Not found\.$"):
        await act(adapter, customer="grace")
    assert simulator.writes() == []
    assert before()


@pytest.mark.parametrize("act", ACTIONS)
async def test_an_unknown_subscription_is_not_found(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator
) -> None:
    with pytest.raises(NotFound):
        await act(adapter, subscription="never")
    assert simulator.writes() == []


@pytest.mark.parametrize("act", ACTIONS)
@pytest.mark.parametrize("members", [{"status": "cancelled", "deleted": True}, {"status": "transferred"}], ids=str)
async def test_what_is_gone_is_not_found(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json], members: Json
) -> None:
    subscribe(**members)

    with pytest.raises(NotFound):
        await act(adapter)
    assert simulator.writes() == []


@pytest.mark.parametrize("act", ACTIONS)
@pytest.mark.parametrize(
    "identifier", [".", "..", "sub/cancel_for_items", "sub/../x", "sub\n", "s" * 256, "sub ", "s\\"]
)
async def test_an_id_that_is_none_never_gets_near_a_path(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, identifier: str
) -> None:
    for who in ({"subscription": identifier}, {"customer": identifier}):
        with pytest.raises(NotFound):
            await act(adapter, **who)
    assert [call for call in simulator.calls() if not call.startswith(f"GET {API}/item_prices/")] == []


@pytest.mark.parametrize("act", [*CANCELS, *PAUSES, *EDITS])
@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param({"channel": "app_store"}, "app store", id="an app store's"),
        pytest.param({"channel": "play_store"}, "app store", id="the other app store's"),
        pytest.param({"decommissioned": True}, "out of use", id="decommissioned"),
    ],
)
async def test_3_what_is_managed_elsewhere_is_left_alone(
    act: Act,
    adapter: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    members: Json,
    reason: str,
) -> None:
    subscribe(**members)

    with pytest.raises(Conflict, match=reason):
        await act(adapter)
    assert simulator.writes() == []


@pytest.mark.parametrize("act", [*EDITS, *TRIAL])
async def test_3_nothing_is_edited_in_a_pause(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    subscribe(status="paused", resume_date=unix("2027-01-10T00:00"))

    with pytest.raises(Conflict):
        await act(adapter)
    assert simulator.writes() == []


@pytest.mark.parametrize("act", EDITS)
async def test_a_pause_that_is_ahead_does_not_stand_in_the_way(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    subscription.update(pause_date=unix("2026-12-11T12:00"), resume_date=unix("2027-01-11T12:00"))
    await act(adapter)

    assert len(simulator.writes()) == 1


@pytest.mark.parametrize("act", [*PAUSES, *EDITS])
async def test_3_a_change_that_is_scheduled_is_not_lost(
    act: Act,
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    subscription: Json,
    before: Callable[[], bool],
) -> None:
    """Every update deletes it, also one of something else, and a pause is refused because of it."""
    site.schedule_change(subscription_id="sub", items=["basic-flat"])
    before()
    with pytest.raises(Conflict, match="already scheduled: the price basic-flat with the next term"):
        await act(adapter)

    assert [call for call in simulator.calls() if "item_prices" not in call] == [READ, PLANNED]
    assert before()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.error(409, "invalid_state_for_request", "no", path="_changes$"), id="just over"),
        pytest.param(Fault.error(400, "configuration_incompatible", "no", path="_changes$"), id="ramps"),
        pytest.param(Fault.error(404, "resource_not_found", "no", path="_changes$"), id="not found"),
    ],
)
async def test_what_cannot_be_told_of_a_scheduled_change_keeps_nobody_from_leaving(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json, fault: Fault
) -> None:
    """A cancellation does not need to know what it is; everything else is refused because there is one."""
    site.schedule_change(subscription_id="sub", items=["basic-flat"])
    simulator.faults.add(replace(fault, times=None))
    with pytest.raises(Conflict, match="already scheduled: other terms, later"):
        await adapter.apply_coupon(apply("SAVE20"))
    await adapter.cancel(cancel(LATER))

    assert subscription["status"] == "non_renewing"


async def test_a_scheduled_change_of_a_trial_is_not_lost_either(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, trial: Json
) -> None:
    site.schedule_change(subscription_id="sub", items=["basic-flat"])

    with pytest.raises(Conflict, match="already scheduled"):
        await adapter.extend_trial(extend(days(7)))
    assert simulator.writes() == []


@pytest.mark.parametrize("act", [*PAUSES, *EDITS])
async def test_of_all_of_a_customers_nothing_is_known_of_a_change_but_that_there_is_one(
    act: Act, adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    """A list does not say what changes."""
    site.schedule_change(subscription_id="sub", items=["basic-flat"])

    with pytest.raises(Conflict):
        await adapter.pause_all(pause_all(months(1)))
    assert simulator.calls() == [f"GET {API}/subscriptions"]


@pytest.mark.parametrize("act", [*CANCELS, *PAUSES, *EDITS])
async def test_a_status_nobody_knows_is_left_alone(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    subscription["status"] = "hibernating"

    with pytest.raises(Conflict, match="does not know"):
        await act(adapter)
    assert simulator.writes() == []


@pytest.mark.parametrize("act", [*CANCELS, *PAUSES, *EDITS])
async def test_a_dry_run_writes_nothing(
    act: Act, backend: Backend, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    await act(await backend.open(dry_run=True))

    assert simulator.writes() == []


SWITCHES = [
    ("cancel", CANCELS[0]),
    ("pause", PAUSES[0]),
    ("apply_coupon", EDITS[0]),
    ("change_price", EDITS[1]),
    ("extend_trial", TRIAL[0]),
]


@pytest.mark.parametrize(("name", "act"), [pytest.param(name, act.values[0], id=name) for name, act in SWITCHES])
async def test_what_is_switched_off_is_refused_without_a_call(
    name: str, act: Act, backend: Backend, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    adapter = await backend.open(actions={name: False})

    with pytest.raises(Unsupported):
        await act(adapter)
    assert simulator.calls() == []


@pytest.mark.parametrize("act", [*CANCELS, *PAUSES, *EDITS])
async def test_a_key_without_the_right_is_the_owners_matter(
    act: Act, adapter: ChargebeeAdapter, site: Site, subscription: Json, before: Callable[[], bool]
) -> None:
    site.restricted = READ_ONLY
    before()

    with pytest.raises(Credentials) as caught:
        await act(adapter)
    assert caught.value.message == Credentials.default_message
    assert before()


@pytest.mark.parametrize("act", ACTIONS)
async def test_a_refused_write_changes_nothing(
    act: Act, adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, trial: Json, subscribe: Callable[..., Json]
) -> None:
    if act in [case.values[0] for case in PAUSES]:
        subscribe()
    simulator.faults.add(Fault.declined(method="POST", times=None))
    with pytest.raises(AdapterError):
        await act(adapter)

    assert len({request.idempotency_key for request in simulator.written()}) == 1


async def test_the_same_request_twice_at_once_acts_once(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    await asyncio.gather(*(adapter.pause(pause(months(1))) for _ in range(2)))

    assert simulator.calls() == [READ, f"POST {API}/subscriptions/sub/pause", READ]


async def test_actions_of_two_customers_do_not_wait_for_each_other(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    arrived, others_done = asyncio.Event(), asyncio.Event()

    async def wait(request: object) -> None:
        arrived.set()
        await others_done.wait()

    site.add_subscription(id="other", customer_id="grace", items=["pro-month"])
    simulator.faults.add(Fault.calling(wait, path="/sub/"))
    first = asyncio.create_task(adapter.cancel(cancel(NOW)))
    await arrived.wait()
    await adapter.cancel(cancel(NOW, customer="grace", subscription="other"))
    others_done.set()
    await first

    assert {row["status"] for row in site.subscriptions} == {"cancelled"}


async def test_a_provider_that_overlooks_the_filter_has_nobody_elses_cancelled(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    body: Json = {"list": [{"subscription": {**subscription, "id": "others", "customer_id": "grace"}}]}
    simulator.faults.add(Fault(status=200, body=body, method="GET"))

    with pytest.raises(AdapterError):
        await adapter.cancel_all(cancel_all(NOW))
    assert simulator.writes() == []
