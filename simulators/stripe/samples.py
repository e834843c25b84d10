"""Sample data for the demo and for tests: every status, every shape of price, every kind of coupon."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from simulators.stripe.sample_catalogue import fill_catalogue
from simulators.tour import Tour

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simulators.stripe.account import Account

    Naming = Callable[[str], str]

_DAY = 86_400
_HOUR = 3600


def marked(identifier: str, *, livemode: bool) -> str:
    """An id as the account of this mode has it: `cus_ada` and `cus_live_ada`, `SAVE20` and `LIVE-SAVE20`."""
    if not livemode:
        return identifier
    prefix, underscore, rest = identifier.partition("_")
    return f"{prefix}_live_{rest}" if underscore and prefix.islower() else f"LIVE-{identifier}"


def tour(*, livemode: bool) -> Tour:
    """The tour through the account of one mode."""
    name = partial(marked, livemode=livemode)
    return Tour(
        customer=name("cus_ada"),
        email="ada@example.com",
        phone="+442079460958",
        cancel=name("sub_ada_cancel"),
        pause=name("sub_ada_pause"),
        extend_trial=name("sub_ada_trial"),
        apply_coupon=name("sub_ada_coupon"),
        change_price=name("sub_ada_change"),
        cancel_all=name("cus_unicode"),
        pause_all=name("cus_mononym"),
        coupon=name("SAVE20"),
        target_price=name("price_basic_monthly"),
        product=name("prod_pro"),
    )


TOUR = tour(livemode=False)
LIVE_TOUR = tour(livemode=True)


def fill(account: Account, now: datetime) -> None:
    """Put the sample data into an empty account. `now` is aware; dates lie around it."""
    moment = int(now.timestamp())
    name = partial(marked, livemode=account.livemode)
    fill_catalogue(account, name, moment)
    _add_customers(account, name, moment)
    _add_tour(account, name, moment)
    _add_statuses(account, name, moment)
    _add_shapes(account, name, moment)
    _add_schedules(account, name, moment)


def _add_customers(account: Account, name: Naming, now: int) -> None:
    london = {"line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"}
    oakland = {
        "line1": "1 Main St",
        "line2": "Apt 4",
        "city": "Oakland",
        "state": "CA",
        "postal_code": "94607",
        "country": "US",
    }
    tokyo = {"line1": "千代田1-1", "city": "東京", "postal_code": "100-0001", "country": "JP"}
    customers: tuple[dict[str, Any], ...] = (
        {
            "id": "cus_ada",
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "phone": "+442079460958",
            "address": london,
            "metadata": {"crm": "42", "segment": "early-adopter"},
        },
        {
            "id": "cus_grace",
            "name": "Grace Brewster Murray Hopper",
            "email": "grace@example.com",
            "address": oakland,
        },
        {"id": "cus_shared_lower", "name": "First Of Two", "email": "shared@example.com"},
        {"id": "cus_shared_upper", "name": "Second Of Two", "email": "Shared@Example.com"},
        {"id": "cus_same_mail_older", "name": "Twin A", "email": "twin@example.com"},
        {"id": "cus_same_mail_newer", "name": "Twin B", "email": "twin@example.com"},
        {
            "id": "cus_company",
            "name": "Müller & Söhne GmbH",
            "business_name": "Müller & Söhne GmbH",
            "email": "buchhaltung+stripe@müller.example",
            "address": {"city": "Köln", "country": "DE"},
            "shipping": {
                "name": "Lager",
                "address": {"line1": "Hafenstr. 7", "city": "Köln", "country": "DE"},
            },
        },
        {
            "id": "cus_unicode",
            "name": "山田 太郎",
            "individual_name": "山田 太郎",
            "email": "yamada@example.jp",
            "phone": "+81 3-1234-5678",
            "address": tokyo,
        },
        {"id": "cus_mononym", "name": "Teller", "email": "teller@example.com", "phone": "(555) 123-4567"},
        {"id": "cus_spaces", "name": "  José  María   O'Neill-Çelik ", "email": "jose@example.com"},
        {"id": "cus_bare"},
        {"id": "cus_deleted", "name": "Was Here", "email": "gone@example.com"},
        {
            "id": "cus_clockwork",
            "name": "On A Test Clock",
            "email": "clock@example.com",
            "test_clock": "clock_1",
        },
    )
    made = now - 600 * _DAY
    for offset, customer in enumerate(customers):
        account.add_customer(**{**customer, "id": name(customer["id"]), "created": made + offset * _HOUR})
    account.delete_customer(customer=name("cus_deleted"))
    account.discount_customer(customer=name("cus_grace"), coupon=name("LOYAL10"), start=now - 100 * _DAY)


def _add_tour(account: Account, name: Naming, now: int) -> None:
    subscribe = partial(account.add_subscription, customer=name("cus_ada"), start_date=now - 40 * _DAY)
    subscribe(id=name("sub_ada_cancel"), prices=[(name("price_pro_monthly"), 3)])
    subscribe(id=name("sub_ada_pause"), prices=[name("price_basic_monthly")])
    subscribe(
        id=name("sub_ada_trial"),
        prices=[name("price_pro_yearly")],
        status="trialing",
        trial_start=now - 4 * _DAY,
        trial_end=now + 10 * _DAY,
    )
    subscribe(id=name("sub_ada_coupon"), prices=[name("price_pro_monthly")], discounts=[name("LOYAL10")])
    subscribe(id=name("sub_ada_change"), prices=[(name("price_pro_monthly"), 2)])


def _add_statuses(account: Account, name: Naming, now: int) -> None:
    subscribe = partial(account.add_subscription, customer=name("cus_grace"), prices=[name("price_pro_monthly")])
    since = now - 100 * _DAY
    paused_until = {"behavior": "mark_uncollectible", "resumes_at": now + 45 * _DAY}
    paused_for_good = {"behavior": "void", "resumes_at": None}
    subscribe(id=name("sub_active"), start_date=since)
    subscribe(id=name("sub_trialing"), start_date=now - _DAY, status="trialing", trial_end=now + 6 * _DAY)
    subscribe(id=name("sub_paused_until"), start_date=since, pause_collection=paused_until)
    subscribe(id=name("sub_paused_for_good"), start_date=since, pause_collection=paused_for_good)
    subscribe(id=name("sub_ends_with_period"), start_date=since, cancel_at_period_end=True)
    subscribe(id=name("sub_ends_on_a_date"), start_date=since, cancel_at=now + 17 * _DAY, canceled_at=now - _DAY)
    subscribe(id=name("sub_past_due"), start_date=since, status="past_due")
    subscribe(id=name("sub_unpaid"), start_date=since, status="unpaid")
    subscribe(id=name("sub_incomplete"), start_date=now - _HOUR, status="incomplete")
    subscribe(
        id=name("sub_incomplete_expired"),
        start_date=since,
        status="incomplete_expired",
        ended_at=since + _DAY,
    )
    subscribe(id=name("sub_paused"), start_date=since, status="paused")
    subscribe(
        id=name("sub_canceled"),
        start_date=since,
        status="canceled",
        canceled_at=now - 60 * _DAY,
        ended_at=now - 40 * _DAY,
    )


def _add_shapes(account: Account, name: Naming, now: int) -> None:
    since = now - 20 * _DAY
    plans: tuple[tuple[str, list[tuple[str, int]]], ...] = (
        ("sub_free", [("price_free", 1)]),
        ("sub_weekly", [("price_basic_weekly", 1)]),
        ("sub_daily", [("price_basic_daily", 1)]),
        ("sub_quarterly", [("price_pro_quarterly", 1)]),
        ("sub_12_months", [("price_pro_12_months", 1)]),
        ("sub_yearly", [("price_pro_yearly", 4)]),
        ("sub_package", [("price_seats_package", 12)]),
        ("sub_sub_cent", [("price_api_sub_cent", 1000)]),
        ("sub_metered", [("price_api_metered", 1)]),
        ("sub_graduated", [("price_enterprise_graduated", 25)]),
        ("sub_volume", [("price_enterprise_volume", 60)]),
        ("sub_yen", [("price_pro_yen", 1)]),
        ("sub_grandfathered", [("price_pro_2019", 1)]),
        (
            "sub_seats_and_calls",
            [("price_pro_monthly", 5), ("price_api_metered", 1), ("price_extras_monthly", 2)],
        ),
        ("sub_mixed_intervals", [("price_pro_yearly", 1), ("price_extras_monthly", 1)]),
    )
    for identifier, prices in plans:
        account.add_subscription(
            id=name(identifier),
            customer=name("cus_company"),
            prices=[(name(price), quantity) for price, quantity in prices],
            start_date=since,
        )
    account.add_subscription(
        id=name("sub_in_euro"),
        customer=name("cus_unicode"),
        prices=[name("price_pro_currencies")],
        currency="eur",
        start_date=since,
        discounts=[name("ANYWHERE")],
    )
    account.add_subscription(
        id=name("sub_classic"),
        customer=name("cus_mononym"),
        prices=[(name("price_pro_monthly"), 2)],
        billing_mode="classic",
        start_date=since,
        discounts=[name("FIVEOFF"), name("PROONLY")],
    )


def _add_schedules(account: Account, name: Naming, now: int) -> None:
    since = now - 10 * _DAY
    managed = account.add_subscription(
        id=name("sub_scheduled"),
        customer=name("cus_spaces"),
        prices=[name("price_pro_monthly")],
        start_date=since,
    )
    item = managed["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    account.add_schedule(
        id=name("sub_sched_downgrade"),
        subscription=managed["id"],
        phases=[
            {
                "start_date": start,
                "end_date": end,
                "items": [{"price": name("price_pro_monthly"), "quantity": 1}],
            },
            {"start_date": end, "items": [{"price": name("price_basic_monthly"), "quantity": 1}]},
        ],
    )
    account.add_schedule(
        id=name("sub_sched_not_started"),
        customer=name("cus_spaces"),
        phases=[{"start_date": now + 20 * _DAY, "items": [{"price": name("price_basic_monthly"), "quantity": 1}]}],
    )
