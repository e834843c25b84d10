"""The end of a trial: moved, reached, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulators.chargebee.client import DAY

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock, Reply

UPDATE = "/subscriptions/sub/update_for_items"


async def move(api: Api, trial_end: int) -> Reply:
    return await api.post(UPDATE, ("trial_end", str(trial_end)))


async def test_a_trial_is_extended_without_a_charge(
    api: Api, site: Site, clock: MovableClock, trial: dict[str, Any]
) -> None:
    end = trial["trial_end"] + 10 * DAY
    extended = (await move(api, end)).subscription
    clock.move(days=16)
    still = (await api.get("/subscriptions/sub")).subscription
    clock.move(days=2)
    active = (await api.get("/subscriptions/sub")).subscription

    assert (extended["status"], extended["trial_end"], extended["next_billing_at"]) == ("in_trial", end, end)
    assert still["status"] == "in_trial"
    assert (active["status"], active["activated_at"], active["current_term_start"]) == ("active", end, end)
    assert (site.charges, [(charge.reason, charge.at) for charge in site.renewals]) == ([], [("trial_end", end)])
    assert active["trial_end"] == end


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize("when", [pytest.param(0, id="taken away"), pytest.param(1, id="moved into the past")])
async def test_a_trial_that_is_over_is_charged_at_once(api: Api, site: Site, clock: MovableClock, when: int) -> None:
    active = (await move(api, when)).subscription

    assert (active["status"], active["current_term_start"]) == ("active", clock.seconds)
    assert [(charge.reason, charge.amount) for charge in site.charges] == [("trial_end", 3000)]


@pytest.mark.usefixtures("trial")
async def test_a_payment_that_fails_leaves_the_trial(api: Api, site: Site) -> None:
    site.declining.add("ada")

    assert (await move(api, 0)).code == (400, "payment_processing_failed")
    assert site.subscriptions.rows["sub"]["status"] == "in_trial"


@pytest.mark.usefixtures("trial")
async def test_a_trial_is_at_most_180_months_long(api: Api, clock: MovableClock) -> None:
    day_too_far = clock.moment.replace(year=clock.moment.year + 15, day=clock.moment.day + 1)
    as_far_as_possible = clock.moment.replace(year=clock.moment.year + 15)

    assert (await move(api, int(day_too_far.timestamp()))).refusal == (400, "param_wrong_value", "trial_end")
    assert (await move(api, int(as_far_as_possible.timestamp()))).status == 200


@pytest.mark.parametrize("status", ["active", "non_renewing", "paused"])
async def test_what_was_paid_for_cannot_go_back_to_a_trial(
    api: Api, site: Site, clock: MovableClock, status: str
) -> None:
    site.add_subscription(id="sub", customer_id="ada", items=["seats"], status=status)

    assert (await move(api, clock.seconds + DAY)).code == (409, "invalid_state_for_request")


async def test_a_cancelled_one_starts_again_with_a_trial(api: Api, site: Site, clock: MovableClock) -> None:
    site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="cancelled")
    restarted = (await move(api, clock.seconds + DAY)).subscription

    assert (restarted["status"], restarted["trial_start"]) == ("in_trial", clock.seconds)
    assert not {"cancelled_at", "current_term_start"} & restarted.keys()
    assert site.charges == []


async def test_the_trial_of_a_cancelled_one_cannot_be_moved_without_starting_it(
    api: Api, site: Site, clock: MovableClock
) -> None:
    site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="cancelled")
    reply = await api.post(UPDATE, ("trial_end", str(clock.seconds + DAY)), ("reactivate", "false"))

    assert reply.code == (409, "invalid_state_for_request")


async def test_a_cancellation_at_the_end_of_the_trial_moves_with_it(api: Api, trial: dict[str, Any]) -> None:
    await api.post("/subscriptions/sub/cancel_for_items", ("cancel_option", "end_of_term"))
    extended = (await move(api, trial["trial_end"] + DAY)).subscription

    assert extended["cancelled_at"] == extended["trial_end"]
    assert "next_billing_at" not in extended


@pytest.mark.usefixtures("trial")
async def test_a_trial_cut_short_before_its_cancellation_leaves_one_term(api: Api, site: Site) -> None:
    await api.post("/subscriptions/sub/cancel_for_items", ("cancel_option", "end_of_term"))
    last = (await move(api, 0)).subscription

    assert (last["status"], last["cancelled_at"]) == ("non_renewing", last["current_term_end"])
    assert "next_billing_at" not in last
    assert [charge.reason for charge in site.charges] == ["trial_end"]


class TestBeforeTheStart:
    @pytest.fixture
    def start(self, site: Site, clock: MovableClock) -> int:
        start = clock.seconds + 5 * DAY
        site.add_subscription(
            id="sub", customer_id="ada", items=["seats"], status="future", start_date=start, trial_end=start + DAY
        )
        return start

    async def test_the_trial_can_be_moved_and_taken_away(self, api: Api, start: int) -> None:
        moved = (await move(api, start + 9 * DAY)).subscription
        without = (await move(api, 0)).subscription

        assert (moved["status"], moved["trial_end"], moved["next_billing_at"]) == (
            "future",
            start + 9 * DAY,
            start + 9 * DAY,
        )
        assert ("trial_end" in without, without["next_billing_at"]) == (False, start)

    async def test_it_ends_after_the_start(self, api: Api, start: int) -> None:
        assert (await move(api, start)).refusal == (400, "param_wrong_value", "trial_end")


@pytest.mark.usefixtures("trial")
async def test_a_scheduled_change_has_no_trial(api: Api) -> None:
    reply = await api.post(UPDATE, ("trial_end", "1900000000"), ("change_option", "end_of_term"))

    assert reply.refusal == (400, "simulator_parameter_not_simulated", "trial_end")
