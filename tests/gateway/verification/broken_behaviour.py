"""Providers that behave wrongly in one way each: who may ask, lists, references, whose it is, modes, actions."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Final

from tests.gateway.verification.breaking import (
    Broken,
    a,
    a_page,
    act,
    action,
    controller,
    members,
    read,
    says,
    status,
    without,
)
from tests.gateway.verification.provider import TOKEN, Account, Answering, Ask, Reply, error, page, sample_account
from tests.gateway.verification.provider import read as answer_to

_CANCEL: Final = "POST /actions/subscription/cancel"
_PAUSE: Final = "POST /actions/subscription/pause"
_READS: Final = ("/features", "/customers", "/prices")
_CUSTOMERS: Final = read("customers")
_OF_NOBODY: Final = "GET /customers/{absent}/subscriptions"
_BY_EMAIL: Final = read("customers", "email", "*")
_NOT_APART: Final = tuple(
    f"GET /customers/{where}: the same object in test mode and in live mode, expected 404 in one of them"
    for where in ("test_a", "test_a/subscriptions/test_sub_1")
)
_NOT_APART_WITHOUT_A_MODE: Final = tuple(
    f"GET /customers/{where}: the same object in test mode and in a request without a mode, which is live, expected 404"
    " in one of them"
    for where in ("test_a", "test_a/subscriptions/test_sub_1")
)
_WHOLE: Final = "100"
"""The limit of the large page, which the small ones are held against."""


def _cancels_all(ask: Ask) -> bool:
    return ask.segments == ("actions", "customer", "cancel")


def _to_anybody(ask: Ask, was: Reply) -> Reply:
    """Whoever asks is answered."""
    if was.status != 401:
        return was
    return error(404) if ask.method == "POST" else answer_to(sample_account("test"), ask)


def _actions_to_anybody(ask: Ask, was: Reply) -> Reply:
    return error(404) if was.status == 401 and ask.method == "POST" else was


def _forbidden(ask: Ask, was: Reply) -> Reply:
    return error(403) if was.status == 401 and ask.token else was


def _token_in_the_header_alone(ask: Ask, was: Reply) -> Reply:
    return error(401) if ask.token == TOKEN else was


def _ignores_the_cursor(ask: Ask, was: Reply) -> Reply:
    return page(sample_account("test").customers, replace(ask, query={"limit": ask.query["limit"]}))


def _never_ends(ask: Ask, was: Reply) -> Reply:
    if "next" in was.body or ask.query["limit"] == _WHOLE:
        return was
    return was.having(next=str(int(ask.query.get("cursor", "0")) + 2))


def _goes_in_circles(ask: Ask, was: Reply) -> Reply:
    return was if ask.query["limit"] == _WHOLE else Reply(200, {"data": [], "next": "0"})


def _ignores_the_limit(ask: Ask, was: Reply) -> Reply:
    if ask.query["limit"] == _WHOLE:
        return was
    return page(sample_account("test").customers, replace(ask, query={**ask.query, "limit": "3"}))


def _forgets_a_row(ask: Ask, was: Reply) -> Reply:
    """The second page begins one row late."""
    return was.having(data=was.body["data"][1:]) if ask.query.get("cursor") == "2" else was


def _invents_a_row(ask: Ask, was: Reply) -> Reply:
    """The small pages have one more."""
    if ask.query["limit"] == _WHOLE or "next" in was.body:
        return was
    return was.having(data=[*was.body["data"], {"id": "test_z"}])


def _repeats_a_row(ask: Ask, was: Reply) -> Reply:
    return was.having(data=[*was.body["data"], was.body["data"][0]]) if ask.query["limit"] == _WHOLE else was


def _offers_an_object_as_cursor(ask: Ask, was: Reply) -> Reply:
    return was if ask.query["limit"] == _WHOLE else was.having(next={"id": 1})


def _somebody_else(ask: Ask, was: Reply) -> Reply:
    return Reply(200, sample_account("test").customers[1])


def _anybodys(ask: Ask, was: Reply) -> Reply:
    """Looks for a subscription without looking whose it is."""
    rows = sample_account("test").subscriptions
    return next((Reply(200, row) for row in rows if row["id"] == ask.segments[-1]), was)


def _ignores_the_mode(ask: Ask, was: Reply) -> Reply:
    """Live has what test has."""
    return answer_to(sample_account("test"), ask) if ask.segments[1].startswith("test_") else was


def _with_a_clock() -> Answering:
    """Ignores the mode, and says in each object how often it was asked."""
    asked = itertools.count()

    def answering(ask: Ask, was: Reply) -> Reply:
        if was.status in {200, 404} and ask.segments[0] == "customers":
            was = _ignores_the_mode(ask, was) if len(ask.segments) > 1 else was
            return was if was.status == 404 or "data" in was.body else was.having(metadata={"asked": str(next(asked))})
        return was

    return answering


def _namesake(ask: Ask, was: Reply) -> Reply:
    """Live has somebody else under the same id."""
    return Reply(200, {"id": "test_a", "name": "Mary Jackson"})


def _odd_mode_is_live(ask: Ask, was: Reply) -> Reply:
    return was if ask.mode in {"live", "test", None} else Reply(200, sample_account("live").features)


def _no_live_without_a_header(ask: Ask, was: Reply) -> Reply:
    """Takes test for what is meant where no mode is named."""
    if ask.mode is None and ask.token == TOKEN:
        return answer_to(sample_account("test"), ask)
    return was


def _done_at_once(ask: Ask, was: Reply) -> Reply:
    return Reply(200) if ask.body["scheduledAt"] == "immediate" else was


def _stumbles(ask: Ask, was: Reply) -> Reply:
    return was if "coupon" in ask.body else error(500)


def _as_nowhere(ask: Ask, was: Reply) -> Reply:
    return error(404) if ask.method == "POST" else was


def _two_types(account: Account) -> None:
    account.prices[1]["type"] = "standalone"


BEHAVIOUR: Final[dict[str, Broken]] = {
    # -- who may ask
    "no authentication": Broken(
        fails=(
            *(f"GET {path}: answered 200, expected 401" for path in _READS),
            f"{_CANCEL}: answered 404, expected 401",
        )
        * 2,
        answering=_to_anybody,
    ),
    "actions without authentication": Broken(
        fails=(f"{_CANCEL}: answered 404, expected 401",) * 2, answering=_actions_to_anybody
    ),
    "403 for a wrong token": Broken(
        fails=(
            *(f"GET {path}: answered 403, expected 401" for path in _READS),
            f"{_CANCEL}: answered 403, expected 401",
        ),
        answering=_forbidden,
    ),
    "401 without a body": Broken(
        fails=("GET /features: body of the 401: nothing, expected an object with code and message",) * 2,
        answering=says(read("features"), a(Reply(401)), in_place_of=401),
    ),
    "the right token is refused": Broken(
        fails=("GET /features: answered 401 to the token, expected 200",), answering=_token_in_the_header_alone
    ),
    "no features endpoint": Broken(
        fails=("GET /features: answered 404, expected 200",), answering=says(read("features"), status(404))
    ),
    # -- lists
    "500 on a list": Broken(
        fails=("GET /prices: answered 500, expected 200",), answering=says(read("prices"), status(500))
    ),
    "500 on an optional list": Broken(
        fails=("GET /coupons: answered 500, expected 200",),
        answering=says(read("coupons"), status(500)),
        softly=True,
    ),
    "no list of customers": Broken(
        remarks=("GET /customers: answered 404, expected a list",),
        answering=says(_CUSTOMERS, status(404)),
    ),
    "no list of subscriptions": Broken(
        remarks=("GET /customers/test_a/subscriptions: answered 404, expected a list",),
        answering=says(read("customers", "*", "subscriptions"), status(404)),
    ),
    "a cursor that is an object": Broken(
        fails=("GET /customers: next: an object, expected a string, a whole number, or nothing on the last page",),
        answering=says(_CUSTOMERS, _offers_an_object_as_cursor),
    ),
    "the cursor is ignored": Broken(
        fails=("GET /customers: test_a comes again on a later page, expected each row once",),
        answering=says(_CUSTOMERS, _ignores_the_cursor),
    ),
    "the cursor never ends": Broken(
        fails=("GET /customers: no end after 30 pages, 5 rows, expected no next on the last page",),
        answering=says(_CUSTOMERS, _never_ends),
    ),
    "the cursor goes in circles": Broken(
        fails=("GET /customers: next repeats an earlier one: the walk goes in circles, expected another next",),
        answering=says(_CUSTOMERS, _goes_in_circles),
    ),
    "a row is dropped between pages": Broken(
        fails=(
            "GET /customers: test_b is on the page of limit=100 and is passed over with limit=2, expected the same rows"
            " in pages of any size",
        ),
        answering=says(_CUSTOMERS, _forgets_a_row),
    ),
    "small pages have a row more": Broken(
        fails=(
            "GET /customers: other rows in small pages than in a large one, expected the same rows in pages of any"
            " size",
        ),
        answering=says(_CUSTOMERS, _invents_a_row),
    ),
    "a row comes twice on a page": Broken(
        fails=("customers: test_a twice on a page, expected each row once",),
        answering=says(_CUSTOMERS, _repeats_a_row),
    ),
    "the limit is ignored": Broken(
        fails=("GET /customers: 3 rows for limit=2, expected no more than were asked for",),
        answering=says(_CUSTOMERS, _ignores_the_limit),
    ),
    # -- references
    "a price on a subscription is unknown": Broken(
        fails=(
            "subscriptions[0].items[0].price.id: price_1 cannot be retrieved, GET /prices/price_1 answered 404,"
            " expected 200",
        ),
        spoil=without("prices", 0),
    ),
    "prices of two types": Broken(
        fails=("prices[1].type: not as in features.controllers.prices.type, expected one type for all",),
        spoil=_two_types,
    ),
    "another type than announced": Broken(
        fails=("prices[0].type: not as in features.controllers.prices.type, expected one type for all",),
        spoil=controller("prices", {"enabled": True, "type": "standalone"}),
    ),
    "a product is missing": Broken(
        fails=(
            "prices[0].productId: product_1 cannot be retrieved, GET /products/product_1 answered 404, expected 200",
        ),
        spoil=without("products", 0),
    ),
    "another product than the one that was asked for": Broken(
        fails=(
            "GET /products/product_1: id: not the one that was asked for, expected the same",
            "GET /products/product_1: id: not what the list has, expected the same in both",
        ),
        answering=says(read("products", "product_1"), members(id="product_9")),
    ),
    "the coupon of a discount is missing": Broken(
        fails=(
            "subscriptions[2].discounts[0].coupon.id: coupon_1 cannot be retrieved, GET /coupons/coupon_1 answered 404,"
            " expected 200",
        ),
        spoil=without("coupons", 0),
        softly=True,
    ),
    # -- whose it is
    "the e-mail finds somebody else": Broken(
        fails=("GET /customers/email/...: another customer than test_a, expected whoever has this",),
        answering=says(_BY_EMAIL, _somebody_else),
    ),
    "the phone finds somebody else": Broken(
        fails=("GET /customers/phone/...: another customer than test_a, expected whoever has this",),
        answering=says(read("customers", "phone", "*"), _somebody_else),
    ),
    "any e-mail finds somebody": Broken(
        fails=("GET /customers/email/...: answered 200, expected 404",),
        answering=says(_BY_EMAIL, _somebody_else, in_place_of=404),
    ),
    "e-mails are found in one case only": Broken(
        remarks=("GET /customers/email/...: answered 404 to the address in other letters, expected 200",),
        answering=says(lambda ask: _BY_EMAIL(ask) and ask.segments[2].isupper(), status(404)),
        softly=True,
    ),
    "no finding by e-mail": Broken(
        remarks=("GET /customers/email/...: answered 404 to what a listed customer has, expected the customer",),
        answering=says(_BY_EMAIL, status(404)),
        softly=True,
    ),
    "another customer's subscription is listed": Broken(
        fails=("subscriptions[6].customerId: not test_b, below whom it is listed, expected the same",),
        answering=says(
            read("customers", "test_b", "subscriptions"), members(data=[sample_account("test").subscriptions[0]])
        ),
    ),
    "whoever has no such id has subscriptions": Broken(
        fails=(f"{_OF_NOBODY}: rows, though nobody has this id, expected 404",),
        answering=says(
            read("customers", "*", "subscriptions"),
            a(Reply(200, {"data": sample_account("test").subscriptions})),
            in_place_of=404,
        ),
    ),
    "whoever has no such id has an empty list": Broken(
        remarks=(f"{_OF_NOBODY}: an empty list, though nobody has this id, expected 404",),
        answering=says(read("customers", "*", "subscriptions"), a(Reply(200, {"data": []})), in_place_of=404),
        softly=True,
    ),
    "the phone finds one of two who share it": Broken(
        remarks=("GET /customers/phone/...: not test_a, who has the same phone, expected one customer for each",),
        answering=says(
            read("customers", "phone", "*"), a(Reply(200, {"id": "test_unlisted", "phone": "+1 (555) 0100"}))
        ),
        softly=True,
    ),
    "another customer's subscription is retrieved": Broken(
        remarks=(
            "GET /customers/test_g/subscriptions/test_sub_1: answered 200, though test_sub_1 is test_a's, expected 404",
        ),
        answering=says(read("customers", "test_g", "subscriptions", "*"), _anybodys, in_place_of=404),
        softly=True,
    ),
    # -- modes
    "the other mode is out of order": Broken(
        fails=("GET /features: answered 500 in live mode, expected 200, or 400 where there is none",),
        answering=says(lambda ask: ask.mode == "live", status(500)),
    ),
    "one id for two objects": Broken(
        remarks=(
            "GET /customers/test_a: one id for two objects, in test mode and in live mode, expected ids of their own",
        ),
        answering=says(read("customers", "test_a"), _namesake, in_place_of=404),
        softly=True,
    ),
    "the mode is ignored": Broken(
        fails=(
            *_NOT_APART,
            *_NOT_APART_WITHOUT_A_MODE,
        ),
        answering=says(lambda ask: ask.segments[0] == "customers", _ignores_the_mode, in_place_of=404),
    ),
    "the mode is ignored, and no two answers are alike": Broken(
        fails=(
            *_NOT_APART,
            *_NOT_APART_WITHOUT_A_MODE,
        ),
        answering=_with_a_clock(),
    ),
    "no mode is taken for test": Broken(
        fails=_NOT_APART_WITHOUT_A_MODE,
        answering=_no_live_without_a_header,
    ),
    "an unknown mode is served": Broken(
        remarks=("GET /features: answered 200 to a mode that does not exist, expected 400",),
        answering=_odd_mode_is_live,
        softly=True,
    ),
    # -- actions
    "an action is offered and not there": Broken(
        fails=(f"{_CANCEL}: answered 404 in a form of its own, expected 404 with code and message",),
        answering=says(act("cancel"), a_page(404), in_place_of=404),
    ),
    "an optional action is offered and not there": Broken(
        fails=(
            f"{_PAUSE}: answered 404 in a form of its own, expected 404 with code and message",
            f"{_PAUSE}: body of the 404: HTML, expected an object with code and message",
        ),
        answering=says(act("pause"), a_page(404), in_place_of=404),
        softly=True,
    ),
    "an action answers as a path that is not there": Broken(
        remarks=(f"{_CANCEL}: answered as a path that does not exist, expected an action",),
        answering=says(lambda ask: ask.method == "POST", _as_nowhere, in_place_of=404),
        softly=True,
    ),
    "an action for all of a customer's accepts unknown ids": Broken(
        remarks=("POST /actions/customer/cancel: answered 200 for a customer who does not exist, expected 404",),
        answering=says(_cancels_all, a(Reply(200)), in_place_of=404),
        softly=True,
    ),
    "an action for all of a customer's breaks": Broken(
        fails=("POST /actions/customer/cancel: answered 500, expected 404",),
        answering=says(_cancels_all, status(500), in_place_of=404),
    ),
    "an action accepts unknown ids": Broken(
        fails=(f"{_CANCEL}: answered 200, expected 404 or 400",),
        answering=says(act("cancel"), a(Reply(200)), in_place_of=404),
    ),
    "an action breaks on missing details": Broken(
        fails=("POST /actions/subscription/apply-coupon: answered 500, expected 400 or 404",),
        answering=says(act("apply-coupon"), _stumbles, in_place_of=404),
        softly=True,
    ),
    "an action that is off is done": Broken(
        fails=(f"{_PAUSE}: answered 200, though features.actions.pause is off, expected 400",),
        spoil=action("pause", enabled=False),
        answering=says(act("pause"), a(Reply(200)), in_place_of=404),
        softly=True,
    ),
    "a schedule that is off is accepted": Broken(
        fails=(f"{_CANCEL}: answered 200, though features.actions.cancel.schedules.immediate is off, expected 400",),
        spoil=action("cancel", schedules={"immediate": False, "end-of-period": True}),
        answering=says(act("cancel"), _done_at_once, in_place_of=404),
    ),
}
