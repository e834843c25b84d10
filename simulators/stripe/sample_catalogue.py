"""Sample products, prices of every shape, and coupons of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.stripe.account import Account

_DAY = 86_400


def fill_catalogue(account: Account, name: Callable[[str], str], now: int) -> None:
    """Add products, prices, coupons and promotion codes. `name` makes a readable id the account's own."""
    _add_products(account, name, now)
    _add_prices(account, name, now)
    _add_coupons(account, name, now)


def _add_products(account: Account, name: Callable[[str], str], now: int) -> None:
    made = now - 700 * _DAY
    products: tuple[dict[str, Any], ...] = (
        {"id": "prod_basic", "name": "Basic", "description": "For one person."},
        {"id": "prod_pro", "name": "Pro", "description": "For teams.", "unit_label": "seat"},
        {"id": "prod_enterprise", "name": "Enterprise", "metadata": {"family": "business"}},
        {"id": "prod_api", "name": "API calls", "unit_label": "call"},
        {"id": "prod_extras", "name": "Extras, à la carte", "description": None},
        {"id": "prod_donation", "name": "Donation"},
        {"id": "prod_legacy", "name": "Legacy (2019)", "active": False},
    )
    for offset, product in enumerate(products):
        account.add_product(**{**product, "id": name(product["id"]), "created": made + offset})


# What is not said here is: monthly, in US dollars, licensed, per unit.
_PRICES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("price_free", "prod_basic", {"unit_amount": 0, "nickname": "Free"}),
    ("price_basic_monthly", "prod_basic", {"unit_amount": 900}),
    ("price_basic_weekly", "prod_basic", {"unit_amount": 300, "interval": "week"}),
    ("price_basic_daily", "prod_basic", {"unit_amount": 50, "interval": "day"}),
    ("price_pro_monthly", "prod_pro", {"unit_amount": 2900, "lookup_key": "pro_monthly"}),
    ("price_pro_quarterly", "prod_pro", {"unit_amount": 7900, "interval_count": 3}),
    ("price_pro_12_months", "prod_pro", {"unit_amount": 29000, "interval_count": 12}),
    ("price_pro_yearly", "prod_pro", {"unit_amount": 29000, "interval": "year"}),
    ("price_pro_euro", "prod_pro", {"unit_amount": 2700, "currency": "eur"}),
    (
        "price_pro_currencies",
        "prod_pro",
        {
            "unit_amount": 2900,
            "currency_options": {
                "eur": {"unit_amount": 2700},
                "gbp": {"unit_amount": 2300},
                "usd": {"unit_amount": 2900},
            },
        },
    ),
    ("price_pro_yen", "prod_pro", {"unit_amount": 3900, "currency": "jpy"}),
    ("price_pro_2019", "prod_legacy", {"unit_amount": 1500, "active": False, "nickname": "grandfathered"}),
    (
        "price_seats_package",
        "prod_pro",
        {
            "unit_amount": 5000,
            "transform_quantity": {"divide_by": 5, "round": "up"},
            "nickname": "per five seats",
        },
    ),
    ("price_api_sub_cent", "prod_api", {"unit_amount_decimal": "0.35", "nickname": "a third of a cent"}),
    ("price_api_metered", "prod_api", {"unit_amount": 2, "usage_type": "metered"}),
    (
        "price_enterprise_graduated",
        "prod_enterprise",
        {
            "tiers_mode": "graduated",
            "tiers": [
                {"up_to": 10, "unit_amount": 1000, "flat_amount": 5000},
                {"up_to": 100, "unit_amount": 800},
                {"up_to": None, "unit_amount_decimal": "649.5"},
            ],
        },
    ),
    (
        "price_enterprise_volume",
        "prod_enterprise",
        {
            "interval": "year",
            "tiers_mode": "volume",
            "tiers": [
                {"up_to": 50, "unit_amount": 9000},
                {"up_to": None, "unit_amount": 7500, "flat_amount": 10000},
            ],
        },
    ),
    (
        "price_donation",
        "prod_donation",
        {"custom_unit_amount": {"maximum": 50000, "minimum": 500, "preset": 1500}},
    ),
    ("price_onboarding_once", "prod_extras", {"unit_amount": 19900, "interval": None}),
    ("price_extras_monthly", "prod_extras", {"unit_amount": 450}),
)


def _add_prices(account: Account, name: Callable[[str], str], now: int) -> None:
    made = now - 650 * _DAY
    for offset, (identifier, product, members) in enumerate(_PRICES):
        copied: dict[str, Any] = {
            member: value.copy() if isinstance(value, dict | list) else value for member, value in members.items()
        }
        account.add_price(id=name(identifier), product=name(product), created=made + offset, **copied)


def _add_coupons(account: Account, name: Callable[[str], str], now: int) -> None:
    made = now - 400 * _DAY
    coupons: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "SAVE20",
            {"percent_off": 20.0, "duration": "repeating", "duration_in_months": 3, "name": "20% off"},
        ),
        ("SAVE50", {"percent_off": 50.0, "duration": "once", "name": "Half off, once"}),
        ("LOYAL10", {"percent_off": 10.0, "duration": "forever", "name": "Loyalty"}),
        ("ODD12_5", {"percent_off": 12.5, "duration": "forever", "name": "12.5% off"}),
        ("FIVEOFF", {"amount_off": 500, "currency": "usd", "duration": "once", "name": "$5 off"}),
        ("TENEURO", {"amount_off": 1000, "currency": "eur", "duration": "forever", "name": "10 € Rabatt"}),
        (
            "ANYWHERE",
            {
                "amount_off": 700,
                "currency": "usd",
                "currency_options": {
                    "eur": {"amount_off": 600},
                    "jpy": {"amount_off": 1000},
                    "usd": {"amount_off": 700},
                },
                "duration": "repeating",
                "duration_in_months": 6,
                "name": "In any currency",
            },
        ),
        ("PROONLY", {"percent_off": 15.0, "duration": "forever", "applies_to": [name("prod_pro")]}),
        ("EXPIRED", {"percent_off": 30.0, "redeem_by": now - 30 * _DAY, "name": "Summer sale"}),
        ("SPENT", {"percent_off": 40.0, "max_redemptions": 10, "times_redeemed": 10, "name": "First ten"}),
        (
            "LIMITED",
            {"percent_off": 25.0, "max_redemptions": 100, "times_redeemed": 7, "redeem_by": now + 90 * _DAY},
        ),
        ("COMEBACK", {"percent_off": 35.0, "duration": "once", "name": "Come back"}),
    )
    for offset, (identifier, members) in enumerate(coupons):
        account.add_coupon(id=name(identifier), created=made + offset, **members)
    codes: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("promo_friends", "COMEBACK", "FRIENDS35", {}),
        ("promo_ada", "LOYAL10", "ADA10", {"customer": name("cus_ada")}),
        ("promo_over", "COMEBACK", "OVER", {"active": False, "expires_at": now - _DAY}),
    )
    for offset, (identifier, coupon, code, members) in enumerate(codes):
        account.add_promotion_code(
            id=name(identifier), coupon=name(coupon), code=code, created=made + 100 + offset, **members
        )
