"""Every spelling in which the body of an action is read."""

from __future__ import annotations

import pytest

from gateway.contract import (
    Action,
    ActionRequest,
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    ExtendTrialRequest,
    IntervalUnit,
    PauseAllRequest,
    PauseRequest,
    PeriodDuration,
    Schedule,
    Target,
    parse_action,
)

ALL: dict[str, object] = {"customerId": "cus_1"}
ONE: dict[str, object] = {"customerId": "cus_1", "subscriptionId": "sub_1"}
MONTH = {"type": "period", "amount": 1, "unit": "month"}
ONE_MONTH = PeriodDuration(amount=1, unit=IntervalUnit.MONTH)

CANONICAL: dict[str, tuple[Target, dict[str, object], ActionRequest]] = {
    "cancel": (
        Target.SUBSCRIPTION_CANCEL,
        {**ONE, "scheduledAt": "immediate", "unpause": True},
        CancelRequest(customer_id="cus_1", subscription_id="sub_1", scheduled_at=Schedule.IMMEDIATE, unpause=True),
    ),
    "cancel, nothing but the ids": (
        Target.SUBSCRIPTION_CANCEL,
        ONE,
        CancelRequest(customer_id="cus_1", subscription_id="sub_1", scheduled_at=None, unpause=False),
    ),
    "cancel all": (
        Target.CUSTOMER_CANCEL,
        {**ALL, "scheduledAt": "end-of-period"},
        CancelAllRequest(customer_id="cus_1", scheduled_at=Schedule.END_OF_PERIOD, unpause=False),
    ),
    "cancel all, nothing but the id": (
        Target.CUSTOMER_CANCEL,
        ALL,
        CancelAllRequest(customer_id="cus_1", scheduled_at=None, unpause=False),
    ),
    "pause": (
        Target.SUBSCRIPTION_PAUSE,
        {**ONE, "startAt": "end-of-period", "duration": MONTH, "allowAnnual": True},
        PauseRequest(
            customer_id="cus_1",
            subscription_id="sub_1",
            start_at=Schedule.END_OF_PERIOD,
            duration=ONE_MONTH,
            allow_annual=True,
        ),
    ),
    "pause, nothing but a duration": (
        Target.SUBSCRIPTION_PAUSE,
        {**ONE, "duration": MONTH},
        PauseRequest(
            customer_id="cus_1",
            subscription_id="sub_1",
            start_at=None,
            duration=ONE_MONTH,
            allow_annual=False,
        ),
    ),
    "pause all": (
        Target.CUSTOMER_PAUSE,
        {**ALL, "startAt": "immediate", "duration": MONTH, "allowAnnual": False},
        PauseAllRequest(customer_id="cus_1", start_at=Schedule.IMMEDIATE, duration=ONE_MONTH, allow_annual=False),
    ),
    "extend trial": (
        Target.SUBSCRIPTION_EXTEND_TRIAL,
        {**ONE, "duration": MONTH},
        ExtendTrialRequest(customer_id="cus_1", subscription_id="sub_1", duration=ONE_MONTH),
    ),
    "apply coupon": (
        Target.SUBSCRIPTION_APPLY_COUPON,
        {**ONE, "coupon": "SAVE20"},
        ApplyCouponRequest(customer_id="cus_1", subscription_id="sub_1", coupon_id="SAVE20"),
    ),
    "change price": (
        Target.SUBSCRIPTION_CHANGE_PRICE,
        {**ONE, "price": "price_2", "scheduledAt": "end-of-period", "prorate": False},
        ChangePriceRequest(
            customer_id="cus_1",
            subscription_id="sub_1",
            price_id="price_2",
            scheduled_at=Schedule.END_OF_PERIOD,
            prorate=False,
        ),
    ),
    "change price, nothing but the price": (
        Target.SUBSCRIPTION_CHANGE_PRICE,
        {**ONE, "price": "price_2"},
        ChangePriceRequest(
            customer_id="cus_1",
            subscription_id="sub_1",
            price_id="price_2",
            scheduled_at=None,
            prorate=None,
        ),
    ),
}


@pytest.mark.parametrize(("target", "body", "expected"), CANONICAL.values(), ids=CANONICAL.keys())
def test_the_canonical_body_is_read(target: Target, body: object, expected: ActionRequest) -> None:
    assert parse_action(target, body) == expected


@pytest.mark.parametrize(
    ("target", "request_read"),
    [(target, request) for target, _, request in CANONICAL.values()],
    ids=CANONICAL.keys(),
)
def test_what_was_read_is_written_in_the_spelling_that_is_read(target: Target, request_read: ActionRequest) -> None:
    written = request_read.model_dump(mode="json", by_alias=True)
    assert parse_action(target, written) == request_read


