"""What holds for every body of an action, whatever it is."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.contract import (
    ActionRequest,
    CancelAllRequest,
    CancelRequest,
    PauseAllRequest,
    RequestError,
    Target,
    describe_shape,
    parse_action,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(
        ["", "cus_1", "immediate", "end-of-period", "2027-03-01", "date", "period", "month", "3", "\ud800"]
    )
)
NAMES = st.sampled_from(
    [
        "customerId",
        "customer_id",
        "subscriptionId",
        "subscription",
        "id",
        "scheduledAt",
        "scheduled_at",
        "startAt",
        "start-at",
        "duration",
        "Duration",
        "allowAnnual",
        "coupon",
        "couponId",
        "price",
        "planId",
        "prorate",
        "unpause",
        "type",
        "date",
        "amount",
        "unit",
        "interval",
        "period",
        "value",
        "months",
        "days",
    ]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=6),
    max_leaves=25,
)
# Bodies that come close to being right, so that the rules behind the first check are reached.
PLAUSIBLE = st.builds(
    lambda ids, rest: {**rest, **ids},
    st.sampled_from([{"customerId": "cus_1"}, {"customerId": "cus_1", "subscriptionId": "sub_1"}]),
    st.dictionaries(NAMES, JSON, max_size=5),
)
TARGETS = st.sampled_from(Target)


def read(target: Target, body: object) -> ActionRequest | None:
    try:
        return parse_action(target, body)
    except RequestError:
        return None


def outcome(target: Target, body: object) -> ActionRequest | tuple[str, str]:
    """The request, or what is said instead of it."""
    try:
        return parse_action(target, body)
    except RequestError as error:
        return error.field, error.message


@given(TARGETS, JSON | PLAUSIBLE)
def test_a_body_is_read_or_refused_and_nothing_else(target: Target, body: object) -> None:
    request = read(target, body)
    if request is not None:
        assert json.loads(request.to_json())["customerId"] == request.customer_id


@given(
    TARGETS,
    PLAUSIBLE,
    st.dictionaries(st.sampled_from(["startAt", "start_at", "duration", "DURATION"]), JSON, min_size=1),
)
def test_what_speaks_of_a_pause_and_of_no_cancellation_never_cancels(
    target: Target, body: dict[str, object], pause: dict[str, object]
) -> None:
    unscheduled = {name: value for name, value in body.items() if name not in {"scheduledAt", "scheduled_at"}}
    request = read(target, {**unscheduled, **pause})
    assert not isinstance(request, CancelRequest | CancelAllRequest)


@given(st.sampled_from([target for target in Target if target.startswith("subscription/")]), JSON | PLAUSIBLE)
def test_a_request_for_one_subscription_never_becomes_one_for_all(target: Target, body: object) -> None:
    assert not isinstance(read(target, body), CancelAllRequest | PauseAllRequest)


@given(st.fixed_dictionaries(dict.fromkeys(["customerId", "subscriptionId", "scheduledAt"], SCALARS | JSON)))
def test_a_cancellation_with_the_documented_names_alone_is_read_as_beside_one_that_is_passed_over(
    body: dict[str, object],
) -> None:
    alone, beside = (outcome(Target.SUBSCRIPTION_CANCEL, sent) for sent in (body, {**body, "note": "n"}))
    assert alone == beside


@given(st.sampled_from([Target.SUBSCRIPTION_CANCEL, Target.CUSTOMER_CANCEL]), PLAUSIBLE)
def test_a_cancellation_is_read_on_its_own_paths_only(target: Target, body: dict[str, object]) -> None:
    others = [other for other in Target if other not in {Target.SUBSCRIPTION_CANCEL, Target.CUSTOMER_CANCEL}]
    for other in others:
        assert not isinstance(read(other, body), CancelRequest | CancelAllRequest)
    assert not isinstance(read(Target.SUBSCRIPTION_CANCEL, body), CancelAllRequest)
    assert not isinstance(read(Target.CUSTOMER_CANCEL, body), CancelRequest)


@given(JSON)
def test_a_shape_is_short_and_printable(body: object) -> None:
    shape = describe_shape(body)
    assert len(shape) <= 500
    assert shape.isascii()
    assert shape.isprintable()
