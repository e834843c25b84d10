"""Updates of a subscription's items: the whole list, its rules, and the money that moves."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle.identifiers import readable
from tests.simulators.paddle.client import (
    ADDON,
    CUSTOMER,
    DEARER,
    MONTHLY,
    SUBSCRIPTION,
    TRIAL,
    YEARLY,
    Reply,
    at,
)

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock

MODES = (
    "prorated_immediately",
    "prorated_next_billing_period",
    "full_immediately",
    "full_next_billing_period",
    "do_not_bill",
)
ONE_TIME = readable("pri", "onetime")
ARCHIVED = readable("pri", "archived")
SEATS = readable("pri", "seats")


@pytest.fixture(autouse=True)
def wide_catalogue(account: Account) -> None:
    """Prices that an update may refuse."""
    account.add_price(id=ONE_TIME, interval=None)
    account.add_price(id=ARCHIVED, status="archived")
    account.add_price(id=SEATS, quantity=(5, 10))


async def change(api: Api, *items: tuple[str, int | None], mode: str | None = "do_not_bill", **body: Any) -> Reply:
    """Ask for a list of items; without a quantity the item comes without one."""
    listed = [{"price_id": price} if quantity is None else _entry(price, quantity) for price, quantity in items]
    if mode is not None:
        body["proration_billing_mode"] = mode
    return await api.update(items=listed, **body)


def _entry(price: str, quantity: int) -> dict[str, Any]:
    return {"price_id": price, "quantity": quantity}


def listed(subscription: dict[str, Any]) -> list[tuple[str, int]]:
    return [(item["price"]["id"], item["quantity"]) for item in subscription["items"]]


@pytest.mark.usefixtures("subscription")
class TestTheList:
    async def test_it_is_the_whole_list_so_that_what_is_missing_is_removed(self, api: Api) -> None:
        await change(api, (MONTHLY, None), (ADDON, 2))
        shown = (await change(api, (ADDON, None))).data

        assert listed(shown) == [(ADDON, 2)]

    async def test_an_item_that_is_there_keeps_its_quantity_if_none_is_given(self, api: Api) -> None:
        shown = (await change(api, (MONTHLY, None), (ADDON, 1))).data

        assert listed(shown) == [(MONTHLY, 3), (ADDON, 1)]

    async def test_a_new_item_has_the_full_price_and_product_as_they_are_now(self, api: Api, account: Account) -> None:
        shown = (await change(api, (DEARER, 3))).data
        account.prices.rows[DEARER]["name"] = "Renamed since"
        item = (await api.subscription())["items"][0]

        assert item == shown["items"][0]
        assert (item["price"]["name"], item["next_billed_at"]) == (None, shown["next_billed_at"])

    async def test_the_same_list_again_changes_nothing(self, api: Api, account: Account, clock: MovableClock) -> None:
        first = (await change(api, (DEARER, 3), mode="prorated_immediately")).data
        charged = list(account.charges)
        clock.move(minutes=1)
        second = (await change(api, (DEARER, 3), mode="prorated_immediately")).data

        assert (second, account.charges) == (first, charged)

    @pytest.mark.parametrize(
        ("items", "code"),
        [
            pytest.param([], "subscription_all_items_removed", id="nothing"),
            pytest.param([(MONTHLY, 1), (MONTHLY, 2)], "subscription_duplicate_price_ids", id="a price twice"),
            pytest.param([(readable("pri", "none"), 1)], "subscription_price_not_found", id="an unknown price"),
            pytest.param([(ARCHIVED, 1)], "subscription_price_not_found", id="an archived price"),
            pytest.param([(DEARER, None)], "subscription_quantity_missing_for_new_items", id="new, without a quantity"),
            pytest.param([(ONE_TIME, 1)], "subscription_new_items_not_valid", id="a one-time price"),
            pytest.param([(MONTHLY, 3), (YEARLY, 1)], "subscription_new_items_not_valid", id="mixed intervals"),
            pytest.param([(SEATS, 4)], "subscription_quantity_not_valid", id="fewer than the price allows"),
            pytest.param([(SEATS, 11)], "subscription_quantity_not_valid", id="more than the price allows"),
            pytest.param([(MONTHLY, 101)], "subscription_quantity_not_valid", id="more of what is there"),
        ],
    )
    async def test_what_it_may_not_be(
        self, api: Api, subscription: dict[str, Any], items: list[tuple[str, int | None]], code: str
    ) -> None:
        before = dict(subscription)
        reply = await change(api, *items)

        assert reply.refusal == (400, code)
        assert subscription == before

    async def test_the_bounds_of_a_quantity_are_included(self, api: Api) -> None:
        assert [(await change(api, (SEATS, quantity))).status for quantity in (5, 10)] == [200, 200]

    async def test_how_to_bill_must_be_said(self, api: Api) -> None:
        reply = await change(api, (MONTHLY, 4), mode=None)

        assert reply.refusal == (400, "subscription_items_update_missing_proration_billing_mode")

    async def test_an_archived_price_that_is_there_can_stay(self, api: Api, account: Account) -> None:
        account.prices.rows[MONTHLY]["status"] = "archived"

        assert listed((await change(api, (MONTHLY, 4))).data) == [(MONTHLY, 4)]

    async def test_one_time_items_alone_are_not_enough(self, api: Api, account: Account) -> None:
        mixed = account.add_subscription(customer=CUSTOMER, prices=[MONTHLY, ONE_TIME])["id"]
        reply = await api.update(mixed, items=[{"price_id": ONE_TIME}], proration_billing_mode="do_not_bill")

        assert reply.refusal == (400, "subscription_no_recurring_items_remain")


@pytest.mark.usefixtures("subscription")
class TestTheMoney:
    """Half of the period is left: three seats at 10.00 become three at 20.00, or fewer, or more."""

    @pytest.mark.parametrize(
        ("items", "mode", "at_once", "deferred"),
        [
            pytest.param([(DEARER, 3)], "prorated_immediately", [1500], 0, id="dearer, prorated"),
            pytest.param([(DEARER, 3)], "full_immediately", [6000], 0, id="dearer, in full"),
            pytest.param([(DEARER, 3)], "prorated_next_billing_period", [], 1500, id="dearer, prorated later"),
            pytest.param([(DEARER, 3)], "full_next_billing_period", [], 6000, id="dearer, in full later"),
            pytest.param([(DEARER, 3)], "do_not_bill", [], 0, id="dearer, not billed"),
            pytest.param([(MONTHLY, 5)], "prorated_immediately", [1000], 0, id="more seats, prorated"),
            pytest.param([(MONTHLY, 5)], "full_immediately", [2000], 0, id="more seats, in full"),
            pytest.param([(MONTHLY, 1)], "prorated_immediately", [-1000], 0, id="fewer seats, a credit"),
            pytest.param([(MONTHLY, 1)], "full_immediately", [], 0, id="fewer seats, in full"),
            pytest.param([(MONTHLY, 1)], "do_not_bill", [], 0, id="fewer seats, not billed"),
        ],
    )
    async def test_what_moves_at_once_and_what_with_the_next_bill(
        self,
        api: Api,
        account: Account,
        items: list[tuple[str, int | None]],
        mode: str,
        at_once: list[int],
        deferred: int,
    ) -> None:
        shown = (await change(api, *items, mode=mode)).data

        assert listed(shown) == items
        assert [charge.amount for charge in account.charges] == at_once
        assert {(charge.reason, charge.currency) for charge in account.charges} <= {(mode, "USD")}
        assert account.terms[SUBSCRIPTION].deferred == deferred

    async def test_the_items_change_at_once_whatever_the_mode(self, api: Api, subscription: dict[str, Any]) -> None:
        period = dict(subscription["current_billing_period"])
        for quantity, mode in enumerate(MODES, start=10):
            shown = (await change(api, (MONTHLY, quantity), mode=mode)).data

            assert listed(shown) == [(MONTHLY, quantity)]
            assert shown["current_billing_period"] == period

    @pytest.mark.parametrize(
        ("mode", "amounts"),
        [
            pytest.param("prorated_immediately", [25500], id="the new period less what was unused"),
            pytest.param("full_immediately", [27000], id="the new period"),
            pytest.param("do_not_bill", [], id="nothing, which is a period for free"),
        ],
    )
    async def test_another_interval_begins_a_period_now(
        self, api: Api, account: Account, clock: MovableClock, mode: str, amounts: list[int]
    ) -> None:
        shown = (await change(api, (YEARLY, 3), mode=mode)).data

        assert shown["billing_cycle"] == {"interval": "year", "frequency": 1}
        assert at(shown["current_billing_period"]["starts_at"]) == clock()
        assert (
            shown["next_billed_at"] == shown["current_billing_period"]["ends_at"] == shown["items"][0]["next_billed_at"]
        )
        assert [charge.amount for charge in account.charges] == amounts

    @pytest.mark.parametrize("mode", ["prorated_next_billing_period", "full_next_billing_period"])
    async def test_another_interval_cannot_be_billed_later(self, api: Api, mode: str) -> None:
        assert (await change(api, (YEARLY, 3), mode=mode)).refusal == (400, "subscription_new_items_not_valid")

    @pytest.mark.parametrize("mode", ["prorated_immediately", "prorated_next_billing_period"])
    async def test_a_charge_below_seventy_cents_is_refused(self, api: Api, account: Account, mode: str) -> None:
        account.add_price(id=readable("pri", "barelymore"), amount=1040)
        reply = await change(api, (readable("pri", "barelymore"), 3), mode=mode)

        assert reply.refusal == (400, "subscription_update_transaction_balance_less_than_charge_limit")

    async def test_a_declined_payment_prevents_the_change(
        self, api: Api, account: Account, subscription: dict[str, Any]
    ) -> None:
        account.declining.add(CUSTOMER)
        before = dict(subscription)
        reply = await change(api, (DEARER, 3), mode="prorated_immediately")

        assert reply.refusal == (400, "subscription_payment_declined")
        assert (subscription, account.charges) == (before, [])

    async def test_a_declined_payment_may_be_let_through(self, api: Api, account: Account) -> None:
        account.declining.add(CUSTOMER)
        shown = (await change(api, (DEARER, 3), mode="full_immediately", on_payment_failure="apply_change")).data

        assert (shown["status"], listed(shown)) == ("past_due", [(DEARER, 3)])

    async def test_a_declining_card_matters_only_where_something_is_charged(self, api: Api, account: Account) -> None:
        account.declining.add(CUSTOMER)

        assert (await change(api, (DEARER, 3), mode="do_not_bill")).status == 200

    async def test_charges_at_once_are_counted_by_the_hour_and_by_the_day(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        account.charges_an_hour, account.charges_a_day = 2, 3
        refused = (429, "subscription_immediate_charge_{}_limit_exceeded")
        statuses = [(await change(api, (MONTHLY, seats), mode="full_immediately")).status for seats in (4, 5)]
        third = await change(api, (MONTHLY, 6), mode="full_immediately")
        unbilled = await change(api, (MONTHLY, 6), mode="do_not_bill")
        clock.move(hours=1)
        next_hour = await change(api, (MONTHLY, 7), mode="full_immediately")
        clock.move(hours=2)
        fourth = await change(api, (MONTHLY, 8), mode="full_immediately")

        assert statuses == [200, 200]
        assert third.refusal == (refused[0], refused[1].format("hour"))
        assert (unbilled.status, next_hour.status) == (200, 200)
        assert fourth.refusal == (refused[0], refused[1].format("24_hour"))
        assert len(account.charges) == 3

    async def test_a_charge_is_forgotten_after_a_day(self, api: Api, account: Account, clock: MovableClock) -> None:
        account.charges_a_day = 1
        first = await change(api, (MONTHLY, 4), mode="full_immediately")
        clock.move(hours=23)
        second = await change(api, (MONTHLY, 5), mode="full_immediately")
        clock.move(hours=1)
        third = await change(api, (MONTHLY, 5), mode="full_immediately")

        assert [reply.status for reply in (first, second, third)] == [200, 429, 200]

    async def test_a_credit_pays_what_comes_after_it(
        self, api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock
    ) -> None:
        """First the next charge at once, and what is over then the renewal."""
        await change(api, (MONTHLY, 1), mode="prorated_immediately")
        await change(api, (MONTHLY, 2), mode="prorated_immediately")
        clock.move(days=16)
        await api.subscription()

        assert [charge.amount for charge in account.charges] == [-1000]
        assert [renewal.amount for renewal in account.renewals] == [1500]
        assert account.credit_balances == {(CUSTOMER, "USD"): 0}

    async def test_what_the_balance_pays_asks_nothing_of_a_declining_card(self, api: Api, account: Account) -> None:
        account.credit_balances[CUSTOMER, "USD"] = 1500
        account.declining.add(CUSTOMER)
        shown = (await change(api, (DEARER, 3), mode="prorated_immediately")).data

        assert (listed(shown), account.charges) == ([(DEARER, 3)], [])

    async def test_tax_is_charged_on_top(
        self, api: Api, account: Account, subscription: dict[str, Any], clock: MovableClock
    ) -> None:
        account.tax_rate = Decimal("0.19")
        await change(api, (DEARER, 3), mode="prorated_immediately")
        clock.move(days=16)
        await api.subscription()

        assert [charge.amount for charge in account.charges] == [1785]
        assert [renewal.amount for renewal in account.renewals] == [7140]

    async def test_what_is_charged_at_once_shows_on_the_items(self, api: Api, clock: MovableClock) -> None:
        unbilled = (await change(api, (MONTHLY, 4), mode="do_not_bill")).data
        billed = (await change(api, (MONTHLY, 5), mode="full_immediately")).data
        shown = [at(row["items"][0]["previously_billed_at"]) for row in (unbilled, billed)]

        assert shown[0] != clock()
        assert shown[1] == clock()

    async def test_by_default_the_limits_are_paddles(self, account: Account) -> None:
        assert (account.charges_an_hour, account.charges_a_day) == (20, 100)


class TestCountriesAndCurrencies:
    @pytest.mark.parametrize(
        ("country", "currency", "amount"),
        [
            pytest.param("GB", "GBP", 800, id="the override of the country"),
            pytest.param("NG", "USD", 300, id="an override in the same currency"),
            pytest.param("US", "USD", 1000, id="the base price"),
            pytest.param("FR", "EUR", 900, id="an override of another country in the currency"),
            pytest.param("JP", "JPY", 1000, id="no override: the base price, not converted"),
        ],
    )
    async def test_what_a_period_costs_goes_by_country_and_currency(
        self, api: Api, account: Account, country: str, currency: str, amount: int
    ) -> None:
        overrides = ((["GB"], 800, "GBP"), (["NG"], 300, "USD"), (["DE"], 900, "EUR"))
        price = account.add_price(amount=1000, overrides=overrides)["id"]
        customer = account.add_customer()["id"]
        account.add_address(customer=customer, country_code=country)
        made = account.add_subscription(customer=customer, prices=[price], status="paused", currency=currency)["id"]
        shown = (await api.act("resume", made)).data

        assert shown["currency_code"] == currency
        assert [(charge.amount, charge.currency) for charge in account.charges] == [(amount, currency)]


@pytest.mark.usefixtures("trial")
class TestInATrial:
    async def test_quantities_change_without_a_bill(self, api: Api, account: Account) -> None:
        reply = await api.update(TRIAL, items=[_entry(MONTHLY, 5)], proration_billing_mode="do_not_bill")

        assert listed(reply.data) == [(MONTHLY, 5)]
        assert (reply.data["status"], account.charges) == ("trialing", [])

    @pytest.mark.parametrize(
        ("items", "mode"),
        [
            pytest.param([_entry(MONTHLY, 5)], "prorated_immediately", id="a bill"),
            pytest.param([_entry(DEARER, 2)], "do_not_bill", id="another price"),
            pytest.param([_entry(MONTHLY, 2), _entry(ADDON, 1)], "do_not_bill", id="one more"),
        ],
    )
    async def test_what_is_on_it_may_not_change(self, api: Api, items: list[Any], mode: str) -> None:
        reply = await api.update(TRIAL, items=items, proration_billing_mode=mode)

        assert reply.refusal == (400, "subscription_trialing_items_update_invalid_options")

    async def test_nothing_else_can_be_updated(self, api: Api) -> None:
        reply = await api.update(TRIAL, custom_data={"a": "b"})

        assert reply.refusal == (400, "subscription_update_when_trialing")


class TestOtherStatuses:
    async def test_a_paused_one_takes_items_without_a_bill_and_nothing_else(self, api: Api, account: Account) -> None:
        account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[MONTHLY], status="paused")
        billed = await change(api, (DEARER, 1), mode="prorated_immediately")
        more = await change(api, (DEARER, 1), custom_data={})
        unbilled = await change(api, (DEARER, 1))

        assert billed.refusal == (400, "subscription_incorrect_proration_on_paused_subscription")
        assert more.refusal == (400, "subscription_only_update_items_on_paused_subscription")
        assert (listed(unbilled.data), unbilled.data["status"]) == ([(DEARER, 1)], "paused")

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"items": [_entry(MONTHLY, 1)], "proration_billing_mode": "do_not_bill"}, id="items"),
            pytest.param({"scheduled_change": None}, id="what is scheduled"),
            pytest.param({"discount": None}, id="the discount"),
        ],
    )
    async def test_an_overdue_one_takes_nothing(
        self, api: Api, subscription: dict[str, Any], body: dict[str, Any]
    ) -> None:
        subscription["status"] = "past_due"

        assert (await api.update(**body)).refusal == (400, "subscription_update_when_past_due")

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize("mode", MODES)
    async def test_what_ends_can_be_changed_but_not_billed_later(self, api: Api, mode: str) -> None:
        await api.act("cancel")
        reply = await change(api, (DEARER, 3), mode=mode)

        if mode.endswith("next_billing_period"):
            assert reply.refusal == (400, "subscription_invalid_billing_mode_for_scheduled_change")
        else:
            assert reply.data["scheduled_change"]["action"] == "cancel"
            assert reply.data["next_billed_at"] is None

    @pytest.mark.usefixtures("subscription")
    async def test_another_interval_moves_what_is_scheduled_to_the_new_periods_end(self, api: Api) -> None:
        await api.act("cancel")
        shown = (await change(api, (YEARLY, 3), mode="full_immediately")).data

        assert shown["scheduled_change"]["effective_at"] == shown["current_billing_period"]["ends_at"]
        assert shown["next_billed_at"] is None

    @pytest.mark.usefixtures("subscription")
    async def test_a_scheduled_change_can_only_be_cleared(self, api: Api) -> None:
        reply = await api.update(scheduled_change={"action": "cancel", "effective_at": "2027-01-01T00:00:00Z"})

        assert reply.refusal == (400, "subscription_scheduled_change_invalid_update")

    @pytest.mark.usefixtures("subscription")
    async def test_custom_data_is_replaced_whole(self, api: Api) -> None:
        await api.update(custom_data={"a": 1, "b": {"c": []}})
        replaced = (await api.update(custom_data={"d": "e"})).data
        cleared = (await api.update(custom_data=None)).data

        assert (replaced["custom_data"], cleared["custom_data"]) == ({"d": "e"}, None)

    async def test_the_last_half_hour_before_a_bill_is_locked(
        self, api: Api, subscription: dict[str, Any], clock: MovableClock
    ) -> None:
        bill = at(subscription["next_billed_at"])
        assert bill is not None
        clock.to(bill)
        clock.move(minutes=-5)

        assert (await change(api, (DEARER, 3))).refusal == (409, "subscription_locked_renewal")
