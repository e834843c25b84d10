"""What a change would charge at once: asked of Paddle where it can be anything, and held against what it then is."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from adapters.charges import Charge
from adapters.errors import AdapterError, Conflict, Credentials, Invalid, Unavailable, Unmappable, Unreadable
from adapters.paddle.charges import charge
from gateway.policy import ImmediateCharges
from simulators.paddle.faults import Fault
from tests.adapters.paddle.cases import CASES, CHARGING, SAFE, Case
from tests.adapters.paddle.support import (
    ADA,
    DEARER,
    LATER,
    MONTHLY,
    NOW,
    PATCH,
    PREVIEW,
    PRO,
    READ,
    SAVE20,
    SUB,
    YEARLY,
    at,
    cancel,
    change,
    sent,
)

if TYPE_CHECKING:
    from gateway.contract import Schedule
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend, MovableClock, Witness

PREVIEWS = "/preview$"
PAUSED: dict[str, Any] = {"status": "paused", "resume_at": at("2027-02-01T00:00")}


@dataclass
class Remembering:
    """Allows everything, and remembers what it was asked."""

    asked: list[tuple[int, str]] = field(default_factory=list)

    def allows(self, amount: int, currency: str) -> bool:
        self.asked.append((amount, currency))
        return True


NOTHING = ImmediateCharges({})
"""Lets nothing be charged."""


def subscribe(account: Account, price: str = MONTHLY, **members: Any) -> dict[str, Any]:
    """Three of them. Of a month that is paid for ten days are gone and twenty left."""
    members = {"prices": [(price, 3)], "id": SUB, "customer": ADA, "started_at": at("2026-10-11T12:00"), **members}
    return account.add_subscription(**members)


def charged(account: Account) -> int:
    """What left the payment method."""
    return sum(max(charge.amount, 0) for charge in account.charges)


@pytest.mark.parametrize(
    ("before", "after", "prorate", "amount"),
    [
        pytest.param(MONTHLY, YEARLY, True, 27_000 - 2_000, id="a year, less what is left of the month"),
        pytest.param(MONTHLY, YEARLY, False, 27_000, id="a year in full"),
        pytest.param(YEARLY, MONTHLY, True, 0, id="a month, less what is left of the year"),
        pytest.param(YEARLY, MONTHLY, False, 3_000, id="a month in full"),
    ],
)
async def test_another_rhythm_charges_what_was_previewed(
    backend: Backend, account: Account, before: str, after: str, prorate: bool, amount: int
) -> None:
    subscribe(account, before)
    limit = Remembering()
    adapter = await backend.open(charge_limit=limit)
    await adapter.change_price(change(after, prorate=prorate))

    assert limit.asked == [(amount, "usd")]
    assert charged(account) == amount


@pytest.mark.parametrize("mode", ["automatic", "manual"], ids=["charged", "invoiced"])
async def test_an_invoice_counts_like_a_charge(backend: Backend, account: Account, mode: str) -> None:
    subscribe(account, collection_mode=mode)
    limit = Remembering()
    await (await backend.open(charge_limit=limit)).change_price(change(YEARLY))

    assert limit.asked == [(27_000, "usd")]


async def test_tax_counts(backend: Backend, account: Account, subscription: dict[str, Any]) -> None:
    account.tax_rate = Decimal("0.19")
    limit = Remembering()
    await (await backend.open(charge_limit=limit)).change_price(change(YEARLY, prorate=True))

    assert limit.asked == [(29_750, "usd")]
    assert charged(account) == 29_750


async def test_a_discount_counts(backend: Backend, account: Account) -> None:
    subscribe(account, discount=SAVE20)
    limit = Remembering()
    await (await backend.open(charge_limit=limit)).change_price(change(YEARLY, prorate=True))

    assert limit.asked == [(20_000, "usd")]
    assert charged(account) == 20_000


@pytest.mark.parametrize(
    ("balance", "amount"), [(5_000, 20_000), (25_000, 0), (90_000, 0)], ids=["a part", "all", "more than all"]
)
async def test_what_the_customers_credit_pays_is_not_charged(
    backend: Backend, account: Account, subscription: dict[str, Any], balance: int, amount: int
) -> None:
    account.credit_balances[ADA, "USD"] = balance
    limit = Remembering()
    await (await backend.open(charge_limit=limit)).change_price(change(YEARLY, prorate=True))

    assert limit.asked == [(amount, "usd")]
    assert charged(account) == amount


async def test_no_currency_is_rescaled(backend: Backend, account: Account) -> None:
    """1,500 yen are 1500: Paddle's minor units are passed on."""
    monthly = account.add_price(product=PRO, amount=1_500, currency="JPY")["id"]
    yearly = account.add_price(product=PRO, amount=15_000, currency="JPY", interval="year")["id"]
    subscribe(account, monthly)
    limit = Remembering()
    await (await backend.open(charge_limit=limit)).change_price(change(yearly, prorate=True))

    assert limit.asked == [(45_000 - 3_000, "jpy")]
    assert [(charge.amount, charge.currency) for charge in account.charges] == [(42_000, "JPY")]