@pytest.mark.parametrize(
    ("target", "action"),
    [
        ("subscription/cancel", Action.CANCEL),
        ("customer/cancel", Action.CANCEL),
        ("subscription/pause", Action.PAUSE),
        ("customer/pause", Action.PAUSE),
        ("subscription/extend-trial", Action.EXTEND_TRIAL),
        ("subscription/apply-coupon", Action.APPLY_COUPON),
        ("subscription/change-price", Action.CHANGE_PRICE),
    ],
)
def test_a_target_is_the_path_and_a_request_knows_its_action(target: str, action: Action) -> None:
    request = next(request for of, _, request in CANONICAL.values() if of is Target(target))
    assert request.action is action


SCHEDULES = [
    ("immediate", Schedule.IMMEDIATE),
    ("IMMEDIATE", Schedule.IMMEDIATE),
    ("Immediate", Schedule.IMMEDIATE),
    ("end-of-period", Schedule.END_OF_PERIOD),
    ("END-OF-PERIOD", Schedule.END_OF_PERIOD),
    ("end_of_period", Schedule.END_OF_PERIOD),
    ("END_OF_PERIOD", Schedule.END_OF_PERIOD),
    ("endOfPeriod", Schedule.END_OF_PERIOD),
    ("EndOfPeriod", Schedule.END_OF_PERIOD),
    ("period-end", Schedule.END_OF_PERIOD),
    ("period_end", Schedule.END_OF_PERIOD),
    ("periodEnd", Schedule.END_OF_PERIOD),
    (None, None),
]


@pytest.mark.parametrize(("spelling", "expected"), SCHEDULES)
@pytest.mark.parametrize(
    ("target", "body", "field", "attribute"),
    [
        pytest.param(Target.SUBSCRIPTION_CANCEL, ONE, "scheduledAt", "scheduled_at", id="cancel"),
        pytest.param(Target.CUSTOMER_CANCEL, ALL, "scheduledAt", "scheduled_at", id="cancel-all"),
        pytest.param(Target.SUBSCRIPTION_PAUSE, {**ONE, "duration": MONTH}, "startAt", "start_at", id="pause"),
        pytest.param(Target.CUSTOMER_PAUSE, {**ALL, "duration": MONTH}, "startAt", "start_at", id="pause-all"),
        pytest.param(
            Target.SUBSCRIPTION_CHANGE_PRICE, {**ONE, "price": "p"}, "scheduledAt", "scheduled_at", id="price"
        ),
    ],
)
def test_a_schedule_is_read_in_any_spelling(
    target: Target,
    body: dict[str, object],
    field: str,
    attribute: str,
    spelling: str | None,
    expected: Schedule | None,
) -> None:
    assert getattr(parse_action(target, {**body, field: spelling}), attribute) is expected


@pytest.mark.parametrize(
    ("target", "body", "attribute"),
    [
        pytest.param(
            Target.SUBSCRIPTION_PAUSE,
            {**ONE, "duration": MONTH, "scheduledAt": "immediate"},
            "start_at",
            id="scheduledAt of a pause",
        ),
        pytest.param(
            Target.SUBSCRIPTION_CHANGE_PRICE,
            {**ONE, "price": "p", "startAt": "immediate"},
            "scheduled_at",
            id="startAt of a price change",
        ),
    ],
)
def test_the_two_names_of_a_schedule_stand_for_each_other(
    target: Target, body: dict[str, object], attribute: str
) -> None:
    assert getattr(parse_action(target, body), attribute) is Schedule.IMMEDIATE


@pytest.mark.parametrize(
    "ids",
    [
        {"customerId": "cus_1", "subscriptionId": "sub_1"},
        {"customer_id": "cus_1", "subscription_id": "sub_1"},
        {"CustomerID": "cus_1", "subscription-id": "sub_1"},
        {"customerId": "cus_1", "customer_id": "cus_1", "subscriptionId": "sub_1"},
        {"customerId": "cus_1", "customer_id": None, "subscriptionId": "sub_1"},
    ],
)
def test_field_names_are_read_in_any_case_and_with_any_separator(ids: dict[str, object]) -> None:
    assert parse_action(Target.SUBSCRIPTION_CANCEL, ids) == CancelRequest(customer_id="cus_1", subscription_id="sub_1")


def test_an_id_is_passed_on_as_it_is() -> None:
    request = parse_action(
        Target.SUBSCRIPTION_APPLY_COUPON,
        {"customerId": " Ünï ", "subscriptionId": "a/b", "coupon": "50% off"},
    )
    assert request == ApplyCouponRequest(customer_id=" Ünï ", subscription_id="a/b", coupon_id="50% off")


def test_unknown_fields_are_ignored() -> None:
    body = {**ONE, "scheduledAt": "immediate", "reason": "too expensive", "": 1}
    assert parse_action(Target.SUBSCRIPTION_CANCEL, body) == CancelRequest(
        customer_id="cus_1", subscription_id="sub_1", scheduled_at=Schedule.IMMEDIATE
    )


