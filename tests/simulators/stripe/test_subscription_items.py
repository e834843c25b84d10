"""`items` of a subscription's update, and the money that moves at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock

DAY = 86_400
SUBSCRIPTION = "/v1/subscriptions/sub_1"

pytestmark = pytest.mark.usefixtures("wide_catalogue")


class TestItems:
    """The `items` parameter. The subscription has one item, si_1, with three seats of price_1."""

    pytestmark = pytest.mark.usefixtures("subscription")

    async def test_an_entry_with_an_id_changes_that_item(self, api: Api) -> None:
        reply = await api.post(
            SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][price]", "price_2"), ("items[0][quantity]", "3")
        )

        (item,) = reply.json["items"]["data"]
        assert (item["id"], item["price"]["id"], item["quantity"]) == ("si_1", "price_2", 3)
        assert item["plan"]["id"] == "price_2"

    async def test_a_new_price_without_a_quantity_starts_at_one(self, api: Api) -> None:
        reply = await api.post(SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][price]", "price_2"))

        assert reply.json["items"]["data"][0]["quantity"] == 1

    async def test_the_same_price_keeps_its_quantity(self, api: Api) -> None:
        reply = await api.post(SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][price]", "price_1"))

        assert reply.json["items"]["data"][0]["quantity"] == 3

    async def test_an_entry_without_an_id_adds_an_item(self, api: Api) -> None:
        reply = await api.post(SUBSCRIPTION, ("items[0][price]", "price_2"))

        assert [item["price"]["id"] for item in reply.json["items"]["data"]] == ["price_1", "price_2"]

    async def test_an_added_item_shares_the_running_period(self, api: Api) -> None:
        reply = await api.post(SUBSCRIPTION, ("items[0][price]", "price_2"))

        old, new = reply.json["items"]["data"]
        assert new["current_period_start"] == old["current_period_start"]
        assert new["current_period_end"] == old["current_period_end"]

    async def test_an_item_can_be_removed_while_another_stays(self, api: Api) -> None:
        await api.post(SUBSCRIPTION, ("items[0][price]", "price_2"))
        reply = await api.post(SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][deleted]", "true"))

        assert [item["price"]["id"] for item in reply.json["items"]["data"]] == ["price_2"]
        assert (await api.get("/v1/subscription_items/si_1")).status == 404

    async def test_a_metered_price_has_no_quantity(self, api: Api) -> None:
        reply = await api.post(SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][price]", "price_metered"))

        assert "quantity" not in reply.json["items"]["data"][0]

    @pytest.mark.parametrize(
        ("pairs", "param"),
        [
            pytest.param([("items[0][id]", "si_none")], "items[0][id]", id="unknown item"),
            pytest.param([("items[0][price]", "price_none")], "items[0][price]", id="unknown price"),
            pytest.param([("items[0][price]", "price_off")], "items[0][price]", id="inactive price"),
            pytest.param([("items[0][price]", "price_once")], "items[0][price]", id="one-time price"),
            pytest.param([("items[0][price]", "price_eur")], "items[0][price]", id="other currency"),
            pytest.param([("items[0][price]", "price_1")], "items", id="price that is there already"),
            pytest.param([("items[0][quantity]", "1")], "items[0][price]", id="neither id nor price"),
            pytest.param([("items[0][id]", "si_1"), ("items[0][deleted]", "true")], "items", id="the last item"),
            pytest.param(
                [("items[0][price]", "price_metered"), ("items[0][quantity]", "1")],
                "items[0][quantity]",
                id="quantity of a metered price",
            ),
            pytest.param([("items[0][color]", "red")], "items[0][color]", id="unknown member"),
        ],
    )
    async def test_what_does_not_fit_is_refused_and_changes_nothing(
        self, api: Api, account: Account, pairs: list[tuple[str, str]], param: str
    ) -> None:
        before = str(account.subscriptions.rows["sub_1"])
        reply = await api.post(SUBSCRIPTION, *pairs)

        assert reply.status == 400
        assert reply.error["param"] == param
        assert str(account.subscriptions.rows["sub_1"]) == before

    async def test_mixed_intervals_need_the_flexible_mode(self, api: Api, account: Account) -> None:
        account.subscriptions.rows["sub_1"]["billing_mode"] = {"type": "classic", "flexible": None}
        refused = await api.post(SUBSCRIPTION, ("items[0][price]", "price_year"))
        account.subscriptions.rows["sub_1"]["billing_mode"] = {"type": "flexible", "flexible": None}
        allowed = await api.post(SUBSCRIPTION, ("items[0][price]", "price_year"))

        assert refused.error["message"].endswith("Found mismatch in interval field.")
        assert allowed.status == 200

    async def test_another_currency_is_fine_when_the_price_has_it(self, api: Api, account: Account) -> None:
        account.add_price(
            id="price_both",
            product="prod_1",
            currency="eur",
            unit_amount=1,
            currency_options={"usd": {"unit_amount": 2}},
        )

        assert (await api.post(SUBSCRIPTION, ("items[0][price]", "price_both"))).status == 200


class TestMoney:
    """What is charged at once, by the account's ledger."""

    pytestmark = pytest.mark.usefixtures("subscription")

    @pytest.mark.parametrize("proration", ["none", "create_prorations"])
    async def test_a_price_of_the_same_interval_charges_nothing_now(
        self, api: Api, account: Account, proration: str
    ) -> None:
        await api.post(
            SUBSCRIPTION,
            ("items[0][id]", "si_1"),
            ("items[0][price]", "price_2"),
            ("items[0][quantity]", "3"),
            ("proration_behavior", proration),
        )

        assert account.charges == []

    async def test_invoicing_prorations_charges_the_rest_of_the_period(self, api: Api, account: Account) -> None:
        await api.post(
            SUBSCRIPTION,
            ("items[0][id]", "si_1"),
            ("items[0][price]", "price_2"),
            ("items[0][quantity]", "3"),
            ("proration_behavior", "always_invoice"),
        )

        (charge,) = account.charges
        assert (charge.reason, charge.amount, charge.currency) == ("proration", 2000, "usd")

    async def test_another_interval_bills_now_and_restarts_the_period_even_without_proration(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        reply = await api.post(
            SUBSCRIPTION,
            ("items[0][id]", "si_1"),
            ("items[0][price]", "price_year"),
            ("proration_behavior", "none"),
        )

        (charge,) = account.charges
        assert (charge.reason, charge.amount, charge.at) == ("interval_change", 9000, clock.seconds)
        assert reply.json["billing_cycle_anchor"] == clock.seconds
        assert reply.json["items"]["data"][0]["current_period_start"] == clock.seconds
        assert reply.json["items"]["data"][0]["current_period_end"] == clock.seconds + 365 * DAY

    async def test_proration_takes_unused_time_off_the_new_interval(self, api: Api, account: Account) -> None:
        await api.post(SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][price]", "price_year"))

        # 20 of 30 days of 3 x 10.00 are left.
        assert account.charges[0].amount == 9000 - 2000

    async def test_from_free_to_paid_bills_now(self, api: Api, account: Account, clock: MovableClock) -> None:
        free = account.add_subscription(
            id="sub_free", customer="cus_1", prices=["price_free"], start_date=clock.seconds - 5 * DAY
        )
        await api.post(
            "/v1/subscriptions/sub_free",
            ("items[0][id]", free["items"]["data"][0]["id"]),
            ("items[0][price]", "price_1"),
            ("proration_behavior", "none"),
        )

        assert [(charge.reason, charge.amount) for charge in account.charges] == [("free_to_paid", 1000)]

    async def test_nothing_is_charged_while_collection_is_paused(self, api: Api, account: Account) -> None:
        await api.post(SUBSCRIPTION, ("pause_collection[behavior]", "void"))
        await api.post(SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][price]", "price_year"))

        assert account.charges == []

    async def test_a_declined_charge_leaves_the_change_and_a_debt(self, api: Api, account: Account) -> None:
        account.declining.add("cus_1")
        reply = await api.post(SUBSCRIPTION, ("items[0][id]", "si_1"), ("items[0][price]", "price_year"))

        assert reply.json["status"] == "past_due"
        assert reply.json["items"]["data"][0]["price"]["id"] == "price_year"

    async def test_a_declined_charge_can_be_made_to_refuse_the_change(self, api: Api, account: Account) -> None:
        account.declining.add("cus_1")
        reply = await api.post(
            SUBSCRIPTION,
            ("items[0][id]", "si_1"),
            ("items[0][price]", "price_year"),
            ("payment_behavior", "error_if_incomplete"),
        )

        assert reply.status == 402
        assert (reply.error["type"], reply.error["code"]) == ("card_error", "card_declined")
        assert account.subscriptions.rows["sub_1"]["items"]["data"][0]["price"]["id"] == "price_1"

    @pytest.mark.parametrize(
        "anchor",
        [
            pytest.param([("billing_cycle_anchor", "now")], id="now"),
            pytest.param([("billing_cycle_anchor", "unchanged")], id="unchanged"),
        ],
    )
    async def test_the_anchor_as_a_string_belongs_to_older_versions(
        self, api: Api, anchor: list[tuple[str, str]]
    ) -> None:
        assert (await api.post(SUBSCRIPTION, *anchor)).status == 400

    async def test_the_anchor_as_an_object_restarts_the_period(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        reply = await api.post(SUBSCRIPTION, ("billing_cycle_anchor[type]", "now"), ("proration_behavior", "none"))

        assert reply.json["billing_cycle_anchor"] == clock.seconds
        assert account.charges[0].amount == 3000
