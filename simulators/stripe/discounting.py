"""Discounts: made from coupons and promotion codes, and ended by time.

Rules: https://docs.stripe.com/billing/subscriptions/coupons and the `discounts` parameter of
https://docs.stripe.com/api/subscriptions/update.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.periods import later
from simulators.stripe import shapes
from simulators.stripe.errors import ApiError, invalid, missing_in_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.stripe.store import Store
    from simulators.types import Json


@dataclass(frozen=True)
class Wanted:
    """One entry of a `discounts` parameter, checked: an existing discount, or a coupon to make one from."""

    coupon: str
    existing: Json | None = None
    promotion_code: Json | None = None


def redeemable(coupon: Json, now: int) -> bool:
    """What Stripe serves as `valid`."""
    spent = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    late = coupon["redeem_by"] is not None and coupon["redeem_by"] <= now
    return not spent and not late


def make(store: Store, wanted: Wanted, *, customer: str, now: int, holder: Json | None = None) -> Json:
    """A new discount that starts now, and one more redemption of its coupon.

    `holder` is the subscription or the item that it belongs to; None is the customer.
    """
    coupon = store.coupons.rows[wanted.coupon]
    end = later(now, "month", coupon["duration_in_months"]) if coupon["duration"] == "repeating" else None
    made = shapes.discount(store.new_id("di"), coupon=wanted.coupon, customer=customer, start=now, end=end)
    if holder is not None:
        is_item = holder["object"] == "subscription_item"
        made["subscription"] = holder["subscription"] if is_item else holder["id"]
        made["subscription_item"] = holder["id"] if is_item else None
    if wanted.promotion_code is not None:
        made["promotion_code"] = wanted.promotion_code["id"]
        wanted.promotion_code["times_redeemed"] += 1
    coupon["times_redeemed"] += 1
    refresh(store, coupon, now)
    store.discounts[made["id"]] = made
    return made


def refresh(store: Store, coupon: Json, now: int) -> None:
    """Bring `valid`, and `active` of the promotion codes, up to date."""
    coupon["valid"] = redeemable(coupon, now)
    for code in store.promotion_codes:
        if code["promotion"]["coupon"] == coupon["id"] and not _usable(code, coupon, now):
            code["active"] = False


def _usable(code: Json, coupon: Json, now: int) -> bool:
    spent = code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]
    late = code["expires_at"] is not None and code["expires_at"] <= now
    return bool(coupon["valid"]) and not spent and not late


def read(
    store: Store, entries: Iterable[Json], *, holder: Json, customer: str, currency: str, now: int, param: str
) -> list[Wanted]:
    """Check every entry of a `discounts` parameter; nothing is made yet.

    Raises:
        ApiError: 400 when an entry names nothing or several things, an unknown, expired or spent coupon, one
            of another currency, or a coupon that is already in the list.
    """
    wanted = [
        _read_entry(store, entry, holder, customer, now, f"{param}[{index}]") for index, entry in enumerate(entries)
    ]
    for index, entry in enumerate(wanted):
        _check_currency(store, entry, currency, f"{param}[{index}]")
        if any(entry.coupon == earlier.coupon for earlier in wanted[:index]):
            raise invalid(
                f"The coupon `{entry.coupon}` cannot be applied more than once in the same list of discounts.",
                param=f"{param}[{index}]",
            )
    return wanted


def _read_entry(store: Store, entry: Json, holder: Json, customer: str, now: int, param: str) -> Wanted:
    if len(entry) != 1:
        raise invalid(
            "Each discount must specify exactly one of these parameters: coupon, discount, promotion_code.",
            param=param,
        )
    if "discount" in entry:
        return _existing(store, entry["discount"], holder, customer, f"{param}[discount]")
    if "promotion_code" in entry:
        return _from_promotion_code(store, entry["promotion_code"], customer, f"{param}[promotion_code]")
    return Wanted(_valid_coupon(store, entry["coupon"], now, f"{param}[coupon]")["id"])


def _existing(store: Store, identifier: str, holder: Json, customer: str, param: str) -> Wanted:
    inherited = store.customers.rows.get(customer, {}).get("discount")
    owned = identifier in holder["discounts"] or (inherited is not None and inherited["id"] == identifier)
    if not owned:
        raise missing_in_parameter("discount", identifier, param)
    existing = store.discounts[identifier]
    return Wanted(existing["source"]["coupon"], existing=existing)


def _from_promotion_code(store: Store, identifier: str, customer: str, param: str) -> Wanted:
    code = store.promotion_codes.get(identifier)
    if code is None:
        raise missing_in_parameter("promotion code", identifier, param)
    if not code["active"]:
        raise invalid("This promotion code cannot be redeemed because it is not active.", param=param)
    if code["customer"] not in (None, customer):
        raise invalid(
            "This promotion code cannot be redeemed because the associated customer is another one.",
            param=param,
        )
    return Wanted(code["promotion"]["coupon"], promotion_code=code)


def _valid_coupon(store: Store, identifier: str, now: int, param: str) -> Json:
    coupon = store.coupons.get(identifier)
    if coupon is None:
        raise missing_in_parameter("coupon", identifier, param)
    if not redeemable(coupon, now):
        raise ApiError(
            400,
            f"Coupon expired: {identifier} can no longer be redeemed.",
            code="coupon_expired",
            param=param,
        )
    return coupon


def _check_currency(store: Store, entry: Wanted, currency: str, param: str) -> None:
    coupon = store.coupons.get(entry.coupon)
    if coupon is None or coupon["amount_off"] is None or coupon["currency"] == currency:
        return
    if currency in store.extras.get(entry.coupon, {}).get("currency_options", {}):
        return
    raise invalid(
        f"The coupon `{entry.coupon}` is in {coupon['currency']}, which does not match the currency {currency} of "
        "the subscription.",
        param=param,
    )


def settle(store: Store, entries: list[Wanted], *, holder: Json, customer: str, now: int) -> None:
    """Make `entries` the whole list of the holder's discounts."""
    holder["discounts"] = [
        (entry.existing or make(store, entry, customer=customer, now=now, holder=holder))["id"] for entry in entries
    ]
