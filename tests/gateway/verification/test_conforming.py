"""A provider that is as documented, and one that is so in the other of two permissible ways."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from gateway.contract import Mode
from gateway.verification import Outcome, Plan, Report, read_address, verify
from tests.gateway.verification.breaking import read, says, status
from tests.gateway.verification.conftest import Serve, Verify
from tests.gateway.verification.provider import TOKEN, Account, Ask, Provider, Reply, error

SWITCHED: Final = {"immediate": True, "end_of_period": True}


def outcomes(report: Report) -> dict[str, Outcome]:
    return {module.name: module.outcome for module in report.modules}


@pytest.mark.parametrize("mode", list(Mode))
async def test_nothing_is_said_of_a_provider_that_is_as_documented(mode: Mode, verified: Verify) -> None:
    report = await verified(Provider(), mode=mode)

    assert list(report.findings()) == []
    assert report.passed
    assert outcomes(report) == {
        **dict.fromkeys(
            ["authentication", "features", "customers", "subscriptions", "prices", "coupons", "products", "modes"],
            Outcome.PASSED,
        ),
        "families": Outcome.SKIPPED,
        **dict.fromkeys(["extend-trial", "apply-coupon", "change-price", "pause", "cancel"], Outcome.PASSED),
    }


def _underscores(account: Account) -> None:
    actions: Any = account.features["actions"]
    actions["cancel"]["schedules"] = actions["changePrice"]["schedules"] = SWITCHED
    actions["pause"]["startDates"] = SWITCHED


def _hyphens(account: Account) -> None:
    actions: Any = account.features["actions"]
    for name, path in (
        ("extendTrial", "extend-trial"),
        ("applyCoupon", "apply-coupon"),
        ("changePrice", "change-price"),
    ):
        actions[path] = actions.pop(name)


def _both_spellings(account: Account) -> None:
    actions: Any = account.features["actions"]
    actions["apply-coupon"] = actions["applyCoupon"]
    actions["cancel"]["schedules"] = SWITCHED | {"end-of-period": True}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_underscores, id="end_of_period in the manifest"),
        pytest.param(_hyphens, id="the actions' paths in the manifest"),
        pytest.param(_both_spellings, id="both spellings"),
    ],
)
async def test_what_the_documentation_spells_in_two_ways_is_right_in_both(spoil: Any, verified: Verify) -> None:
    report = await verified(Provider(spoil))

    assert list(report.findings()) == []
    assert report.passed


async def test_a_small_list_may_come_whole(verified: Verify) -> None:
    whole = Provider()

    def answering(ask: Ask, was: Reply) -> Reply:
        return whole.reply(replace(ask, query={}))

    report = await verified(Provider(answering=answering))

    assert list(report.findings()) == []


@pytest.mark.parametrize("following", ["", None], ids=["empty", "null"])
async def test_an_empty_next_ends_a_list(following: object, verified: Verify) -> None:
    def answering(ask: Ask, was: Reply) -> Reply:
        ends = was.status == 200 and ask.segments != ("features",) and "data" in was.body and "next" not in was.body
        return was.having(next=following) if ends else was

    report = await verified(Provider(answering=answering))

    assert list(report.findings()) == []


async def test_a_mode_that_is_not_configured_stands_against_nothing(verified: Verify) -> None:
    provider = Provider()
    del provider.accounts["live"]

    report = await verified(provider)

    assert report.passed
    (modes,) = [module for module in report.modules if module.name == "modes"]
    assert [check.reason for check in modes.checks if check.reason] == [
        "live mode is not configured: GET /features answered 400"
    ]


async def test_live_mode_without_a_header_is_live(verified: Verify) -> None:
    def needs_a_mode(ask: Ask, was: Reply) -> Reply:
        return error(400) if ask.mode is None and was.status == 200 else was

    report = await verified(Provider(answering=needs_a_mode), mode=Mode.LIVE)

    assert [finding.line for finding in report.findings()] == [
        "GET /customers/live_a: answered 400 without a mode, expected 200, as in live mode"
    ]


async def test_a_token_that_goes_over_a_network_in_the_clear_is_a_remark(serve: Serve) -> None:
    url = await serve(Provider().application())
    # This machine again, under an address that does not say so.
    address = read_address(url.replace("127.0.0.1", "0.0.0.0"))  # noqa: S104 - nothing listens there

    report = await verify(Plan(address, TOKEN))

    assert [finding.line for finding in report.findings()] == [
        "the address: http: the token goes over the network in the clear, expected https"
    ]
    assert report.passed


async def test_an_account_without_customers_proves_nothing(verified: Verify) -> None:
    def empty(account: Account) -> None:
        account.customers.clear()
        account.subscriptions.clear()

    report = await verified(Provider(empty))

    assert not report.passed
    assert report.standing_against() == ["customers", "subscriptions"]
    assert outcomes(report)["customers"] is Outcome.UNPROVEN


async def test_a_customer_who_is_named_stands_in_for_a_list(verified: Verify) -> None:
    report = await verified(Provider(answering=says(read("customers"), status(404))), customer="test_a")

    assert [finding.line for finding in report.findings()] == ["GET /customers: answered 404, expected a list"]
    assert report.passed
