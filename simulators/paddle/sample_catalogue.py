"""Sample products, prices of every shape, and discounts of every kind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simulators.paddle.account import Account

    Naming = Callable[[str], str]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def fill_catalogue(account: Account, name: Naming, now: datetime) -> None:
    """Add products, prices and discounts. `name` makes a readable id the account's own."""
    _add_products(account, name, now)
    _add_prices(account, name, now)
    _add_discounts(account, name, now)


def _add_products(account: Account, name: Naming, now: datetime) -> None:
    made = now - 700 * _DAY
    products: tuple[dict[str, Any], ...] = (
        {"id": "pro_basic", "name": "Basic", "description": "For one person.", "tax_category": "saas"},
        {
            "id": "pro_pro",
            "name": "Pro",
            "description": "For teams.",
            "image_url": "https://example.com/pro.png",
            "custom_data": {"features": {"reports": True}, "rank": 2},
        },
        {"id": "pro_team", "name": "Team", "tax_category": "saas"},
        {"id": "pro_extras", "name": "Extras, à la carte", "custom_data": {}},
        {"id": "pro_support", "name": "Support"},
        {"id": "pro_bespoke", "name": "Made for one customer", "type": "custom"},
        {"id": "pro_legacy", "name": "Legacy (2019)", "status": "archived"},
    )
    for offset, product in enumerate(products):
        account.add_product(**{**product, "id": name(product["id"]), "created_at": made + offset * _HOUR})


# What is not said here is: monthly, in US dollars, from 1 to 100.
_PRICES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("pri_free", "pro_basic", {"amount": 0, "name": "Free", "description": "Free for ever"}),
    ("pri_basicmonthly", "pro_basic", {"amount": 900, "description": "Basic, monthly"}),
    ("pri_basicweekly", "pro_basic", {"amount": 300, "interval": "week", "name": "Weekly"}),
    ("pri_basicfortnight", "pro_basic", {"amount": 550, "interval": "week", "frequency": 2}),
    ("pri_basicdaily", "pro_basic", {"amount": 50, "interval": "day"}),
    ("pri_promonthly", "pro_pro", {"amount": 2900, "name": "Pro monthly", "description": "Pro, monthly, per seat"}),
    ("pri_proplus", "pro_pro", {"amount": 3900, "name": "Pro with reports"}),
    ("pri_proquarterly", "pro_pro", {"amount": 7900, "frequency": 3, "name": "Quarterly"}),
    ("pri_pro12months", "pro_pro", {"amount": 29000, "frequency": 12, "name": "Twelve months"}),
    ("pri_proyearly", "pro_pro", {"amount": 29000, "interval": "year", "name": "Pro yearly"}),
    ("pri_protwoyears", "pro_pro", {"amount": 52000, "interval": "year", "frequency": 2}),
    ("pri_protrial", "pro_pro", {"amount": 2900, "name": "Pro with a trial", "trial": ("day", 14)}),
    (
        "pri_propaidtrial",
        "pro_pro",
        {
            "amount": 2900,
            "trial_period": {
                "interval": "month",
                "frequency": 1,
                "requires_payment_method": True,
                "unit_price": {"amount": "100", "currency_code": "USD"},
                "unit_price_overrides": [],
            },
        },
    ),
    ("pri_proeuro", "pro_pro", {"amount": 2700, "currency": "EUR"}),
    (
        "pri_procountries",
        "pro_pro",
        {
            "amount": 2900,
            "name": "By country",
            "overrides": (
                (("GB",), 2300, "GBP"),
                (("AT", "DE", "FR"), 2700, "EUR"),
                (("IN",), 99900, "INR"),
                (("NG",), 1200, "USD"),
                (("JP",), 3900, "JPY"),
            ),
        },
    ),
    ("pri_proyen", "pro_pro", {"amount": 3900, "currency": "JPY"}),
    ("pri_prowon", "pro_pro", {"amount": 39000, "currency": "KRW"}),
    ("pri_propeso", "pro_pro", {"amount": 26900, "currency": "CLP"}),
    ("pri_team5to50", "pro_team", {"amount": 1500, "quantity": (5, 50), "name": "Team, five to fifty seats"}),
    ("pri_teamof1", "pro_team", {"amount": 9900, "quantity": (1, 1), "tax_mode": "internal"}),
    ("pri_extras", "pro_extras", {"amount": 450, "name": "Extras", "tax_mode": "external"}),
    ("pri_support", "pro_support", {"amount": 1900, "custom_data": {"tier": "gold", "hours": 24}}),
    ("pri_onboarding", "pro_support", {"amount": 19900, "interval": None, "name": "Onboarding, once"}),
    ("pri_bespoke", "pro_bespoke", {"amount": 123400, "interval": "year", "type": "custom"}),
    ("pri_pro2019", "pro_legacy", {"amount": 1500, "status": "archived", "name": "Grandfathered"}),
)


