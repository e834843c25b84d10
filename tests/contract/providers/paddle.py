"""Paddle, as the suite sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from adapters.conformance.choosing import LONG_S, ChoosingFault
from adapters.conformance.provider import NOW, SPOKEN, Budget, Held, Item, Samples, Trouble, Truth
from adapters.conformance.simulated import SimulatedCase
from gateway.contract import Mode
from simulators.paddle import Account, PaddleSimulator, samples
from simulators.paddle.faults import Fault

if TYPE_CHECKING:
    pass

_KEYS: Final = {
    Mode.LIVE: "pdl_live_apikey_of_the_contract_tests",
    Mode.TEST: "pdl_sdbx_apikey_of_the_contract_tests",
}
_E_MAIL: Final = "somebody.else@example.com"
_TEXT: Final = f"{SPOKEN}: key {_KEYS[Mode.TEST]}, customer {_E_MAIL}"


@dataclass(eq=False)
class _Fault(ChoosingFault, Fault):
    """Paddle's faults, on some of the calls."""


_TOO_MANY: Final = partial(_Fault.error, 429, "too_many_requests", _TEXT)
_BROKEN: Final = partial(_Fault.error, 500, "internal_error", _TEXT)
_PAGE: Final = partial(_Fault, status=502, body=f"<h1>{_TEXT}</h1>", headers={"Content-Type": "text/html"})
_FAULTS: Final[Mapping[Trouble, Any]] = {
    Trouble.KEY_REFUSED: partial(_Fault.error, 403, "invalid_token", _TEXT),
    Trouble.RIGHT_MISSING: partial(_Fault.error, 403, "forbidden", _TEXT),
    Trouble.TOO_MANY: _TOO_MANY,
    Trouble.TOO_MANY_FOR_LONG: partial(_TOO_MANY, headers={"Retry-After": str(LONG_S)}),
    Trouble.BUSY: partial(_Fault.error, 409, "concurrent_modification", _TEXT),
    Trouble.BROKEN: _BROKEN,
    Trouble.BROKEN_AFTER: partial(_BROKEN, effect=True),
    Trouble.NONSENSE: _PAGE,
    Trouble.NONSENSE_AFTER: partial(_PAGE, effect=True),
}


class PaddleCase(SimulatedCase):
    """The simulator of Paddle with the demo's samples."""

    name = "paddle"
    faults = _FAULTS
    budget = Budget(
        # Addresses are asked for apart.
        customer=2,
        subscriptions=1,
        reads_for_one=1,
        reads_for_all=1,
        # A price's rhythm can be edited, and what is charged at once depends on it.
        reads_for_price=1,
        writes=MappingProxyType({}),
    )
    pause_slack = timedelta(0)
    finds_by = frozenset({"email"})
    everything = MappingProxyType({"actions": {"pause": {"allow_annual": True}}})
    secrets = (SPOKEN, _E_MAIL, *_KEYS.values())
    forbids = MappingProxyType(
        {"apply coupon": frozenset({"paused", "unpaid"}), "change price": frozenset({"trial", "unpaid"})}
    )
    only_retrieved = frozenset({"addresses"})
    charges_without_key = True
    busy_status = 409
    sealed_by = "subscriptionId"

    def __init__(self, now: datetime = NOW) -> None:
        self._accounts = {mode: Account(livemode=mode is Mode.LIVE) for mode in Mode}
        accounts = {_KEYS[mode]: account for mode, account in self._accounts.items()}
        self._simulator = PaddleSimulator(clock=lambda: now, accounts=accounts)
        for account in self._accounts.values():
            samples.fill(account, now)
        self._samples = {mode: _samples(mode) for mode in Mode}

    def account(self, mode: Mode) -> Any:
        return self._accounts[mode]

    def modes(self, address: str) -> Mapping[Mode, Mapping[str, object]]:
        return {mode: {"api_key": key, "base_url": address} for mode, key in _KEYS.items()}

    def truth(self, mode: Mode, subscription: str) -> Truth:
        account = self._accounts[mode]
        found = account.subscriptions.rows[subscription]
        change = found["scheduled_change"] or {}
        action = change.get("action")
        resumes_at = {"pause": change.get("resume_at"), "resume": change.get("effective_at")}
        period = found["current_billing_period"] or {}
        period_end = _moment(period.get("ends_at"))
        return Truth(
            ended=found["status"] == "canceled",
            ends_at=_moment(change["effective_at"]) if action == "cancel" else None,
            # A pause that is scheduled is one already: it is what the customer was promised.
            paused=found["status"] == "paused" or action == "pause",
            paused_until=_moment(resumes_at.get(str(action))),
            trial_end=period_end if found["status"] == "trialing" else None,
            period_end=period_end,
            coupons=(found["discount"]["id"],) if found["discount"] else (),
            items=tuple(Item(item["price"]["id"], item["quantity"]) for item in found["items"]),
            planned_prices=(),
            moved_at_once=tuple(charge.amount for charge in account.charges if charge.subscription == subscription),
        )

    def prorated(self) -> bool:
        return any(
            str(request.body.get("proration_billing_mode")).startswith("prorated") for request in self.accepted()
        )


def _samples(mode: Mode) -> Samples:
    name = partial(samples.marked, livemode=mode is Mode.LIVE)

    def held(customer: str, subscription: str) -> Held:
        return Held(name(customer), name(subscription))

    return Samples(
        customer=name("ctm_ada"),
        email="ada@example.com",
        # Of nobody's: customers have none.
        phone="+442079460958",
        many=name("ctm_mueller"),
        single=held("ctm_teller", "sub_teller"),
        yearly_only=name("ctm_anna"),
        nobody=name("ctm_bare"),
        active=held("ctm_ada", "sub_adacancel"),
        others=held("ctm_grace", "sub_active"),
        trial=held("ctm_ada", "sub_adatrial"),
        paused=held("ctm_grace", "sub_pauseduntil"),
        canceled=held("ctm_grace", "sub_canceled"),
        unpaid=held("ctm_grace", "sub_pastdue"),
        ending=held("ctm_grace", "sub_ends"),
        yearly=held("ctm_anna", "sub_annayearly"),
        twelve_months=held("ctm_mueller", "sub_12months"),
        several_items=held("ctm_mueller", "sub_severalproducts"),
        discounted=held("ctm_ada", "sub_adacoupon"),
        coupon=name("dsc_save20"),
        second_coupon=name("dsc_save50"),
        expired_coupon=name("dsc_expired"),
        price=name("pri_basicmonthly"),
        yearly_price=name("pri_proyearly"),
        price_of_one_item=name("pri_proplus"),
        price_of_no_item=name("pri_basicmonthly"),
        archived_price=name("pri_pro2019"),
        product=name("pro_pro"),
        unknown_customer=name("ctm_nobodyhasit"),
        unknown_subscription=name("sub_nobodyhasit"),
        unknown_price=name("pri_nobodyhasit"),
        unknown_coupon=name("dsc_nobodyhasit"),
        unknown_product=name("pro_nobodyhasit"),
        unknown_family="nobody-s",
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