@pytest.mark.parametrize(
    "reference",
    [
        {"coupon": "SAVE20"},
        {"couponId": "SAVE20"},
        {"coupon_id": "SAVE20"},
        {"id": "SAVE20"},
        {"coupon": {"id": "SAVE20", "name": "20% off"}},
        {"couponId": {"ID": "SAVE20"}},
        {"id": {"id": "SAVE20"}},
        {"coupon": "SAVE20", "id": "SAVE20"},
        {"coupon": {"id": "SAVE20"}, "couponId": "SAVE20"},
        {"coupon": None, "id": "SAVE20"},
        {"coupon": "SAVE20", "prorate": None, "scheduledAt": None, "price": None},
    ],
)
def test_a_coupon_is_read_in_any_spelling(reference: dict[str, object]) -> None:
    request = parse_action(Target.SUBSCRIPTION_APPLY_COUPON, {**ONE, **reference})
    assert request == ApplyCouponRequest(customer_id="cus_1", subscription_id="sub_1", coupon_id="SAVE20")


@pytest.mark.parametrize(
    "reference",
    [
        {"price": "price_2"},
        {"priceId": "price_2"},
        {"price_id": "price_2"},
        {"planId": "price_2"},
        {"id": "price_2"},
        {"price": {"id": "price_2", "type": "standalone"}},
        {"planId": {"id": "price_2"}},
        {"price": "price_2", "planId": "price_2", "id": "price_2"},
        {"price": None, "priceId": None, "id": "price_2"},
    ],
)
def test_a_price_is_read_in_any_spelling(reference: dict[str, object]) -> None:
    request = parse_action(Target.SUBSCRIPTION_CHANGE_PRICE, {**ONE, **reference})
    assert request == ChangePriceRequest(customer_id="cus_1", subscription_id="sub_1", price_id="price_2")


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("false", False),
        ("True", True),
        ("FALSE", False),
        (None, None),
    ],
)
def test_prorate_is_read_as_a_boolean_or_its_word(flag: object, expected: bool | None) -> None:
    request = parse_action(Target.SUBSCRIPTION_CHANGE_PRICE, {**ONE, "price": "price_2", "prorate": flag})
    assert isinstance(request, ChangePriceRequest)
    assert request.prorate is expected


@pytest.mark.parametrize(
    "name",
    [
        "unpause",
        "Unpause",
        "unPause",
        "un_pause",
        "unpauseOnCancel",
        "requireUnpause",
        "unpauseRequired",
        "unpause_required",
        "resume",
        "resumeFirst",
        "mustResume",
    ],
)
@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("true", False), (1, False), (1.0, False), ({}, False), (None, False)],
)
def test_the_unpause_flag_is_any_such_name_that_is_exactly_true(name: str, value: object, expected: bool) -> None:
    one = parse_action(Target.SUBSCRIPTION_CANCEL, {**ONE, name: value})
    every = parse_action(Target.CUSTOMER_CANCEL, {**ALL, name: value})
    assert isinstance(one, CancelRequest)
    assert isinstance(every, CancelAllRequest)
    assert one.unpause is expected
    assert every.unpause is expected


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"startAt": "immediate", "duration": MONTH}, id="start and duration"),
        pytest.param({"duration": MONTH}, id="duration alone"),
        pytest.param({"duration": MONTH, "allowAnnual": False}, id="duration and allowAnnual"),
        pytest.param({"start_at": "immediate", "Duration": MONTH}, id="other spellings"),
        pytest.param({"duration": MONTH, "scheduledAt": None}, id="scheduledAt is null"),
    ],
)
def test_a_pause_on_the_path_of_cancel_all_is_a_pause(body: dict[str, object]) -> None:
    request = parse_action(Target.CUSTOMER_CANCEL, {**ALL, **body})
    assert isinstance(request, PauseAllRequest)
    assert request.duration == ONE_MONTH


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"price": "price_2"}, id="price"),
        pytest.param({"priceId": "price_2"}, id="priceId"),
        pytest.param({"planId": "price_2"}, id="planId"),
        pytest.param({"id": "price_2", "prorate": False}, id="id and prorate"),
        pytest.param({"id": "price_2", "scheduledAt": "immediate"}, id="id and scheduledAt"),
        pytest.param({"id": "price_2", "scheduled_at": "immediate"}, id="id and scheduled_at"),
    ],
)
def test_a_price_change_on_the_path_of_apply_coupon_is_a_price_change(body: dict[str, object]) -> None:
    request = parse_action(Target.SUBSCRIPTION_APPLY_COUPON, {**ONE, **body})
    assert isinstance(request, ChangePriceRequest)
    assert request.price_id == "price_2"
