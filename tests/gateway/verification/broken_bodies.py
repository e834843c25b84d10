"""Providers whose bodies are broken in one way each: the manifest, the models, the errors."""

from __future__ import annotations

from typing import Final

from tests.gateway.verification.breaking import (
    Broken,
    a,
    a_page,
    action,
    amount,
    controller,
    first,
    members,
    read,
    renamed,
    says,
    status,
    subscription,
)
from tests.gateway.verification.provider import Account, Ask, Reply, price

_RETRIEVED: Final = tuple(
    f"test_{customer}/subscriptions/test_sub_{number}" for customer, number in zip("aaagg", range(1, 6), strict=True)
)
_MOMENT: Final = "expected a moment such as 2026-01-31T00:00:00.000Z"
_PRICES: Final = read("prices")
_ONE_PRICE: Final = read("prices", "*")


def _unnamed_product(account: Account) -> None:
    del account.products[0]["name"]


def _no_switch(account: Account) -> None:
    del account.features["actions"]["cancel"]["enabled"]


def _in_snake_case(ask: Ask, was: Reply) -> Reply:
    if "data" in was.body:
        return was.having(data=[renamed(row, "customerId", "customer_id") for row in was.body["data"]])
    return Reply(200, renamed(was.body, "customerId", "customer_id"))


def _bare_array(ask: Ask, was: Reply) -> Reply:
    return Reply(200, was.body["data"])


def _without_message(ask: Ask, was: Reply) -> Reply:
    return was.without("message")


