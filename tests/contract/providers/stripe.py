"""Stripe, as the suite sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from adapters.conformance.choosing import LONG_S, ChoosingFault
from adapters.conformance.provider import NOW, SPOKEN, Budget, Held, Item, Samples, Trouble, Truth
from adapters.conformance.simulated import SimulatedCase
from gateway.contract import Mode
from simulators.stripe import Account, Fault, RecordedRequest, StripeSimulator, samples

if TYPE_CHECKING:
    pass

_KEYS: Final = {Mode.LIVE: "sk_live_of_the_contract_tests", Mode.TEST: "sk_test_of_the_contract_tests"}
_E_MAIL: Final = "somebody.else@example.com"
_TEXT: Final = f"{SPOKEN}: key {_KEYS[Mode.TEST]}, customer {_E_MAIL}"
_DAY: Final = 86_400


@dataclass(eq=False)
class _Fault(ChoosingFault, Fault):
    """Stripe's faults, on some of the calls."""


_BROKEN: Final = partial(_Fault.error, 500, None, _TEXT, kind="api_error", remembered=True)
_PAGE: Final = partial(_Fault, status=502, body=f"<h1>{_TEXT}</h1>", headers={"Content-Type": "text/html"})
_FAULTS: Final[Mapping[Trouble, Any]] = {
    Trouble.KEY_REFUSED: partial(_Fault.error, 401, None, _TEXT),
    Trouble.RIGHT_MISSING: partial(_Fault.error, 403, None, _TEXT),
    Trouble.TOO_MANY: partial(_Fault.error, 429, "rate_limit", _TEXT),
    Trouble.TOO_MANY_FOR_LONG: partial(_Fault.error, 429, "rate_limit", _TEXT, headers={"Retry-After": str(LONG_S)}),
    Trouble.BUSY: partial(_Fault.error, 429, "lock_timeout", _TEXT),
    Trouble.BROKEN: _BROKEN,
    Trouble.BROKEN_AFTER: partial(_BROKEN, effect=True),
    Trouble.NONSENSE: _PAGE,
    Trouble.NONSENSE_AFTER: partial(_PAGE, effect=True),
}


class StripeCase(SimulatedCase):
    """The simulator of Stripe with the demo's samples and the few that the demo has no use for."""

    name = "stripe"
    faults = _FAULTS
    budget = Budget(
        customer=1,
        subscriptions=1,
        reads_for_one=1,
        # The subscriptions, and the schedules of those that have not started.
        reads_for_all=2,
        writes={
            # A schedule is made from the subscription, then given its second phase.
            "change price with the period": 2,
        },
    )
    # A pause from a period's end would otherwise end in the very second of a renewal.
    pause_slack = timedelta(hours=1)
    finds_by = frozenset({"email", "phone"})
    everything = MappingProxyType({"controllers": {"families": True}, "actions": {"pause": {"allow_annual": True}}})
    secrets = (SPOKEN, _E_MAIL, *_KEYS.values())

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self._accounts = {
            Mode.LIVE: Account(id="acct_1SimulatedLive1", livemode=True),
            Mode.TEST: Account(),
        }
        accounts = {_KEYS[mode]: account for mode, account in self._accounts.items()}
        self._simulator = StripeSimulator(clock=lambda: now, accounts=accounts)
        for account in self._accounts.values():
            samples.fill(account, now)
            _add_the_rest(account, int(now.timestamp()))
        self._samples = {mode: _samples(mode) for mode in Mode}

    def account(self, mode: Mode) -> Any:
        return self._accounts[mode]

    def modes(self, address: str) -> Mapping[Mode, Mapping[str, object]]:
        return {mode: {"api_key": key, "base_url": address} for mode, key in _KEYS.items()}

    def truth(self, mode: Mode, subscription: str) -> Truth:
        account = self._accounts[mode]
        found = account.subscriptions.rows[subscription]
        items = found["items"]["data"]
        pause = found["pause_collection"]
        return Truth(
            ended=found["status"] in {"canceled", "incomplete_expired"},
            ends_at=_moment(found["cancel_at"]),
            paused=pause is not None,
            paused_until=_moment(pause["resumes_at"]) if pause else None,
            trial_end=_moment(found["trial_end"]),
            period_end=_moment(min(item["current_period_end"] for item in items)),
            coupons=tuple(one["source"]["coupon"] for one in account.discounts_of(found)),
            items=tuple(Item(item["price"]["id"], item.get("quantity")) for item in items),
            planned_prices=tuple(_planned(account, found, int(self._now.timestamp()))),
            moved_at_once=tuple(charge.amount for charge in account.charges if charge.subscription == subscription),
        )

    def prorated(self) -> bool:
        return any(_prorates(request) for request in self.accepted())


