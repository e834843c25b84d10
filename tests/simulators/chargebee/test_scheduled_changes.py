"""Changes through `update_for_items` that wait for the end of the term, and what makes them go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.chargebee.client import DAY, items, listed

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock

UPDATE = "/subscriptions/sub/update_for_items"
AT_TERM_END = ("change_option", "end_of_term")


class TestScheduledChanges:
    @pytest.mark.parametrize(
        "option", [pytest.param(AT_TERM_END, id="option"), pytest.param(("end_of_term", "true"), id="deprecated flag")]
    )
    @pytest.mark.usefixtures("subscription")
    async def test_a_change_waits_for_the_end_of_the_term(
        self, api: Api, site: Site, clock: MovableClock, option: tuple[str, str]
    ) -> None:
        scheduled = await api.post(UPDATE, *items(("more-seats", 3)), option)
        shown = await api.get("/subscriptions/sub/retrieve_with_scheduled_changes")
        assert site.charges == []

        clock.move(days=21)
        changed = await api.get("/subscriptions/sub")

        assert (listed(scheduled), scheduled.subscription["has_scheduled_changes"]) == ([("seats", 3)], True)
        assert "changes_scheduled_at" not in scheduled.subscription
        assert listed(shown) == listed(changed) == [("more-seats", 3)]
        assert changed.subscription["has_scheduled_changes"] is False
        assert [charge.amount for charge in site.renewals] == [6000]

    @pytest.mark.usefixtures("subscription")
    async def test_a_change_to_another_period_begins_it_at_the_end_of_the_term(
        self, api: Api, clock: MovableClock
    ) -> None:
        scheduled = (await api.post(UPDATE, *items("yearly"), AT_TERM_END)).subscription
        clock.move(days=21)
        changed = (await api.get("/subscriptions/sub")).subscription

        assert changed["current_term_start"] == scheduled["current_term_end"]
        assert changed["current_term_end"] == changed["current_term_start"] + 365 * DAY

    @pytest.mark.usefixtures("trial")
    async def test_in_a_trial_it_waits_for_the_end_of_the_trial(
        self, api: Api, site: Site, clock: MovableClock
    ) -> None:
        await api.post(UPDATE, *items(("more-seats", 3)), AT_TERM_END)
        clock.move(days=8)

        assert listed(await api.get("/subscriptions/sub")) == [("more-seats", 3)]
        assert [charge.amount for charge in site.renewals] == [6000]

    @pytest.mark.usefixtures("subscription")
    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param([], id="nothing"),
            pytest.param([("coupon_ids[0]", "SAVE20")], id="a coupon"),
            pytest.param([("po_number", "7")], id="a number"),
            pytest.param([*items("flat"), AT_TERM_END], id="another change"),
        ],
    )
    async def test_every_update_deletes_a_change_that_was_scheduled_before(
        self, api: Api, site: Site, pairs: list[tuple[str, str]]
    ) -> None:
        await api.post(UPDATE, *items(("more-seats", 3)), AT_TERM_END)
        await api.post(UPDATE, *pairs)
        waiting = site.scheduled_changes.get("sub", {"subscription_items": []})

        assert [item["item_price_id"] for item in waiting["subscription_items"]] == ["flat"] * (AT_TERM_END in pairs)

    @pytest.mark.usefixtures("subscription")
    async def test_a_refused_update_deletes_nothing(self, api: Api) -> None:
        await api.post(UPDATE, *items(("more-seats", 3)), AT_TERM_END)
        await api.post(UPDATE, ("coupon_ids[0]", "NONE"))

        assert (await api.get("/subscriptions/sub")).subscription["has_scheduled_changes"] is True

    @pytest.mark.usefixtures("subscription")
    async def test_it_is_taken_back(self, api: Api, clock: MovableClock) -> None:
        undo = "/subscriptions/sub/remove_scheduled_changes"
        await api.post(UPDATE, *items(("more-seats", 3)), AT_TERM_END)
        restored = await api.post(undo)
        again = await api.post(undo)
        shown = await api.get("/subscriptions/sub/retrieve_with_scheduled_changes")
        clock.move(days=21)

        assert restored.subscription["has_scheduled_changes"] is False
        assert again.code == shown.code == (409, "invalid_state_for_request")
        assert listed(await api.get("/subscriptions/sub")) == [("seats", 3)]

    @pytest.mark.parametrize("status", ["cancelled", "non_renewing", "future"])
    async def test_without_a_next_term_nothing_can_be_scheduled(self, api: Api, site: Site, status: str) -> None:
        site.add_subscription(id="sub", customer_id="ada", items=["seats"], status=status)

        assert (await api.post(UPDATE, *items("more-seats"), AT_TERM_END)).code == (
            409,
            "invalid_state_for_request",
        )
