"""What is read from an estimate, what is owed besides, and what an estimate is told for the tax."""

from __future__ import annotations

import pytest

from adapters.chargebee.charges import charged, dues, taxed_as
from adapters.charges import Charge
from adapters.errors import Unmappable
from tests.adapters.chargebee.charging import Json


def invoice(due: object, code: str | None = "USD") -> Json:
    found = {"amount_due": due, "currency_code": code, "total": 10**6, "object": "invoice_estimate"}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("estimate", "amount"),
    [
        pytest.param({}, 0, id="no invoice"),
        pytest.param({"invoice_estimate": invoice(700)}, 700, id="what is due, not the total"),
        pytest.param({"invoice_estimate": invoice(0)}, 0, id="nothing due"),
        pytest.param({"invoice_estimate": invoice(700, None)}, 700, id="in no currency of its own"),
        pytest.param({"next_invoice_estimate": invoice(700)}, 0, id="the renewal"),
        pytest.param({"unbilled_charge_estimates": [{"amount": 700}]}, 0, id="what waits"),
        pytest.param({"credit_note_estimates": [{"total": 700}]}, 0, id="what is given back"),
        pytest.param({"invoice_estimates": [invoice(700), invoice(5)]}, 705, id="several invoices"),
        pytest.param({"invoice_estimate": invoice(1), "invoice_estimates": [invoice(700)]}, 701, id="one and several"),
    ],
)
def test_what_an_estimate_charges(estimate: Json, amount: int) -> None:
    assert charged(estimate, "usd") == Charge(amount, "usd")


@pytest.mark.parametrize(
    "estimate",
    [
        pytest.param({"invoice_estimate": invoice(None)}, id="nothing is said to be due"),
        pytest.param({"invoice_estimate": invoice(-1)}, id="less than nothing"),
        pytest.param({"invoice_estimate": invoice(True)}, id="no number"),
        pytest.param({"invoice_estimate": invoice(700, "EUR")}, id="another currency"),
        pytest.param({"invoice_estimate": [invoice(700)]}, id="a list"),
        pytest.param({"invoice_estimates": invoice(700)}, id="no list"),
        pytest.param({"invoice_estimates": [None]}, id="a list of nothing"),
    ],
)
def test_an_estimate_that_cannot_be_read(estimate: Json) -> None:
    with pytest.raises(Unmappable):
        charged(estimate, "usd")


@pytest.mark.parametrize(
    ("members", "owed"),
    [
        pytest.param({}, 0, id="nothing"),
        pytest.param({"due_invoices_count": 0, "total_dues": 900}, 0, id="no invoices"),
        pytest.param({"due_invoices_count": 1, "total_dues": 900}, 900, id="some"),
        pytest.param(
            {"due_invoices_count": 1, "total_dues": 900, "customer": {"auto_collection": "off"}},
            0,
            id="paid by hand",
        ),
        pytest.param(
            {
                "due_invoices_count": 1,
                "total_dues": 900,
                "auto_collection": "on",
                "customer": {"auto_collection": "off"},
            },
            900,
            id="the subscription's own setting counts",
        ),
    ],
)
def test_what_is_owed(members: Json, owed: int) -> None:
    assert dues(members, "usd") == owed


def test_debts_of_no_amount_cannot_be_bounded() -> None:
    with pytest.raises(Unmappable):
        dues({"due_invoices_count": 1}, "usd")


def test_of_an_address_only_the_place_is_sent() -> None:
    place = {"line1": "1 Main St", "city": "Springfield", "state_code": "IL", "zip": "62701", "country": "US"}
    person = {"first_name": "Ada", "email": "ada@example.com", "phone": "+1", "company": "Engines", "object": "address"}
    source = {
        "customer": {"billing_address": place | person | {"line2": ""}, "vat_number": "X1", "email": "ada@example.com"},
        "shipping_address": {"country": "US", "first_name": "Ada"},
    }

    assert taxed_as(source) == {
        "billing_address": place,
        "shipping_address": {"country": "US"},
        "customer": {"vat_number": "X1"},
    }
    assert taxed_as({}) == {}
