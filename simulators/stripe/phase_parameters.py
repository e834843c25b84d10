"""The `phases` parameter of a schedule: checked, and resolved to phases with a start and an end.

What a request does not repeat is unset: each phase is built anew from what was sent.
https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.periods import later
from simulators.stripe import discounting, shapes
from simulators.stripe.errors import exclusive, invalid, missing_parameter
from simulators.stripe.item_changes import check_rhythm, recurring_price
from simulators.stripe.periods import interval_of

if TYPE_CHECKING:
    from simulators.stripe.account import Account
    from simulators.types import Json


@dataclass(frozen=True)
class Owner:
    """Whose schedule it is. `holder` is its subscription, or the customer while it has not started."""

    account: Account
    customer: str
    currency: str
    billing_mode: Json
    holder: Json
    now: int


def read(owner: Owner, given: list[Json], start: int | None) -> list[Json]:
    """The phases, each beginning where the one before ends; `start` is that of a schedule's first phase.

    Raises:
        ApiError: 400 for gaps, ends before starts, an end that is missing on any phase but the last, and for
            items and discounts that a subscription would refuse as well.
    """
    resolved: list[Json] = []
    for position, phase in enumerate(given):
        param = f"phases[{position}]"
        begins = _start(owner, phase, start, param)
        ends = _end(owner, phase, begins, param, last=position == len(given) - 1)
        resolved.append(_phase(owner, phase, begins, ends, param))
        start = ends
    return resolved


def _start(owner: Owner, phase: Json, expected: int | None, param: str) -> int:
    given = phase.get("start_date")
    begins = owner.now if given == "now" else given
    if begins is None and expected is None:
        raise invalid(
            "The subscription schedule update is missing at least one phase with a `start_date` to anchor end "
            "dates to.",
            param="phases",
        )
    if begins is not None and expected is not None and begins != expected:
        raise invalid(
            "The start date of a phase must equal the end date of the phase before it.",
            param=f"{param}[start_date]",
        )
    return int(begins if begins is not None else expected or 0)


def _end(owner: Owner, phase: Json, begins: int, param: str, *, last: bool) -> int:
    if "end_date" in phase and "duration" in phase:
        raise exclusive(f"{param}[end_date]", f"{param}[duration]")
    if "end_date" in phase:
        ends = owner.now if phase["end_date"] == "now" else int(phase["end_date"])
    elif "duration" in phase:
        ends = later(begins, phase["duration"]["interval"], phase["duration"].get("interval_count", 1))
    elif phase.get("trial") and isinstance(phase.get("trial_end"), int):
        ends = phase["trial_end"]
    elif not last:
        raise missing_parameter(f"{param}[end_date]")
    else:
        interval, count = interval_of(_price(owner, phase["items"][0], f"{param}[items][0]"))
        ends = later(begins, interval, count)
    if ends <= begins:
        raise invalid("The end date of a phase must come after its start date.", param=f"{param}[end_date]")
    return ends


def _price(owner: Owner, entry: Json, param: str) -> Json:
    return recurring_price(owner.account, entry["price"], owner.currency, f"{param}[price]")


def _phase(owner: Owner, given: Json, begins: int, ends: int, param: str) -> Json:
    phase = shapes.phase(begins, ends, currency=owner.currency, items=_items(owner, given["items"], f"{param}[items]"))
    for name in ("billing_cycle_anchor", "collection_method", "default_payment_method", "proration_behavior"):
        phase[name] = given.get(name, phase[name])
    phase["automatic_tax"] = {**phase["automatic_tax"], **given.get("automatic_tax", {})}
    phase["description"] = given.get("description") or None
    phase["metadata"] = given.get("metadata") or {}
    phase["discounts"] = _discounts(owner, given.get("discounts") or [], f"{param}[discounts]")
    phase["trial_end"] = _trial_end(owner, given, begins, ends, f"{param}[trial_end]")
    return phase


def _trial_end(owner: Owner, given: Json, begins: int, ends: int, param: str) -> int | None:
    if given.get("trial") and "trial_end" not in given:
        return ends
    trial_end = owner.now if given.get("trial_end") == "now" else given.get("trial_end")
    if trial_end is None or trial_end == owner.now:
        return None
    if not begins <= trial_end <= ends:
        raise invalid("The trial of a phase must end within the phase.", param=param)
    return int(trial_end)


def _items(owner: Owner, entries: list[Json], param: str) -> list[Json]:
    if not entries:
        raise missing_parameter(param)
    items: list[Json] = []
    priced: list[Json] = []
    for position, entry in enumerate(entries):
        name = f"{param}[{position}]"
        price = _price(owner, entry, name)
        metered = price["recurring"]["usage_type"] == "metered"
        if metered and "quantity" in entry:
            raise invalid(
                f"The price `{price['id']}` is metered: `quantity` cannot be set for it.",
                param=f"{name}[quantity]",
            )
        if any(price["id"] == earlier["price"] for earlier in items):
            raise invalid("Cannot add multiple subscription items with the same price.", param=param)
        items.append(
            shapes.phase_item(
                price["id"],
                None if metered else entry.get("quantity", 1),
                discounts=_discounts(owner, entry.get("discounts") or [], f"{name}[discounts]"),
                metadata=entry.get("metadata") or {},
            )
        )
        priced.append({"price": price})
    check_rhythm({"billing_mode": owner.billing_mode}, priced)
    return items


def _discounts(owner: Owner, entries: list[Json], param: str) -> list[Json]:
    wanted = discounting.read(
        owner.account,
        entries,
        holder=owner.holder,
        customer=owner.customer,
        currency=owner.currency,
        now=owner.now,
        param=param,
    )
    return [
        {
            "coupon": None if entry.existing or entry.promotion_code else entry.coupon,
            "discount": entry.existing["id"] if entry.existing else None,
            "promotion_code": entry.promotion_code["id"] if entry.promotion_code else None,
        }
        for entry in wanted
    ]