def _add_the_rest(account: Account, now: int) -> None:
    """A customer who pays by the year and nothing else, and a subscription that ends in some months."""
    name = partial(samples.marked, livemode=account.livemode)
    customer = account.add_customer(id=name("cus_yearly"), name="Anna Jahr", email="yearly@example.com")
    account.add_subscription(
        id=name("sub_only_yearly"),
        customer=customer["id"],
        prices=[(name("price_pro_yearly"), 2)],
        start_date=now - 70 * _DAY,
    )
    account.add_subscription(
        id=name("sub_ends_later"),
        customer=name("cus_grace"),
        prices=[name("price_pro_monthly")],
        start_date=now - 100 * _DAY,
        cancel_at=now + 100 * _DAY,
        canceled_at=now - _DAY,
    )


def _samples(mode: Mode) -> Samples:
    name = partial(samples.marked, livemode=mode is Mode.LIVE)
    tour = samples.tour(livemode=mode is Mode.LIVE)

    def held(customer: str, subscription: str) -> Held:
        return Held(name(customer), name(subscription))

    return Samples(
        customer=tour.customer,
        email=tour.email,
        phone=str(tour.phone),
        many=name("cus_company"),
        single=held("cus_mononym", "sub_classic"),
        yearly_only=name("cus_yearly"),
        nobody=name("cus_bare"),
        active=held("cus_ada", "sub_ada_cancel"),
        others=held("cus_grace", "sub_active"),
        trial=held("cus_ada", "sub_ada_trial"),
        paused=held("cus_grace", "sub_paused_until"),
        canceled=held("cus_grace", "sub_canceled"),
        unpaid=held("cus_grace", "sub_past_due"),
        ending=held("cus_grace", "sub_ends_with_period"),
        ending_later=held("cus_grace", "sub_ends_later"),
        yearly=held("cus_yearly", "sub_only_yearly"),
        twelve_months=held("cus_company", "sub_12_months"),
        several_items=held("cus_company", "sub_seats_and_calls"),
        scheduled=held("cus_spaces", "sub_scheduled"),
        discounted=held("cus_ada", "sub_ada_coupon"),
        discounted_twice=held("cus_mononym", "sub_classic"),
        coupon=name("SAVE20"),
        second_coupon=name("SAVE50"),
        expired_coupon=name("EXPIRED"),
        price=name("price_basic_monthly"),
        yearly_price=name("price_pro_yearly"),
        price_of_one_item=name("price_pro_currencies"),
        price_of_no_item=name("price_basic_monthly"),
        archived_price=name("price_pro_2019"),
        foreign_price=name("price_pro_euro"),
        scheduled_price=name("price_basic_monthly"),
        product=name("prod_pro"),
        family="business",
        unknown_customer="cus_Nq8Zr2LkTm3Vxy",
        unknown_subscription="sub_1QmZkLkdIwHu7ixNq8Zr2LkT",
        unknown_price="price_1QmZkLkdIwHu7ixNq8Zr2LkT",
        unknown_coupon="Nq8Zr2Lk",
        unknown_product="prod_Nq8Zr2LkTm3Vxy",
        unknown_family="nobody-s",
    )


def _prorates(request: RecordedRequest) -> bool:
    """Changed items, trials and dates of cancellation are prorated unless the request says otherwise.

    https://docs.stripe.com/billing/subscriptions/prorations
    """
    parameters = request.parameters
    # What a phase says counts when it begins, and the first one has.
    said = [
        value for name, value in parameters.items() if "proration_behavior" in name and not name.startswith("phases[0]")
    ]
    changes = any(name.partition("[")[0] in {"items", "trial_end", "cancel_at"} for name in parameters)
    asked = any(value != "none" for value in said) or "true" in (
        parameters.get("prorate"),
        parameters.get("invoice_now"),
    )
    return asked or (changes and not said)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _planned(account: Account, subscription: Mapping[str, Any], now: int) -> list[str]:
    schedule = account.schedules.get(subscription["schedule"]) if subscription["schedule"] else None
    if schedule is None:
        return []
    return [item["price"] for phase in schedule["phases"] if phase["start_date"] > now for item in phase["items"]]
