"""Applying a coupon (traps 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, NotFound
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import READ, UPDATE, apply, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]


@pytest.fixture
async def stacking(backend: Backend, site: Site) -> ChargebeeAdapter:
    """The adapter with the setting that keeps the coupons already there."""
    return await backend.open(actions={"apply_coupon": {"mode": "stack"}})


@pytest.fixture
def subscribe(site: Site) -> Callable[..., Json]:
    def make(*coupons: str | Json, **members: Any) -> Json:
        return site.add_subscription(id="sub", customer_id="ada", items=[("pro-month", 3)], coupons=coupons, **members)

    return make


def coupons(subscription: Json) -> list[str]:
    return [one["coupon_id"] for one in subscription.get("coupons", ())]


@pytest.mark.parametrize(("stacks", "replaces"), [(False, "true"), (True, "false")], ids=["replacing", "stacking"])
async def test_the_form(
    adapter: ChargebeeAdapter,
    stacking: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    stacks: bool,
    replaces: str,
) -> None:
    held = subscribe()
    await (stacking if stacks else adapter).apply_coupon(apply("SAVE20"))

    assert simulator.calls() == [READ, UPDATE]
    assert sent(simulator) == [
        (UPDATE, {"coupon_ids[0]": "SAVE20", "replace_coupon_list": replaces, "reactivate": "false"})
    ]
    assert (coupons(held), held["subscription_items"][0]["quantity"], site.charges) == (["SAVE20"], 3, [])


async def test_it_is_read_back_and_counts_from_the_next_invoice(
    adapter: ChargebeeAdapter, clock: MovableClock, subscribe: Callable[..., Json]
) -> None:
    subscribe()
    await adapter.apply_coupon(apply("SAVE20"))
    (before,) = (await adapter.subscription("ada", "sub")).discounts or ()
    clock.move(days=31)
    (running,) = (await adapter.subscription("ada", "sub")).discounts or ()
    clock.move(days=95)
    after = await adapter.subscription("ada", "sub")

    assert (before.coupon.id, before.end) == ("SAVE20", None)
    assert running.end is not None
    assert running.end.isoformat() == "2027-03-21T12:00:00+00:00"
    assert after.discounts is None


async def test_it_takes_the_place_of_the_others(adapter: ChargebeeAdapter, subscribe: Callable[..., Json]) -> None:
    held = subscribe("SAVE5")
    await adapter.apply_coupon(apply("SAVE20"))

    assert coupons(held) == ["SAVE20"]


async def test_it_takes_the_others_away_where_it_is_there_itself(
    adapter: ChargebeeAdapter, subscribe: Callable[..., Json]
) -> None:
    held = subscribe({"coupon_id": "SAVE20", "applied_count": 2}, "SAVE5")
    await adapter.apply_coupon(apply("SAVE20"))

    assert coupons(held) == ["SAVE20"]
    assert held["coupons"][0]["applied_count"] == 2


async def test_it_is_put_beside_the_others_which_keep_their_count(
    stacking: ChargebeeAdapter, subscribe: Callable[..., Json]
) -> None:
    held = subscribe({"coupon_id": "SAVE5", "applied_count": 2})
    await stacking.apply_coupon(apply("SAVE20"))

    assert coupons(held) == ["SAVE5", "SAVE20"]
    assert held["coupons"][0]["applied_count"] == 2


@pytest.mark.parametrize("present", [["SAVE20"], ["SAVE20", "SAVE5"]], ids=["alone", "beside another"])
async def test_stacked_it_is_there_already(
    stacking: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json], present: list[str]
) -> None:
    subscribe(*present)
    await stacking.apply_coupon(apply("SAVE20"))

    assert simulator.calls() == [READ]


async def test_alone_it_is_there_already(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    subscribe("SAVE20")
    await adapter.apply_coupon(apply("SAVE20"))

    assert simulator.calls() == [READ]


# -- single-use codes ------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def codes(site: Site) -> None:
    site.add_coupon(id="REFER", codes=["REFER-1", "REFER-2"], discount_percentage=15.0)


@pytest.mark.parametrize("stacks", [False, True], ids=["replacing", "stacking"])
async def test_a_single_use_code_of_a_coupon_can_be_applied_and_is_there_then(
    adapter: ChargebeeAdapter,
    stacking: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    stacks: bool,
) -> None:
    held = subscribe()
    chosen = stacking if stacks else adapter
    await chosen.apply_coupon(apply("REFER-1"))
    await chosen.apply_coupon(apply("REFER-1"))

    assert simulator.writes() == [UPDATE]
    assert [(one["coupon_id"], one["coupon_code"]) for one in held["coupons"]] == [("REFER", "REFER-1")]


@pytest.mark.parametrize("stacks", [False, True], ids=["replacing", "stacking"])
async def test_a_coupon_that_is_there_by_one_of_its_codes_is_there(
    adapter: ChargebeeAdapter, stacking: ChargebeeAdapter, subscribe: Callable[..., Json], stacks: bool
) -> None:
    """Asked for by its id, it is so already: to say that nobody knows, or to refuse it, would be wrong."""
    held = subscribe({"coupon_id": "REFER", "coupon_code": "REFER-1", "applied_count": 1})
    await (stacking if stacks else adapter).apply_coupon(apply("REFER"))

    assert coupons(held) == ["REFER"]
    assert held["coupons"][0]["applied_count"] == 1


# -- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coupon", "error", "message"),
    [
        pytest.param("NEVER", NotFound, "no such coupon", id="unknown"),
        pytest.param("x" * 101, NotFound, "no such coupon", id="longer than any"),
        pytest.param("EXPIRED", Invalid, "no longer be used", id="expired"),
        pytest.param("USED-UP", Invalid, "no longer be used", id="used up"),
        pytest.param("ARCHIVED", Invalid, "cannot be used for this subscription", id="archived"),
        pytest.param("FUTURE", Invalid, "cannot be used for this subscription", id="yet to come"),
        pytest.param("DELETED", NotFound, "no such coupon", id="deleted"),
        pytest.param("EURO", Invalid, "cannot be used for this subscription", id="of another currency"),
        pytest.param("ADDONS", Invalid, "cannot be used for this subscription", id="for other items"),
    ],
)
async def test_3_coupons_that_cannot_be_applied(
    adapter: ChargebeeAdapter,
    site: Site,
    subscribe: Callable[..., Json],
    coupon: str,
    error: type[Exception],
    message: str,
) -> None:
    site.add_coupon(id="EXPIRED", valid_till=1)
    site.add_coupon(id="USED-UP", max_redemptions=1, redemptions=1)
    site.add_coupon(id="ARCHIVED", status="archived")
    site.add_coupon(id="FUTURE", valid_from=2**31)
    site.add_coupon(id="DELETED", status="deleted")
    site.add_coupon(id="EURO", discount_amount=500, currency_code="EUR")
    site.add_coupon(
        id="ADDONS",
        apply_on="each_specified_item",
        item_constraints=[{"item_type": "addon", "constraint": "all"}],
    )
    held = subscribe("SAVE5")

    with pytest.raises(error, match=message):
        await adapter.apply_coupon(apply(coupon))
    assert coupons(held) == ["SAVE5"]


async def test_a_coupon_that_is_longer_than_any_is_not_asked_for(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    subscribe()

    with pytest.raises(NotFound):
        await adapter.apply_coupon(apply("x" * 101))
    assert simulator.writes() == []


async def test_3_a_second_coupon_of_a_kind_is_refused_as_the_site_is_set_up(
    stacking: ChargebeeAdapter, site: Site, subscribe: Callable[..., Json]
) -> None:
    site.add_coupon(id="SAVE30", discount_percentage=30.0)
    held = subscribe("SAVE20")

    with pytest.raises(Invalid):
        await stacking.apply_coupon(apply("SAVE30"))
    assert coupons(held) == ["SAVE20"]


@pytest.mark.parametrize("status", ["cancelled", "future", "paused"])
async def test_3_nothing_is_brought_back_to_life_or_changed_in_a_pause(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    subscribe: Callable[..., Json],
    status: str,
) -> None:
    """A coupon sent to a cancelled subscription starts it again, unless that is forbidden."""
    held = subscribe(status=status)

    with pytest.raises(Conflict):
        await adapter.apply_coupon(apply("SAVE20"))
    assert (simulator.calls(), held["status"], site.charges) == ([READ], status, [])


async def test_3_one_that_ends_in_between_is_not_brought_back_to_life(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    """Between the look and the write: only `reactivate=false` helps there."""
    held = subscribe()
    simulator.faults.add(
        Fault.calling(lambda request: held.update(status="cancelled", cancelled_at=1), path="update_for_items")
    )
    await adapter.apply_coupon(apply("SAVE20"))

    assert (held["status"], site.charges) == ("cancelled", [])


@pytest.mark.parametrize("status", ["active", "in_trial", "non_renewing"])
async def test_whatever_runs_can_have_one(
    adapter: ChargebeeAdapter, subscribe: Callable[..., Json], status: str
) -> None:
    held = subscribe(status=status)
    await adapter.apply_coupon(apply("SAVE20"))

    assert (held["status"], coupons(held)) == (status, ["SAVE20"])
