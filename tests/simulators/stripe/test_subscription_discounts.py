"""`discounts` of a subscription's update."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock

DAY = 86_400
SUBSCRIPTION = "/v1/subscriptions/sub_1"

pytestmark = pytest.mark.usefixtures("wide_catalogue")


class TestDiscounts:
    pytestmark = pytest.mark.usefixtures("subscription")

    async def test_a_coupon_becomes_a_discount_from_now_for_its_months(
        self, api: Api, account: Account, clock: MovableClock
    ) -> None:
        reply = await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE20"), ("expand[]", "discounts"))

        (discount,) = reply.json["discounts"]
        assert discount["source"] == {"coupon": "SAVE20", "type": "coupon"}
        assert discount["subscription"] == "sub_1"
        assert discount["start"] == clock.seconds
        assert discount["end"] == clock.seconds + 92 * DAY
        assert account.coupons.rows["SAVE20"]["times_redeemed"] == 1

    async def test_the_list_replaces_what_was_there(self, api: Api) -> None:
        first = await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE20"))
        second = await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE5"))

        assert len(second.json["discounts"]) == 1
        assert second.json["discounts"] != first.json["discounts"]

    async def test_an_existing_discount_is_kept_by_its_id(self, api: Api, account: Account) -> None:
        first = await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE20"))
        kept = first.json["discounts"][0]
        second = await api.post(SUBSCRIPTION, ("discounts[0][discount]", kept), ("discounts[1][coupon]", "SAVE5"))

        assert second.json["discounts"][0] == kept
        assert len(second.json["discounts"]) == 2
        assert account.coupons.rows["SAVE20"]["times_redeemed"] == 1

    async def test_an_update_without_the_parameter_leaves_them(self, api: Api) -> None:
        first = await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE20"))
        second = await api.post(SUBSCRIPTION, ("metadata[a]", "b"))

        assert second.json["discounts"] == first.json["discounts"]

    async def test_an_empty_string_clears_them(self, api: Api) -> None:
        await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "SAVE20"))

        assert (await api.post(SUBSCRIPTION, ("discounts", ""))).json["discounts"] == []

    async def test_a_promotion_code_is_given_by_its_id(self, api: Api, account: Account) -> None:
        account.add_promotion_code(id="promo_1", coupon="SAVE20", code="HELLO", max_redemptions=1)
        reply = await api.post(
            SUBSCRIPTION, ("discounts[0][promotion_code]", "promo_1"), ("expand[]", "discounts.promotion_code")
        )

        code = reply.json["discounts"][0]["promotion_code"]
        assert (code["code"], code["times_redeemed"], code["active"]) == ("HELLO", 1, False)

    @pytest.mark.parametrize(
        ("pairs", "code", "param"),
        [
            pytest.param([("[0][coupon]", "NONE")], "resource_missing", "discounts[0][coupon]", id="unknown coupon"),
            pytest.param([("[0][coupon]", "GONE")], "coupon_expired", "discounts[0][coupon]", id="expired coupon"),
            pytest.param([("[0][coupon]", "EUROS")], None, "discounts[0]", id="other currency"),
            pytest.param(
                [("[0][coupon]", "SAVE5"), ("[1][coupon]", "SAVE5")], None, "discounts[1]", id="the same twice"
            ),
            pytest.param(
                [("[0][discount]", "di_none")], "resource_missing", "discounts[0][discount]", id="unknown discount"
            ),
            pytest.param(
                [("[0][promotion_code]", "HELLO")],
                "resource_missing",
                "discounts[0][promotion_code]",
                id="the code in place of its id",
            ),
            pytest.param([("[0][coupon]", "SAVE5"), ("[0][discount]", "di_1")], None, "discounts[0]", id="two in one"),
            pytest.param([(f"[{n}][coupon]", "SAVE5") for n in range(21)], None, "discounts", id="twenty-one"),
        ],
    )
    async def test_what_cannot_be_redeemed_is_refused(
        self, api: Api, pairs: list[tuple[str, str]], code: str | None, param: str
    ) -> None:
        reply = await api.post(SUBSCRIPTION, *((f"discounts{name}", value) for name, value in pairs))

        assert reply.status == 400
        assert (reply.error.get("code"), reply.error["param"]) == (code, param)

    async def test_a_coupon_with_a_limit_is_spent_in_the_end(self, api: Api, account: Account) -> None:
        account.add_coupon(id="ONCE", percent_off=10.0, max_redemptions=1)
        await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "ONCE"))

        assert (await api.get("/v1/coupons/ONCE")).json["valid"] is False
        assert (await api.post(SUBSCRIPTION, ("discounts[0][coupon]", "ONCE"))).error["code"] == "coupon_expired"

    async def test_the_items_have_discounts_of_their_own(self, api: Api) -> None:
        reply = await api.post(
            SUBSCRIPTION,
            ("items[0][id]", "si_1"),
            ("items[0][discounts][0][coupon]", "SAVE20"),
            ("expand[]", "items.data.discounts"),
        )

        assert reply.json["discounts"] == []
        assert reply.json["items"]["data"][0]["discounts"][0]["subscription_item"] == "si_1"
