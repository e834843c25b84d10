"""What the body of an action may not be. Nothing is widened, and nothing is guessed."""

from __future__ import annotations

import pytest

from gateway.contract import RequestError, Target, parse_action

ALL: dict[str, object] = {"customerId": "cus_1"}
ONE: dict[str, object] = {"customerId": "cus_1", "subscriptionId": "sub_1"}
MONTH = {"type": "period", "amount": 1, "unit": "month"}

COMPLETE: dict[Target, dict[str, object]] = {
    Target.SUBSCRIPTION_CANCEL: {**ONE, "scheduledAt": "immediate"},
    Target.CUSTOMER_CANCEL: {**ALL, "scheduledAt": "immediate"},
    Target.SUBSCRIPTION_PAUSE: {**ONE, "duration": MONTH},
    Target.CUSTOMER_PAUSE: {**ALL, "duration": MONTH},
    Target.SUBSCRIPTION_EXTEND_TRIAL: {**ONE, "duration": MONTH},
    Target.SUBSCRIPTION_APPLY_COUPON: {**ONE, "coupon": "SAVE20"},
    Target.SUBSCRIPTION_CHANGE_PRICE: {**ONE, "price": "price_2"},
}
OF_ONE = [target for target in Target if target.startswith("subscription/")]
OF_ALL = [target for target in Target if target.startswith("customer/")]

NO_IDS = [
    pytest.param(None, id="null"),
    pytest.param("", id="empty"),
    pytest.param("  ", id="blank"),
    pytest.param(7, id="number"),
    pytest.param(True, id="boolean"),
    pytest.param([], id="list"),
    pytest.param(["sub_1"], id="list of an id"),
    pytest.param({"name": "x"}, id="object without an id"),
    pytest.param({"id": ""}, id="object with an empty id"),
    pytest.param({"id": {"id": "x"}}, id="object in an object"),
    pytest.param("\ud800", id="half a surrogate pair"),
]


def refusal(target: Target, body: object) -> RequestError:
    with pytest.raises(RequestError) as caught:
        parse_action(target, body)
    return caught.value


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("body", [None, [], [ONE], "cancel", "", 1, 1.5, True], ids=repr)
def test_a_body_that_is_no_object_is_refused(target: Target, body: object) -> None:
    assert refusal(target, body).message == "body: expected a JSON object"


@pytest.mark.parametrize("target", Target)
def test_an_empty_body_is_refused(target: Target) -> None:
    assert refusal(target, {}).message == "customerId: required"


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("value", NO_IDS)
def test_a_customer_that_is_not_named_is_refused(target: Target, value: object) -> None:
    assert refusal(target, {**COMPLETE[target], "customerId": value}).field == "customerId"


@pytest.mark.parametrize("target", OF_ONE)
@pytest.mark.parametrize("value", NO_IDS)
def test_a_subscription_that_is_not_named_never_means_all(target: Target, value: object) -> None:
    assert refusal(target, {**COMPLETE[target], "subscriptionId": value}).field == "subscriptionId"


@pytest.mark.parametrize("target", OF_ONE)
def test_a_subscription_that_is_left_out_never_means_all(target: Target) -> None:
    body = {name: value for name, value in COMPLETE[target].items() if name != "subscriptionId"}
    assert refusal(target, body).message == "subscriptionId: required"


@pytest.mark.parametrize("target", OF_ALL)
@pytest.mark.parametrize(
    "named",
    [
        {"subscriptionId": "sub_1"},
        {"subscription_id": "sub_1"},
        {"subscriptionId": None},
        {"subscriptionId": ""},
        {"subscription": {"id": "sub_1"}},
        {"subscriptions": ["sub_1"]},
        {"subscriptionIds": ["sub_1"]},
        {"id": "sub_1"},
    ],
    ids=repr,
)
def test_a_request_for_all_that_names_one_is_refused(target: Target, named: dict[str, object]) -> None:
    assert refusal(target, {**COMPLETE[target], **named}).field == "subscriptionId"


