"""Sample data for the demo and for tests: every status, every shape of price, every kind of coupon."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from simulators.chargebee.sample_catalogue import fill_catalogue
from simulators.tour import Tour

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.chargebee.sample_catalogue import Naming
    from simulators.chargebee.site import Site

_DAY = 86_400
_HOUR = 3600


def marked(identifier: str, *, livemode: bool) -> str:
    """An id as the site of this mode has it: `ada` and `live-ada`. Chargebee's ids are the merchant's to choose."""
    return f"live-{identifier}" if livemode else identifier


def tour(*, livemode: bool) -> Tour:
    """The tour through the site of one mode."""
    name = partial(marked, livemode=livemode)
    return Tour(
        customer=name("ada"),
        email="ada@example.com",
        phone="+442079460958",
        cancel=name("ada_cancel"),
        pause=name("ada_pause"),
        extend_trial=name("ada_trial"),
        apply_coupon=name("ada_coupon"),
        change_price=name("ada_change"),
        cancel_all=name("unicode"),
        pause_all=name("mononym"),
        coupon=name("SAVE20"),
        target_price=name("business-USD-Monthly"),
        product=name("pro"),
        family=name("cloud"),
    )


TOUR = tour(livemode=False)
LIVE_TOUR = tour(livemode=True)


def fill(site: Site, now: datetime) -> None:
    """Put the sample data into an empty site. `now` is aware; dates lie around it."""
    moment = int(now.timestamp())
    name = partial(marked, livemode=not site.test)
    fill_catalogue(site, name, moment)
    _add_customers(site, name, moment)
    _add_tour(site, name, moment)
    _add_statuses(site, name, moment)
    _add_conditions(site, name, moment)
    _add_shapes(site, name, moment)


def _add_customers(site: Site, name: Naming, now: int) -> None:
    london = {
        "line1": "12 St James's Square",
        "line2": "Floor 2",
        "line3": "Room 5",
        "city": "London",
        "state": "Greater London",
        "zip": "SW1Y 4JH",
        "country": "GB",
    }
    walnut = {"line1": "PO Box 9999", "city": "Walnut", "state_code": "CA", "zip": "91789", "country": "US"}
    tokyo = {"line1": "千代田1-1", "city": "東京", "zip": "100-0001", "country": "JP"}
    customers: tuple[dict[str, Any], ...] = (
        {
            "id": "ada",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.com",
            "phone": "+442079460958",
            "company": "Analytical Ltd",
            "billing_address": london,
            "preferred_currency_code": "GBP",
            "meta_data": {"tier": "gold", "seats": {"max": 5}, "beta": True},
            "cf_sales_rep": "Charles",
            "cf_nps": 9,
            "card": True,
        },
        {
            "id": "grace",
            "first_name": "Grace",
            "last_name": "Hopper",
            "email": "grace@example.com",
            "phone": "(555) 123-4567",
            "billing_address": walnut,
            "card": True,
        },
        {"id": "shared_lower", "first_name": "First", "last_name": "Of Two", "email": "shared@example.com"},
        {"id": "shared_upper", "first_name": "Second", "last_name": "Of Two", "email": "Shared@Example.com"},
        {"id": "twin_older", "first_name": "Twin", "last_name": "A", "email": "twin@example.com"},
        {"id": "twin_newer", "first_name": "Twin", "last_name": "B", "email": "twin@example.com"},
        {
            "id": "company",
            "company": "Müller & Söhne GmbH",
            "email": "buchhaltung@mueller.example",
            "phone": "0049 221 12345",
            "billing_address": {"company": "Müller & Söhne GmbH", "city": "Köln", "country": "DE"},
            "auto_collection": "off",
        },
        {
            "id": "unicode",
            "first_name": "太郎",
            "last_name": "山田",
            "email": "yamada@example.jp",
            "phone": "+81 3-1234-5678",
            "billing_address": tokyo,
        },
        {"id": "mononym", "first_name": "Teller", "email": "teller@example.com", "phone": "5551234567"},
        {
            "id": "named_by_address",
            "email": "jose@example.com",
            "billing_address": {"first_name": "José María", "last_name": "O'Neill-Çelik"},
        },
        {"id": "bare", "preferred_currency_code": None},
        {"id": "gone", "first_name": "Was", "last_name": "Here", "email": "gone@example.com", "deleted": True},
    )
    made = now - 600 * _DAY
    for offset, customer in enumerate(customers):
        site.add_customer(**{**customer, "id": name(customer["id"]), "created_at": made + offset * _HOUR})


def _add_tour(site: Site, name: Naming, now: int) -> None:
    subscribe = partial(site.add_subscription, customer_id=name("ada"), started_at=now - 40 * _DAY)
    subscribe(id=name("ada_cancel"), items=[(name("pro-USD-Monthly"), 3)])
    subscribe(id=name("ada_pause"), items=[name("basic-USD-Monthly")])
    subscribe(
        id=name("ada_trial"),
        items=[name("pro-USD-Yearly")],
        status="in_trial",
        started_at=now - 4 * _DAY,
        trial_end=now + 10 * _DAY,
    )
    subscribe(id=name("ada_coupon"), items=[name("pro-USD-Monthly")], coupons=[name("FIVEOFF")])
    subscribe(id=name("ada_change"), items=[(name("pro-USD-Monthly"), 2)])


def _add_statuses(site: Site, name: Naming, now: int) -> None:
    subscribe = partial(site.add_subscription, customer_id=name("grace"), items=[name("pro-USD-Monthly")])
    since = now - 100 * _DAY
    subscribe(id=name("future"), status="future", start_date=now + 20 * _DAY)
    subscribe(id=name("future_with_trial"), status="future", start_date=now + 20 * _DAY, trial_end=now + 34 * _DAY)
    subscribe(id=name("in_trial"), status="in_trial", started_at=now - _DAY, trial_end=now + 6 * _DAY)
    subscribe(
        id=name("in_trial_ending"),
        status="in_trial",
        started_at=now - _DAY,
        trial_end=now + 6 * _DAY,
        cancelled_at=now + 6 * _DAY,
        cancel_schedule_created_at=now - _HOUR,
    )
    subscribe(id=name("active"), started_at=since)
    subscribe(id=name("after_trial"), started_at=since, trial_start=since, trial_end=since + 14 * _DAY)
    subscribe(id=name("non_renewing"), started_at=since, status="non_renewing")
    subscribe(
        id=name("paused_until"),
        started_at=since,
        status="paused",
        pause_date=now - 5 * _DAY,
        resume_date=now + 45 * _DAY,
    )
    subscribe(id=name("paused_for_good"), started_at=since, status="paused", pause_date=now - 5 * _DAY)
    subscribe(
        id=name("cancelled"),
        started_at=since,
        status="cancelled",
        cancelled_at=now - 40 * _DAY,
        cancel_reason_code="Too expensive",
    )
    subscribe(
        id=name("cancelled_before_start"),
        status="cancelled",
        created_at=since,
        started_at=None,
        start_date=now - 30 * _DAY,
        cancelled_at=now - 50 * _DAY,
    )
    subscribe(id=name("transferred"), started_at=since, status="transferred", active_id=name("active"))
    subscribe(id=name("deleted"), started_at=since, status="cancelled", cancelled_at=since + _DAY, deleted=True)


def _add_conditions(site: Site, name: Naming, now: int) -> None:
    subscribe = partial(site.add_subscription, customer_id=name("grace"), started_at=now - 100 * _DAY)
    pro = name("pro-USD-Monthly")
    subscribe(id=name("pause_scheduled"), items=[pro], pause_date=now + 8 * _DAY, resume_date=now + 68 * _DAY)
    subscribe(id=name("with_dues"), items=[pro], due_invoices_count=2, due_since=now - 40 * _DAY, total_dues=5800)
    subscribe(
        id=name("offline_with_due"),
        items=[pro],
        auto_collection="off",
        due_invoices_count=1,
        due_since=now - 8 * _DAY,
        total_dues=2900,
    )
    subscribe(id=name("in_contract"), items=[pro], contract_end=now + 265 * _DAY)
    subscribe(id=name("change_scheduled"), items=[(pro, 3)])
    site.schedule_change(subscription_id=name("change_scheduled"), items=[name("basic-USD-Monthly")])
    subscribe(id=name("from_app_store"), items=[pro], channel="app_store")
    subscribe(id=name("decommissioned"), items=[pro], decommissioned=True)
    subscribe(
        id=name("discounted"),
        items=[pro],
        coupons=[
            {"coupon_id": name("SAVE20"), "applied_count": 2, "apply_till": now + 20 * _DAY},
            {"coupon_id": name("TENEURO"), "applied_count": 0},
            {"coupon_id": name("OLDSTYLE"), "applied_count": 0},
        ],
    )
    subscribe(
        id=name("noted"), items=[pro], meta_data={"plan": {"origin": "sales"}}, cf_region="EMEA", po_number="PO-7"
    )


def _add_shapes(site: Site, name: Naming, now: int) -> None:
    plans: tuple[tuple[str, list[tuple[str, int]]], ...] = (
        ("free", [("basic-USD-Free", 1)]),
        ("weekly", [("basic-USD-Weekly", 1)]),
        ("daily", [("basic-USD-Daily", 1)]),
        ("quarterly", [("pro-USD-Quarterly", 1)]),
        ("twelve_months", [("pro-USD-12-Months", 1)]),
        ("yearly", [("pro-USD-Yearly", 4)]),
        ("yearly_with_addon", [("pro-USD-Yearly", 4), ("support-USD-Monthly", 1)]),
        ("with_addon", [("pro-USD-Monthly", 5), ("support-USD-Monthly", 1)]),
        ("two_plans", [("pro-USD-Monthly", 1), ("business-USD-Monthly", 1)]),
        ("free_seats", [("pro-USD-Two-Free", 5)]),
        ("tiered", [("business-USD-Tiered", 25)]),
        ("volume", [("business-USD-Volume", 60)]),
        ("stairstep", [("storage-USD-Stairstep", 12)]),
        ("packages", [("storage-USD-Packages", 120)]),
        ("decimal", [("storage-USD-Decimal", 1000)]),
        ("dinar", [("pro-KWD-Monthly", 1)]),
        ("grandfathered", [("pro-USD-2019", 1)]),
        ("without_family", [("on-its-own-USD-Monthly", 1)]),
    )
    subscribe = partial(site.add_subscription, customer_id=name("company"), started_at=now - 20 * _DAY)
    for identifier, prices in plans:
        subscribe(id=name(identifier), items=[(name(price), quantity) for price, quantity in prices])
    subscribe(
        id=name("own_price"), items=[{"item_price_id": name("pro-USD-Monthly"), "quantity": 10, "unit_price": 1900}]
    )
    own_tiers = [
        {"item_price_id": name("business-USD-Tiered"), "starting_unit": 1, "ending_unit": 20, "price": 700},
        {"item_price_id": name("business-USD-Tiered"), "starting_unit": 21, "price": 300},
    ]
    subscribe(id=name("own_tiers"), items=[(name("business-USD-Tiered"), 25)], item_tiers=own_tiers)
    since = now - 20 * _DAY
    for identifier, price in (("in_yen", "pro-JPY-Monthly"), ("in_euro", "pro-EUR-Monthly")):
        site.add_subscription(id=name(identifier), customer_id=name("unicode"), items=[name(price)], started_at=since)
    for identifier, price in (("teller_basic", "basic-USD-Monthly"), ("teller_pro", "pro-USD-Monthly")):
        site.add_subscription(id=name(identifier), customer_id=name("mononym"), items=[name(price)], started_at=since)
