"""The parameters of estimates, as data: those of the writes that they foretell, and a few more.

See `request_schemas`; names and nesting are those of the Python package 3.29.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulators.chargebee import subscription_schemas as writes
from simulators.chargebee.parameters import Choice, Flag, Kind, Record, Text
from simulators.chargebee.request_schemas import OFFLINE_PAYMENT_METHODS, not_simulated

if TYPE_CHECKING:
    from collections.abc import Collection

_ADDRESS: Final = Record(
    {
        **dict.fromkeys(("line1", "line2", "line3"), Text(longest=150)),
        **dict.fromkeys(("city", "state_code", "country"), Text(longest=50)),
        "zip": Text(longest=20),
        "validation_status": Choice(("not_validated", "valid", "partially_valid", "invalid")),
    }
)
_NOT_OF_THE_WRITE: Final = ("decommissioned",)
_NOT_IN_AN_UPDATES_ESTIMATE: Final = not_simulated(
    "auto_close_invoices auto_collection card contract_term contract_term_billing_cycle_on_renewal coupon coupons "
    "create_pending_invoices free_period free_period_unit invoice_notes meta_data net_term_days "
    "offline_payment_method override_relationship payment_initiator payment_intent payment_method po_number setup_fee "
    "start_date statement_descriptor token_id trial_end trial_end_action"
).keys()
"""What `update_for_items` takes that its estimate takes elsewhere, or not at all."""


def _without(schema: Record, names: Collection[str]) -> dict[str, Kind]:
    return {name: kind for name, kind in schema.fields.items() if name not in names}


CANCEL: Final = Record(_without(writes.CANCEL, _NOT_OF_THE_WRITE))
PAUSE: Final = Record(
    {
        **_without(writes.PAUSE, ("pause_date", "resume_date", "skip_billing_cycles", "invoice_dunning_handling")),
        "subscription": Record(
            {name: writes.PAUSE.fields[name] for name in ("pause_date", "resume_date", "skip_billing_cycles")}
        ),
    }
)
UPDATE: Final = Record(
    {
        **_without(writes.UPDATE, _NOT_IN_AN_UPDATES_ESTIMATE),
        "subscription_items": writes.ESTIMATED_ITEMS,
        "include_delayed_charges": Flag(),
        "subscription": Record(
            {
                "id": Text(longest=50),
                "trial_end": writes.UPDATE.fields["trial_end"],
                "auto_collection": Choice(("on", "off")),
                "offline_payment_method": Choice(OFFLINE_PAYMENT_METHODS),
                **not_simulated("setup_fee start_date coupon free_period free_period_unit trial_end_action"),
            },
            required=("id",),
        ),
        "billing_address": _ADDRESS,
        "shipping_address": _ADDRESS,
        "customer": Record(
            {
                "vat_number": Text(longest=20),
                "vat_number_prefix": Text(longest=10),
                "registered_for_gst": Flag(),
                "taxability": Choice(("taxable", "exempt")),
            }
        ),
        **not_simulated("use_existing_balances"),
    },
    required=("subscription",),
)
