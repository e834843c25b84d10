"""What an action knows of a Chargebee subscription (traps 2.7 and 3)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.chargebee import states
from adapters.errors import Unmappable
from adapters.state import Standing, SubscriptionState
from tests.adapters.chargebee import objects
from tests.adapters.chargebee.objects import MOMENT, companions, line
from tests.adapters.chargebee.support import at, unix

Json = dict[str, Any]

NO_TERM: Json = {"current_term_start": None, "current_term_end": None}
TERM_END = at("2026-12-01T00:00")
THEN = unix("2027-03-01T00:00")
IN_TRIAL = {"status": "in_trial", **NO_TERM, "trial_end": unix("2026-11-29T00:00")}
CONTRACT = {"status": "active", "contract_end": THEN}


def state(*lines: Json, **members: Any) -> SubscriptionState:
    return states.state(objects.subscription(*lines, **members), MOMENT)


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("future", Standing.FUTURE),
        ("in_trial", Standing.TRIAL),
        ("active", Standing.ACTIVE),
        ("non_renewing", Standing.ACTIVE),
        ("paused", Standing.PAUSED),
        ("cancelled", Standing.ENDED),
        ("transferred", Standing.ENDED),
        ("hibernating", Standing.UNKNOWN),
        (None, Standing.UNKNOWN),
    ],
)
def test_standings(status: str | None, standing: Standing) -> None:
    assert state(status=status).standing is standing


@pytest.mark.parametrize(
    ("members", "standing"),
    [
        pytest.param({"auto_collection": "on"}, Standing.UNPAID, id="collected by itself"),
        pytest.param({"auto_collection": "off"}, Standing.ACTIVE, id="not collected"),
        pytest.param({"customer": {"auto_collection": "on"}}, Standing.UNPAID, id="as the customer is set"),
        pytest.param({"auto_collection": "on", "status": "paused"}, Standing.PAUSED, id="paused comes first"),
        pytest.param({"auto_collection": "on", "status": "cancelled"}, Standing.ENDED, id="ended comes first"),
    ],
)
def test_what_is_owed_counts_where_it_is_collected(members: Json, standing: Standing) -> None:
    assert state(due_invoices_count=1, **members).standing is standing


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, (False, None), id="not paused"),
        pytest.param({"status": "paused", "resume_date": THEN}, (True, at("2027-03-01T00:00")), id="until a date"),
        pytest.param({"status": "paused"}, (True, None), id="without an end"),
        pytest.param({"pause_date": unix("2026-12-01T00:00"), "resume_date": THEN}, (True, at("2027-03-01T00:00")),
                     id="a pause is ahead: that is no status"),
        pytest.param({"pause_date": unix("2026-12-01T00:00"), "status": "non_renewing", "cancelled_at": THEN},
                     (True, None), id="a pause ahead of one that is set to end"),
        pytest.param({"pause_date": unix("2026-11-01T00:00"), "resume_date": unix("2026-11-10T00:00")}, (False, None),
                     id="a pause that is over leaves its dates"),
        pytest.param({"pause_date": THEN, "status": "cancelled"}, (False, None), id="ended before its pause"),
    ],
)  # fmt: skip
def test_pauses(members: Json, expected: tuple[bool, object]) -> None:
    found = state(**members)

    assert (found.paused, found.paused_until) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, None, id="not at all"),
        pytest.param({"status": "non_renewing", "cancelled_at": THEN}, at("2027-03-01T00:00"), id="non_renewing"),
        pytest.param({**IN_TRIAL, "cancelled_at": IN_TRIAL["trial_end"]}, at("2026-11-29T00:00"),
                     id="with its trial: that is no status"),
        pytest.param({"status": "paused", "cancelled_at": THEN}, at("2027-03-01T00:00"), id="paused until then"),
        pytest.param({"status": "cancelled", "cancelled_at": unix("2026-11-01T00:00")}, None, id="it has ended"),
        pytest.param({"cancelled_at": unix("2026-11-01T00:00")}, None, id="a date that is past, on one that runs"),
    ],
)  # fmt: skip
def test_when_it_ends(members: Json, expected: object) -> None:
    assert state(**members).cancel_at == expected


@pytest.mark.parametrize(
    ("members", "end", "only_now"),
    [
        pytest.param({}, TERM_END, False, id="active"),
        pytest.param(IN_TRIAL, at("2026-11-29T00:00"), False, id="in a trial: the trial's end"),
        pytest.param({"status": "future", **NO_TERM}, None, True, id="not started"),
        pytest.param({"current_term_end": unix("2026-11-21T12:00")}, at("2026-11-21T12:00"), True, id="the term is up"),
        pytest.param({"status": "paused", "current_term_end": unix("2026-11-01T00:00")}, at("2026-11-01T00:00"), True,
                     id="paused beyond its term"),
        pytest.param({"contract_term": CONTRACT}, at("2027-03-01T00:00"), False, id="under a contract: its end"),
        pytest.param(NO_TERM, None, False, id="active, and nobody says until when"),
        pytest.param({**IN_TRIAL, "trial_end": None}, None, False, id="in a trial, and nobody says until when"),
        pytest.param({"contract_term": {"status": "active"}}, None, False, id="under a contract without an end"),
        pytest.param({"status": "paused", **NO_TERM}, None, True, id="paused without a term"),
        pytest.param({"contract_term": {**CONTRACT, "status": "completed"}}, TERM_END, False, id="a contract is over"),
    ],
)  # fmt: skip
def test_what_a_cancellation_can_wait_for(members: Json, end: object, only_now: bool) -> None:
    found = state(**members)

    assert (found.period_end, found.ends_only_now) == (end, only_now)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(IN_TRIAL, at("2026-11-29T00:00"), id="in a trial"),
        pytest.param({"trial_end": unix("2026-02-01T00:00")}, None, id="the trial it had"),
        pytest.param({"trial_end": THEN}, None, id="active with a trial's end ahead is in no trial"),
    ],
)
def test_trials(members: Json, expected: object) -> None:
    assert state(**members).trial_end == expected


HELP = line("help", item_type="addon", quantity=None, unit_price=300)


def test_items() -> None:
    usage = objects.item_price(
        id="calls", item_id="calls", item_type="addon", usage_accumulation_reset_frequency="never"
    )
    calls = line("calls", item_type="addon", quantity=1)
    setup = line("setup", item_type="charge")
    source = objects.subscription(line(), HELP, calls, setup)
    found = states.state(source, MOMENT, companions(objects.item_price(), usage)).items

    assert [(one.id, one.price_id, one.product_id, one.quantity, one.metered, one.kind) for one in found] == [
        ("pro-month", "pro-month", "pro", 3, False, "plan"),
        ("help", "help", None, None, False, "addon"),
        ("calls", "calls", "calls", None, True, "addon"),
    ]


@pytest.mark.parametrize(
    ("given", "quantity", "metered"),
    [
        pytest.param({}, 3, False, id="seats"),
        pytest.param({"quantity_in_decimal": "2"}, 2, False, id="whole decimals"),
        pytest.param({"quantity_in_decimal": "2.5"}, None, False, id="a part of a seat is no number of seats"),
        pytest.param({"quantity": None}, None, False, id="a flat fee"),
        pytest.param({"metered_quantity": "812"}, None, True, id="usage"),
    ],
)
def test_quantities(given: Json, quantity: int | None, metered: bool) -> None:
    (item,) = state(line(**given)).items

    assert (item.quantity, item.metered) == (quantity, metered)


@pytest.mark.parametrize(
    ("members", "given", "annual"),
    [
        pytest.param({}, {}, False, id="monthly"),
        pytest.param({"billing_period_unit": "year"}, {}, True, id="yearly"),
        pytest.param({"billing_period": 12}, {}, True, id="twelve months"),
        pytest.param({"billing_period": 11}, {}, False, id="eleven months"),
        pytest.param({"billing_period_unit": "week", "billing_period": 52}, {}, True, id="52 weeks"),
        pytest.param({}, {"billing_period": 1, "billing_period_unit": "year"}, True, id="an item's own rhythm"),
        pytest.param({"billing_period_unit": "year"}, {"billing_period": 1, "billing_period_unit": "month"}, False,
                     id="a monthly item of a yearly subscription"),
        pytest.param({"billing_period_unit": None}, {}, True, id="unknown: only keeps it from being paused"),
    ],
)  # fmt: skip
def test_what_counts_as_paid_by_the_year(members: Json, given: Json, annual: bool) -> None:
    assert state(line(**given), **members).annual is annual


@pytest.mark.parametrize(
    ("coupons", "expected"),
    [
        pytest.param(None, (), id="none"),
        pytest.param([{"coupon_id": "B"}, {"coupon_id": "A"}], ("B", "A"), id="in their order"),
        pytest.param([{"coupon_id": "A", "coupon_code": "A-1"}], ("A",), id="put there by a code"),
        pytest.param([{"applied_count": 1}], (), id="without an id"),
    ],
)
def test_coupons(coupons: list[Json] | None, expected: tuple[str, ...]) -> None:
    assert state(coupons=coupons).coupon_ids == expected


def test_the_codes_of_coupons_are_kept_beside_their_ids() -> None:
    found = state(coupons=[{"coupon_id": "A", "coupon_code": "A-1"}, {"coupon_id": "B"}])
    assert (found.coupon_ids, found.coupon_codes) == (("A", "B"), ("A-1",))


@pytest.mark.parametrize(
    ("members", "planned", "what", "price"),
    [
        pytest.param({}, None, None, None, id="nothing"),
        pytest.param({"has_scheduled_changes": True}, objects.subscription(line("pro-more")),
                     "the price pro-more with the next term", "pro-more", id="another price"),
        pytest.param({"has_scheduled_changes": True}, objects.subscription(line(quantity=9)), "other terms, later",
                     None, id="another quantity"),
        pytest.param({"has_scheduled_changes": True}, objects.subscription(line("pro-more"), line("second")),
                     "other terms, later", None, id="several prices"),
        pytest.param({"has_scheduled_changes": True}, None, "other terms, later", None, id="nobody looked"),
        pytest.param({"changes_scheduled_at": THEN}, objects.subscription(line("pro-more")), None, None,
                     id="a date without the flag"),
    ],
)  # fmt: skip
def test_what_is_scheduled(members: Json, planned: Json | None, what: str | None, price: str | None) -> None:
    scheduled = states.state(objects.subscription(**members), MOMENT, planned=planned).scheduled

    assert (scheduled and scheduled.what, scheduled and scheduled.price_id) == (what, price)


@pytest.mark.parametrize("member", ["id", "customer_id"])
def test_a_subscription_of_nobody_is_refused(member: str) -> None:
    absent: Json = {member: None}

    with pytest.raises(Unmappable, match=f"{member}: missing"):
        state(**absent)


def test_every_status_that_has_not_ended_is_asked_for_when_all_are_meant() -> None:
    ended = {status for status, standing in states.STANDINGS.items() if standing is Standing.ENDED}

    assert set(states.LIVE) == states.STANDINGS.keys() - ended
