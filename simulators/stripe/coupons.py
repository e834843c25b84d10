"""`/v1/coupons` and `/v1/promotion_codes`: https://docs.stripe.com/api/coupons"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe.calls import already_exists, assign, find, merge_metadata
from simulators.stripe.errors import exclusive, invalid, missing_parameter
from simulators.stripe.listing import page, same, within

if TYPE_CHECKING:
    from simulators.stripe.calls import Call
    from simulators.types import Json


def index(call: Call) -> Json:
    """Valid and spent coupons alike: the list has no filter for it."""
    wanted = call.parameters.get("created")
    return page(call.account.coupons, call.parameters, "/v1/coupons", lambda row: within(row["created"], wanted))


def retrieve(call: Call) -> Json:
    return find(call.account.coupons, call.identifier)


def create(call: Call) -> Json:
    account, given = call.account, call.parameters
    identifier = given.get("id") or account.new_id("coupon")
    if account.coupons.get(identifier) is not None:
        raise already_exists("Coupon")
    _check(given)
    members = (
        "amount_off",
        "currency",
        "duration",
        "duration_in_months",
        "max_redemptions",
        "name",
        "percent_off",
    )
    extras = {name: given[name] for name in ("currency_options",) if name in given}
    coupon = account.add_coupon(
        id=identifier,
        created=call.now,
        redeem_by=given.get("redeem_by"),
        applies_to=given.get("applies_to", {}).get("products", ()),
        **{name: given[name] for name in members if name in given},
        **extras,
    )
    merge_metadata(coupon, given.get("metadata"))
    return coupon


def _check(given: Json) -> None:
    if "amount_off" in given and "percent_off" in given:
        raise exclusive("percent_off", "amount_off")
    if "amount_off" not in given and "percent_off" not in given:
        raise missing_parameter("percent_off")
    if "amount_off" in given and "currency" not in given:
        raise missing_parameter("currency")
    if not 0 < given.get("percent_off", 1) <= 100:
        raise invalid("percent_off must be above 0 and at most 100.", param="percent_off")
    repeating = given.get("duration") == "repeating"
    if repeating != ("duration_in_months" in given):
        raise invalid(
            "duration_in_months is required if, and only if, duration is `repeating`.",
            param="duration_in_months",
        )


def update(call: Call) -> Json:
    coupon = find(call.account.coupons, call.identifier)
    assign(coupon, call.parameters, "name")
    merge_metadata(coupon, call.parameters.get("metadata"))
    return coupon


def delete(call: Call) -> Json:
    """Discounts that were made from it live on."""
    find(call.account.coupons, call.identifier)
    call.account.delete_coupon(coupon=call.identifier)
    return call.account.deleted[call.identifier]


def list_promotion_codes(call: Call) -> Json:
    """The code is compared regardless of case."""
    wanted = call.parameters
    code = wanted.get("code", "").lower()

    def matches(row: Json) -> bool:
        return (
            same(row, wanted, "active", "customer", "customer_account")
            and (not code or row["code"].lower() == code)
            and wanted.get("coupon") in (None, row["promotion"]["coupon"])
            and within(row["created"], wanted.get("created"))
        )

    return page(call.account.promotion_codes, wanted, "/v1/promotion_codes", matches)


def retrieve_promotion_code(call: Call) -> Json:
    return find(call.account.promotion_codes, call.identifier)
