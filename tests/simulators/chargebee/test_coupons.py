"""Coupons on subscriptions: which can be applied, how long they last, how often they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.chargebee.client import DAY

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock, Reply

UPDATE = "/subscriptions/sub/update_for_items"


def applied(reply: Reply) -> list[str]:
    return [coupon["coupon_id"] for coupon in reply.subscription.get("coupons", ())]


async def apply(api: Api, *coupons: str, replace: str | None = None) -> Reply:
    pairs = [(f"coupon_ids[{index}]", coupon) for index, coupon in enumerate(coupons)]
    return await api.post(UPDATE, *pairs, *([] if replace is None else [("replace_coupon_list", replace)]))


@pytest.mark.usefixtures("subscription")
class TestApplying:
    async def test_a_coupon_is_added_and_charges_nothing(self, api: Api, site: Site) -> None:
        reply = await apply(api, "SAVE20")

        assert reply.subscription["coupons"] == [{"coupon_id": "SAVE20", "applied_count": 0, "object": "coupon"}]
        assert site.coupons.rows["SAVE20"]["redemptions"] == 1
        assert site.charges == []

    @pytest.mark.parametrize(
        ("replace", "result"),
        [
            pytest.param(None, ["SAVE20", "SAVE5"], id="nothing said"),
            pytest.param("false", ["SAVE20", "SAVE5"], id="added"),
            pytest.param("true", ["SAVE5"], id="replaced"),
        ],
    )
    async def test_others_stay_unless_the_list_is_replaced(
        self, api: Api, replace: str | None, result: list[str]
    ) -> None:
        await apply(api, "SAVE20")

        assert applied(await apply(api, "SAVE5", replace=replace)) == result

    async def test_a_coupon_that_stays_on_a_replaced_list_is_not_used_again(self, api: Api, site: Site) -> None:
        await apply(api, "SAVE20")

        assert applied(await apply(api, "SAVE20", replace="true")) == ["SAVE20"]
        assert site.coupons.rows["SAVE20"]["redemptions"] == 1

    async def test_one_of_a_kind_is_the_limit_unless_the_site_allows_more(self, api: Api, site: Site) -> None:
        await apply(api, "SAVE20")
        refused = await apply(api, "ONCE")
        site.several_coupons_of_a_kind = True

        assert refused.refusal == (400, "resource_limit_exceeded", "coupon_ids[0]")
        assert applied(await apply(api, "ONCE")) == ["SAVE20", "ONCE"]

    async def test_the_same_one_cannot_be_applied_twice(self, api: Api, site: Site) -> None:
        site.several_coupons_of_a_kind = True
        await apply(api, "SAVE20")

        assert (await apply(api, "SAVE20")).refusal == (400, "duplicate_entry", "coupon_ids[0]")
        assert (await apply(api, "SAVE5", "SAVE5")).refusal == (400, "duplicate_entry", "coupon_ids[1]")

    @pytest.mark.parametrize(
        ("members", "code"),
        [
            pytest.param({"status": "deleted"}, (404, "resource_not_found"), id="deleted"),
            pytest.param({"valid_till": 1}, (400, "resource_limit_exhausted"), id="expired"),
            pytest.param({"max_redemptions": 2, "redemptions": 2}, (400, "resource_limit_exhausted"), id="used up"),
            pytest.param({"status": "archived"}, (400, "invalid_request"), id="archived"),
            pytest.param({"valid_from": 1_900_000_000}, (400, "invalid_request"), id="not begun"),
            pytest.param(
                {"discount_amount": 5, "currency_code": "EUR"}, (400, "invalid_request"), id="another currency"
            ),
            pytest.param(
                {
                    "apply_on": "each_specified_item",
                    "item_constraints": [
                        {"item_type": "plan", "constraint": "specific", "item_price_ids": ["yearly"]},
                        {"item_type": "addon", "constraint": "all"},
                    ],
                },
                (400, "invalid_request"),
                id="other items",
            ),
        ],
    )
    async def test_what_cannot_be_applied_is_refused(
        self, api: Api, site: Site, members: dict[str, Any], code: tuple[int, str]
    ) -> None:
        site.add_coupon(id="C", **members)

        assert (await apply(api, "C")).refusal == (*code, "coupon_ids[0]")
        assert "coupons" not in site.subscriptions.rows["sub"]

    async def test_an_unknown_one_is_not_found(self, api: Api) -> None:
        assert (await apply(api, "save20")).refusal == (404, "resource_not_found", "coupon_ids[0]")

    @pytest.mark.parametrize("constraint", ["all", "specific"])
    async def test_one_for_some_items_needs_one_of_them(self, api: Api, site: Site, constraint: str) -> None:
        only = [{"item_type": "plan", "constraint": constraint, "item_price_ids": ["seats"]}]
        site.add_coupon(id="C", apply_on="each_specified_item", item_constraints=only)

        assert applied(await apply(api, "C")) == ["C"]

    async def test_the_last_use_expires_a_coupon(self, api: Api, site: Site) -> None:
        site.add_coupon(id="LAST", max_redemptions=1)
        await apply(api, "LAST")

        assert (await api.get("/coupons/LAST")).json["coupon"]["status"] == "expired"

    async def test_a_code_stands_for_its_coupon_once(self, api: Api, site: Site) -> None:
        site.add_coupon(id="C", codes=["FRIEND-1"])
        reply = await apply(api, "FRIEND-1")

        assert reply.subscription["coupons"] == [
            {"coupon_id": "C", "applied_count": 0, "object": "coupon", "coupon_code": "FRIEND-1"}
        ]
        assert (await apply(api, "FRIEND-1", replace="true")).code == (404, "resource_not_found")


class TestLasting:
    async def renewed(self, api: Api, clock: MovableClock, months: int) -> list[dict[str, Any]]:
        clock.move(days=31 * months)
        found: list[dict[str, Any]] = (await api.get("/subscriptions/sub")).subscription.get("coupons", [])
        return found

    @pytest.mark.usefixtures("subscription")
    async def test_a_period_begins_with_the_first_invoice(
        self, api: Api, clock: MovableClock, subscription: dict[str, Any]
    ) -> None:
        first_invoice = subscription["current_term_end"]
        await apply(api, "SAVE20")
        (coupon,) = await self.renewed(api, clock, 1)

        assert coupon["applied_count"] == 1
        # From 11 December to 11 March.
        assert coupon["apply_till"] == first_invoice + 90 * DAY

    @pytest.mark.usefixtures("subscription")
    async def test_three_months_are_three_invoices(self, api: Api, clock: MovableClock) -> None:
        await apply(api, "SAVE20")
        counts = [[coupon["applied_count"] for coupon in await self.renewed(api, clock, 1)] for _ in range(4)]

        assert counts == [[1], [2], [3], []]

    @pytest.mark.usefixtures("subscription")
    async def test_once_is_one_invoice_and_for_ever_is_all(self, api: Api, clock: MovableClock) -> None:
        await apply(api, "ONCE", "SAVE5")

        assert [coupon["coupon_id"] for coupon in await self.renewed(api, clock, 2)] == ["SAVE5"]

    @pytest.mark.usefixtures("subscription")
    async def test_months_of_the_older_kind_count_as_well(self, api: Api, site: Site, clock: MovableClock) -> None:
        site.add_coupon(id="OLD", duration_month=1)
        await apply(api, "OLD")

        assert [len(await self.renewed(api, clock, 1)) for _ in range(2)] == [1, 0]

    async def test_a_coupon_changes_its_status_with_time(self, api: Api, site: Site, clock: MovableClock) -> None:
        site.add_coupon(id="C", valid_from=clock.seconds + DAY, valid_till=clock.seconds + 3 * DAY)
        statuses = []
        for _ in range(3):
            statuses.append((await api.get("/coupons/C")).json["coupon"]["status"])
            clock.move(days=2)

        assert statuses == ["future", "active", "expired"]
