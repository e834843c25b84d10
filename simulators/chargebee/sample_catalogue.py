"""Sample families, items, prices of every shape, and coupons of every kind."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.chargebee.site import Site

    Naming = Callable[[str], str]

_DAY = 86_400


def fill_catalogue(site: Site, name: Naming, now: int) -> None:
    """Add families, items, item prices and coupons. `name` makes a readable id the site's own."""
    _add_items(site, name, now)
    _add_prices(site, name, now)
    _add_coupons(site, name, now)


def _add_items(site: Site, name: Naming, now: int) -> None:
    made = now - 700 * _DAY
    for offset, (identifier, title) in enumerate((("cloud", "Cloud"), ("services", "Services"))):
        site.add_item_family(id=name(identifier), name=title, updated_at=made + offset)
    items: tuple[tuple[str, str | None, dict[str, Any]], ...] = (
        ("basic", "cloud", {"external_name": "Basic", "description": "For one person."}),
        ("pro", "cloud", {"external_name": "Pro", "description": "<p>For <b>teams</b>.</p>", "unit": "seat"}),
        ("business", "cloud", {"external_name": "Business", "unit": "seat"}),
        ("storage", "cloud", {"external_name": "Storage", "unit": "GB", "metadata": {"sku": "ST"}}),
        ("legacy", "cloud", {"status": "archived", "archived_at": now - 300 * _DAY}),
        ("support", "services", {"type": "addon", "external_name": "Priority support"}),
        ("onboarding", "services", {"type": "charge", "external_name": "Onboarding"}),
        ("on-its-own", None, {"external_name": "Without a family"}),
    )
    for offset, (identifier, family, members) in enumerate(items):
        belongs = {} if family is None else {"item_family_id": name(family)}
        site.add_item(id=name(identifier), name=identifier, updated_at=made + offset, **belongs, **members)


_TIERS: list[dict[str, Any]] = [
    {"starting_unit": 1, "ending_unit": 10, "price": 1000},
    {"starting_unit": 11, "ending_unit": 50, "price": 800},
    {"starting_unit": 51, "price": 500},
]
_STEPS: list[dict[str, Any]] = [
    {"starting_unit": 1, "ending_unit": 10, "price": 1000, "pricing_type": "flat_fee"},
    {"starting_unit": 11, "ending_unit": 25, "price": 2000, "pricing_type": "flat_fee"},
    {"starting_unit": 26, "price": 4500, "pricing_type": "flat_fee"},
]
_PACKAGES: list[dict[str, Any]] = [
    {"starting_unit": 1, "ending_unit": 100, "price": 5000, "pricing_type": "package", "package_size": 10},
    {"starting_unit": 101, "price": 4000, "pricing_type": "package", "package_size": 10},
]
# What is not said here is: monthly, in US dollars, per unit.
_PRICES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("basic-USD-Monthly", "basic", {"pricing_model": "flat_fee", "price": 900, "external_name": "Basic"}),
    ("basic-USD-Free", "basic", {"pricing_model": "flat_fee", "price": 0}),
    ("basic-USD-Weekly", "basic", {"pricing_model": "flat_fee", "price": 300, "period_unit": "week"}),
    ("basic-USD-Daily", "basic", {"pricing_model": "flat_fee", "price": 50, "period_unit": "day"}),
    (
        "pro-USD-Monthly",
        "pro",
        {
            "price": 2900,
            "external_name": "Pro",
            "description": "<p>Everything in <b>Pro</b></p>",
            "trial_period": 14,
            "trial_period_unit": "day",
            "metadata": {"sku": "P1"},
        },
    ),
    ("pro-USD-Quarterly", "pro", {"price": 7900, "period": 3}),
    ("pro-USD-12-Months", "pro", {"price": 29000, "period": 12}),
    ("pro-USD-Yearly", "pro", {"price": 29000, "period_unit": "year"}),
    ("pro-EUR-Monthly", "pro", {"price": 2700, "currency_code": "EUR"}),
    ("pro-JPY-Monthly", "pro", {"price": 3900, "currency_code": "JPY"}),
    ("pro-KWD-Monthly", "pro", {"price": 950, "currency_code": "KWD"}),
    ("pro-USD-Two-Free", "pro", {"price": 3500, "free_quantity": 2}),
    ("pro-USD-2019", "legacy", {"price": 1500, "status": "archived", "archived_at": 1_600_000_000}),
    ("business-USD-Monthly", "business", {"price": 4900, "external_name": "Business"}),
    ("business-USD-Tiered", "business", {"tiers": _TIERS}),
    ("business-USD-Volume", "business", {"pricing_model": "volume", "tiers": _TIERS}),
    ("storage-USD-Stairstep", "storage", {"pricing_model": "stairstep", "tiers": _STEPS}),
    ("storage-USD-Packages", "storage", {"pricing_model": "volume", "tiers": _PACKAGES}),
    ("storage-USD-Decimal", "storage", {"price": 1, "price_in_decimal": "0.0125"}),
    ("support-USD-Monthly", "support", {"pricing_model": "flat_fee", "price": 500}),
    ("onboarding-USD", "onboarding", {"pricing_model": "flat_fee", "price": 19900}),
    ("on-its-own-USD-Monthly", "on-its-own", {"price": 1200}),
    ("pro-USD-Gone", "pro", {"price": 100, "status": "deleted"}),
)


