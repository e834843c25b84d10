"""Sample data for the demo and for tests: every status, every shape of price, every kind of discount."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from simulators.paddle import shapes
from simulators.paddle.identifiers import readable
from simulators.paddle.sample_catalogue import fill_catalogue
from simulators.tour import Tour

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.paddle.account import Account

    Naming = Callable[[str], str]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def marked(name: str, *, livemode: bool) -> str:
    """An id as the account of this mode has it: `ctm_ada` is `ctm_01adaxxxxxxxxxxxxxxxxxtest`, or `...live`."""
    prefix, _, rest = name.partition("_")
    return readable(prefix, rest, "live" if livemode else "test")


def tour(*, livemode: bool) -> Tour:
    """The tour through the account of one mode. Paddle's customers have no phone."""
    name = partial(marked, livemode=livemode)
    return Tour(
        customer=name("ctm_ada"),
        email="ada@example.com",
        phone=None,
        cancel=name("sub_adacancel"),
        pause=name("sub_adapause"),
        extend_trial=name("sub_adatrial"),
        apply_coupon=name("sub_adacoupon"),
        change_price=name("sub_adachange"),
        cancel_all=name("ctm_yamada"),
        pause_all=name("ctm_teller"),
        coupon=name("dsc_save20"),
        target_price=name("pri_basicmonthly"),
        product=name("pro_pro"),
        price_changes="immediate",
    )


TOUR = tour(livemode=False)
LIVE_TOUR = tour(livemode=True)


def fill(account: Account, now: datetime) -> None:
    """Put the sample data into an empty account. `now` is aware; dates lie around it."""
    name = partial(marked, livemode=account.livemode)
    fill_catalogue(account, name, now)
    _add_customers(account, name, now)
    _add_addresses(account, name, now)
    _add_tour(account, name, now)
    _add_statuses(account, name, now)
    _add_scheduled(account, name, now)
    _add_shapes(account, name, now)


def _add_customers(account: Account, name: Naming, now: datetime) -> None:
    customers: tuple[dict[str, Any], ...] = (
        {
            "id": "ctm_ada",
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "custom_data": {"crm": "42", "seats": 3, "flags": {"early": True}, "nothing": None},
        },
        {
            "id": "ctm_grace",
            "name": "Grace Brewster Murray Hopper",
            "email": "grace@example.com",
            "marketing_consent": True,
        },
        {"id": "ctm_sharedlower", "name": "First Of Two", "email": "shared@example.com"},
        {"id": "ctm_sharedupper", "name": "Second Of Two", "email": "Shared@Example.com"},
        {"id": "ctm_mueller", "name": "Müller & Söhne GmbH", "email": "buchhaltung+paddle@müller.example"},
        {"id": "ctm_soehne", "name": "Müller & Söhne GmbH", "email": "einkauf@müller.example"},
        {"id": "ctm_yamada", "name": "山田 太郎", "email": "yamada@example.jp", "locale": "ja"},
        {"id": "ctm_teller", "name": "Teller", "email": "teller@example.com"},
        {"id": "ctm_jose", "name": "  José  María   O'Neill-Çelik ", "email": "jose@example.com", "locale": "es"},
        {"id": "ctm_anna", "name": "Anna Jahr", "email": "anna@example.com", "custom_data": ["not", "an", "object"]},
        {"id": "ctm_bare", "email": "bare@example.com"},
        {"id": "ctm_archived", "name": "Filed Away", "email": "filed@example.com", "status": "archived"},
    )
    made = now - 600 * _DAY
    for offset, customer in enumerate(customers):
        account.add_customer(**{**customer, "id": name(customer["id"]), "created_at": made + offset * _HOUR})


