"""Acme's adapter keeps the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from acme_billing.simulator import Account, AcmeSimulator
from adapters.testing import (
    NOW,
    SPOKEN,
    AdapterContract,
    Budget,
    ChoosingFault,
    Held,
    Item,
    Samples,
    SimulatedCase,
    Trouble,
    Truth,
)
from gateway.contract import Mode

DAY = 86_400
SECONDS = int(NOW.timestamp())


@dataclass(eq=False)
class AcmeFault(ChoosingFault):
    """Acme's refusals; what the network does is there already."""


def refusal(status: int, code: str, **more: Any) -> partial[AcmeFault]:
    return partial(AcmeFault, status=status, body={"error": {"code": code, "message": SPOKEN}}, **more)


PAGE = partial(AcmeFault, status=502, body=f"<h1>{SPOKEN}</h1>")


class AcmeCase(SimulatedCase):
    """What the suite must know of Acme."""

    name = "acme"
    budget = Budget(customer=1, subscriptions=1, reads_for_one=1, reads_for_all=1, writes={})
    secrets = (SPOKEN, "acme_live_key", "acme_test_key")
    faults: ClassVar[Mapping[Trouble, Callable[..., ChoosingFault]]] = {
        Trouble.KEY_REFUSED: refusal(401, "bad_key"),
        Trouble.RIGHT_MISSING: refusal(403, "not_allowed"),
        Trouble.TOO_MANY: refusal(429, "too_many"),
        Trouble.TOO_MANY_FOR_LONG: refusal(429, "too_many", headers={"Retry-After": "30"}),
        Trouble.BUSY: refusal(429, "busy"),
        Trouble.BROKEN: refusal(500, "broken"),
        Trouble.BROKEN_AFTER: refusal(500, "broken", effect=True),
        Trouble.NONSENSE: PAGE,
        Trouble.NONSENSE_AFTER: partial(PAGE, effect=True),
    }

    def __init__(self) -> None:
        self._accounts = {mode: filled(mode) for mode in Mode}
        accounts = {f"acme_{mode}_key": account for mode, account in self._accounts.items()}
        self._simulator = AcmeSimulator(accounts=accounts, clock=lambda: SECONDS)
        self._samples = {mode: samples(mode) for mode in Mode}

    def account(self, mode: Mode) -> Account:
        return self._accounts[mode]

    def modes(self, address: str) -> Mapping[Mode, Mapping[str, object]]:
        return {mode: {"api_key": f"acme_{mode}_key", "base_url": address} for mode in Mode}

    def subscriptions_of(self, mode: Mode, customer: str) -> list[str]:
        return [one for one, row in self._accounts[mode].subscriptions.items() if row["customer"] == customer]

    def truth(self, mode: Mode, subscription: str) -> Truth:
        row = self._accounts[mode].subscriptions[subscription]
        period_end = datetime.fromtimestamp(row["period_end"], UTC)
        return Truth(
            ended=row["status"] == "ended",
            ends_at=datetime.fromtimestamp(row["cancel_at"], UTC) if row["cancel_at"] else None,
            period_end=period_end,
            trial_end=period_end if row["status"] == "trialing" else None,
            items=(Item(row["plan"]["id"], row["seats"]),),
        )


def filled(mode: Mode) -> Account:
    """An account with a subscription in each of Acme's states."""
    account = Account()
    for plan, every, archived in (
        ("basic", "month", False),
        ("pro", "month", False),
        ("year", "year", False),
        ("old", "month", True),
    ):
        account.plans[f"{plan}_{mode}"] = {
            "id": f"{plan}_{mode}",
            "name": plan,
            "amount": 900,
            "currency": "USD",
            "every": every,
            "archived": archived,
        }
    for customer in ("ada", "bob", "max", "nemo", "sam", "yara"):
        account.customers[f"{customer}_{mode}"] = {
            "id": f"{customer}_{mode}",
            "name": f"{customer.title()} of Example",
            "email": f"{customer}@{mode}.example.com",
        }
    for name, customer, status, plan, more in (
        ("run", "ada", "active", "basic", {"seats": 3}),
        ("try", "ada", "trialing", "basic", {}),
        ("owe", "ada", "past_due", "basic", {}),
        ("end", "ada", "active", "basic", {"cancel_at": SECONDS + 14 * DAY}),
        ("gone", "ada", "ended", "basic", {"ended_at": SECONDS - DAY}),
        ("month", "max", "active", "basic", {}),
        ("year", "max", "active", "year", {}),
        ("more", "max", "active", "pro", {}),
        ("most", "max", "trialing", "pro", {}),
        ("only", "sam", "active", "basic", {}),
        ("others", "bob", "active", "pro", {}),
        ("yearly", "yara", "active", "year", {}),
    ):
        account.subscriptions[f"{name}_{mode}"] = {
            "id": f"{name}_{mode}",
            "customer": f"{customer}_{mode}",
            "status": status,
            "plan": account.plans[f"{plan}_{mode}"],
            "seats": 1,
            "started_at": SECONDS - 100 * DAY,
            "period_start": SECONDS - 16 * DAY,
            "period_end": SECONDS + 14 * DAY,
            "cancel_at": None,
            "ended_at": None,
            **more,
        }
    return account


def samples(mode: Mode) -> Samples:
    """Pauses, coupons and products are not Acme's: what needs one is skipped."""

    def held(customer: str, subscription: str) -> Held:
        return Held(f"{customer}_{mode}", f"{subscription}_{mode}")

    return Samples(
        customer=f"ada_{mode}",
        email=f"ada@{mode}.example.com",
        many=f"max_{mode}",
        single=held("sam", "only"),
        yearly_only=f"yara_{mode}",
        nobody=f"nemo_{mode}",
        active=held("ada", "run"),
        others=held("bob", "others"),
        trial=held("ada", "try"),
        canceled=held("ada", "gone"),
        unpaid=held("ada", "owe"),
        ending=held("ada", "end"),
        yearly=held("yara", "yearly"),
        price=f"pro_{mode}",
        yearly_price=f"year_{mode}",
        archived_price=f"old_{mode}",
        unknown_customer=f"nobody_{mode}",
        unknown_subscription=f"nothing_{mode}",
        unknown_price=f"nothing_{mode}",
        unknown_coupon=f"nothing_{mode}",
        unknown_product=f"nothing_{mode}",
        unknown_family=f"nothing_{mode}",
    )


class TestAcme(AdapterContract):
    case = AcmeCase
