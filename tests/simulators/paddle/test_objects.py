"""The shapes of objects: every member is there, null where it is empty, amounts are text, times are RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle import Account, moments
from simulators.paddle.identifiers import readable
from tests.simulators.paddle.client import (
    ADDON,
    CUSTOMER,
    FIVE_OFF,
    MONTHLY,
    PRODUCT,
    SAVE20,
    SUBSCRIPTION,
    TRIAL,
    at,
)

if TYPE_CHECKING:
    from tests.simulators.paddle.client import Api, MovableClock

PRODUCT_KEYS = {
    "id",
    "name",
    "tax_category",
    "type",
    "description",
    "image_url",
    "custom_data",
    "status",
    "import_meta",
    "created_at",
    "updated_at",
}
PRICE_KEYS = {
    "id",
    "product_id",
    "type",
    "description",
    "name",
    "billing_cycle",
    "trial_period",
    "tax_mode",
    "unit_price",
    "unit_price_overrides",
    "custom_data",
    "status",
    "quantity",
    "import_meta",
    "created_at",
    "updated_at",
}
KEYS = {
    "customers": {
        "id",
        "status",
        "custom_data",
        "name",
        "email",
        "marketing_consent",
        "locale",
        "created_at",
        "updated_at",
        "import_meta",
    },
    "products": PRODUCT_KEYS,
    "prices": PRICE_KEYS,
    "discounts": {
        "id",
        "status",
        "description",
        "enabled_for_checkout",
        "code",
        "type",
        "mode",
        "amount",
        "currency_code",
        "recur",
        "maximum_recurring_intervals",
        "usage_limit",
        "restrict_to",
        "expires_at",
        "times_used",
        "discount_group_id",
        "custom_data",
        "import_meta",
        "created_at",
        "updated_at",
    },
    "subscriptions": {
        "id",
        "status",
        "customer_id",
        "address_id",
        "business_id",
        "currency_code",
        "created_at",
        "updated_at",
        "started_at",
        "first_billed_at",
        "next_billed_at",
        "paused_at",
        "canceled_at",
        "discount",
        "collection_mode",
        "billing_details",
        "current_billing_period",
        "billing_cycle",
        "scheduled_change",
        "items",
        "custom_data",
        "management_urls",
        "consent_requirements",
        "import_meta",
    },
}
ITEM_KEYS = {
    "status",
    "quantity",
    "recurring",
    "created_at",
    "updated_at",
    "previously_billed_at",
    "next_billed_at",
    "trial_dates",
    "price",
    "product",
}
ADDRESS_KEYS = {
    "id",
    "customer_id",
    "status",
    "description",
    "first_line",
    "second_line",
    "city",
    "postal_code",
    "region",
    "country_code",
    "custom_data",
    "created_at",
    "updated_at",
    "import_meta",
}
TOTALS_KEYS = {
    "subtotal",
    "discount",
    "tax",
    "total",
    "fee",
    "credit",
    "credit_to_balance",
    "balance",
    "grand_total",
    "grand_total_tax",
    "earnings",
    "currency_code",
    "exchange_rate",
}


@pytest.mark.usefixtures("subscription")
@pytest.mark.parametrize(("collection", "keys"), KEYS.items(), ids=KEYS)
async def test_every_member_is_there_in_lists_and_by_id(api: Api, collection: str, keys: set[str]) -> None:
    rows = (await api.get(f"/{collection}")).data
    one = (await api.get(f"/{collection}/{rows[0]['id']}")).data

    assert {frozenset(row) for row in rows} == {frozenset(keys)}
    assert one == rows[0]


async def test_an_address_has_every_member_too(api: Api, account: Account) -> None:
    account.add_address(customer=CUSTOMER)

    assert (await api.get(f"/customers/{CUSTOMER}/addresses")).data[0].keys() == ADDRESS_KEYS


@pytest.mark.usefixtures("subscription")
async def test_an_item_carries_its_price_and_its_product_and_has_no_id(api: Api) -> None:
    item = (await api.subscription())["items"][0]

    assert item.keys() == ITEM_KEYS
    assert (item["price"].keys(), item["product"].keys()) == (PRICE_KEYS, PRODUCT_KEYS)


@pytest.mark.usefixtures("subscription")
async def test_an_item_shows_the_price_as_it_was_when_it_was_added(api: Api, account: Account) -> None:
    account.prices.rows[MONTHLY]["unit_price"] = {"amount": "9999", "currency_code": "USD"}
    account.products.rows[PRODUCT]["name"] = "Renamed"
    item = (await api.subscription())["items"][0]

    assert (item["price"]["unit_price"]["amount"], item["product"]["name"]) == ("1000", "Plan")


@pytest.mark.usefixtures("subscription")
async def test_what_is_included_has_every_member(api: Api) -> None:
    wanted = "next_transaction,recurring_transaction_details"
    shown = (await api.get(f"/subscriptions/{SUBSCRIPTION}", include=wanted)).data

    assert shown["next_transaction"].keys() == {"billing_period", "details", "adjustments"}
    assert shown["recurring_transaction_details"].keys() == {"tax_rates_used", "totals", "line_items"}
    assert shown["recurring_transaction_details"]["totals"].keys() == TOTALS_KEYS
    assert shown["recurring_transaction_details"]["line_items"][0].keys() == {
        "item_id",
        "price_id",
        "quantity",
        "totals",
        "product",
        "tax_rate",
        "unit_totals",
        "proration",
    }


@pytest.mark.usefixtures("subscription")
async def test_a_preview_has_the_subscription_with_what_it_costs(api: Api) -> None:
    body = {"items": [{"price_id": MONTHLY, "quantity": 5}], "proration_billing_mode": "full_immediately"}
    shown = (await api.patch(f"/subscriptions/{SUBSCRIPTION}/preview", body)).data

    assert shown.keys() == KEYS["subscriptions"] | {
        "immediate_transaction",
        "next_transaction",
        "recurring_transaction_details",
        "update_summary",
    }
    assert shown["update_summary"].keys() == {"credit", "charge", "result"}
    assert shown["update_summary"]["result"].keys() == {"action", "amount", "currency_code"}


async def test_amounts_are_text(api: Api, account: Account) -> None:
    account.add_price(id=readable("pri", "over"), amount=5, overrides=((["JP"], 700, "JPY"),))
    price = (await api.get(f"/prices/{readable('pri', 'over')}")).data

    assert price["unit_price"] == {"amount": "5", "currency_code": "USD"}
    assert price["unit_price_overrides"] == [
        {"country_codes": ["JP"], "unit_price": {"amount": "700", "currency_code": "JPY"}}
    ]
    assert (await api.get(f"/discounts/{SAVE20}")).data["amount"] == "20"


async def test_a_flat_discount_has_a_currency_and_a_percentage_has_none(api: Api) -> None:
    assert (await api.get(f"/discounts/{FIVE_OFF}")).data["currency_code"] == "USD"
    assert (await api.get(f"/discounts/{SAVE20}")).data["currency_code"] is None


async def test_a_trial_period_has_the_members_of_2026(api: Api, account: Account) -> None:
    made = account.add_price(trial=("day", 14))["id"]

    assert (await api.get(f"/prices/{made}")).data["trial_period"] == {
        "interval": "day",
        "frequency": 14,
        "requires_payment_method": True,
        "unit_price": None,
        "unit_price_overrides": [],
    }


class TestSubscriptions:
    @pytest.mark.usefixtures("subscription")
    async def test_an_active_one_shows_its_period_and_its_next_bill(self, api: Api) -> None:
        shown = await api.subscription()

        assert at(shown["current_billing_period"]["starts_at"]) == datetime(2026, 11, 6, 12, tzinfo=UTC)
        assert shown["next_billed_at"] == shown["current_billing_period"]["ends_at"]
        assert shown["first_billed_at"] == shown["started_at"]
        assert shown["items"][0]["previously_billed_at"] == shown["current_billing_period"]["starts_at"]
        assert shown["items"][0]["trial_dates"] is None

    @pytest.mark.usefixtures("trial")
    async def test_a_trial_shows_its_trial_as_its_period_and_was_never_billed(self, api: Api) -> None:
        shown = await api.subscription(TRIAL)
        item = shown["items"][0]

        assert (shown["status"], item["status"]) == ("trialing", "trialing")
        assert item["trial_dates"] == shown["current_billing_period"]
        assert (shown["first_billed_at"], item["previously_billed_at"]) == (None, None)

    async def test_a_paused_one_has_no_period_and_a_resumption_if_it_ends(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        resume_at = clock().replace(year=2027)
        open_ended = account.add_subscription(customer=CUSTOMER, prices=[MONTHLY], status="paused")["id"]
        ending = account.add_subscription(customer=CUSTOMER, prices=[MONTHLY], status="paused", resume_at=resume_at)[
            "id"
        ]
        shown = [await api.subscription(one) for one in (open_ended, ending)]

        assert [row["current_billing_period"] for row in shown] == [None, None]
        assert [at(row["next_billed_at"]) for row in shown] == [None, resume_at]
        assert shown[0]["scheduled_change"] is None
        assert shown[1]["scheduled_change"]["action"] == "resume"
        assert at(shown[0]["paused_at"]) == clock()

    async def test_a_canceled_one_has_neither_period_nor_bill(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        made = account.add_subscription(customer=CUSTOMER, prices=[MONTHLY], status="canceled")["id"]
        shown = await api.subscription(made)

        assert at(shown["canceled_at"]) == clock()
        assert (shown["current_billing_period"], shown["next_billed_at"]) == (None, None)

    async def test_a_one_time_item_does_not_recur(self, api: Api, account: Account) -> None:
        once = account.add_price(interval=None)["id"]
        made = account.add_subscription(customer=CUSTOMER, prices=[ADDON, once])["id"]
        items = (await api.subscription(made))["items"]

        assert [item["recurring"] for item in items] == [True, False]
        assert items[1]["next_billed_at"] is None

    @pytest.mark.parametrize(
        ("livemode", "host"),
        [pytest.param(True, "buyer-portal", id="live"), pytest.param(False, "sandbox-buyer-portal", id="sandbox")],
    )
    def test_its_portal_is_the_modes_own(self, *, livemode: bool, host: str) -> None:
        account = Account(livemode=livemode)
        made = account.add_subscription(customer=account.add_customer()["id"], prices=[account.add_price()["id"]])

        assert made["management_urls"]["cancel"].startswith(f"https://{host}.paddle.com/subscriptions/sub_")

    def test_an_invoiced_one_has_no_payment_method_to_update(self, account: Account) -> None:
        made = account.add_subscription(customer=CUSTOMER, prices=[MONTHLY], collection_mode="manual")

        assert made["management_urls"]["update_payment_method"] is None
        assert made["management_urls"]["cancel"] is not None


class TestArranging:
    def test_an_id_of_another_form_is_refused(self, account: Account) -> None:
        with pytest.raises(ValueError, match="no id of a customer"):
            account.add_customer(id="ctm_1")

    def test_an_unknown_member_is_refused(self, account: Account) -> None:
        with pytest.raises(TypeError, match="a price has no nickname"):
            account.add_price(nickname="x")

    @pytest.mark.parametrize("name", ["has_underscore", "UPPER", "x" * 25])
    def test_a_readable_id_has_the_real_form(self, name: str) -> None:
        with pytest.raises(ValueError, match="no id can be made"):
            readable("ctm", name)

    def test_a_discount_that_is_arranged_on_a_subscription_is_a_use_of_it(self, account: Account) -> None:
        account.add_subscription(customer=CUSTOMER, prices=[MONTHLY], discount=SAVE20)

        assert account.discounts.rows[SAVE20]["times_used"] == 1

    def test_times_may_be_given_as_datetimes(self, account: Account) -> None:
        expires = datetime(2027, 1, 1, tzinfo=UTC)

        assert at(account.add_discount(expires_at=expires)["expires_at"]) == expires

    def test_ids_are_made_in_order(self, account: Account) -> None:
        first, second = account.add_customer()["id"], account.add_customer()["id"]

        assert first < second
        assert len(first) == len("ctm_") + 26


def times(value: Any) -> list[str]:
    """All times in a JSON value, by their members' names."""
    if isinstance(value, list):
        return [text for entry in value for text in times(entry)]
    if not isinstance(value, dict):
        return []
    here = [text for name, text in value.items() if name.endswith("_at") and isinstance(text, str)]
    return here + [text for entry in value.values() for text in times(entry)]


@pytest.mark.usefixtures("subscription", "trial")
async def test_all_times_are_rfc_3339(api: Api) -> None:
    found = times((await api.get("/subscriptions")).json)

    assert found
    assert all(moments.read(text).tzinfo is UTC for text in found)
