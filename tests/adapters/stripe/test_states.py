"""What an action knows of a Stripe subscription (traps 2.4, 3.1 and 3.6)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.state import Standing, SubscriptionState
from adapters.stripe import states
from simulators.stripe import shapes
from tests.adapters.stripe import objects
from tests.adapters.stripe.objects import MOMENT, recurring
from tests.adapters.stripe.support import at, unix

Json = dict[str, Any]

THEN = unix("2027-03-01T00:00")


def state(*items: Json, **members: Any) -> SubscriptionState:
    return states.state(objects.subscription(*items, **members), MOMENT)


def schedule(*starts_and_prices: tuple[int, str], **members: Any) -> Json:
    """A schedule whose phases begin at these moments with these prices, each lasting until the next."""
    made = {**shapes.schedule("sub_sched_1", 0, livemode=False, customer="cus_1"), "status": "active", **members}
    ends = [start for start, _ in starts_and_prices[1:]]
    made["phases"] = [
        shapes.phase(start, end, currency="usd", items=[shapes.phase_item(price, 1)])
        for (start, price), end in zip(starts_and_prices, [*ends, THEN], strict=True)
    ]
    return made


RUNNING = (unix("2026-11-01T00:00"), "price_1")
NEXT = (unix("2026-12-01T00:00"), "price_2")
AFTER = (unix("2027-01-01T00:00"), "price_3")


@pytest.mark.parametrize(
    ("status", "standing", "ends_only_now"),
    [
        ("active", Standing.ACTIVE, False),
        ("trialing", Standing.TRIAL, False),
        ("past_due", Standing.UNPAID, True),
        ("unpaid", Standing.UNPAID, True),
        ("incomplete", Standing.INCOMPLETE, True),
        ("paused", Standing.PAUSED, True),
        ("canceled", Standing.ENDED, False),
        ("incomplete_expired", Standing.ENDED, False),
        ("hibernating", Standing.UNKNOWN, False),
    ],
)
def test_standings(status: str, standing: Standing, ends_only_now: bool) -> None:
    found = state(status=status)

    assert (found.standing, found.ends_only_now) == (standing, ends_only_now)


def test_a_word_nobody_knows_is_ended_where_its_date_proves_it() -> None:
    assert state(status="archived", ended_at=unix("2026-11-01T00:00")).standing is Standing.ENDED


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        pytest.param(None, (False, None), id="none"),
        pytest.param({"behavior": "void", "resumes_at": None}, (True, None), id="without an end"),
        pytest.param({"behavior": "void", "resumes_at": THEN}, (True, at("2027-03-01T00:00")), id="until a date"),
        pytest.param({"behavior": "void", "resumes_at": unix("2026-11-21T11:59")}, (False, None), id="over"),
    ],
)
def test_pauses_of_collection(pause: Json | None, expected: tuple[bool, object]) -> None:
    found = state(pause_collection=pause)

    assert (found.paused, found.paused_until) == expected
    assert found.standing is Standing.ACTIVE


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, None, id="not at all"),
        pytest.param({"cancel_at_period_end": True}, at("2026-12-01T00:00"), id="by the flag"),
        pytest.param({"cancel_at": THEN}, at("2027-03-01T00:00"), id="by a date, as the portal sets it"),
        pytest.param({"schedule": schedule(RUNNING, NEXT, end_behavior="cancel")}, at("2027-03-01T00:00"),
                     id="with its schedule"),
        pytest.param({"schedule": schedule(RUNNING, NEXT)}, None, id="the schedule releases it"),
    ],
)  # fmt: skip
def test_when_it_ends(members: Json, expected: object) -> None:
    assert state(**members).cancel_at == expected


@pytest.mark.parametrize(
    ("attached", "what", "price"),
    [
        pytest.param(None, None, None, id="no schedule"),
        pytest.param(schedule(RUNNING), None, None, id="a schedule without a further phase"),
        pytest.param(schedule(RUNNING, NEXT), "the price price_2 from 2026-12-01", "price_2", id="another price"),
        pytest.param(schedule(RUNNING, (NEXT[0], "price_1")), "other terms from 2026-12-01", None, id="the same price"),
        pytest.param(schedule(RUNNING, NEXT, AFTER), "the price price_2 from 2026-12-01", None, id="several steps"),
        pytest.param(schedule(RUNNING, NEXT, status="released"), None, None, id="released"),
        pytest.param("sub_sched_1", "by the schedule sub_sched_1", None, id="not expanded"),
    ],
)
def test_what_is_scheduled(attached: Json | str | None, what: str | None, price: str | None) -> None:
    scheduled = state(schedule=attached).scheduled

    assert (scheduled and scheduled.what, scheduled and scheduled.price_id) == (what, price)


def test_items() -> None:
    seats = objects.item(objects.price(), quantity=3)
    usage = objects.item(
        objects.price(id="price_2", product={"id": "prod_2"}, recurring=recurring("year", usage_type="metered")),
        id="si_2",
    )
    first, second = state(seats, usage).items

    assert (first.id, first.price_id, first.product_id, first.quantity, first.metered, first.annual) == (
        "si_1", "price_1", "prod_1", 3, False, False
    )  # fmt: skip
    assert (second.id, second.price_id, second.product_id, second.quantity, second.metered, second.annual) == (
        "si_2", "price_2", "prod_2", None, True, True
    )  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "count", "annual"),
    [("month", 1, False), ("month", 11, False), ("month", 12, True), ("year", 1, True), ("week", 52, True),
     ("day", 30, False), ("day", 365, True)],
)  # fmt: skip
def test_what_counts_as_paid_by_the_year(unit: str, count: int, annual: bool) -> None:
    monthly = objects.item(objects.price())
    other = objects.item(objects.price(id="price_2", recurring=recurring(unit, count)), id="si_2")

    assert state(monthly, other).annual is annual


@pytest.mark.parametrize(
    ("discounts", "expected"),
    [
        pytest.param([], (), id="none"),
        pytest.param([objects.discount("SAVE20")], ("SAVE20",), id="by id"),
        pytest.param([objects.discount(objects.coupon())], ("SAVE20",), id="expanded"),
        pytest.param([objects.discount("A"), objects.discount("B")], ("A", "B"), id="several, in their order"),
        pytest.param([objects.discount(None)], (), id="a coupon that is gone"),
        pytest.param(["di_1"], (), id="not expanded"),
    ],
)
def test_coupons(discounts: list[Any], expected: tuple[str, ...]) -> None:
    assert state(discounts=discounts).coupon_ids == expected


@pytest.mark.parametrize("customer", ["cus_1", {"id": "cus_1", "object": "customer"}], ids=["id", "expanded"])
def test_the_owner(customer: Any) -> None:
    assert state(customer=customer).customer_id == "cus_1"


def test_a_subscription_of_nobody_is_refused() -> None:
    with pytest.raises(Unmappable, match="customer"):
        state(customer=None)


def test_a_schedule_that_has_not_started_is_a_subscription_to_be() -> None:
    plan = schedule((THEN, "price_1"), status="not_started")
    found = states.upcoming_state(plan)

    assert (found.id, found.customer_id, found.standing) == ("sub_sched_1", "cus_1", Standing.FUTURE)
    assert found.ends_only_now
