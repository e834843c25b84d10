"""What every action refuses before anything is written, and what it does not do twice (traps 1.5 and 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import AdapterError, Conflict, Credentials, Invalid, NotFound, Unsupported
from gateway.contract import Mode
from tests.adapters.stripe.support import (
    DAY,
    LATER,
    NOW,
    apply,
    cancel,
    cancel_all,
    change,
    days,
    extend,
    months,
    pause,
    pause_all,
)
from tests.simulators.stripe.client import LIVE_KEY

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Backend

Act = Callable[..., Awaitable[None]]

READ = "GET /v1/subscriptions/sub_1"

ACTIONS: list[Any] = [
    pytest.param(lambda adapter, **who: adapter.cancel(cancel(NOW, **who)), id="cancel at once"),
    pytest.param(lambda adapter, **who: adapter.cancel(cancel(LATER, **who)), id="cancel later"),
    pytest.param(lambda adapter, **who: adapter.pause(pause(months(1), **who)), id="pause"),
    pytest.param(lambda adapter, **who: adapter.extend_trial(extend(days(7), **who)), id="extend trial"),
    pytest.param(lambda adapter, **who: adapter.apply_coupon(apply("SAVE20", **who)), id="apply coupon"),
    pytest.param(lambda adapter, **who: adapter.change_price(change("price_2", NOW, **who)), id="change price"),
    pytest.param(lambda adapter, **who: adapter.change_price(change("price_2", LATER, **who)), id="change price later"),
]


@pytest.fixture(autouse=True)
def subscription(account: Account) -> dict[str, Any]:
    """On trial, so that every action could be done."""
    return account.add_subscription(id="sub_1", customer="cus_1", prices=[("price_1", 3)], status="trialing")


@pytest.fixture
def before(account: Account, subscription: dict[str, Any]) -> Callable[[], bool]:
    """Tells whether nothing has changed since."""

    def snapshot() -> str:
        return repr((subscription, list(account.schedules), account.discounts, account.charges))

    held = snapshot()
    return lambda: snapshot() == held


@pytest.mark.parametrize("act", ACTIONS)
async def test_every_action_could_be_done(act: Act, adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    """What the refusals below differ from."""
    await act(adapter)

    assert simulator.writes() != []


@pytest.mark.parametrize("act", ACTIONS)
async def test_anothers_subscription_is_not_found(
    act: Act, adapter: StripeAdapter, simulator: StripeSimulator, before: Callable[[], bool]
) -> None:
    with pytest.raises(NotFound, match=r"^Not found\.$"):
        await act(adapter, customer="cus_2")
    assert simulator.writes() == []
    assert before()


@pytest.mark.parametrize("act", ACTIONS)
async def test_an_unknown_subscription_is_not_found(
    act: Act, adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    with pytest.raises(NotFound):
        await act(adapter, subscription="sub_never")
    assert simulator.writes() == []


@pytest.mark.parametrize("act", ACTIONS)
@pytest.mark.parametrize("identifier", ["", ".", "..", "sub_1/../sub_2", "sub_1\n", "s" * 256, "sub_1 ", "sub\\1"])
async def test_an_id_that_is_none_never_gets_near_a_path(
    act: Act, adapter: StripeAdapter, simulator: StripeSimulator, identifier: str
) -> None:
    for who in ({"subscription": identifier}, {"customer": identifier}):
        if "" not in who.values():  # an empty id is refused by the contract already
            with pytest.raises(NotFound):
                await act(adapter, **who)
    assert [call for call in simulator.calls() if not call.startswith("GET /v1/prices/")] == []


@pytest.mark.parametrize("act", ACTIONS)
async def test_an_object_of_the_other_mode_is_not_found(
    act: Act, backend: Backend, account: Account, simulator: StripeSimulator, before: Callable[[], bool]
) -> None:
    """A key of the right name may still belong to the other mode: what comes back is compared."""
    account.livemode = False
    simulator.accounts[LIVE_KEY] = account

    adapter = await backend.open(Mode.LIVE)
    with pytest.raises(NotFound):
        await act(adapter)
    assert simulator.writes() == []
    assert before()


@pytest.mark.parametrize("act", ACTIONS)
async def test_a_dry_run_writes_nothing(
    act: Act, backend: Backend, simulator: StripeSimulator, before: Callable[[], bool]
) -> None:
    await act(await backend.open(dry_run=True))

    assert simulator.writes() == []
    assert before()


@pytest.mark.parametrize("act", ACTIONS)
async def test_a_key_without_the_right_is_the_owners_matter(
    act: Act, adapter: StripeAdapter, account: Account, before: Callable[[], bool]
) -> None:
    account.restricted = frozenset({"rak_subscription_read", "rak_plan_read", "rak_product_read", "rak_coupon_read"})

    with pytest.raises(Credentials, match=r"^The gateway is not allowed to do this"):
        await act(adapter)
    assert before()


ENDED: dict[str, tuple[type[AdapterError], str]] = {
    "canceled": (Conflict, "has ended"),
    "incomplete_expired": (Conflict, "has ended"),
    "incomplete": (Conflict, "first payment"),
    "hibernating": (Conflict, "does not know"),
}


@pytest.mark.parametrize("status", ENDED)
@pytest.mark.parametrize("act", [ACTIONS[index] for index in (2, 4, 5, 6)])
async def test_a_state_that_forbids_it(
    act: Act, adapter: StripeAdapter, simulator: StripeSimulator, subscription: dict[str, Any], status: str
) -> None:
    subscription["status"] = status
    error, reason = ENDED[status]

    with pytest.raises(error, match=reason):
        await act(adapter)
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("act", "writes"),
    [
        pytest.param(action.values[0], count, id=action.id)
        for action, count in zip(ACTIONS, [1, 1, 1, 2, 1, 1, 2], strict=True)
    ],
)
async def test_two_equal_requests_at_once(
    act: Act, writes: int, adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """The second one waits for the first, reads, and finds it done. Only a trial is extended twice, as it was asked
    for twice; and a price change at the end of the period takes two writes for one."""
    await asyncio.gather(act(adapter), act(adapter))

    assert len(simulator.writes()) == writes
    assert account.charges == []


SWITCHES: list[Any] = [
    pytest.param("cancel", lambda adapter: adapter.cancel(cancel(NOW)), id="cancel"),
    pytest.param("cancel", lambda adapter: adapter.cancel_all(cancel_all(NOW)), id="cancel all"),
    pytest.param("pause", lambda adapter: adapter.pause(pause(months(1))), id="pause"),
    pytest.param("pause", lambda adapter: adapter.pause_all(pause_all(months(1))), id="pause all"),
    pytest.param("extend_trial", lambda adapter: adapter.extend_trial(extend(days(7))), id="extend trial"),
    pytest.param("apply_coupon", lambda adapter: adapter.apply_coupon(apply("SAVE20")), id="apply coupon"),
    pytest.param("change_price", lambda adapter: adapter.change_price(change("price_2")), id="change price"),
]


@pytest.mark.parametrize(("name", "act"), SWITCHES)
async def test_an_action_that_is_switched_off_makes_no_call(
    name: str, act: Act, backend: Backend, simulator: StripeSimulator
) -> None:
    adapter = await backend.open(actions={name: {"enabled": False}})

    with pytest.raises(Unsupported):
        await act(adapter)
    assert simulator.calls() == []


async def test_a_trial_that_is_none_cannot_be_extended(
    adapter: StripeAdapter, simulator: StripeSimulator, account: Account
) -> None:
    """Stripe would start a free trial on a paying subscription."""
    account.add_subscription(id="sub_2", customer="cus_1", prices=["price_1"])

    with pytest.raises(Conflict, match="not in a trial"):
        await adapter.extend_trial(extend(days(7), subscription="sub_2"))
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("act", "error"),
    [
        pytest.param(lambda adapter: adapter.apply_coupon(apply("NEVER")), NotFound, id="an unknown coupon"),
        pytest.param(lambda adapter: adapter.apply_coupon(apply("OVER")), Invalid, id="an expired coupon"),
        pytest.param(lambda adapter: adapter.change_price(change("price_never")), NotFound, id="an unknown price"),
        pytest.param(lambda adapter: adapter.change_price(change("price_once")), NotFound, id="a one-time price"),
        pytest.param(lambda adapter: adapter.change_price(change("price_old")), Invalid, id="an archived price"),
        pytest.param(lambda adapter: adapter.change_price(change("price_euro")), Invalid, id="another currency"),
    ],
)
async def test_what_is_referred_to_must_be_usable(
    act: Act, error: type[AdapterError], adapter: StripeAdapter, account: Account, before: Callable[[], bool]
) -> None:
    account.add_coupon(id="OVER", percent_off=10.0, redeem_by=account.now() - DAY)
    account.add_price(id="price_once", interval=None, unit_amount=100)
    account.add_price(id="price_old", unit_amount=100, active=False)

    with pytest.raises(error):
        await act(adapter)
    assert before()