BODIES: Final[dict[str, Broken]] = {
    # -- the manifest
    "no manifest": Broken(
        fails=("GET /features: answered 404, expected 200",), answering=says(read("features"), status(404))
    ),
    "a manifest in HTML": Broken(
        fails=("GET /features: HTML, expected JSON",),
        answering=says(read("features"), a_page(200)),
    ),
    "prices switched on without a type": Broken(
        fails=("features.controllers.prices: a boolean, expected an object",), spoil=controller("prices", value=True)
    ),
    "a switch that is a word": Broken(
        fails=("features.actions.pause.enabled: a string, expected true or false",),
        spoil=action("pause", enabled="yes"),
    ),
    "no schedule is left": Broken(
        fails=("features.actions.cancel: cancel is on, so at least one schedule must be on",),
        spoil=action("cancel", schedules={"immediate": False, "end-of-period": False}),
    ),
    "two spellings that disagree": Broken(
        fails=(
            "features.actions.cancel.schedules: end-of-period and end_of_period differ, expected the same under both",
        ),
        spoil=action("cancel", schedules={"end-of-period": True, "end_of_period": False}),
    ),
    "no cancellation": Broken(
        remarks=("features.actions.cancel: off, expected on",), spoil=action("cancel", enabled=False), softly=True
    ),
    "an action that is only said to be off": Broken(
        remarks=("features.actions.pause: a boolean, expected an object with enabled: false",),
        spoil=lambda account: account.features["actions"].update(pause=False),
        softly=True,
    ),
    "an action without its switch": Broken(
        remarks=("features.actions.cancel.enabled: missing, expected true",),
        spoil=_no_switch,
        softly=True,
    ),
    "customers off": Broken(
        fails=("features.controllers.customers: off, expected on",), spoil=controller("customers", value=False)
    ),
    "coupons off, applying them on": Broken(
        fails=("features: apply-coupon needs the coupons controller",), spoil=controller("coupons", value=False)
    ),
    # -- models
    "a paused subscription without an end": Broken(
        fails=(
            "subscriptions[3].status.end: missing",
            "GET /customers/test_g/subscriptions/test_sub_4: status.end: missing",
        ),
        spoil=subscription(4, status={"name": "paused", "start": "2026-01-31T00:00:00.000Z"}),
    ),
    "an unknown status": Broken(
        fails=(
            "subscriptions[2].status.name: another word, expected one of active, trial, paused, canceled, unpaid",
            "GET /customers/test_a/subscriptions/test_sub_3: status.name: another word, expected one of active, trial,"
            " paused, canceled, unpaid",
        ),
        spoil=subscription(3, status={"name": "past_due"}),
    ),
    "a quantity in quotation marks": Broken(
        fails=(
            "subscriptions[1].items[0].quantity: a string, expected a whole number",
            "GET /customers/test_a/subscriptions/test_sub_2: items[0].quantity: a string, expected a whole number",
        ),
        spoil=subscription(2, items=[{"price": price(1), "quantity": "2"}]),
    ),
    "amounts with decimals": Broken(
        fails=(
            "prices[2].amount.unit: a number with a fraction, expected a whole number",
            "GET /prices/price_3: amount.unit: a number with a fraction, expected a whole number",
        ),
        spoil=amount(unit=30.5),
    ),
    "amounts in quotation marks": Broken(
        fails=(
            "prices[2].amount.unit: a string, expected a whole number",
            "GET /prices/price_3: amount.unit: a string, expected a whole number",
        ),
        spoil=amount(unit="3000"),
    ),
    "currencies in full": Broken(
        fails=(
            "prices[2].amount.currency: a string, expected three letters of ISO 4217",
            "GET /prices/price_3: amount.currency: a string, expected three letters of ISO 4217",
        ),
        spoil=amount(currency="dollars"),
    ),
    "currencies in upper case": Broken(
        remarks=("prices[2].amount.currency: not in lower case",), spoil=amount(currency="USD"), softly=True
    ),
    "dates without a zone": Broken(
        remarks=("subscriptions[0].start: a moment without a time zone, expected one that ends in Z",),
        spoil=subscription(1, start="2026-01-31T00:00:00"),
        softly=True,
    ),
    "dates as numbers": Broken(
        fails=(
            f"subscriptions[0].start: a whole number, {_MOMENT}",
            f"GET /customers/test_a/subscriptions/test_sub_1: start: a whole number, {_MOMENT}",
        ),
        spoil=subscription(1, start=1769817600),
    ),
    "weekly prices": Broken(
        remarks=("prices[0].duration.unit: week, expected month or year",),
        spoil=first("prices", duration={"amount": 1, "unit": "week"}),
        softly=True,
    ),
    "metadata that is no text": Broken(
        fails=(
            "customers[0].metadata.seats: a whole number, expected a string",
            "GET /customers/test_a: metadata.seats: a whole number, expected a string",
            "GET /customers/email/...: metadata.seats: a whole number, expected a string",
            "GET /customers/phone/...: metadata.seats: a whole number, expected a string",
        ),
        spoil=first("customers", metadata={"seats": 2}),
    ),
    "members in snake case": Broken(
        fails=(
            "subscriptions[0].customerId: missing",
            *(f"GET /customers/{ids}: customerId: missing" for ids in _RETRIEVED),
        ),
        remarks=("subscriptions[0].customer_id: not in the documentation",),
        answering=says(lambda ask: ask.segments[2:3] == ("subscriptions",), _in_snake_case),
    ),
    "a percentage in quotation marks": Broken(
        fails=(
            "coupons[1].value.percent: a string, expected a number",
            "GET /coupons/coupon_2: value.percent: a string, expected a number",
        ),
        spoil=lambda account: account.coupons[1]["value"].update(percent="20"),
        softly=True,
    ),
    "a product without a name": Broken(
        fails=("products[0].name: missing", "GET /products/product_1: name: missing"),
        spoil=_unnamed_product,
    ),
    "JSON that is none": Broken(
        fails=("GET /prices: no JSON, expected JSON",),
        answering=says(_PRICES, a(Reply(200, b'{"data": [NaN]}'))),
    ),
    "compressed unasked": Broken(
        fails=("GET /prices: compressed, which was not asked for, expected JSON",),
        answering=says(_PRICES, a(Reply(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}))),
    ),
    "a list without data": Broken(
        fails=("GET /prices: data: missing, expected an array",),
        answering=says(_PRICES, lambda ask, was: was.without("data")),
    ),
    "an id that cannot stand in a path": Broken(
        remarks=("products: an id that cannot stand in a path, expected printable characters, 255 at most",),
        spoil=lambda account: account.products.append({"id": "..", "type": "standalone", "name": "Pro"}),
        softly=True,
    ),
    "a list that is an array": Broken(
        fails=("GET /prices: an array, expected an object with data and next",), answering=says(_PRICES, _bare_array)
    ),
    # -- errors, and objects by their ids
    "500 for unknown ids": Broken(
        fails=("GET /prices/{absent}: answered 500, expected 404",),
        answering=says(_ONE_PRICE, status(500), in_place_of=404),
    ),
    "200 for unknown ids": Broken(
        fails=("GET /prices/{absent}: answered 200, expected 404",),
        answering=says(_ONE_PRICE, a(Reply(200, {})), in_place_of=404),
    ),
    "errors in HTML": Broken(
        fails=("GET /prices/{absent}: body of the 404: HTML, expected an object with code and message",),
        answering=says(_ONE_PRICE, a_page(404), in_place_of=404),
    ),
    "errors without a message": Broken(
        fails=("GET /prices/{absent}: body of the 404: message: missing",),
        answering=says(_ONE_PRICE, _without_message, in_place_of=404),
    ),
    "errors with another code": Broken(
        fails=("GET /prices/{absent}: body of the 404: code: another number, expected the status of the answer",),
        answering=says(_ONE_PRICE, members(code=400), in_place_of=404),
    ),
    "retrieving shows something else": Broken(
        fails=("GET /prices/price_2: amount.unit: not what the list has, expected the same in both",),
        answering=says(read("prices", "price_2"), members(amount={**price(2)["amount"], "unit": 1})),
    ),
    "a redirect": Broken(
        fails=("GET /prices: answered 302, a redirect, expected 200",),
        answering=says(_PRICES, a(Reply(302, headers={"Location": "/elsewhere"}))),
    ),
}
