"""The parameters of every simulated endpoint, as data.

Names and types are those of the official SDK 16.1.0 (API version 2026-10-28.endive); a test compares them.
Parameters that Stripe has and the simulator does not act upon are listed as `NotSimulated`, so that sending
one fails loudly.
"""

from __future__ import annotations

from simulators.stripe.parameters import (
    ByCurrency,
    Choice,
    Flag,
    Fraction,
    Kind,
    Metadata,
    Moments,
    NotSimulated,
    Number,
    Record,
    Sequence,
    Text,
    Whole,
)

TEXT = Text()
CLEARABLE_TEXT = Text(clearable=True)
NOT_SIMULATED = NotSimulated()
INTERVALS = ("day", "month", "week", "year")
PRORATION = Choice(("always_invoice", "create_prorations", "none"))
COLLECTION = Choice(("charge_automatically", "send_invoice"))
EXPAND: dict[str, Kind] = {"expand": Sequence(TEXT)}
PAGING: dict[str, Kind] = {
    **EXPAND,
    "limit": Whole(minimum=1, maximum=100),
    "starting_after": TEXT,
    "ending_before": TEXT,
}

RETRIEVE = Record(EXPAND)
NOTHING = Record({})


def not_simulated(*names: str) -> dict[str, Kind]:
    """Parameters which Stripe has and the simulator refuses."""
    return dict.fromkeys(names, NOT_SIMULATED)


# --- customers
# ------------------------------------------------------------------------------------------------------

_ADDRESS: dict[str, Kind] = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), CLEARABLE_TEXT)
_CUSTOMER: dict[str, Kind] = {
    **EXPAND,
    "address": Record(_ADDRESS, clearable=True),
    "balance": Whole(),
    "business_name": CLEARABLE_TEXT,
    "description": CLEARABLE_TEXT,
    "email": CLEARABLE_TEXT,
    "individual_name": CLEARABLE_TEXT,
    "invoice_prefix": TEXT,
    "metadata": Metadata(),
    "name": CLEARABLE_TEXT,
    "next_invoice_sequence": Whole(minimum=1),
    "phone": CLEARABLE_TEXT,
    "preferred_locales": Sequence(TEXT),
    "shipping": Record(
        {"address": Record(_ADDRESS), "name": TEXT, "phone": CLEARABLE_TEXT},
        required=("address", "name"),
        clearable=True,
    ),
    "tax_exempt": Choice(("exempt", "none", "reverse"), clearable=True),
    **not_simulated("cash_balance", "invoice_settings", "source", "tax", "validate"),
}
CUSTOMER_UPDATE = Record({**_CUSTOMER, **not_simulated("default_source")})
CUSTOMER_CREATE = Record(
    {**_CUSTOMER, "test_clock": TEXT, **not_simulated("payment_method", "tax_id_data")},
)
CUSTOMER_LIST = Record({**PAGING, "created": Moments(), "email": TEXT, "test_clock": TEXT})
CUSTOMER_SEARCH = Record(
    {**EXPAND, "limit": Whole(minimum=1, maximum=100), "page": TEXT, "query": TEXT}, required=("query",)
)

# --- products, prices, coupons, promotion codes
# ---------------------------------------------------------------------

_PRODUCT: dict[str, Kind] = {
    **EXPAND,
    "active": Flag(),
    "description": CLEARABLE_TEXT,
    "images": Sequence(TEXT, maximum=8, clearable=True),
    "marketing_features": Sequence(Record({"name": TEXT}, required=("name",)), maximum=15, clearable=True),
    "metadata": Metadata(),
    "name": TEXT,
    "shippable": Flag(),
    "statement_descriptor": TEXT,
    "tax_code": CLEARABLE_TEXT,
    "unit_label": CLEARABLE_TEXT,
    "url": CLEARABLE_TEXT,
    **not_simulated("package_dimensions", "tax_details"),
}
PRODUCT_UPDATE = Record({**_PRODUCT, "default_price": TEXT})
PRODUCT_CREATE = Record(
    {**_PRODUCT, "id": TEXT, "type": Choice(("good", "service")), **not_simulated("default_price_data")},
    required=("name",),
)
PRODUCT_LIST = Record(
    {
        **PAGING,
        "active": Flag(),
        "created": Moments(),
        "ids": Sequence(TEXT),
        "shippable": Flag(),
        "type": Choice(("good", "service")),
        "url": TEXT,
    }
)