@pytest.mark.parametrize("body", [{"startAt": "immediate"}, {"duration": MONTH}], ids=repr)
def test_a_pause_on_the_path_of_cancel_all_that_names_one_subscription_is_refused(
    body: dict[str, object],
) -> None:
    assert refusal(Target.CUSTOMER_CANCEL, {**ONE, **body}).field == "subscriptionId"


@pytest.mark.parametrize(
    "body",
    [
        {"startAt": "immediate"},
        {"startAt": None},
        {"start_at": "immediate"},
        {"duration": None},
        {"allowAnnual": True},
        {"startAt": "immediate", "scheduledAt": None},
    ],
    ids=repr,
)
def test_half_a_pause_on_the_path_of_cancel_all_cancels_nothing(body: dict[str, object]) -> None:
    assert refusal(Target.CUSTOMER_CANCEL, {**ALL, **body}).message == "duration: required"


@pytest.mark.parametrize(
    "body",
    [
        {"startAt": "immediate"},
        {"startAt": None},
        {"duration": MONTH},
        {"startAt": "immediate", "duration": MONTH},
        {"allowAnnual": False},
    ],
    ids=repr,
)
def test_a_pause_on_the_path_of_cancel_cancels_nothing(body: dict[str, object]) -> None:
    assert refusal(Target.SUBSCRIPTION_CANCEL, {**ONE, **body}).field == "startAt"


@pytest.mark.parametrize("target", [Target.SUBSCRIPTION_CANCEL, Target.CUSTOMER_CANCEL])
@pytest.mark.parametrize("body", [{"startAt": "immediate"}, {"duration": MONTH}, {"allowAnnual": True}], ids=repr)
def test_a_cancellation_that_also_speaks_of_a_pause_is_refused(target: Target, body: dict[str, object]) -> None:
    assert refusal(target, {**COMPLETE[target], **body}).field == "scheduledAt"


@pytest.mark.parametrize(
    "value", ["", "now", "later", "end", "end of period", "immediate ", "ımmediate", 0, True, [], {}], ids=repr
)
@pytest.mark.parametrize(
    ("target", "field"),
    [
        (Target.SUBSCRIPTION_CANCEL, "scheduledAt"),
        (Target.CUSTOMER_CANCEL, "scheduledAt"),
        (Target.SUBSCRIPTION_PAUSE, "startAt"),
        (Target.CUSTOMER_PAUSE, "startAt"),
        (Target.SUBSCRIPTION_CHANGE_PRICE, "scheduledAt"),
    ],
)
def test_a_schedule_that_is_not_known_is_refused(target: Target, field: str, value: object) -> None:
    error = refusal(target, {**COMPLETE[target], field: value})
    assert error.message == f"{field}: expected immediate or end-of-period"


@pytest.mark.parametrize(
    ("target", "field"),
    [
        (Target.SUBSCRIPTION_PAUSE, "allowAnnual"),
        (Target.CUSTOMER_PAUSE, "allowAnnual"),
        (Target.SUBSCRIPTION_CHANGE_PRICE, "prorate"),
    ],
)
@pytest.mark.parametrize("value", ["", "yes", "1", 1, 0, [], {}], ids=repr)
def test_a_flag_that_is_neither_true_nor_false_is_refused(target: Target, field: str, value: object) -> None:
    assert refusal(target, {**COMPLETE[target], field: value}).message == f"{field}: expected true or false"


@pytest.mark.parametrize("value", NO_IDS)
@pytest.mark.parametrize(
    ("target", "field"),
    [(Target.SUBSCRIPTION_APPLY_COUPON, "coupon"), (Target.SUBSCRIPTION_CHANGE_PRICE, "price")],
)
def test_a_coupon_or_a_price_that_is_not_named_is_refused(target: Target, field: str, value: object) -> None:
    assert refusal(target, {**COMPLETE[target], field: value}).field.split(".")[0] == field