def _add_addresses(account: Account, name: Naming, now: datetime) -> None:
    addresses: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        (
            "add_london",
            "ctm_ada",
            "GB",
            {
                "description": "Home",
                "first_line": "12 St James's Square",
                "city": "London",
                "postal_code": "SW1Y 4JH",
            },
        ),
        (
            "add_oakland",
            "ctm_grace",
            "US",
            {
                "first_line": "1 Main St",
                "second_line": "Apt 4",
                "city": "Oakland",
                "region": "CA",
                "postal_code": "94607",
            },
        ),
        ("add_koeln", "ctm_mueller", "DE", {"description": "Büro", "first_line": "Hafenstr. 7", "city": "Köln"}),
        ("add_bonn", "ctm_mueller", "DE", {"description": "Lager", "city": "Bonn", "postal_code": "53111"}),
        ("add_alt", "ctm_mueller", "DE", {"description": "Altes Büro", "city": "Köln", "status": "archived"}),
        ("add_einkauf", "ctm_soehne", "DE", {"city": "Köln", "custom_data": {"floor": 3}}),
        (
            "add_tokyo",
            "ctm_yamada",
            "JP",
            {"first_line": "千代田1-1", "city": "千代田区", "region": "東京都", "postal_code": "100-0001"},
        ),
        ("add_countryonly", "ctm_teller", "US", {}),
    )
    for offset, (identifier, customer, country, members) in enumerate(addresses):
        account.add_address(
            id=name(identifier),
            customer=name(customer),
            country_code=country,
            created_at=now - 590 * _DAY + offset * _HOUR,
            **members,
        )


def _add_tour(account: Account, name: Naming, now: datetime) -> None:
    subscribe = partial(account.add_subscription, customer=name("ctm_ada"), started_at=now - 40 * _DAY)
    subscribe(
        id=name("sub_adacancel"), prices=[(name("pri_promonthly"), 3)], custom_data={"workspace": "w-1", "seats": 3}
    )
    subscribe(id=name("sub_adapause"), prices=[name("pri_basicmonthly")])
    account.add_subscription(
        id=name("sub_adatrial"),
        customer=name("ctm_ada"),
        prices=[name("pri_protrial")],
        status="trialing",
        started_at=now - 4 * _DAY,
        trial_ends_at=now + 10 * _DAY,
    )
    subscribe(id=name("sub_adacoupon"), prices=[name("pri_promonthly")], discount=name("dsc_loyal10"))
    subscribe(id=name("sub_adachange"), prices=[(name("pri_promonthly"), 2)])


def _add_statuses(account: Account, name: Naming, now: datetime) -> None:
    subscribe = partial(account.add_subscription, customer=name("ctm_grace"), prices=[name("pri_promonthly")])
    since = now - 100 * _DAY
    subscribe(id=name("sub_active"), started_at=since)
    subscribe(
        id=name("sub_trialing"), started_at=now - _DAY, status="trialing", trial_ends_at=now + 6 * _DAY + 3 * _HOUR
    )
    subscribe(
        id=name("sub_trialwithoutcard"),
        started_at=now - _DAY,
        status="trialing",
        trial_ends_at=now + 13 * _DAY,
        payment_method=False,
    )
    subscribe(id=name("sub_pastdue"), started_at=since, status="past_due")
    subscribe(
        id=name("sub_pauseduntil"),
        started_at=since,
        status="paused",
        paused_at=now - 8 * _DAY,
        resume_at=now + 45 * _DAY,
    )
    subscribe(id=name("sub_pausedforgood"), started_at=since, status="paused", paused_at=now - 8 * _DAY)
    subscribe(id=name("sub_canceled"), started_at=since, status="canceled", canceled_at=now - 40 * _DAY)
    subscribe(
        id=name("sub_invoiced"),
        started_at=since,
        prices=[(name("pri_team5to50"), 20)],
        collection_mode="manual",
        billing_details=shapes.billing_details(purchase_order_number="PO-123"),
    )


