"""What the parsers pass over is nothing that anybody reads, and one odd row is nobody else's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from adapters.errors import Unmappable
from adapters.stripe import mapping, parsers, prices, states
from adapters.stripe.fields import items_of
from adapters.stripe.models import Coupon, Price, plain, read
from adapters.stripe.options import MappingOptions
from adapters.stripe.subscriptions import Context, written_subscription
from adapters.stripe.transport import Parser
from tests.adapters.stripe import objects, strategies
from tests.adapters.stripe.objects import MOMENT, written
from tests.adapters.stripe.test_mapping_properties import contexts
from tests.support.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

ROWS_THAT_ARE_NONE: Final[list[Any]] = [[], "sub_1", 7, None, {}, {"id": "sub_1"}, objects.subscription(items="si_1")]
TIERS: Final = [{"up_to": 10, "unit_amount": 100, "flat_amount": 5}, {"up_to": None, "unit_amount": 80}]
passed_over = st.dictionaries(strategies.words.map(lambda word: f"unread_{word}"), strategies.amounts, max_size=2)


def told(tell: Callable[[], object]) -> object:
    """What is told, or that it cannot be."""
    try:
        return tell()
    except Unmappable as error:
        return str(error)


def page(*rows: object) -> Json:
    return {"object": "list", "data": list(rows), "has_more": False}


def parsed(parser: Parser, document: object) -> Any:
    return parser.decode(json.dumps(document).encode())


PRICES = [
    pytest.param(objects.price(unit_amount=1000, unit_amount_decimal=None, nickname="Early"), None, id="whole units"),
    pytest.param(objects.price(unit_amount=None, unit_amount_decimal="0.5"), None, id="less than a unit"),
    pytest.param(objects.price(product={"id": "prod_1", "name": "Pro", "description": "All"}), None, id="a product"),
    pytest.param(objects.price(billing_scheme="tiered", tiers_mode="volume", tiers=TIERS), None, id="tiers"),
    pytest.param(objects.price(currency_options={"eur": {"unit_amount": 900}}), "eur", id="another currency"),
    pytest.param(objects.price(recurring=objects.recurring("week", 2)), None, id="every two weeks"),
]
COUPONS = [
    pytest.param(objects.coupon(name="Spring", max_redemptions=9, times_redeemed=2, redeem_by=1798758000), id="all"),
    pytest.param(objects.coupon(percent_off=None, amount_off=500, currency="usd"), id="an amount"),
    pytest.param(objects.coupon(duration="repeating", duration_in_months=3), id="for some months"),
]


@pytest.mark.parametrize(("source", "currency"), PRICES)
def test_of_an_embedded_price_all_is_read_that_a_whole_one_is_shown_by(source: Json, currency: str | None) -> None:
    def shown(price: Json) -> object:
        return prices.price(price, MappingOptions(), currency=currency, quantity=2)

    assert shown(plain(convert(source, Price))) == shown(source)


@pytest.mark.parametrize("source", COUPONS)
def test_of_an_embedded_coupon_all_is_read_that_a_whole_one_is_shown_by(source: Json) -> None:
    assert mapping.coupon(plain(convert(source, Coupon))) == mapping.coupon(source)


@given(strategies.subscriptions, contexts, passed_over)
def test_a_listed_subscription_shows_all_that_the_whole_one_does(source: Json, context: Context, more: Json) -> None:
    (row,) = parsed(parsers.LISTED, page({**source, **more}))["data"]

    assert told(lambda: written_subscription(row, context)) == told(lambda: written(source, context))


@given(st.lists(strategies.subscriptions, max_size=3), st.lists(st.sampled_from(ROWS_THAT_ARE_NONE), min_size=1))
def test_beside_an_odd_row_all_others_are_what_they_always_are(sources: list[Json], odd: list[Any]) -> None:
    usual = parsed(parsers.LISTED, page(*sources))["data"]
    rows = parsed(parsers.LISTED, page(*odd, *sources))["data"]

    assert usual == [read(source) for source in sources]
    assert rows == [*odd, *usual]


@given(strategies.subscriptions, passed_over)
def test_what_is_acted_on_is_in_the_state_that_the_whole_one_is_in(source: Json, more: Json) -> None:
    def state(document: Json) -> object:
        return replace(states.state(document, MOMENT), provider={})

    row = parsed(parsers.ACTED_ON, {**source, **more})

    assert not row.keys() & more.keys()
    assert told(lambda: state(row)) == told(lambda: state(source))


@given(strategies.subscriptions)
def test_what_an_action_repeats_to_stripe_is_kept(source: Json) -> None:
    """Discounts and a schedule are sent back, so of those nothing may be missing."""
    row = parsed(parsers.ACTED_ON, source)

    assert (row["discounts"], row["schedule"], row["customer"]) == tuple(
        source[name] for name in ("discounts", "schedule", "customer")
    )
    assert [item["discounts"] for item in items_of(row)] == [item["discounts"] for item in items_of(source)]


ODD = [
    pytest.param({"items": "si_1"}, id="text in place of the items"),
    pytest.param({"items": {"data": {"0": 1}}}, id="an object in place of a list"),
    pytest.param({"items": {"data": [7]}}, id="a number in place of an item"),
    pytest.param({"discounts": ["di_1", 1]}, id="a number among the discounts"),
    pytest.param({"discounts": [{"source": []}]}, id="a list in place of a discount's source"),
    pytest.param({"discounts": {"di_1": True}}, id="an object in place of the discounts"),
    pytest.param({"start_date": "2026-01-01"}, id="text in place of a time"),
    pytest.param({"livemode": None}, id="neither of one mode nor of the other"),
]


@pytest.mark.parametrize("members", ODD)
def test_an_odd_row_stays_the_json_that_it_is(members: Json) -> None:
    """A list does not fail for one bad row, so the parser must not be what refuses it."""
    odd, fine = objects.subscription(**members), objects.subscription()

    assert parsed(parsers.LISTED, page(odd, fine))["data"] == [odd, read(fine)]


@pytest.mark.parametrize("members", ODD)
def test_why_it_cannot_be_read_is_told_without_its_values(members: Json) -> None:
    with pytest.raises(Unmappable, match=rf"Expected .*, got `\w+` - at `\$\.{next(iter(members))}[.\w\[\]]*`$"):
        read(objects.subscription(**members))


@pytest.mark.parametrize("document", [[], "sub_1", 7, None, True, 1.5], ids=repr)
@pytest.mark.parametrize("parser", [parsers.LISTED, parsers.ACTED_ON], ids=["listed", "acted on"])
def test_what_is_no_object_is_parsed_as_what_it_is(parser: Parser, document: object) -> None:
    assert parsed(parser, document) == document
