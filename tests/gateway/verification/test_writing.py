"""`--write`: the actions are carried out on one subscription, and what became of it is read back."""

from __future__ import annotations

from typing import Any, Final

import pytest

from gateway.contract import Mode
from gateway.verification import Grade, Outcome, Report, Writing
from tests.gateway.verification.breaking import a, act, every, says, subscription
from tests.gateway.verification.broken_behaviour import BEHAVIOUR
from tests.gateway.verification.conftest import Verify
from tests.gateway.verification.provider import Account, Answering, Ask, Provider, Reply, Row, Spoiling, error, price

TRIAL: Final = Writing("test_sub_2")
ACTIVE: Final = Writing("test_sub_1")

_AT: Final = "GET /customers/test_a/subscriptions/test_sub"


def named(provider: Provider) -> list[tuple[str, str]]:
    """The actions that were sent for somebody who exists: which, and for whom."""
    return [
        ("/".join(ask.segments[1:]), ask.body["subscriptionId"])
        for ask in provider.asked
        if ask.method == "POST" and "churnkey-verify" not in str(ask.body)
    ]


def lines(report: Report, grade: Grade) -> list[str]:
    return [finding.line for finding in report.findings() if finding.grade is grade]


async def test_an_active_subscription_is_acted_on_the_harmless_first_and_canceled_last(verified: Verify) -> None:
    provider = Provider()

    report = await verified(provider, writing=ACTIVE)

    assert list(report.findings()) == []
    assert named(provider) == [
        ("subscription/apply-coupon", "test_sub_1"),
        ("subscription/change-price", "test_sub_1"),
        ("subscription/pause", "test_sub_1"),
        ("subscription/cancel", "test_sub_1"),
        ("subscription/cancel", "test_sub_1"),
    ]
    assert provider.accounts["test"].subscription(1)["status"]["name"] == "canceled"


async def test_a_trial_is_extended_too(verified: Verify) -> None:
    provider = Provider()

    report = await verified(provider, writing=TRIAL)

    assert list(report.findings()) == []
    assert named(provider)[0] == ("subscription/extend-trial", "test_sub_2")


async def test_nothing_else_is_touched(verified: Verify) -> None:
    provider, untouched = Provider(), Provider()

    await verified(provider, writing=ACTIVE)

    for mode, account in provider.accounts.items():
        was = untouched.accounts[mode]
        assert [row for row in account.subscriptions if row["id"] != "test_sub_1"] == [
            row for row in was.subscriptions if row["id"] != "test_sub_1"
        ]
        assert account.customers == was.customers


@pytest.mark.parametrize(
    "broken",
    [
        "the mode is ignored",
        "the mode is ignored, and no two answers are alike",
        "no mode is taken for test",
        "the other mode is out of order",
    ],
)
async def test_nothing_is_written_where_test_mode_may_be_live(broken: str, verified: Verify) -> None:
    provider = Provider(answering=BEHAVIOUR[broken].answering)

    report = await verified(provider, writing=ACTIVE)

    assert named(provider) == []
    reasons = {check.reason for module in report.modules for check in module.checks}
    assert "not tried: test mode may not be apart from live" in reasons


async def test_nothing_is_written_in_an_action_that_is_off(verified: Verify) -> None:
    provider = Provider(_only_cancel)

    await verified(provider, writing=ACTIVE)

    assert {action for action, _ in named(provider)} == {"subscription/cancel"}


async def test_in_live_mode_it_is_the_live_subscription(verified: Verify) -> None:
    provider, untouched = Provider(), Provider()

    report = await verified(provider, mode=Mode.LIVE, writing=Writing("live_sub_1"))

    assert list(report.findings()) == []
    assert provider.accounts["test"] == untouched.accounts["test"]
    assert provider.accounts["live"].subscription(1)["status"]["name"] == "canceled"


async def test_a_subscription_that_nobody_lists_needs_its_customer(verified: Verify) -> None:
    provider = Provider()

    report = await verified(provider, writing=Writing("test_sub_99"))

    assert named(provider) == []
    assert list(report.findings()) == []
    reasons = {check.reason for module in report.modules for check in module.checks}
    assert "test_sub_99 is on no list: name its customer with --customer" in reasons
    assert not report.passed


