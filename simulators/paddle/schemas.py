"""What each endpoint takes, as data: https://developer.paddle.com/api-reference, version 1.

Paddle's fields that the simulator does not act upon are `NotSimulated`: refused rather than ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulators.paddle.identifiers import ADDRESS, CUSTOMER, DISCOUNT, PRICE, PRODUCT, SUBSCRIPTION
from simulators.paddle.values import (
    Anything,
    Choice,
    Comma,
    CustomData,
    Flag,
    Identifier,
    Kind,
    Moment,
    NotSimulated,
    Nullable,
    Ordering,
    PageSize,
    QueryText,
    Record,
    Sequence,
    Whole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PRORATION_MODES: Final = (
    "prorated_immediately",
    "prorated_next_billing_period",
    "full_immediately",
    "full_next_billing_period",
    "do_not_bill",
)
IMMEDIATELY: Final = "immediately"
EFFECTIVE_FROM: Final = ("next_billing_period", IMMEDIATELY)
NEW_PERIOD: Final = "start_new_billing_period"
SAME_PERIOD: Final = "continue_existing_billing_period"

_STATUS: Final = Comma(Choice(("active", "archived")))
_TYPE: Final = Comma(Choice(("standard", "custom")))
_ON_RESUME: Final = Nullable(Choice((NEW_PERIOD, SAME_PERIOD)))


def _list(prefix: str, filters: Mapping[str, Kind], ordered_by: tuple[str, ...] = ()) -> Record:
    paging: dict[str, Kind] = {
        "after": Identifier(prefix),
        "id": Comma(Identifier(prefix)),
        "order_by": Ordering(("id", *ordered_by)),
        "per_page": PageSize(),
    }
    return Record({**paging, **filters})


def _including(*names: str) -> Record:
    return Record({"include": Comma(Choice(names))})


NOTHING: Final = Record({})

CUSTOMER_LIST: Final = _list(CUSTOMER, {"email": Comma(QueryText()), "search": QueryText(), "status": _STATUS})
ADDRESS_LIST: Final = _list(ADDRESS, {"search": QueryText(), "status": _STATUS})
PRODUCT_LIST: Final = _list(
    PRODUCT,
    {
        "include": Comma(Choice(("prices",))),
        "status": _STATUS,
        "tax_category": Comma(QueryText()),
        "type": _TYPE,
    },
    ("created_at", "custom_data", "description", "image_url", "name", "status", "tax_category", "updated_at"),
)
PRICE_LIST: Final = _list(
    PRICE,
    {
        "include": Comma(Choice(("product",))),
        "product_id": Comma(Identifier(PRODUCT)),
        "recurring": Flag(),
        "status": _STATUS,
        "type": _TYPE,
    },
    (
        "billing_cycle.frequency",
        "billing_cycle.interval",
        "product_id",
        "quantity.maximum",
        "quantity.minimum",
        "status",
        "tax_mode",
        "unit_price.amount",
        "unit_price.currency_code",
    ),
)
DISCOUNT_LIST: Final = _list(
    DISCOUNT,
    {
        "code": Comma(QueryText()),
        "include": Comma(Choice(("discount_group",))),
        "mode": Choice(("standard", "custom")),
        "status": Comma(Choice(("active", "archived", "expired", "used"))),
    },
    ("created_at",),
)
SUBSCRIPTION_LIST: Final = _list(
    SUBSCRIPTION,
    {
        "address_id": Comma(Identifier(ADDRESS)),
        "collection_mode": Choice(("automatic", "manual")),
        "customer_id": Comma(Identifier(CUSTOMER)),
        "next_billed_at[GT]": Moment(),
        "next_billed_at[GTE]": Moment(),
        "next_billed_at[LT]": Moment(),
        "next_billed_at[LTE]": Moment(),
        "price_id": Comma(Identifier(PRICE)),
        "scheduled_change_action": Comma(Choice(("cancel", "pause", "resume"))),
        "status": Comma(Choice(("active", "canceled", "past_due", "paused", "trialing"))),
    },
)

PRODUCT_GET: Final = _including("prices")
PRICE_GET: Final = _including("product")
DISCOUNT_GET: Final = _including("discount_group")
SUBSCRIPTION_GET: Final = _including("next_transaction", "recurring_transaction_details")

SUBSCRIPTION_CANCEL: Final = Record({"effective_from": Nullable(Choice(EFFECTIVE_FROM))})
SUBSCRIPTION_PAUSE: Final = Record(
    {
        "effective_from": Nullable(Choice(EFFECTIVE_FROM)),
        "on_resume": _ON_RESUME,
        "resume_at": Nullable(Moment()),
    }
)
SUBSCRIPTION_RESUME: Final = Record({"effective_from": Moment(words=(IMMEDIATELY,)), "on_resume": _ON_RESUME})
SUBSCRIPTION_UPDATE: Final = Record(
    {
        "address_id": NotSimulated(),
        "billing_details": NotSimulated(),
        "business_id": NotSimulated(),
        "collection_mode": NotSimulated(),
        "currency_code": NotSimulated(),
        "custom_data": Nullable(CustomData()),
        "customer_id": NotSimulated(),
        "discount": Nullable(
            Record(
                {"effective_from": Choice(EFFECTIVE_FROM), "id": Identifier(DISCOUNT)},
                required=("id", "effective_from"),
            )
        ),
        "items": Sequence(
            Record(
                {"price": NotSimulated(), "price_id": Identifier(PRICE), "quantity": Whole()},
                required=("price_id",),
            )
        ),
        "next_billed_at": Moment(),
        "on_payment_failure": Choice(("prevent_change", "apply_change")),
        "proration_billing_mode": Choice(PRORATION_MODES),
        "scheduled_change": Anything(),
    }
)
