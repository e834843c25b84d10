"""The preview of an update: what it would do and cost, and that it does nothing."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.paddle.client import CUSTOMER, DEARER, MONTHLY, SAVE20, SUBSCRIPTION, TRIAL, YEARLY, Reply

if TYPE_CHECKING:
    from simulators.paddle import Account, PaddleSimulator
    from tests.simulators.paddle.client import Api

pytestmark = pytest.mark.usefixtures("subscription")


async def preview(api: Api, **body: Any) -> Reply:
    return await api.patch(f"/subscriptions/{SUBSCRIPTION}/preview", body)


@pytest.mark.parametrize(
    ("price", "quantity", "mode", "result", "at_once"),
    [
        pytest.param(DEARER, 3, "prorated_immediately", ("charge", "1500"), "1500", id="charged at once"),
        pytest.param(DEARER, 3, "prorated_next_billing_period", ("charge", "1500"), None, id="charged later"),
        pytest.param(MONTHLY, 1, "prorated_immediately", ("credit", "1000"), "0", id="a credit"),
        pytest.param(DEARER, 3, "do_not_bill", None, None, id="nothing"),
        pytest.param(YEARLY, 3, "full_immediately", ("charge", "27000"), "27000", id="another interval"),
    ],
)
async def test_it_says_what_an_update_would_cost(
    api: Api, price: str, quantity: int, mode: str, result: tuple[str, str] | None, at_once: str | None
) -> None:
    items = [{"price_id": price, "quantity": quantity}]
    shown = (await preview(api, items=items, proration_billing_mode=mode)).data
    summary, immediate = shown["update_summary"], shown["immediate_transaction"]

    assert (summary and (summary["result"]["action"], summary["result"]["amount"])) == result
    assert (immediate and immediate["details"]["totals"]["grand_total"]) == at_once
    assert shown["items"][0]["price"]["id"] == price


ITEMS = {
    "dearer": [{"price_id": DEARER, "quantity": 3}],
    "fewer seats": [{"price_id": MONTHLY, "quantity": 1}],
    "another interval": [{"price_id": YEARLY, "quantity": 3}],
    "as it is": [{"price_id": MONTHLY, "quantity": 3}],
}
MODES = ("prorated_immediately", "full_immediately", "prorated_next_billing_period", "do_not_bill")


@pytest.mark.parametrize("balance", [0, 400, 100_000], ids=["no balance", "a small balance", "a large balance"])
@pytest.mark.parametrize("tax_rate", ["0", "0.19"], ids=["no tax", "tax"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("items", ITEMS.values(), ids=ITEMS.keys())
async def test_it_says_what_the_update_then_charges(
    api: Api, account: Account, items: list[dict[str, Any]], mode: str, tax_rate: str, balance: int
) -> None:
    account.tax_rate = Decimal(tax_rate)
    account.credit_balances[CUSTOMER, "USD"] = balance
    body: dict[str, Any] = {"items": items, "proration_billing_mode": mode}
    foreseen = await preview(api, **body)
    updated = await api.update(**body)

    assert foreseen.status == updated.status
    if updated.status == 200:
        immediate = foreseen.data["immediate_transaction"]
        totals = immediate["details"]["totals"] if immediate else {"grand_total": "0", "credit_to_balance": "0"}
        moved = sum(charge.amount for charge in account.charges)
        assert int(totals["grand_total"]) - int(totals["credit_to_balance"]) == moved


async def test_tax_is_part_of_what_is_charged(api: Api, account: Account) -> None:
    account.tax_rate = Decimal("0.2")
    body: dict[str, Any] = {
        "items": [{"price_id": YEARLY, "quantity": 3}],
        "proration_billing_mode": "prorated_immediately",
    }
    shown = (await preview(api, **body)).data
    totals = shown["immediate_transaction"]["details"]["totals"]
    summary = {name: money["amount"] for name, money in shown["update_summary"].items()}

    assert [totals[name] for name in ("subtotal", "tax", "total", "grand_total")] == ["25500", "5100", "30600", "30600"]
    assert summary == {"credit": "-1800", "charge": "32400", "result": "30600"}


async def test_a_credit_is_settled_for_nothing(api: Api, account: Account) -> None:
    """The total is negative, what is to be paid is nothing, and the difference goes to the balance."""
    items = [{"price_id": MONTHLY, "quantity": 1}]
    shown = (await preview(api, items=items, proration_billing_mode="prorated_immediately")).data
    totals = shown["immediate_transaction"]["details"]["totals"]

    assert [totals[name] for name in ("total", "grand_total", "credit_to_balance")] == ["-1000", "0", "1000"]
    assert account.credit_balances == {}


async def test_what_the_balance_pays_is_not_charged(api: Api, account: Account) -> None:
    account.credit_balances[CUSTOMER, "USD"] = 600
    account.credit_balances[CUSTOMER, "EUR"] = 900
    items = [{"price_id": DEARER, "quantity": 3}]
    shown = (await preview(api, items=items, proration_billing_mode="prorated_immediately")).data
    totals = shown["immediate_transaction"]["details"]["totals"]

    assert [totals[name] for name in ("total", "credit", "grand_total")] == ["1500", "600", "900"]


async def test_it_shows_the_bill_that_comes_next(api: Api) -> None:
    items = [{"price_id": DEARER, "quantity": 3}]
    shown = (await preview(api, items=items, proration_billing_mode="do_not_bill")).data

    assert shown["next_transaction"]["details"]["totals"]["grand_total"] == "6000"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            {"items": [{"price_id": YEARLY, "quantity": 3}], "proration_billing_mode": "full_immediately"}, id="items"
        ),
        pytest.param(
            {
                "items": [{"price_id": MONTHLY}, {"price_id": DEARER, "quantity": 1}],
                "proration_billing_mode": "do_not_bill",
                "next_billed_at": "2027-03-01T00:00:00Z",
            },
            id="an item more and the next bill",
        ),
        pytest.param({"discount": {"id": SAVE20, "effective_from": "immediately"}}, id="discount"),
        pytest.param({"discount": {"id": SAVE20, "effective_from": "next_billing_period"}}, id="discount, later"),
        pytest.param(
            {"next_billed_at": "2027-03-01T00:00:00Z", "proration_billing_mode": "do_not_bill"}, id="the next bill"
        ),
    ],
)
async def test_it_does_nothing(api: Api, account: Account, body: dict[str, Any]) -> None:
    before = copy.deepcopy((await api.subscription(), account.terms[SUBSCRIPTION], account.discounts.rows))
    await preview(api, **body)

    assert (await api.subscription(), account.terms[SUBSCRIPTION], account.discounts.rows) == before
    assert account.charges == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(
            {"items": [], "proration_billing_mode": "do_not_bill"}, "subscription_all_items_removed", id="no items"
        ),
        pytest.param(
            {"items": [{"price_id": DEARER, "quantity": 3}]},
            "subscription_items_update_missing_proration_billing_mode",
            id="no mode",
        ),
        pytest.param({"currency": "USD"}, "bad_request", id="a name that there is not"),
    ],
)
async def test_it_refuses_what_the_update_refuses(api: Api, body: dict[str, Any], code: str) -> None:
    foreseen, updated = await preview(api, **body), await api.update(**body)

    assert foreseen.refusal == updated.refusal == (400, code)


async def test_of_a_subscription_that_there_is_not_it_says_nothing(api: Api) -> None:
    reply = await api.patch(f"/subscriptions/{TRIAL}/preview", {"scheduled_change": None})

    assert reply.refusal == (404, "not_found")


async def test_to_read_is_enough(api: Api, account: Account) -> None:
    account.permissions = frozenset({"subscription.read"})

    assert (await preview(api, scheduled_change=None)).status == 200
    assert (await api.update(scheduled_change=None)).refusal == (403, "forbidden")


async def test_it_is_recorded_as_no_write(api: Api, simulator: PaddleSimulator) -> None:
    await preview(api, scheduled_change=None)

    assert len(simulator.calls()) == 1
    assert simulator.writes() == []


async def test_it_says_nothing_of_a_declining_card(api: Api, account: Account) -> None:
    account.declining.add((await api.subscription())["customer_id"])
    items = [{"price_id": DEARER, "quantity": 3}]

    assert (await preview(api, items=items, proration_billing_mode="full_immediately")).status == 200
