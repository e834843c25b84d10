"""The preview of an update: what it would do and cost, and that it does nothing."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.paddle.client import DEARER, MONTHLY, SAVE20, SUBSCRIPTION, YEARLY, Reply

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api

pytestmark = pytest.mark.usefixtures("subscription")


async def preview(api: Api, **body: Any) -> Reply:
    return await api.patch(f"/subscriptions/{SUBSCRIPTION}/preview", body)


@pytest.mark.parametrize(
    ("price", "quantity", "mode", "result", "at_once"),
    [
        pytest.param(DEARER, 3, "prorated_immediately", ("charge", "1500"), "1500", id="charged at once"),
        pytest.param(DEARER, 3, "prorated_next_billing_period", ("charge", "1500"), None, id="charged later"),
        pytest.param(MONTHLY, 1, "prorated_immediately", ("credit", "1000"), None, id="a credit"),
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


async def test_it_refuses_what_the_update_refuses(api: Api) -> None:
    reply = await preview(api, items=[], proration_billing_mode="do_not_bill")

    assert reply.refusal == (400, "subscription_all_items_removed")


async def test_it_says_nothing_of_a_declining_card(api: Api, account: Account) -> None:
    account.declining.add((await api.subscription())["customer_id"])
    items = [{"price_id": DEARER, "quantity": 3}]

    assert (await preview(api, items=items, proration_billing_mode="full_immediately")).status == 200
