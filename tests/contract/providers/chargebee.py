"""Chargebee, as the suite sees it."""

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
from simulators.chargebee import ChargebeeSimulator, Fault, RecordedRequest, Site

if TYPE_CHECKING:
    pass

_KEYS: Final = {Mode.LIVE: "live_of_the_contract_tests", Mode.TEST: "test_of_the_contract_tests"}
_E_MAIL: Final = "somebody.else@example.com"
_TEXT: Final = f"{SPOKEN}: key {_KEYS[Mode.TEST]}, customer {_E_MAIL}"
_DAY: Final = 86_400


@dataclass(eq=False)
class _Fault(ChoosingFault, Fault):
    """Chargebee's faults, on some of the calls."""


_TOO_MANY: Final = partial(_Fault.error, 429, "api_request_limit_exceeded", _TEXT, kind="operation_failed")
_BROKEN: Final = partial(_Fault.error, 500, "internal_error", _TEXT, kind="operation_failed")
_PAGE: Final = partial(_Fault, status=502, body=f"<h1>{_TEXT}</h1>", headers={"Content-Type": "text/html"})
_FAULTS: Final[Mapping[Trouble, Any]] = {
    Trouble.KEY_REFUSED: partial(_Fault.error, 401, "api_authentication_failed", _TEXT, kind=None),
    Trouble.RIGHT_MISSING: partial(_Fault.error, 403, "api_authorization_failed", _TEXT, kind=None),
    Trouble.TOO_MANY: _TOO_MANY,
    Trouble.TOO_MANY_FOR_LONG: partial(_TOO_MANY, headers={"Retry-After": str(LONG_S)}),
    Trouble.BUSY: partial(_Fault.error, 429, "lock_timeout", _TEXT, kind="operation_failed"),
    Trouble.BROKEN: _BROKEN,
    Trouble.BROKEN_AFTER: partial(_BROKEN, effect=True),
    Trouble.NONSENSE: _PAGE,
    Trouble.NONSENSE_AFTER: partial(_PAGE, effect=True),
}


class ChargebeeCase(SimulatedCase):
    """The simulator of Chargebee with two sites of the same shape."""

    name = "chargebee"
    faults = _FAULTS
    budget = Budget(customer=1, subscriptions=1, reads_for_one=1, reads_for_all=1, writes=MappingProxyType({}))
    pause_slack = timedelta(0)
    finds_by = frozenset({"email", "phone"})
    forbids = MappingProxyType({"apply coupon": frozenset({"paused"}), "change price": frozenset({"paused"})})
    everything = MappingProxyType({})
    secrets = (*_KEYS.values(), _E_MAIL)

    def __init__(self, now: datetime = NOW) -> None:
        self._sites = {
            mode: Site(
                name="acme" if mode is Mode.LIVE else "acme-test",
                test=mode is Mode.TEST,
                several_coupons_of_a_kind=True,
            )
            for mode in Mode
        }
        self._simulator = ChargebeeSimulator(
            clock=lambda: now, accounts={_KEYS[mode]: site for mode, site in self._sites.items()}
        )
        for mode, site in self._sites.items():
            _fill(site, partial(_named, mode), int(now.timestamp()))
        self._samples = {mode: _samples(mode) for mode in Mode}

    def account(self, mode: Mode) -> Any:
        return self._sites[mode]

    def modes(self, address: str) -> Mapping[Mode, Mapping[str, object]]:
        return {
            mode: {"api_key": key, "site": self._sites[mode].name, "base_url": address} for mode, key in _KEYS.items()
        }

    def truth(self, mode: Mode, subscription: str) -> Truth:
        site = self._sites[mode]
        found = site.subscriptions.rows[subscription]
        ended = found["status"] == "cancelled"
        planned = site.scheduled_changes.get(subscription, {}).get("subscription_items", ())
        held = {line["item_price_id"] for line in found["subscription_items"]}
        return Truth(
            ended=ended,
            ends_at=None if ended else _moment(found.get("cancelled_at")),
            paused=found.get("pause_date") is not None and not ended,
            paused_until=_moment(found.get("resume_date")),
            trial_end=_moment(found.get("trial_end")),
            period_end=_moment(found.get("current_term_end") or found.get("trial_end")),
            coupons=tuple(one["coupon_id"] for one in found.get("coupons", ())),
            items=tuple(Item(line["item_price_id"], line.get("quantity")) for line in found["subscription_items"]),
            planned_prices=tuple(line["item_price_id"] for line in planned if line["item_price_id"] not in held),
            moved_at_once=tuple(charge.amount for charge in site.charges if charge.subscription == subscription),
        )

    def prorated(self) -> bool:
        return any(_prorates(request) for request in self.accepted())


