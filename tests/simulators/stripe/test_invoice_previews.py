"""The preview of an update's invoice: what it shows is what the update then collects, and it changes nothing."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from simulators.stripe import Account, StripeSimulator
    from tests.simulators.stripe.client import Api, MovableClock, Reply

DAY = 86_400
PREVIEW = "/v1/invoices/create_preview"
SUBSCRIPTION = "/v1/subscriptions/sub_1"

pytestmark = pytest.mark.usefixtures("wide_catalogue", "subscription")

# The subscription has three seats of 10.00 a month, and 20 of 30 days are left.
YEARLY = {"items[0][id]": "si_1", "items[0][price]": "price_year"}
DEARER = {"items[0][id]": "si_1", "items[0][price]": "price_2", "items[0][quantity]": "3"}
CHEAPER = {"items[0][id]": "si_1", "items[0][price]": "price_1", "items[0][quantity]": "1"}
NOT_PRORATED = {"proration_behavior": "none"}
AT_ONCE = {"proration_behavior": "always_invoice"}


async def preview(api: Api, change: dict[str, str]) -> Reply:
    details = []
    for name, value in change.items():
        head, bracket, rest = name.partition("[")
        details.append((f"subscription_details[{head}]{bracket}{rest}", value))
    return await api.post(PREVIEW, ("subscription", "sub_1"), *details)


async def update(api: Api, change: dict[str, str]) -> Reply:
    return await api.post(SUBSCRIPTION, *change.items())


@pytest.fixture
def renewal(subscription: dict[str, Any]) -> int:
    """When the running period ends."""
    end = subscription["items"]["data"][0]["current_period_end"]
    assert isinstance(end, int)
    return end


@pytest.mark.parametrize(
    ("change", "due"),
    [
        pytest.param(YEARLY, 9000 - 2000, id="another interval, prorated"),
        pytest.param(YEARLY | NOT_PRORATED, 9000, id="another interval, not prorated"),
        pytest.param(YEARLY | {"items[0][quantity]": "2"}, 18_000 - 2000, id="another interval, two seats"),
        pytest.param(DEARER | AT_ONCE, 4000 - 2000, id="a dearer price, invoiced at once"),
    ],
)
async def test_what_an_update_bills_at_once_is_shown_as_of_now(
    api: Api, account: Account, clock: MovableClock, change: dict[str, str], due: int
) -> None:
    shown = (await preview(api, change)).json
    await update(api, change)

    assert (shown["amount_due"], shown["currency"], shown["period_end"]) == (due, "usd", clock.seconds)
    assert [charge.amount for charge in account.charges] == [due]


@pytest.mark.parametrize(
    ("change", "due"),
    [
        pytest.param({}, 3000, id="nothing"),
        pytest.param(DEARER, 6000 + 2000, id="a dearer price, prorated"),
        pytest.param(DEARER | NOT_PRORATED, 6000, id="a dearer price, not prorated"),
        pytest.param(CHEAPER, 0, id="fewer seats: the credit is worth more than a month"),
    ],
)
async def test_what_an_update_leaves_to_the_renewal_is_shown_as_of_then(
    api: Api, account: Account, clock: MovableClock, renewal: int, change: dict[str, str], due: int
) -> None:
    shown = (await preview(api, change)).json
    await update(api, change)
    at_once = list(account.charges)
    clock.move(days=20)
    await api.get(SUBSCRIPTION)

    assert (shown["amount_due"], shown["period_end"], at_once) == (due, renewal, [])
    assert sum(charge.amount for charge in account.renewals) == due


async def test_the_lines_tell_prorations_from_periods(api: Api, clock: MovableClock, renewal: int) -> None:
    lines = (await preview(api, YEARLY)).json["lines"]["data"]

    assert [
        (line["amount"], line["parent"]["subscription_item_details"]["proration"], *line["period"].values())
        for line in lines
    ] == [(-2000, True, renewal, clock.seconds), (9000, False, clock.seconds + 365 * DAY, clock.seconds)]


async def test_a_preview_changes_nothing(api: Api, account: Account, simulator: StripeSimulator) -> None:
    before = deepcopy((account.subscriptions.rows, account.items, account.discounts, account.customers.rows))
    reply = await preview(api, YEARLY)

    assert reply.status == 200
    assert (account.subscriptions.rows, account.items, account.discounts, account.customers.rows) == before
    assert (account.charges, account.renewals, account.waiting, simulator.writes()) == ([], [], {}, [])


async def test_a_trial_goes_on_whatever_is_changed(api: Api, account: Account, clock: MovableClock) -> None:
    end = clock.seconds + 3 * DAY
    held = account.add_subscription(customer="cus_1", prices=["price_1"], status="trialing", trial_end=end)
    reply = await api.post(
        PREVIEW,
        ("subscription", held["id"]),
        ("subscription_details[items][0][id]", held["items"]["data"][0]["id"]),
        ("subscription_details[items][0][price]", "price_year"),
    )

    assert (reply.json["amount_due"], reply.json["period_end"]) == (9000, end)


async def test_prorations_that_wait_are_taken_along_by_the_next_invoice(api: Api, account: Account) -> None:
    await update(api, DEARER)
    shown = (await preview(api, YEARLY)).json
    await update(api, YEARLY)

    # 20.00 for the change of before, and 40.00 back for the month of 60.00.
    assert shown["amount_due"] == 9000 + 2000 - 4000
    assert [charge.amount for charge in account.charges] == [shown["amount_due"]]
    assert (await preview(api, {})).json["amount_due"] == 9000


@pytest.mark.parametrize(
    ("balance", "due", "left"),
    [
        pytest.param(-1000, 6000, 0, id="a credit"),
        pytest.param(-10_000, 0, -3000, id="a credit that is worth more"),
        pytest.param(500, 7500, 0, id="a debt"),
    ],
)
async def test_the_customers_balance_counts(api: Api, account: Account, balance: int, due: int, left: int) -> None:
    customer = account.customers.rows["cus_1"]
    customer["balance"] = balance
    shown = (await preview(api, YEARLY)).json
    await update(api, YEARLY)

    assert (shown["starting_balance"], shown["total"], shown["amount_due"]) == (balance, 7000, due)
    assert ([charge.amount for charge in account.charges], customer["balance"]) == ([due] if due else [], left)


async def test_what_is_given_back_beyond_the_new_price_stays_with_the_customer(api: Api, account: Account) -> None:
    account.add_price(id="price_week", product="prod_1", unit_amount=100, interval="week")
    change = YEARLY | {"items[0][price]": "price_week"}
    shown = (await preview(api, change)).json
    await update(api, change)

    assert (shown["total"], shown["amount_due"], account.charges) == (100 - 2000, 0, [])
    assert account.customers.rows["cus_1"]["balance"] == -1900


@pytest.mark.parametrize(("enabled", "due"), [(True, 8400), (False, 7000)], ids=["with Stripe Tax", "without"])
async def test_tax_is_the_subscriptions_own(
    api: Api, account: Account, subscription: dict[str, Any], enabled: bool, due: int
) -> None:
    account.tax_percent = Decimal(20)
    subscription["automatic_tax"]["enabled"] = enabled
    shown = (await preview(api, YEARLY)).json
    await update(api, YEARLY)

    assert (shown["amount_due"], shown["total_excluding_tax"]) == (due, 7000)
    assert [charge.amount for charge in account.charges] == [due]


async def test_discounts_that_end_before_the_renewal_do_not_count(
    api: Api, account: Account, clock: MovableClock
) -> None:
    await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE20"))
    with_it = (await preview(api, {})).json["amount_due"]
    clock.move(days=84)
    await api.get(SUBSCRIPTION)

    # In February the three months of the coupon are over before the renewal.
    assert (with_it, (await preview(api, {})).json["amount_due"]) == (2400, 3000)


class TestNothingToCome:
    """404 `invoice_upcoming_none`."""

    @pytest.mark.parametrize("change", [{}, DEARER | NOT_PRORATED], ids=["unchanged", "changed"])
    async def test_a_subscription_that_ends_with_its_period(self, api: Api, change: dict[str, str]) -> None:
        await api.post(SUBSCRIPTION, ("cancel_at_period_end", "true"))
        reply = await preview(api, change)

        assert (reply.status, reply.error["code"]) == (404, "invoice_upcoming_none")

    async def test_a_canceled_one(self, api: Api) -> None:
        await api.delete(SUBSCRIPTION)

        assert (await preview(api, {})).error["code"] == "invoice_upcoming_none"

    async def test_what_waits_is_billed_all_the_same(self, api: Api, renewal: int) -> None:
        await api.post(SUBSCRIPTION, ("cancel_at_period_end", "true"))
        shown = (await preview(api, DEARER)).json

        assert (shown["amount_due"], shown["period_end"]) == (2000, renewal)


@pytest.mark.parametrize(
    ("pairs", "status", "param"),
    [
        pytest.param([("customer", "cus_1")], 400, None, id="no subscription"),
        pytest.param([("subscription", "sub_none")], 400, "subscription", id="unknown subscription"),
        pytest.param(
            [("subscription", "sub_1"), ("customer", "cus_other")], 400, "subscription", id="another customer's"
        ),
        pytest.param(
            [
                ("subscription", "sub_1"),
                ("subscription_details[items][0][id]", "si_1"),
                ("subscription_details[items][0][price]", "price_off"),
            ],
            400,
            "subscription_details[items][0][price]",
            id="what the update would be refused for",
        ),
        pytest.param(
            [("subscription", "sub_1"), ("subscription_details[payment_behavior]", "error_if_incomplete")],
            400,
            "subscription_details[payment_behavior]",
            id="a parameter of the update's that a preview does not have",
        ),
        pytest.param(
            [("subscription", "sub_1"), ("preview_mode", "recurring")], 400, "preview_mode", id="simulated not"
        ),
    ],
)
async def test_refusals(
    api: Api, account: Account, pairs: list[tuple[str, str]], status: int, param: str | None
) -> None:
    account.add_customer(id="cus_other")
    reply = await api.post(PREVIEW, *pairs)

    assert (reply.status, reply.error.get("param")) == (status, param)


async def test_a_schedule_with_a_phase_to_come_is_not_previewed(
    api: Api, account: Account, clock: MovableClock, renewal: int
) -> None:
    """Its terms would change the renewal, which is not simulated."""
    items = [{"price": "price_1", "quantity": 3}]
    account.add_schedule(
        subscription="sub_1",
        phases=[
            {"start_date": clock.seconds - 10 * DAY, "end_date": renewal, "items": items},
            {"start_date": renewal, "items": items},
        ],
    )

    assert (await preview(api, {})).error["code"] == "simulator_parameter_not_simulated"


async def test_a_restricted_key_needs_the_right_for_invoices(api: Api, account: Account) -> None:
    account.restricted = frozenset({"rak_subscription_write", "rak_subscription_read"})
    reply = await preview(api, {})

    assert (reply.status, "'rak_invoice_write'" in reply.error["message"]) == (403, True)


async def test_the_shape_is_the_sdks(api: Api) -> None:
    shown = (await preview(api, YEARLY)).json
    line = shown["lines"]["data"][0]
    when_there_is_one = {"confirmation_secret", "deleted", "payments", "status_details", "threshold_reason"}

    assert shown["id"].startswith("upcoming_in")
    assert members(stripe.Invoice) - when_there_is_one == set(shown)
    assert members(stripe.InvoiceLineItem) == set(line)


def members(typed: type) -> set[str]:
    """The wire members among a class's annotations."""
    return {name for name in typed.__annotations__ if name.islower() and not name.startswith("_")}