@pytest.mark.parametrize("prorate", [True, False], ids=["prorated", "in full"])
async def test_the_preview_is_asked_once_for_what_is_then_sent(
    backend: Backend, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any], prorate: bool
) -> None:
    adapter = await backend.open(charge_limit=Remembering())
    await adapter.change_price(change(YEARLY, prorate=prorate))
    previewed, written = sent(simulator.requests)[2:]

    assert simulator.calls() == [f"GET /prices/{YEARLY}", READ, PREVIEW, PATCH]
    assert previewed[1] == written[1]


async def test_without_a_limit_nothing_is_asked(
    backend: Backend, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    await (await backend.open()).change_price(change(YEARLY))

    assert PREVIEW not in simulator.calls()


@pytest.mark.parametrize("case", SAFE.values(), ids=SAFE.keys())
async def test_everything_else_charges_nothing_at_once_and_asks_nobody(
    backend: Backend, account: Account, simulator: PaddleSimulator, case: Case
) -> None:
    held = case.subscribe(account)
    await case.act(await backend.open(charge_limit=NOTHING))

    assert case.done(held)
    assert PREVIEW not in simulator.calls()
    assert account.charges == []


@pytest.mark.parametrize("when", [NOW, LATER])
@pytest.mark.parametrize("unpause", [True, False], ids=["unpaused", "as it is"])
async def test_to_end_what_is_paused_resumes_nothing(
    backend: Backend, account: Account, simulator: PaddleSimulator, clock: MovableClock, when: Schedule, unpause: bool
) -> None:
    """Resumed, it would begin and charge a new period, and there is no preview of that."""
    held = subscribe(account, **PAUSED)
    await (await backend.open(charge_limit=NOTHING)).cancel(cancel(when, unpause=unpause))
    clock.move(days=400)
    await (await backend.open()).subscription(ADA, SUB)

    assert held["status"] == "canceled"
    assert (account.charges, account.renewals) == ([], [])
    assert not any("/resume" in call for call in simulator.calls())


async def test_while_it_is_paused_a_price_change_charges_nothing(
    backend: Backend, account: Account, simulator: PaddleSimulator
) -> None:
    subscribe(account, **PAUSED)
    await (await backend.open(charge_limit=NOTHING)).change_price(change(DEARER, prorate=True))

    assert simulator.calls() == [f"GET /prices/{DEARER}", READ, PATCH]
    assert account.charges == []


@pytest.mark.parametrize("case", CHARGING.values(), ids=CHARGING.keys())
async def test_what_would_charge_too_much_is_not_sent(
    backend: Backend, account: Account, simulator: PaddleSimulator, case: Case
) -> None:
    held = case.subscribe(account)
    adapter = await backend.open(charge_limit=ImmediateCharges({"usd": 24_999, "eur": 99_999}))

    with pytest.raises(Invalid, match="charge more at once"):
        await case.act(adapter)
    assert not case.done(held)
    assert (simulator.writes(), account.charges) == ([], [])


async def test_up_to_the_limit_it_is_sent(backend: Backend, account: Account, subscription: dict[str, Any]) -> None:
    await (await backend.open(charge_limit=ImmediateCharges({"usd": 27_000}))).change_price(change(YEARLY))

    assert charged(account) == 27_000


UNREADABLE = Fault(status=200, body={"data": {"id": SUB}}, path=PREVIEWS, times=None)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Fault.server_error(path=PREVIEWS, times=None), Unavailable, id="an error of theirs"),
        pytest.param(Fault.dropped(path=PREVIEWS, times=None), Unavailable, id="no answer"),
        pytest.param(Fault.html(path=PREVIEWS, times=None), Unavailable, id="a proxy's page"),
        pytest.param(Fault.forbidden(path=PREVIEWS), Credentials, id="no permission"),
        pytest.param(UNREADABLE, Unreadable, id="an answer that says nothing"),
        pytest.param(
            Fault.refusal("subscription_update_transaction_balance_less_than_charge_limit", path=PREVIEWS),
            Conflict,
            id="too small to be charged",
        ),
        pytest.param(
            Fault.refusal("subscription_locked_renewal", path=PREVIEWS), Conflict, id="too close to a renewal"
        ),
        pytest.param(Fault.charged_too_often(path=PREVIEWS), Conflict, id="charged too often"),
    ],
)
async def test_without_a_preview_nothing_is_sent(
    backend: Backend,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    fault: Fault,
    error: type[AdapterError],
) -> None:
    """Whatever the limit: an answer that is not there allows nothing."""
    simulator.faults.add(fault)
    adapter = await backend.open(charge_limit=Remembering())

    with pytest.raises(error):
        await adapter.change_price(change(YEARLY))
    assert simulator.writes() == []
    assert account.charges == []


