"""`update_for_items` in every status; what it starts again unless told otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.chargebee.client import DAY, items, listed

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock

UPDATE = "/subscriptions/sub/update_for_items"


class TestStatuses:
    @pytest.mark.parametrize(
        ("status", "charged"),
        [
            pytest.param("future", False, id="future"),
            pytest.param("in_trial", False, id="in trial"),
            pytest.param("active", True, id="active"),
            pytest.param("non_renewing", True, id="non-renewing"),
        ],
    )
    async def test_only_what_is_paid_for_is_charged(self, api: Api, site: Site, status: str, charged: bool) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status=status)
        reply = await api.post(UPDATE, *items("more-seats"), ("prorate", "true"))

        assert (listed(reply), reply.subscription["status"]) == ([("more-seats", 1)], status)
        assert bool(site.charges) is charged

    async def test_a_paused_one_cannot_be_changed(self, api: Api, site: Site) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="paused")

        assert (await api.post(UPDATE, ("coupon_ids[0]", "SAVE20"))).code == (409, "invalid_state_for_request")

    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param(items("more-seats"), id="items"),
            pytest.param([("coupon_ids[0]", "SAVE5")], id="a coupon"),
            pytest.param([*items("more-seats"), ("reactivate", "true")], id="said"),
        ],
    )
    async def test_a_cancelled_one_starts_again_and_is_charged_unless_told_otherwise(
        self, api: Api, site: Site, clock: MovableClock, pairs: list[tuple[str, str]]
    ) -> None:
        site.add_subscription(
            id="sub",
            customer_id="ada",
            items=["seats"],
            status="cancelled",
            started_at=clock.seconds - 50 * DAY,
            cancel_reason_code="Other",
        )
        restarted = (await api.post(UPDATE, *pairs)).subscription

        assert (restarted["status"], restarted["current_term_start"]) == ("active", clock.seconds)
        assert not {"cancelled_at", "cancel_reason_code"} & restarted.keys()
        assert [charge.reason for charge in site.charges] == ["reactivation"]

    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param([*items("more-seats"), ("reactivate", "false")], id="items"),
            pytest.param([("coupon_ids[0]", "SAVE5"), ("reactivate", "false")], id="a coupon"),
            pytest.param([("po_number", "7")], id="nothing that matters"),
        ],
    )
    async def test_it_stays_cancelled_when_told_so(self, api: Api, site: Site, pairs: list[tuple[str, str]]) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="cancelled")

        assert (await api.post(UPDATE, *pairs)).subscription["status"] == "cancelled"
        assert site.charges == []

    async def test_one_cancelled_before_its_start_starts_now(self, api: Api, site: Site, clock: MovableClock) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="cancelled", started_at=None)
        started = (await api.post(UPDATE, *items("more-seats"))).subscription

        assert (started["status"], started["started_at"]) == ("active", clock.seconds)

    @pytest.mark.usefixtures("subscription")
    async def test_plain_members_are_set(self, api: Api) -> None:
        reply = await api.post(UPDATE, ("po_number", "7"), ("cf_region", "EMEA"), ("meta_data", '{"a":1}'))

        assert (reply.subscription["po_number"], reply.subscription["cf_region"]) == ("7", "EMEA")
        assert reply.subscription["meta_data"] == {"a": 1}

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        "pair", [("billing_cycles", "3"), ("discounts[amount][0]", "5"), ("change_option", "specific_date")]
    )
    async def test_what_is_not_acted_upon_is_refused(self, api: Api, pair: tuple[str, str]) -> None:
        assert (await api.post(UPDATE, pair)).status == 400
