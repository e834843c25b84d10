"""Whatever is asked, in whatever order and at whatever time: what is always true of a subscription."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle.identifiers import readable
from tests.simulators.paddle.client import (
    ADDON,
    CUSTOMER,
    DEARER,
    FIVE_OFF,
    MONTHLY,
    SAVE20,
    SUBSCRIPTION,
    WELCOME,
    YEARLY,
    at,
)

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock, Reply

STEPS = 60
MODES = (
    "prorated_immediately",
    "prorated_next_billing_period",
    "full_immediately",
    "full_next_billing_period",
    "do_not_bill",
)
WHEN = ("immediately", "next_billing_period")


class Walk:
    """Requests drawn at random, the same for the same seed."""

    def __init__(self, api: Api, clock: MovableClock, seed: int) -> None:
        self.api = api
        self.clock = clock
        self.draw = random.Random(seed)  # noqa: S311 - tests that are the same in every run

    def ahead(self) -> str:
        return self.clock.ahead(hours=self.draw.randint(-10, 24 * 90))

    def request(self) -> tuple[str, dict[str, Any]]:
        """An action, or `update`, with its body."""
        draw = self.draw
        bodies: dict[str, dict[str, Any]] = {
            "cancel": {"effective_from": draw.choice((None, *WHEN))},
            "pause": {
                "effective_from": draw.choice(WHEN),
                "resume_at": draw.choice((None, self.ahead())),
                "on_resume": draw.choice((None, "continue_existing_billing_period")),
            },
            "resume": {"effective_from": draw.choice(("immediately", self.ahead()))},
            "activate": {},
            "update": self.update(),
        }
        # Rarely anything that ends it, or there would be little to see.
        action = draw.choices(tuple(bodies), weights=(1, 4, 6, 1, 16))[0]
        if action == "cancel" and draw.random() < 0.9:
            bodies[action] = {}
        return action, bodies[action]

    def update(self) -> dict[str, Any]:
        draw = self.draw
        prices = draw.sample((MONTHLY, DEARER, YEARLY, ADDON, readable("pri", "none")), draw.choice((1, 1, 1, 2)))
        discount = {"id": draw.choice((SAVE20, FIVE_OFF, WELCOME)), "effective_from": draw.choice(WHEN)}
        parts: list[dict[str, Any]] = [
            {"items": [{"price_id": price, "quantity": draw.randint(1, 120)} for price in prices]},
            {"next_billed_at": self.ahead()},
            {"discount": draw.choice((None, discount))},
            {"scheduled_change": None},
            {"custom_data": {"step": draw.random()}},
        ]
        body = draw.choice(parts)
        if "items" in body or "next_billed_at" in body:
            body["proration_billing_mode"] = draw.choice(MODES)
        return body

    async def send(self, action: str, body: dict[str, Any]) -> Reply:
        return await (self.api.update(**body) if action == "update" else self.api.act(action, **body))


def may_charge(action: str, body: dict[str, Any]) -> bool:
    return action in {"activate", "resume"} or str(body.get("proration_billing_mode")).endswith("_immediately")


def check(shown: dict[str, Any], clock: MovableClock) -> None:
    """What is true of a subscription in every state."""
    change, period, bill = shown["scheduled_change"], shown["current_billing_period"], shown["next_billed_at"]
    recurring = [item for item in shown["items"] if item["recurring"]]
    assert recurring
    assert {item["next_billed_at"] for item in recurring} == {bill}
    assert all(item["price"]["billing_cycle"] == shown["billing_cycle"] for item in recurring)
    assert len({item["price"]["id"] for item in shown["items"]}) == len(shown["items"])
    if shown["status"] == "canceled":
        assert (change, period, bill) == (None, None, None)
    elif shown["status"] == "paused":
        assert bill == (change and change["effective_at"])
    else:
        start, end = at(period["starts_at"]), at(period["ends_at"])
        assert start is not None
        assert end is not None
        assert start <= clock() < end
        assert bill == (change["resume_at"] if change else period["ends_at"])


@pytest.mark.parametrize("status", ["active", "trialing", "paused"])
@pytest.mark.parametrize("seed", range(8))
async def test_a_subscription_makes_sense_after_every_step(
    api: Api, account: Account, clock: MovableClock, status: str, seed: int
) -> None:
    account.add_subscription(id=SUBSCRIPTION, customer=CUSTOMER, prices=[(MONTHLY, 3)], status=status)
    walk = Walk(api, clock, seed)
    for _ in range(STEPS):
        clock.moment += timedelta(hours=walk.draw.choice((0, 1, 30, 300)))
        before = await api.subscription()
        check(before, clock)
        charged = len(account.charges)
        action, body = walk.request()
        reply = await walk.send(action, body)
        after = await api.subscription()

        check(after, clock)
        if reply.status == 200:
            assert after == reply.data
        else:
            assert after == before
        assert len(account.charges) == charged or (reply.status == 200 and may_charge(action, body))
        assert before["status"] != "canceled" or after == before