def _add_prices(site: Site, name: Naming, now: int) -> None:
    made = now - 650 * _DAY
    for offset, (identifier, item, members) in enumerate(_PRICES):
        title = identifier.replace("-", " ")
        site.add_item_price(
            id=name(identifier), item_id=name(item), name=title, created_at=made + offset, **copy.deepcopy(members)
        )


def _add_coupons(site: Site, name: Naming, now: int) -> None:
    made = now - 400 * _DAY
    pro_only = [{"item_type": "plan", "constraint": "specific", "item_price_ids": [name("pro-USD-Monthly")]}]
    coupons: tuple[tuple[str, dict[str, Any]], ...] = (
        ("SAVE20", {"discount_percentage": 20.0, "period": 3, "period_unit": "month", "name": "20 % off"}),
        ("HALF", {"discount_percentage": 50.0, "name": "Half off, once"}),
        ("LOYAL10", {"discount_percentage": 10.0, "duration_type": "forever", "name": "Loyalty"}),
        ("ODD12_5", {"discount_percentage": 12.5, "duration_type": "forever", "name": "12.5 % off"}),
        ("FIVEOFF", {"discount_amount": 500, "name": "$5 off", "codes": [name("FRIEND-1"), name("FRIEND-2")]}),
        ("TENEURO", {"discount_amount": 1000, "currency_code": "EUR", "duration_type": "forever"}),
        ("ONEFREE", {"discount_quantity": 1, "duration_type": "forever", "name": "One seat free"}),
        ("YEAR", {"discount_percentage": 25.0, "period": 1, "period_unit": "year"}),
        ("WEEKS", {"discount_percentage": 25.0, "period": 6, "period_unit": "week"}),
        ("OLDSTYLE", {"discount_percentage": 15.0, "duration_month": 6, "name": "From before periods"}),
        ("EXPIRED", {"discount_percentage": 30.0, "valid_till": now - 30 * _DAY, "name": "Summer sale"}),
        ("ARCHIVED", {"discount_percentage": 30.0, "status": "archived", "archived_at": now - 60 * _DAY}),
        ("SOON", {"discount_percentage": 30.0, "valid_from": now + 30 * _DAY}),
        ("SPENT", {"discount_percentage": 40.0, "max_redemptions": 10, "redemptions": 10, "name": "First ten"}),
        (
            "LIMITED",
            {"discount_percentage": 25.0, "max_redemptions": 100, "redemptions": 7, "valid_till": now + 90 * _DAY},
        ),
        (
            "PROONLY",
            {
                "discount_percentage": 15.0,
                "duration_type": "forever",
                "apply_on": "each_specified_item",
                "item_constraints": pro_only,
            },
        ),
        ("SPRING #1", {"discount_percentage": 5.0, "name": "An id to be escaped"}),
        ("A/B", {"discount_percentage": 5.0, "name": "An id that no path can hold"}),
    )
    for offset, (identifier, members) in enumerate(coupons):
        site.add_coupon(id=name(identifier), created_at=made + offset, **{"name": identifier, **members})
