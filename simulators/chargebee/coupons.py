"""Coupons: when they can be applied, and applying them.

See https://apidocs.chargebee.com/docs/api/coupons and the description of `coupon_ids` in
https://apidocs.chargebee.com/docs/api/subscriptions/update-subscription-for-items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.chargebee import shapes
from simulators.chargebee.calls import stamp
from simulators.chargebee.errors import ApiError, invalid, not_found
from simulators.chargebee.invoices import share

if TYPE_CHECKING:
    from simulators.chargebee.store import Store
    from simulators.types import Json


def status_now(coupon: Json, now: int) -> str:
    """The status that a coupon's dates and its redemptions give it; one used up is expired."""
    status: str = coupon["status"]
    if status in ("archived", "deleted"):
        return status
    if coupon.get("valid_from", now) > now:
        return "future"
    spent = "max_redemptions" in coupon and coupon["redemptions"] >= coupon["max_redemptions"]
    if spent or coupon.get("valid_till", now + 1) <= now:
        return "expired"
    return status if status == "expired" else "active"


def added(site: Store, row: Json, identifiers: list[str], *, replace: bool) -> list[Json]:
    """The coupons of a subscription with more of them, or with these only. Nothing is redeemed yet.

    `identifiers` are ids or single-use codes.

    Raises:
        ApiError: 404 for one that does not exist, 400 for one that cannot be applied.
    """
    held = {applied["coupon_id"]: applied for applied in row.get("coupons", ())}
    result: list[Json] = [] if replace else list(held.values())
    for index, identifier in enumerate(identifiers):
        param = f"coupon_ids[{index}]"
        coupon_id = site.coupon_codes.get(identifier, identifier)
        coupon = site.coupons.get(coupon_id)
        if coupon is None or coupon["status"] == "deleted":
            raise not_found(identifier, param=param)
        if any(applied["coupon_id"] == coupon_id for applied in result):
            raise ApiError(400, "duplicate_entry", "The coupon is applied already", param=param)
        if replace and coupon_id in held:
            result.append(held[coupon_id])
            continue
        _check(coupon, row, param)
        if not site.several_coupons_of_a_kind:
            _check_kind(site, coupon, result, param)
        code = identifier if identifier in site.coupon_codes else None
        result.append(shapes.applied_coupon(coupon_id, code=code))
    return result


def discount(site: Store, row: Json, amount: int) -> int:
    """What the coupons of a subscription take off of an amount, one after the other.

    Free units, and which items a coupon is for, are not simulated: it is for all of them.
    """
    left = amount
    for applied in row.get("coupons", ()):
        coupon = site.coupons.get(applied["coupon_id"])
        if coupon is not None and coupon["discount_type"] == "percentage":
            left -= share(left, coupon["discount_percentage"])
        elif coupon is not None and coupon["discount_type"] == "fixed_amount":
            left -= min(left, coupon["discount_amount"])
    return amount - left


def redeem(site: Store, before: list[Json], after: list[Json], now: int) -> None:
    """Count the use of the coupons that were not there before."""
    held = {applied["coupon_id"] for applied in before}
    for applied in after:
        if applied["coupon_id"] in held:
            continue
        coupon = site.coupons.rows[applied["coupon_id"]]
        coupon["redemptions"] += 1
        coupon["status"] = status_now(coupon, now)
        stamp(coupon, now)
        site.coupon_codes.pop(applied.get("coupon_code", ""), None)


def _check(coupon: Json, row: Json, param: str) -> None:
    if coupon["status"] == "expired":
        raise ApiError(400, "resource_limit_exhausted", "The coupon has expired or was used up", param=param)
    if coupon["status"] != "active":
        raise invalid(f"The coupon is {coupon['status']}", param=param)
    if coupon["discount_type"] == "fixed_amount" and coupon["currency_code"] != row["currency_code"]:
        raise invalid("The coupon has another currency than the subscription", param=param)
    if coupon["apply_on"] == "each_specified_item" and not any(
        _covers(coupon, item) for item in row["subscription_items"]
    ):
        raise invalid("The coupon does not apply to any item of the subscription", param=param)


def _covers(coupon: Json, item: Json) -> bool:
    return any(
        constraint["item_type"] == item["item_type"]
        and (
            constraint["constraint"] == "all"
            or (constraint["constraint"] == "specific" and item["item_price_id"] in constraint["item_price_ids"])
        )
        for constraint in coupon.get("item_constraints", ())
    )


def _check_kind(site: Store, coupon: Json, applied: list[Json], param: str) -> None:
    """One coupon of a discount type is the limit, unless the site was allowed more.

    The rule is documented, its error is not.
    """
    others = (site.coupons.get(other["coupon_id"]) for other in applied)
    if any(other is not None and other["discount_type"] == coupon["discount_type"] for other in others):
        text = f"The subscription has a coupon of type {coupon['discount_type']} already"
        raise ApiError(400, "resource_limit_exceeded", text, param=param)