async def test_a_preview_changes_nothing_and_is_asked_again_like_any_read(
    backend: Backend, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any], witness: Witness
) -> None:
    simulator.faults.add(Fault.lost_answer(path=PREVIEWS))
    limit = Remembering()
    await (await backend.open(charge_limit=limit)).change_price(change(YEARLY))

    assert simulator.calls().count(PREVIEW) == 2
    assert simulator.writes() == [PATCH]
    assert limit.asked == [(27_000, "usd")]
    assert [operation for operation, _ in witness.calls][2:] == [
        "patch subscriptions/preview",
        "patch subscriptions/preview",
        "patch subscriptions",
    ]


@pytest.mark.parametrize("standing", ["trialing", "past_due"])
async def test_where_no_price_changes_none_is_previewed(
    backend: Backend, account: Account, simulator: PaddleSimulator, standing: str
) -> None:
    subscribe(account, status=standing)

    with pytest.raises(Conflict):
        await (await backend.open(charge_limit=NOTHING)).change_price(change(YEARLY))
    assert simulator.calls() == [f"GET /prices/{YEARLY}", READ]


async def test_to_read_is_permission_enough_to_preview(
    backend: Backend, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    account.permissions = frozenset({"subscription.read", "price.read", "product.read"})

    with pytest.raises(Invalid, match="charge more at once"):
        await (await backend.open(charge_limit=NOTHING)).change_price(change(YEARLY))
    assert [request.status for request in simulator.requests] == [200, 200, 200]


def test_every_case_that_charges_is_a_price_change() -> None:
    """So that one which is added later is looked at here."""
    assert {name.partition(" to ")[0] for name, case in CASES.items() if case.charges} == {"change price"}


# -- the answer -------------------------------------------------------------------------------------------------------


def settled(**totals: Any) -> dict[str, Any]:
    return {"immediate_transaction": {"details": {"totals": {"currency_code": "USD", **totals}}}}


def summed_up(action: str, amount: str) -> dict[str, Any]:
    return {"immediate_transaction": None, "update_summary": {"result": {"action": action, "amount": amount}}}


LATER_ON = {"details": {"totals": {"grand_total": "9900", "currency_code": "USD"}}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(settled(grand_total="1500", total="2100", credit="600"), Charge(1500, "usd"), id="a charge"),
        pytest.param(settled(grand_total="0", total="-900"), Charge(0, "usd"), id="a credit"),
        pytest.param(settled(grand_total="-900"), Charge(0, "usd"), id="a credit that is not cut off at nothing"),
        pytest.param(settled(grand_total="88", currency_code="JPY"), Charge(88, "jpy"), id="in its own currency"),
        pytest.param({"immediate_transaction": None}, Charge(0, "eur"), id="nothing"),
        pytest.param(
            {"immediate_transaction": None, "next_transaction": LATER_ON},
            Charge(0, "eur"),
            id="a bill that comes later",
        ),
        pytest.param(summed_up("credit", "500"), Charge(0, "eur"), id="nothing, and a credit"),
        pytest.param(summed_up("charge", "0"), Charge(0, "eur"), id="nothing, and a charge of nothing"),
    ],
)
def test_what_a_preview_says(answer: dict[str, Any], expected: Charge) -> None:
    assert charge(answer, "eur") == expected


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({}, id="nothing at all"),
        pytest.param({"next_transaction": LATER_ON}, id="only the bill that comes later"),
        pytest.param({"immediate_transaction": []}, id="a list"),
        pytest.param({"immediate_transaction": {}}, id="without details"),
        pytest.param({"immediate_transaction": {"details": {}}}, id="without totals"),
        pytest.param({"immediate_transaction": {"details": {"totals": None}}}, id="totals that are null"),
        pytest.param(settled(), id="without a grand total"),
        pytest.param(settled(grand_total=None), id="a grand total that is null"),
        pytest.param(settled(grand_total=1500), id="a number"),
        pytest.param(settled(grand_total="15.00"), id="not in minor units"),
        pytest.param(settled(grand_total="1e9"), id="no digits"),
        pytest.param(settled(grand_total="--5"), id="two signs"),
        pytest.param(settled(grand_total="9" * 17), id="too large to be true"),
        pytest.param(settled(grand_total="1500", currency_code=None), id="in no currency"),
        pytest.param(summed_up("charge", "500"), id="a charge that no transaction shows"),
        pytest.param(summed_up("refund", "500"), id="a result that nobody knows"),
        pytest.param(summed_up("charge", ""), id="a result without an amount"),
        pytest.param({"immediate_transaction": None, "update_summary": {}}, id="a summary without a result"),
    ],
)
def test_what_is_not_certain_is_not_guessed(answer: dict[str, Any]) -> None:
    """Above all not as nothing."""
    with pytest.raises(Unmappable):
        charge(answer, "eur")