async def test_a_subscription_of_another_customer_is_not_touched(verified: Verify) -> None:
    provider = Provider()

    report = await verified(provider, writing=Writing("test_sub_1", "test_g"))

    assert named(provider) == []
    assert "GET /customers/test_g/subscriptions/test_sub_1: answered 404, expected 200" in lines(report, Grade.FAILURE)


def _idle() -> Answering:
    """Says that it is done, and what it was before stays."""
    before = Provider().accounts["test"]

    def answering(ask: Ask, was: Reply) -> Reply:
        if not _shows(ask) or was.status != 200:
            return was
        return Reply(200, next(row for row in before.subscriptions if row["id"] == ask.segments[-1]))

    return answering


def _only_cancel(account: Account) -> None:
    for name in ("pause", "extendTrial", "applyCoupon", "changePrice"):
        account.features["actions"][name]["enabled"] = False


def _no_coupons(account: Account) -> None:
    account.coupons.clear()


def _euros(account: Account) -> None:
    for row in account.prices[1:]:
        row["amount"]["currency"] = "eur"


def _shows(ask: Ask) -> bool:
    return ask.method == "GET" and len(ask.segments) == 4


def _seen_as(after: str, **members: Any) -> Answering:
    """Shows the subscription with other members once an action was carried out on it."""
    acted: list[Row] = []

    def answering(ask: Ask, was: Reply) -> Reply:
        if act(after)(ask) and was.status == 200:
            acted.append(ask.body)
        return was.having(**members) if acted and _shows(ask) and was.status == 200 else was

    return answering


@pytest.mark.parametrize(
    ("writing", "answering", "fails"),
    [
        pytest.param(
            ACTIVE,
            _idle(),
            [
                f"{_AT}_1: discounts: coupon_1 is not among them, expected the coupon that was applied",
                f"{_AT}_1: items: not price_2 alone, expected the price that was changed to, in place of the old one",
                f"{_AT}_1: status.name: not paused, expected paused",
                f"{_AT}_1: status.name: not canceled, expected canceled",
            ],
            id="nothing is done",
        ),
        pytest.param(
            TRIAL,
            _idle(),
            [f"{_AT}_2: status.trial.end: not later than before, expected the new end of the trial"],
            id="a trial is not extended",
        ),
        pytest.param(
            ACTIVE,
            says(act("pause"), a(Reply(200, {"ok": True}))),
            ["POST /actions/subscription/pause: a body, expected nothing"],
            id="a body in the answer",
        ),
        pytest.param(
            ACTIVE,
            says(act("apply-coupon"), a(error(500))),
            ["POST /actions/subscription/apply-coupon: answered 500, expected 200"],
            id="an action fails",
        ),
        pytest.param(
            ACTIVE,
            says(act("cancel"), a(error(404))),
            ["POST /actions/subscription/cancel: answered 404, expected 200"] * 2,
            id="cancel is offered and not there",
        ),
        pytest.param(
            TRIAL,
            _seen_as("extend-trial", status={"name": "canceled", "canceledAt": "2026-01-31T00:00:00.000Z"}),
            [f"{_AT}_2: status.trial.end: not later than before, expected the new end of the trial"],
            id="a trial ends with any action",
        ),
    ],
)
async def test_what_has_no_effect_is_told(
    writing: Writing, answering: Answering, fails: list[str], verified: Verify
) -> None:
    report = await verified(Provider(answering=answering), writing=writing)

    assert [line for line in fails if line not in lines(report, Grade.FAILURE)] == []


@pytest.mark.parametrize(
    ("action", "refused", "accepted"),
    [("apply-coupon", "coupon_1", "coupon_2"), ("change-price", "price_2", "price_3")],
)
async def test_what_is_refused_for_reasons_of_its_own_gives_way_to_another(
    action: str, refused: str, accepted: str, verified: Verify
) -> None:
    asked: list[str] = []

    def answering(ask: Ask, was: Reply) -> Reply:
        if was.status != 200 or not act(action)(ask):
            return was
        asked.append(ask.body["id"])
        return error(400) if asked == [refused] else was

    report = await verified(Provider(answering=answering), writing=ACTIVE)

    assert asked == [refused, accepted]
    assert list(report.findings()) == []