def _named(mode: Mode, identifier: str) -> str:
    """An id of one site: nothing is called the same in both."""
    return identifier if mode is Mode.TEST else f"live-{identifier}"


def _fill(site: Site, name: partial[str], now: int) -> None:
    _add_catalogue(site, name, now)
    for identifier, first, email, phone in (
        ("ada", "Ada", "ada@example.com", "+44 20 7946 0958"),
        ("grace", "Grace", "grace@example.com", "+1 555 0100"),
        ("company", "Bob", "billing@example.com", "+49 30 901820"),
        ("single", "Sole", "sole@example.com", "+33 1 09 75 83 51"),
        ("yearly", "Anna", "yearly@example.com", "+43 1 234567"),
        ("hopper", "Admiral", "hopper@example.com", "+1 555 0199"),
        ("nobody", "Nemo", "nemo@example.com", "+39 06 698 0"),
    ):
        site.add_customer(id=name(identifier), first_name=first, last_name="Sample", email=email, phone=phone)
    _add_ordinary(site, name, now)
    _add_by_status(site, name, now)


def _add_catalogue(site: Site, name: partial[str], now: int) -> None:
    for item, kind in (
        ("pro", "plan"),
        ("basic", "plan"),
        ("support", "addon"),
        ("calls", "addon"),
        ("extra", "addon"),
    ):
        site.add_item(
            id=name(item), type=kind, name=item, external_name=item.capitalize(), item_family_id=name("cloud")
        )
    for item, price in (("pro", 4900), ("basic", 1900), ("support", 900), ("calls", 100), ("extra", 500)):
        site.add_item_price(id=name(f"{item}-USD-Monthly"), item_id=name(item), price=price, external_name=item)
    for suffix, more in (
        ("USD-Yearly", {"price": 49_000, "period_unit": "year"}),
        ("USD-12-Months", {"price": 50_000, "period": 12}),
        ("EUR-Monthly", {"price": 4500, "currency_code": "EUR"}),
        ("USD-2019", {"price": 2900, "status": "archived"}),
    ):
        site.add_item_price(id=name(f"pro-{suffix}"), item_id=name("pro"), external_name="Pro", **more)
    site.add_coupon(id=name("SAVE20"), name="20 % off", discount_percentage=20.0, duration_type="forever")
    site.add_coupon(id=name("SAVE50"), name="50 % off once", discount_percentage=50.0, duration_type="one_time")
    site.add_coupon(
        id=name("OLD10"), discount_percentage=10.0, duration_type="limited_period", period=6, period_unit="month"
    )
    site.add_coupon(id=name("MINUS5"), discount_amount=500, duration_type="forever")
    site.add_coupon(id=name("EXPIRED"), valid_till=now - _DAY)