def _add_scheduled(account: Account, name: Naming, now: datetime) -> None:
    subscribe = partial(account.add_subscription, customer=name("ctm_grace"), prices=[name("pri_promonthly")])
    since = now - 100 * _DAY
    subscribe(id=name("sub_ends"), started_at=since, scheduled="cancel")
    subscribe(id=name("sub_pauses"), started_at=since, scheduled="pause")
    subscribe(id=name("sub_pausesuntil"), started_at=since, scheduled="pause", resume_at=now + 70 * _DAY)
    subscribe(
        id=name("sub_trialpauses"),
        started_at=now - _DAY,
        status="trialing",
        trial_ends_at=now + 5 * _DAY,
        scheduled="pause",
    )
    subscribe(
        id=name("sub_trialends"),
        started_at=now - _DAY,
        status="trialing",
        trial_ends_at=now + 5 * _DAY,
        scheduled="cancel",
    )
    account.add_subscription(
        id=name("sub_josepauses"),
        customer=name("ctm_jose"),
        prices=[name("pri_promonthly")],
        started_at=now - 10 * _DAY,
        scheduled="pause",
        resume_at=now + 80 * _DAY,
    )


def _add_shapes(account: Account, name: Naming, now: datetime) -> None:
    since = now - 20 * _DAY
    # One business, and two customers who buy for it.
    business = {"business_id": readable("biz", "muellerundsoehne", account.mode)}
    plans: tuple[tuple[str, list[tuple[str, int]], dict[str, Any]], ...] = (
        ("sub_free", [("pri_free", 1)], {}),
        ("sub_weekly", [("pri_basicweekly", 1)], {}),
        ("sub_fortnightly", [("pri_basicfortnight", 1)], {}),
        ("sub_daily", [("pri_basicdaily", 1)], {}),
        ("sub_quarterly", [("pri_proquarterly", 1)], {}),
        ("sub_12months", [("pri_pro12months", 1)], {}),
        ("sub_yearly", [("pri_proyearly", 4)], {}),
        ("sub_twoyears", [("pri_protwoyears", 1)], {}),
        ("sub_team", [("pri_team5to50", 12)], {"discount": name("dsc_twoaseat"), **business}),
        ("sub_bespoke", [("pri_bespoke", 1)], {}),
        ("sub_grandfathered", [("pri_pro2019", 1)], {"discount": name("dsc_expired")}),
        ("sub_bycountry", [("pri_procountries", 2)], {"currency": "EUR", "discount": name("dsc_teneuro")}),
        ("sub_won", [("pri_prowon", 1)], {}),
        ("sub_peso", [("pri_propeso", 1)], {}),
        ("sub_waits", [("pri_promonthly", 1)], {"discount": name("dsc_save50"), "discount_waits": True}),
        ("sub_severalproducts", [("pri_promonthly", 5), ("pri_extras", 2), ("pri_support", 1)], {}),
        ("sub_withonetime", [("pri_promonthly", 1), ("pri_onboarding", 1)], {}),
    )
    for identifier, prices, members in plans:
        account.add_subscription(
            id=name(identifier),
            customer=name("ctm_mueller"),
            prices=[(name(price), quantity) for price, quantity in prices],
            started_at=since,
            **members,
        )
    singles: tuple[tuple[str, str, str, int, dict[str, Any]], ...] = (
        ("sub_yen", "ctm_yamada", "pri_proyen", 1, {"discount": name("dsc_fivehundredyen")}),
        ("sub_teller", "ctm_teller", "pri_promonthly", 2, {"discount": name("dsc_proonly")}),
        ("sub_annayearly", "ctm_anna", "pri_proyearly", 2, {}),
        ("sub_soehne", "ctm_soehne", "pri_proeuro", 1, business),
        ("sub_filedaway", "ctm_archived", "pri_promonthly", 1, {}),
    )
    for identifier, customer, price, quantity, members in singles:
        account.add_subscription(
            id=name(identifier),
            customer=name(customer),
            prices=[(name(price), quantity)],
            started_at=since,
            **members,
        )
