"""What the parsers pass over is nothing that anybody reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import Unmappable
from adapters.stripe import parsers, states
from adapters.stripe.catalogue import items_of
from adapters.stripe.subscriptions import Context, written_subscription
from tests.adapters.stripe import objects, strategies
from tests.adapters.stripe.objects import MOMENT
from tests.adapters.stripe.test_mapping_properties import contexts
from tests.support.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from msgspec.json import Decoder

Json = dict[str, Any]

passed_over = st.dictionaries(strategies.words.map(lambda word: f"unread_{word}"), strategies.amounts, max_size=2)


def told(tell: Callable[[], object]) -> object:
    """What is told, or that it cannot be."""
    try:
        return tell()
    except Unmappable as error:
        return str(error)


def page(*rows: object) -> Json:
    return {"object": "list", "data": list(rows), "has_more": False}


def parsed(parser: Decoder[Any], document: object) -> Any:
    return parser.decode(json.dumps(document))


@given(strategies.subscriptions, contexts, passed_over)
def test_a_listed_subscription_shows_all_that_the_whole_one_does(source: Json, context: Context, more: Json) -> None:
    row = parsed(parsers.LISTED, page({**source, **more}))["data"][0]

    assert not row.keys() & more.keys()
    assert told(lambda: written_subscription(row, context)) == told(lambda: written_subscription(source, context))


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
    pytest.param({"items": None}, id="null in place of the items"),
    pytest.param({"items": "si_1"}, id="text in place of the items"),
    pytest.param({"items": {"data": {"0": 1}}}, id="an object in place of a list"),
    pytest.param({"discounts": ["di_1", 1, None, [], {"source": []}]}, id="discounts of every kind"),
    pytest.param({"discounts": {"di_1": True}}, id="an object in place of the discounts"),
    pytest.param({"metadata": [1.5]}, id="a list in place of the metadata"),
]


@pytest.mark.parametrize("members", ODD)
def test_an_odd_row_is_parsed_like_any_other(members: Json) -> None:
    """A list does not fail for one bad row, so the parser must not be what refuses it."""
    odd, fine = objects.subscription(**members), objects.subscription()
    rows = parsed(parsers.LISTED, page(odd, fine))["data"]

    assert {name: rows[0][name] for name in members} == members
    assert items_of(rows[1]) != ()


@pytest.mark.parametrize("document", [[], "sub_1", 7, None, True, 1.5], ids=repr)
@pytest.mark.parametrize("parser", [parsers.LISTED, parsers.ACTED_ON], ids=["listed", "acted on"])
def test_what_is_no_object_is_parsed_as_what_it_is(parser: Decoder[Any], document: object) -> None:
    assert parsed(parser, document) == document


@pytest.mark.parametrize("row", [[], "sub_1", 7, None], ids=repr)
def test_a_row_that_is_no_object_is_parsed_as_what_it_is(row: object) -> None:
    assert parsed(parsers.LISTED, page(row))["data"] == [row]