def _add_ordinary(site: Site, name: partial[str], now: int) -> None:
    began = now - 10 * _DAY
    pro, basic = name("pro-USD-Monthly"), name("basic-USD-Monthly")

    def add(identifier: str, customer: str, *items: Any, **members: Any) -> None:
        site.add_subscription(
            id=name(identifier),
            customer_id=name(customer),
            items=items,
            **{"started_at": began, "auto_collection": "on", **members},
        )

    add("active", "ada", (pro, 3))
    add("discounted", "ada", (pro, 1), coupons=[{"coupon_id": name("OLD10"), "applied_count": 1}])
    add("trial", "ada", (pro, 2), status="in_trial", trial_end=now + 5 * _DAY)
    add("others", "grace", (pro, 1))
    add("sole", "single", (pro, 1), coupons=[name("OLD10"), name("MINUS5")])
    add("seats", "company", (pro, 5), (name("support-USD-Monthly"), 1), (name("calls-USD-Monthly"), 2))
    add("small", "company", (basic, 1))
    add("tiny", "company", (basic, 2))
    add("twelve", "company", (name("pro-USD-12-Months"), 1))
    add("year", "yearly", (name("pro-USD-Yearly"), 2))


def _add_by_status(site: Site, name: partial[str], now: int) -> None:
    began = now - 10 * _DAY
    in_status: dict[str, dict[str, Any]] = {
        "paused": {"status": "paused", "pause_date": now - 2 * _DAY, "resume_date": now + 20 * _DAY},
        "canceled": {"status": "cancelled", "cancelled_at": now - 3 * _DAY},
        "unpaid": {"due_invoices_count": 1, "due_since": began, "total_dues": 4900},
        "ending": {"status": "non_renewing"},
        "ending-later": {"status": "non_renewing", "cancelled_at": now + 100 * _DAY},
        "scheduled": {},
    }
    for identifier, members in in_status.items():
        site.add_subscription(
            id=name(identifier),
            customer_id=name("hopper" if identifier == "scheduled" else "grace"),
            items=[(name("pro-USD-Monthly"), 2)],
            **{"started_at": began, "auto_collection": "on", **members},
        )
    site.schedule_change(subscription_id=name("scheduled"), items=[(name("basic-USD-Monthly"), 2)])


def _samples(mode: Mode) -> Samples:
    name = partial(_named, mode)

    def held(customer: str, subscription: str) -> Held:
        return Held(name(customer), name(subscription))

    return Samples(
        customer=name("ada"),
        email="ada@example.com",
        phone="+44 20 7946 0958",
        many=name("company"),
        single=held("single", "sole"),
        yearly_only=name("yearly"),
        nobody=name("nobody"),
        active=held("ada", "active"),
        others=held("grace", "others"),
        trial=held("ada", "trial"),
        paused=held("grace", "paused"),
        canceled=held("grace", "canceled"),
        unpaid=held("grace", "unpaid"),
        ending=held("grace", "ending"),
        ending_later=held("grace", "ending-later"),
        yearly=held("yearly", "year"),
        twelve_months=held("company", "twelve"),
        several_items=held("company", "seats"),
        scheduled=held("hopper", "scheduled"),
        discounted=held("ada", "discounted"),
        discounted_twice=held("single", "sole"),
        coupon=name("SAVE20"),
        second_coupon=name("SAVE50"),
        expired_coupon=name("EXPIRED"),
        price=name("basic-USD-Monthly"),
        yearly_price=name("pro-USD-Yearly"),
        price_of_one_item=name("basic-USD-Monthly"),
        price_of_no_item=name("extra-USD-Monthly"),
        archived_price=name("pro-USD-2019"),
        foreign_price=name("pro-EUR-Monthly"),
        scheduled_price=name("basic-USD-Monthly"),
        product=name("pro"),
        family=name("cloud"),
        unknown_customer="AzqXyZ7Nq8Zr2Lk",
        unknown_subscription="AzqXyZ7Nq8Zr2Ls",
        unknown_price="nothing-USD-Monthly",
        unknown_coupon="NOTHING",
        unknown_product="nothing",
        unknown_family="nobody-s",
    )


def _prorates(request: RecordedRequest) -> bool:
    """Items are prorated as the site is set up, which is with proration, unless the request says otherwise."""
    parameters = request.parameters
    if parameters.get("credit_option_for_current_term_charges", "none") != "none":
        return True
    changes = any(name.startswith("subscription_items") for name in parameters)
    return changes and parameters.get("prorate") != "false"


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