@pytest.mark.parametrize(
    ("target", "body", "field"),
    [
        pytest.param(Target.SUBSCRIPTION_CANCEL, {**ONE, "customer_id": "cus_2"}, "customerId", id="two customers"),
        pytest.param(
            Target.SUBSCRIPTION_CANCEL,
            {**ONE, "subscription_id": "sub_2"},
            "subscriptionId",
            id="two subscriptions",
        ),
        pytest.param(
            Target.SUBSCRIPTION_CANCEL,
            {**ONE, "scheduledAt": "immediate", "scheduled_at": "end-of-period"},
            "scheduledAt",
            id="two schedules",
        ),
        pytest.param(
            Target.SUBSCRIPTION_PAUSE,
            {**ONE, "duration": MONTH, "startAt": "immediate", "scheduledAt": "end-of-period"},
            "startAt",
            id="two starts",
        ),
        pytest.param(
            Target.SUBSCRIPTION_PAUSE,
            {**ONE, "duration": MONTH, "Duration": {"months": 2}},
            "duration",
            id="two durations",
        ),
        pytest.param(
            Target.SUBSCRIPTION_PAUSE,
            {**ONE, "duration": MONTH, "allowAnnual": True, "allow_annual": False},
            "allowAnnual",
            id="two flags",
        ),
        pytest.param(
            Target.SUBSCRIPTION_APPLY_COUPON,
            {**ONE, "coupon": "SAVE20", "id": "SAVE30"},
            "coupon",
            id="two coupons",
        ),
        pytest.param(
            Target.SUBSCRIPTION_APPLY_COUPON,
            {**ONE, "coupon": {"id": "SAVE20"}, "couponId": "SAVE30"},
            "coupon",
            id="two coupons, one an object",
        ),
        pytest.param(
            Target.SUBSCRIPTION_CHANGE_PRICE,
            {**ONE, "price": "price_2", "planId": "price_3"},
            "price",
            id="two prices",
        ),
    ],
)
def test_two_spellings_that_differ_are_refused(target: Target, body: object, field: str) -> None:
    assert refusal(target, body).message == f"{field}: given more than once, with different values"


@pytest.mark.parametrize("target", [Target.SUBSCRIPTION_APPLY_COUPON, Target.SUBSCRIPTION_CHANGE_PRICE])
@pytest.mark.parametrize(
    "body",
    [
        {"coupon": "SAVE20", "price": "price_2"},
        {"coupon": "SAVE20", "id": "price_2", "prorate": True},
        {"couponId": "SAVE20", "scheduledAt": "immediate"},
    ],
    ids=repr,
)
def test_a_coupon_and_a_price_change_in_one_are_refused(target: Target, body: dict[str, object]) -> None:
    assert refusal(target, {**ONE, **body}).field == "coupon"


def test_a_price_change_on_the_path_of_apply_coupon_needs_its_price() -> None:
    error = refusal(Target.SUBSCRIPTION_APPLY_COUPON, {**ONE, "scheduledAt": "immediate"})
    assert error.message == "price: required"


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (Target.SUBSCRIPTION_CANCEL, {**ONE, "scheduledAt": "s3cret"}),
        (Target.SUBSCRIPTION_CANCEL, {**ONE, "scheduledAt": ["s3cret"]}),
        (Target.SUBSCRIPTION_CANCEL, {**ONE, "customer_id": "s3cret"}),
        (Target.SUBSCRIPTION_PAUSE, {**ONE, "duration": "s3cret"}),
        (Target.SUBSCRIPTION_PAUSE, {**ONE, "duration": {"unit": "s3cret", "amount": 1}}),
        (Target.SUBSCRIPTION_PAUSE, {**ONE, "duration": {"s3cret": 1}}),
        (Target.SUBSCRIPTION_CHANGE_PRICE, {**ONE, "price": {"s3cret": 1}}),
        (Target.SUBSCRIPTION_CHANGE_PRICE, {**ONE, "price": "p", "prorate": "s3cret"}),
    ],
)
def test_an_error_never_repeats_what_was_sent(target: Target, body: object) -> None:
    error = refusal(target, body)
    assert "s3cret" not in str(error)
    assert str(error) == error.message