def _add_prices(account: Account, name: Naming, now: datetime) -> None:
    made = now - 650 * _DAY
    for offset, (identifier, product, members) in enumerate(_PRICES):
        account.add_price(
            **{"description": "Plan", **members},
            id=name(identifier),
            product=name(product),
            created_at=made + offset * _HOUR,
        )


def _add_discounts(account: Account, name: Naming, now: datetime) -> None:
    made = now - 400 * _DAY
    discounts: tuple[dict[str, Any], ...] = (
        {
            "id": "dsc_save20",
            "description": "20% off for three periods",
            "code": "SAVE20",
            "amount": "20",
            "maximum_recurring_intervals": 3,
        },
        {
            "id": "dsc_save50",
            "description": "Half off, one period",
            "code": "SAVE50",
            "amount": "50",
            "maximum_recurring_intervals": 1,
        },
        {"id": "dsc_loyal10", "description": "Loyalty", "amount": "10", "enabled_for_checkout": False},
        {"id": "dsc_odd12", "description": "12.5% off", "amount": "12.5", "custom_data": {"campaign": "odd"}},
        # Paddle ignores the currency of a percentage, and yet serves one.
        {"id": "dsc_withcurrency", "description": "15% off", "amount": "15", "currency_code": "USD"},
        {
            "id": "dsc_fiveoff",
            "description": "$5 off, one period",
            "type": "flat",
            "amount": "500",
            "maximum_recurring_intervals": 1,
        },
        {
            "id": "dsc_teneuro",
            "description": "10 € Rabatt",
            "type": "flat",
            "amount": "1000",
            "currency_code": "EUR",
        },
        {
            "id": "dsc_fivehundredyen",
            "description": "500円引き",
            "type": "flat",
            "amount": "500",
            "currency_code": "JPY",
        },
        {
            "id": "dsc_twoaseat",
            "description": "$2 off each seat for a year",
            "code": "TEAM2",
            "type": "flat_per_seat",
            "amount": "200",
            "maximum_recurring_intervals": 12,
        },
        {"id": "dsc_welcome", "description": "First bill only", "code": "WELCOME", "amount": "25", "recur": False},
        {
            "id": "dsc_welcomeflat",
            "description": "$10 off the first bill",
            "type": "flat",
            "amount": "1000",
            "recur": False,
        },
        {
            "id": "dsc_welcomeseat",
            "description": "$1 off each seat, first bill",
            "type": "flat_per_seat",
            "amount": "100",
            "recur": False,
        },
        {
            "id": "dsc_proonly",
            "description": "Pro only",
            "amount": "15",
            "restrict_to": [name("pro_pro")],
        },
        {
            "id": "dsc_basiconly",
            "description": "Basic monthly only",
            "amount": "30",
            "restrict_to": [name("pri_basicmonthly")],
        },
        {"id": "dsc_anything", "description": "Restricted to nothing in particular", "restrict_to": []},
        {
            "id": "dsc_expired",
            "description": "Summer sale",
            "code": "SUMMER",
            "amount": "30",
            "expires_at": now - 30 * _DAY,
        },
        {
            "id": "dsc_used",
            "description": "First ten",
            "code": "FIRST10",
            "amount": "40",
            "usage_limit": 10,
            "times_used": 10,
        },
        {"id": "dsc_archived", "description": "Withdrawn", "amount": "60", "status": "archived"},
        {
            "id": "dsc_limited",
            "description": "One hundred, this quarter",
            "amount": "25",
            "usage_limit": 100,
            "times_used": 7,
            "expires_at": now + 90 * _DAY,
        },
        {"id": "dsc_custom", "description": "Made for one transaction", "amount": "5", "mode": "custom"},
    )
    for offset, discount in enumerate(discounts):
        account.add_discount(**{**discount, "id": name(discount["id"]), "created_at": made + offset * _HOUR})