_TIER = Record(
    {
        "flat_amount": Whole(minimum=0),
        "flat_amount_decimal": Fraction(),
        "unit_amount": Whole(minimum=0),
        "unit_amount_decimal": Fraction(),
        "up_to": Whole(minimum=1, words=("inf",)),
    },
    required=("up_to",),
)
_CUSTOM_AMOUNT = Record(
    {"enabled": Flag(), "maximum": Whole(), "minimum": Whole(), "preset": Whole()}, required=("enabled",)
)
TAX_BEHAVIOR = Choice(("exclusive", "inclusive", "unspecified"))
PRICE_CREATE = Record(
    {
        **EXPAND,
        "active": Flag(),
        "billing_scheme": Choice(("per_unit", "tiered")),
        "currency": TEXT,
        "currency_options": ByCurrency(
            Record(
                {
                    "custom_unit_amount": _CUSTOM_AMOUNT,
                    "tax_behavior": TAX_BEHAVIOR,
                    "tiers": Sequence(_TIER),
                    "unit_amount": Whole(minimum=0),
                    "unit_amount_decimal": Fraction(),
                }
            )
        ),
        "custom_unit_amount": _CUSTOM_AMOUNT,
        "lookup_key": TEXT,
        "metadata": Metadata(),
        "nickname": TEXT,
        "product": TEXT,
        "recurring": Record(
            {
                "interval": Choice(INTERVALS),
                "interval_count": Whole(minimum=1),
                "meter": TEXT,
                "trial_period_days": Whole(minimum=1),
                "usage_type": Choice(("licensed", "metered")),
            },
            required=("interval",),
        ),
        "tax_behavior": TAX_BEHAVIOR,
        "tiers": Sequence(_TIER),
        "tiers_mode": Choice(("graduated", "volume")),
        "transfer_lookup_key": Flag(),
        "transform_quantity": Record(
            {"divide_by": Whole(minimum=1), "round": Choice(("down", "up"))}, required=("divide_by", "round")
        ),
        "unit_amount": Whole(minimum=0),
        "unit_amount_decimal": Fraction(),
        **not_simulated("product_data"),
    },
    required=("currency", "product"),
)
PRICE_UPDATE = Record(
    {
        **EXPAND,
        "active": Flag(),
        "lookup_key": TEXT,
        "metadata": Metadata(),
        "nickname": TEXT,
        "tax_behavior": TAX_BEHAVIOR,
        "transfer_lookup_key": Flag(),
        **not_simulated("currency_options"),
    }
)
PRICE_LIST = Record(
    {
        **PAGING,
        "active": Flag(),
        "created": Moments(),
        "currency": TEXT,
        "lookup_keys": Sequence(TEXT, maximum=10),
        "product": TEXT,
        "recurring": Record(
            {"interval": Choice(INTERVALS), "meter": TEXT, "usage_type": Choice(("licensed", "metered"))}
        ),
        "type": Choice(("one_time", "recurring")),
    }
)
COUPON_CREATE = Record(
    {
        **EXPAND,
        "amount_off": Whole(minimum=1),
        "applies_to": Record({"products": Sequence(TEXT)}),
        "currency": TEXT,
        "currency_options": ByCurrency(Record({"amount_off": Whole(minimum=1)}, required=("amount_off",))),
        "duration": Choice(("forever", "once", "repeating")),
        "duration_in_months": Whole(minimum=1),
        "id": TEXT,
        "max_redemptions": Whole(minimum=1),
        "metadata": Metadata(),
        "name": TEXT,
        "percent_off": Number(),
        "redeem_by": Whole(),
    }
)
COUPON_UPDATE = Record({**EXPAND, "metadata": Metadata(), "name": TEXT, **not_simulated("currency_options")})
COUPON_LIST = Record({**PAGING, "created": Moments()})
PROMOTION_CODE_LIST = Record(
    {
        **PAGING,
        "active": Flag(),
        "code": TEXT,
        "coupon": TEXT,
        "created": Moments(),
        "customer": TEXT,
        "customer_account": TEXT,
    }
)
