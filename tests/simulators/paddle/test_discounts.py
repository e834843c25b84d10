"""The discount of a subscription: putting it on, replacing it, refusals, and what it takes off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle.identifiers import readable
from tests.simulators.paddle.client import (
    ADDON,
    CUSTOMER,
    DEARER,
    FIVE_OFF,
    MONTHLY,
    PRODUCT,
    SAVE20,
    SUBSCRIPTION,
    TRIAL,
    WELCOME,
    Reply,
    at,
)

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock


async def apply(
    api: Api, discount: str, effective_from: str = "next_billing_period", subscription: str = SUBSCRIPTION
) -> Reply:
    return await api.update(subscription, discount={"id": discount, "effective_from": effective_from})


@pytest.mark.usefixtures("subscription")
class TestPuttingItOn:
    async def test_for_the_next_period_it_has_no_dates_yet(self, api: Api, account: Account) -> None:
        shown = (await apply(api, SAVE20)).data["discount"]

        assert {name: shown[name] for name in ("id", "starts_at", "ends_at")} == {
            "id": SAVE20,
            "starts_at": None,
            "ends_at": None,
        }
        assert account.discounts.rows[SAVE20]["times_used"] == 1
        assert account.charges == []

    async def test_at_once_it_lasts_so_many_periods(self, api: Api, clock: MovableClock) -> None:
        shown = (await apply(api, SAVE20, "immediately")).data["discount"]

        assert at(shown["starts_at"]) == clock()
        assert at(shown["ends_at"]) == clock().replace(year=2027, month=2)

    async def test_without_a_number_of_periods_it_lasts_for_ever(self, api: Api) -> None:
        assert (await apply(api, FIVE_OFF, "immediately")).data["discount"]["ends_at"] is None

    async def test_half_of_the_subscriptions_show_no_type(self, api: Api, account: Account) -> None:
        made = [account.add_subscription(customer=CUSTOMER, prices=[MONTHLY])["id"] for _ in range(40)]
        shown = [(await apply(api, FIVE_OFF, subscription=one)).data["discount"] for one in made]

        assert {discount.get("type") for discount in shown} == {"recurring", None}

    async def test_a_second_one_replaces_the_first(self, api: Api) -> None:
        await apply(api, SAVE20)

        assert (await apply(api, FIVE_OFF)).data["discount"]["id"] == FIVE_OFF

    async def test_the_same_one_again_starts_anew(self, api: Api, account: Account, clock: MovableClock) -> None:
        await apply(api, SAVE20, "immediately")
        clock.move(days=1)
        shown = (await apply(api, SAVE20, "immediately")).data["discount"]

        assert at(shown["starts_at"]) == clock()
        assert account.discounts.rows[SAVE20]["times_used"] == 2

    async def test_null_takes_it_off(self, api: Api) -> None:
        await apply(api, SAVE20)

        assert (await api.update(discount=None)).data["discount"] is None

    async def test_what_is_scheduled_stays_scheduled(self, api: Api) -> None:
        await api.act("cancel")

        assert (await apply(api, SAVE20)).data["scheduled_change"]["action"] == "cancel"

    @pytest.mark.usefixtures("trial")
    async def test_a_trial_takes_it_for_the_next_period(self, api: Api) -> None:
        assert (await apply(api, SAVE20, subscription=TRIAL)).data["status"] == "trialing"

    async def test_the_last_use_makes_it_used(self, api: Api, account: Account) -> None:
        account.add_discount(id=readable("dsc", "lastone"), usage_limit=5, times_used=4)
        await apply(api, readable("dsc", "lastone"))
        shown = (await api.get(f"/discounts/{readable('dsc', 'lastone')}")).data

        assert (shown["times_used"], shown["status"]) == (5, "used")


@pytest.mark.usefixtures("subscription", "trial")
class TestRefusals:
    @pytest.fixture(autouse=True)
    def discounts(self, account: Account) -> None:
        account.add_discount(id=readable("dsc", "euros"), type="flat", amount="500", currency_code="EUR")
        account.add_discount(id=readable("dsc", "europercent"), amount="5", currency_code="EUR")
        account.add_discount(id=readable("dsc", "addon"), restrict_to=[ADDON])
        account.add_discount(id=readable("dsc", "product"), restrict_to=[PRODUCT])
        account.add_discount(id=readable("dsc", "none"), restrict_to=[])
        account.add_discount(id=readable("dsc", "archived"), status="archived")
        account.add_discount(id=readable("dsc", "expired"), expires_at="2026-01-01T00:00:00Z")
        account.add_discount(id=readable("dsc", "used"), usage_limit=1, times_used=1)

    @pytest.mark.parametrize(
        ("discount", "refusal"),
        [
            pytest.param(readable("dsc", "nosuch"), (404, "not_found"), id="unknown"),
            pytest.param(WELCOME, (400, "subscription_one_off_discount_not_valid"), id="does not recur"),
            pytest.param(readable("dsc", "euros"), (400, "subscription_invalid_discount_currency"), id="currency"),
            pytest.param(readable("dsc", "addon"), (400, "subscription_discount_not_valid_for_items"), id="items"),
            pytest.param(readable("dsc", "archived"), (400, "bad_request"), id="archived"),
        ],
    )
    async def test_what_cannot_be_put_on(
        self, api: Api, subscription: dict[str, Any], discount: str, refusal: tuple[int, str]
    ) -> None:
        before = dict(subscription)
        reply = await apply(api, discount)

        assert reply.refusal == refusal
        assert subscription == before

    @pytest.mark.parametrize("name", ["europercent", "product", "none"])
    async def test_what_looks_unfit_and_is_not(self, api: Api, name: str) -> None:
        assert (await apply(api, readable("dsc", name))).status == 200

    @pytest.mark.parametrize(
        ("name", "code"), [("expired", "discount_expired"), ("used", "discount_usage_limit_exceeded")]
    )
    async def test_a_finished_one_can_be_put_on_unless_the_account_is_told_otherwise(
        self, api: Api, account: Account, name: str, code: str
    ) -> None:
        taken = await apply(api, readable("dsc", name))
        account.applies_finished_discounts = False
        refused = await apply(api, readable("dsc", name))

        assert (taken.status, refused.refusal) == (200, (400, code))

    async def test_a_trial_does_not_take_it_at_once(self, api: Api) -> None:
        reply = await apply(api, SAVE20, "immediately", TRIAL)

        assert reply.refusal == (400, "subscription_trialing_discount_update_invalid_options")

    @pytest.mark.parametrize("missing", ["id", "effective_from"])
    async def test_both_its_fields_are_required(self, api: Api, missing: str) -> None:
        discount = {"id": SAVE20, "effective_from": "immediately"}
        del discount[missing]
        reply = await api.update(discount=discount)

        assert (reply.refusal, reply.fields) == ((400, "bad_request"), [f"discount.{missing}"])

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            ("paused", "subscription_only_update_items_on_paused_subscription"),
            ("past_due", "subscription_update_when_past_due"),
        ],
    )
    async def test_a_paused_or_overdue_one_takes_none(
        self, api: Api, subscription: dict[str, Any], status: str, code: str
    ) -> None:
        subscription["status"] = status

        assert (await apply(api, SAVE20)).refusal == (400, code)

    async def test_it_is_judged_by_the_items_of_the_same_request(self, api: Api) -> None:
        reply = await api.update(
            items=[{"price_id": ADDON, "quantity": 1}],
            proration_billing_mode="do_not_bill",
            discount={"id": readable("dsc", "addon"), "effective_from": "next_billing_period"},
        )

        assert reply.data["discount"]["id"] == readable("dsc", "addon")


class TestWhatItTakesOff:
    """Three seats at 10.00 and one extra at 3.00."""

    @pytest.mark.parametrize(
        ("members", "total"),
        [
            pytest.param({"amount": "12.5"}, 2887, id="a percentage, rounded"),
            pytest.param({"type": "flat", "amount": "500"}, 2800, id="an amount"),
            pytest.param({"type": "flat", "amount": "9900"}, 0, id="an amount above the total"),
            pytest.param({"type": "flat_per_seat", "amount": "100"}, 2900, id="an amount for each seat"),
            pytest.param({"amount": "50", "restrict_to": [MONTHLY]}, 1800, id="restricted to a price"),
            pytest.param({"amount": "50", "restrict_to": [PRODUCT]}, 1800, id="restricted to a product"),
            pytest.param(
                {"type": "flat_per_seat", "amount": "100", "restrict_to": [MONTHLY]}, 3000, id="seats of one price"
            ),
        ],
    )
    async def test_by_kind(self, api: Api, account: Account, members: dict[str, Any], total: int) -> None:
        discount = account.add_discount(**members)["id"]
        account.add_subscription(
            id=SUBSCRIPTION, customer=CUSTOMER, prices=[(MONTHLY, 3), ADDON], status="paused", discount=discount
        )
        await api.act("resume")

        assert sum(charge.amount for charge in account.charges) == total

    @pytest.mark.usefixtures("subscription")
    async def test_at_once_it_counts_for_prorations_too(self, api: Api, account: Account) -> None:
        await apply(api, SAVE20, "immediately")
        await api.update(items=[{"price_id": DEARER, "quantity": 3}], proration_billing_mode="prorated_immediately")

        assert [charge.amount for charge in account.charges] == [1200]

    @pytest.mark.usefixtures("subscription")
    async def test_for_the_next_period_it_does_not(self, api: Api, account: Account) -> None:
        await apply(api, SAVE20)
        await api.update(items=[{"price_id": DEARER, "quantity": 3}], proration_billing_mode="prorated_immediately")

        assert [charge.amount for charge in account.charges] == [1500]