@pytest.mark.parametrize(
    ("spoil", "writing", "action", "reason"),
    [
        pytest.param(_no_coupons, ACTIVE, "apply-coupon", "no coupon to apply", id="no coupon"),
        pytest.param(
            every("coupons", expiresAt="2020-01-31T00:00:00.000Z"),
            ACTIVE,
            "apply-coupon",
            "no coupon to apply",
            id="coupons that have expired",
        ),
        pytest.param(
            every("coupons", redemptions={"max": 5, "current": 5}),
            ACTIVE,
            "apply-coupon",
            "no coupon to apply",
            id="coupons that are used up",
        ),
        pytest.param(
            _euros,
            ACTIVE,
            "change-price",
            "no other price in the same currency",
            id="prices in another currency",
        ),
        pytest.param(
            subscription(1, items=[{"price": price(number), "quantity": 1} for number in (1, 2)]),
            ACTIVE,
            "change-price",
            "test_sub_1 has 2 items; one that has a single one is needed",
            id="several items",
        ),
        pytest.param(
            subscription(1, duration={"amount": 1, "unit": "year"}),
            ACTIVE,
            "pause",
            "test_sub_1 is paid by the year",
            id="paid by the year",
        ),
        pytest.param(None, TRIAL, "pause", "test_sub_2 is not active", id="a trial is not paused"),
        pytest.param(None, ACTIVE, "extend-trial", "test_sub_1 is in no trial", id="no trial"),
        pytest.param(None, Writing("test_sub_5"), "cancel", "test_sub_5 is canceled already", id="canceled"),
    ],
)
async def test_what_cannot_be_tried_is_left_and_the_reason_told(
    spoil: Spoiling | None, writing: Writing, action: str, reason: str, verified: Verify
) -> None:
    provider = Provider(spoil)

    report = await verified(provider, writing=writing)

    (module,) = [module for module in report.modules if module.name == action]
    assert reason in [check.reason for check in module.checks]
    assert f"subscription/{action}" not in [sent for sent, _ in named(provider)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(5, {"cancel"}, id="canceled before: a required action was not tried, and passes for nothing"),
        pytest.param(2, set(), id="in its trial: a pause is optional, and was refused to nobody"),
    ],
)
async def test_a_required_action_that_could_not_be_tried_is_open(
    number: int, expected: set[str], verified: Verify
) -> None:
    report = await verified(Provider(), writing=Writing(f"test_sub_{number}"))

    assert {module.name for module in report.modules if module.outcome is Outcome.UNPROVEN} == expected
    assert report.passed is (not expected)


async def test_what_takes_effect_with_the_period_is_not_looked_for_before(verified: Verify) -> None:
    def spoil(account: Account) -> None:
        actions = account.features["actions"]
        actions["applyCoupon"]["enabled"] = False
        for name, group in (("changePrice", "schedules"), ("pause", "startDates"), ("cancel", "schedules")):
            actions[name][group] = {"immediate": False, "end-of-period": True}

    provider = Provider(spoil, _idle())

    report = await verified(provider, writing=ACTIVE)

    assert lines(report, Grade.FAILURE) == []
    assert [sent for sent, _ in named(provider)] == [
        "subscription/change-price",
        "subscription/pause",
        "subscription/cancel",
    ]


async def test_what_ends_at_once_in_place_of_with_the_period_is_told(verified: Verify) -> None:
    ended = _seen_as("cancel", status={"name": "canceled", "canceledAt": "2026-01-31T00:00:00.000Z"})

    report = await verified(Provider(_only_cancel, ended), writing=ACTIVE)

    assert lines(report, Grade.FAILURE) == [
        f"{_AT}_1: status.name: canceled at once, expected active until the period ends"
    ]
    assert not report.passed


@pytest.mark.parametrize(
    ("answering", "remark"),
    [
        pytest.param(
            says(act("cancel"), a(Reply(204))),
            "POST /actions/subscription/cancel: answered 204, expected 200",
            id="204 in place of 200",
        ),
        pytest.param(
            says(act("pause"), a(error(400))),
            "POST /actions/subscription/pause: answered 400, expected 200",
            id="a duration is not understood",
        ),
        pytest.param(
            _seen_as("change-price", items=[{"price": price(2), "quantity": 1}]),
            f"{_AT}_1: items[0].quantity: not what it was, expected the same",
            id="seats are lost",
        ),
    ],
)
async def test_what_the_documentation_leaves_open_is_a_remark(
    answering: Answering, remark: str, verified: Verify
) -> None:
    report = await verified(Provider(answering=answering), writing=ACTIVE)

    assert remark in lines(report, Grade.REMARK)
