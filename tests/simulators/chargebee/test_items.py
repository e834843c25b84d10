"""Items through `update_for_items`: what they become and what is charged at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.chargebee.client import DAY, items, listed

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock

UPDATE = "/subscriptions/sub/update_for_items"
AT_TERM_END = ("change_option", "end_of_term")


@pytest.fixture
def with_addon(site: Site, clock: MovableClock) -> dict[str, Any]:
    return site.add_subscription(
        id="sub", customer_id="ada", items=[("seats", 3), "support"], started_at=clock.seconds - 10 * DAY
    )


class TestWhatBecomesOfTheList:
    @pytest.mark.usefixtures("with_addon")
    @pytest.mark.parametrize(
        ("pairs", "result"),
        [
            pytest.param(items(("more-seats", 2)), [("more-seats", 2), ("support", None)], id="a plan for the plan"),
            pytest.param(items("more-seats"), [("more-seats", 1), ("support", None)], id="a new item has one"),
            pytest.param(items("seats"), [("seats", 3), ("support", None)], id="the same keeps its quantity"),
            pytest.param(items(("seats", 5)), [("seats", 5), ("support", None)], id="another quantity"),
            pytest.param(
                [*items(("more-seats", 2)), ("replace_items_list", "true")], [("more-seats", 2)], id="the plan only"
            ),
            pytest.param(
                [*items("support", ("more-seats", 2)), ("replace_items_list", "true")],
                [("more-seats", 2), ("support", None)],
                id="the whole list",
            ),
            pytest.param(
                [*items("seats"), ("replace_items_list", "true")], [("seats", 1)], id="replaced it forgets its quantity"
            ),
        ],
    )
    async def test_on_a_site_with_one_plan_each(
        self, api: Api, pairs: list[tuple[str, str]], result: list[tuple[str, int | None]]
    ) -> None:
        assert listed(await api.post(UPDATE, *pairs)) == result

    @pytest.mark.usefixtures("with_addon")
    @pytest.mark.parametrize(
        ("pairs", "result"),
        [
            pytest.param(
                items(("more-seats", 2)), [("seats", 3), ("more-seats", 2), ("support", None)], id="a plan is added"
            ),
            pytest.param(
                [*items(("more-seats", 2), "support"), ("replace_items_list", "true")],
                [("more-seats", 2), ("support", None)],
                id="the whole list",
            ),
        ],
    )
    async def test_on_a_site_with_several_plans(
        self, api: Api, site: Site, pairs: list[tuple[str, str]], result: list[tuple[str, int | None]]
    ) -> None:
        site.several_plans = True

        assert listed(await api.post(UPDATE, *pairs)) == result

    async def test_a_price_of_its_own_stays_with_the_item_and_goes_with_the_list(self, api: Api, site: Site) -> None:
        own = {"item_price_id": "seats", "quantity": 3, "unit_price": 700}
        site.add_subscription(id="sub", customer_id="ada", items=[own])
        kept = (await api.post(UPDATE, *items(("seats", 4)))).subscription["subscription_items"][0]
        lost = (await api.post(UPDATE, *items(("seats", 4)), ("replace_items_list", "true"))).subscription
        sent = (await api.post(UPDATE, *items("seats"), ("subscription_items[unit_price][0]", "800"))).subscription

        assert (kept["unit_price"], kept["amount"]) == (700, 2800)
        assert lost["subscription_items"][0]["unit_price"] == 1000
        assert sent["subscription_items"][0]["unit_price"] == 800

    async def test_decimals_are_kept_as_they_are_sent(self, api: Api, site: Site) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"])
        reply = await api.post(
            UPDATE,
            *items("seats"),
            ("subscription_items[quantity_in_decimal][0]", "2.5"),
            ("subscription_items[unit_price_in_decimal][0]", "0.125"),
        )
        (item,) = reply.subscription["subscription_items"]

        assert (item["quantity_in_decimal"], item["unit_price_in_decimal"]) == ("2.5", "0.125")
        # 2.5 times 12.5 cents, rounded half up.
        assert item["amount"] == 31

    async def test_tiers_of_its_own_stay_with_the_item_and_can_be_sent(self, api: Api, site: Site) -> None:
        site.add_item_price(id="tiered", item_id="pro", tiers=[{"starting_unit": 1, "price": 100}])
        own = [{"item_price_id": "tiered", "starting_unit": 1, "price": 70}]
        site.add_subscription(id="sub", customer_id="ada", items=[("tiered", 2)], item_tiers=own)
        kept = (await api.post(UPDATE, *items(("tiered", 3)))).subscription
        sent = (
            await api.post(
                UPDATE,
                *items(("tiered", 3)),
                ("item_tiers[item_price_id][0]", "tiered"),
                ("item_tiers[starting_unit][0]", "1"),
                ("item_tiers[price][0]", "50"),
            )
        ).subscription
        gone = (await api.post(UPDATE, *items("seats"))).subscription

        assert ([tier["price"] for tier in kept["item_tiers"]], kept["subscription_items"][0]["amount"]) == ([70], 210)
        assert ([tier["price"] for tier in sent["item_tiers"]], sent["subscription_items"][0]["amount"]) == ([50], 150)
        assert "item_tiers" not in gone

    @pytest.mark.parametrize(
        ("pairs", "refusal"),
        [
            pytest.param(
                items("none"), (404, "resource_not_found", "subscription_items[item_price_id][0]"), id="unknown"
            ),
            pytest.param(
                items("gone"), (404, "resource_not_found", "subscription_items[item_price_id][0]"), id="deleted"
            ),
            pytest.param(items("old"), (400, "invalid_request", "subscription_items[item_price_id][0]"), id="archived"),
            pytest.param(
                items("euro"), (400, "invalid_request", "subscription_items[item_price_id][0]"), id="another currency"
            ),
            pytest.param(
                items(("flat", 1)), (400, "param_wrong_value", "subscription_items[quantity][0]"), id="a flat fee's"
            ),
            pytest.param(
                items(("seats", 0)), (400, "param_wrong_value", "subscription_items[quantity][0]"), id="none of it"
            ),
            pytest.param(
                items("seats", "seats"), (400, "duplicate_entry", "subscription_items[item_price_id][1]"), id="twice"
            ),
            pytest.param(
                items("seats", "flat"), (400, "invalid_request", "subscription_items"), id="two plans on this site"
            ),
            pytest.param(
                [*items("support"), ("replace_items_list", "true")],
                (400, "invalid_request", "subscription_items"),
                id="no plan",
            ),
            pytest.param(
                items("weekly-addon"), (400, "invalid_request", "subscription_items"), id="an addon out of step"
            ),
            pytest.param(
                items("charge"),
                (400, "simulator_parameter_not_simulated", "subscription_items[item_price_id][0]"),
                id="a charge",
            ),
            pytest.param(
                [("subscription_items[quantity][0]", "1")],
                (400, "param_wrong_value", "subscription_items[item_price_id][0]"),
                id="no price",
            ),
            pytest.param(
                [("subscription_items[0][item_price_id]", "seats")],
                (400, "invalid_request", "subscription_items[0]"),
                id="row by row",
            ),
            pytest.param(
                [("replace_items_list", "true")], (400, "invalid_request", "subscription_items"), id="an empty list"
            ),
            pytest.param(
                [*items("seats"), ("item_tiers[item_price_id][0]", "seats"), ("item_tiers[starting_unit][0]", "1")],
                (400, "param_wrong_value", "item_tiers[item_price_id][0]"),
                id="tiers where there are none",
            ),
            pytest.param(
                [*items("seats"), AT_TERM_END, ("end_of_term", "true")],
                (400, "invalid_request", "end_of_term"),
                id="when, said twice",
            ),
        ],
    )
    async def test_what_a_subscription_cannot_have_is_refused(
        self,
        api: Api,
        site: Site,
        subscription: dict[str, Any],
        pairs: list[tuple[str, str]],
        refusal: tuple[int, str, str],
    ) -> None:
        site.add_item_price(id="gone", item_id="pro", status="deleted")
        site.add_item_price(id="old", item_id="pro", status="archived")
        site.add_item_price(id="euro", item_id="pro", currency_code="EUR")
        site.add_item_price(id="weekly-addon", item_id="help", item_type="addon", period_unit="week")
        site.add_item_price(id="charge", item_id="setup", item_type="charge")
        before = dict(subscription)

        assert (await api.post(UPDATE, *pairs)).refusal == refusal
        assert (site.subscriptions.rows["sub"], site.charges) == (before, [])

    async def test_an_archived_price_may_stay(self, api: Api, site: Site) -> None:
        site.add_item_price(id="old", item_id="pro", status="archived")
        site.add_subscription(id="sub", customer_id="ada", items=[("old", 2)])

        assert listed(await api.post(UPDATE, *items(("old", 3)))) == [("old", 3)]

    @pytest.mark.usefixtures("with_addon")
    async def test_a_yearly_plan_may_have_a_monthly_addon(self, api: Api) -> None:
        reply = await api.post(UPDATE, *items("yearly"))

        assert listed(reply) == [("yearly", 1), ("support", None)]
        assert (reply.subscription["billing_period"], reply.subscription["billing_period_unit"]) == (1, "year")


@pytest.mark.usefixtures("subscription")
class TestMoneyOfAnImmediateChange:
    async def test_proration_credits_what_is_unused_and_charges_what_is_new(self, api: Api, site: Site) -> None:
        reply = await api.post(UPDATE, *items(("more-seats", 3)), ("prorate", "true"))

        # Twenty of thirty days are left of 3000, and of 6000.
        assert [(charge.reason, charge.amount) for charge in site.charges] == [
            ("proration_credit", -2000),
            ("proration_charge", 4000),
        ]
        assert {(charge.currency, charge.subscription) for charge in site.charges} == {("USD", "sub")}
        assert reply.subscription["mrr"] == 6000

    async def test_without_proration_nothing_moves_until_the_renewal(
        self, api: Api, site: Site, clock: MovableClock
    ) -> None:
        await api.post(UPDATE, *items(("more-seats", 3)), ("prorate", "false"))
        assert (site.charges, site.unbilled) == ([], [])

        clock.move(days=21)
        await api.get("/subscriptions")

        assert [charge.amount for charge in site.renewals] == [6000]

    @pytest.mark.parametrize("prorates", [True, False])
    async def test_the_site_decides_where_the_request_does_not(self, api: Api, site: Site, prorates: bool) -> None:
        site.prorates = prorates
        await api.post(UPDATE, *items(("more-seats", 3)))

        assert bool(site.charges) is prorates

    async def test_what_is_not_invoiced_at_once_waits_for_the_renewal(
        self, api: Api, site: Site, clock: MovableClock
    ) -> None:
        await api.post(UPDATE, *items(("more-seats", 3)), ("prorate", "true"), ("invoice_immediately", "false"))
        assert [charge.amount for charge in site.charges] == [-2000]
        assert [charge.amount for charge in site.unbilled] == [4000]

        clock.move(days=21)
        await api.get("/subscriptions")

        assert sorted(charge.amount for charge in site.renewals) == [4000, 6000]
        assert site.unbilled == []

    @pytest.mark.parametrize(
        ("prorate", "charges"),
        [
            pytest.param("true", [("proration_credit", -2000), ("new_term", 9000)], id="prorated"),
            pytest.param("false", [("new_term", 9000)], id="not prorated"),
        ],
    )
    async def test_another_billing_period_begins_a_new_term_which_is_charged_in_full(
        self, api: Api, site: Site, clock: MovableClock, prorate: str, charges: list[tuple[str, int]]
    ) -> None:
        changed = (await api.post(UPDATE, *items("yearly"), ("prorate", prorate))).subscription

        assert [(charge.reason, charge.amount) for charge in site.charges] == charges
        assert changed["current_term_start"] == clock.seconds
        assert changed["next_billing_at"] == changed["current_term_end"] == clock.seconds + 365 * DAY

    async def test_the_term_can_be_reset_by_force(self, api: Api, site: Site) -> None:
        await api.post(UPDATE, *items(("seats", 3)), ("force_term_reset", "true"), ("prorate", "false"))

        assert [(charge.reason, charge.amount) for charge in site.charges] == [("new_term", 3000)]

    async def test_a_new_term_of_one_that_does_not_renew_is_its_last(self, api: Api, clock: MovableClock) -> None:
        await api.post("/subscriptions/sub/cancel_for_items", ("cancel_option", "end_of_term"))
        changed = (await api.post(UPDATE, *items("yearly"))).subscription

        assert (changed["status"], changed["cancelled_at"]) == ("non_renewing", clock.seconds + 365 * DAY)
        assert "next_billing_at" not in changed

    async def test_a_payment_that_fails_changes_nothing(self, api: Api, site: Site) -> None:
        site.declining.add("ada")
        before = dict(site.subscriptions.rows["sub"])
        reply = await api.post(UPDATE, *items("yearly"), ("coupon_ids[0]", "ONCE"), ("prorate", "true"))

        assert (reply.code, reply.json["type"]) == ((400, "payment_processing_failed"), "payment")
        assert (site.subscriptions.rows["sub"], site.charges) == (before, [])
        assert site.coupons.rows["ONCE"]["redemptions"] == 0

    async def test_only_what_changes_is_prorated(self, api: Api, site: Site) -> None:
        await api.post(UPDATE, *items("support"), ("prorate", "true"))

        assert [(charge.reason, charge.amount) for charge in site.charges] == [("proration_charge", 200)]
