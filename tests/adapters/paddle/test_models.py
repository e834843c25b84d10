"""What becomes of objects that are not as documented: as much is read as can be, and nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import Unmappable
from adapters.paddle.models import Address, Customer, Discount, PaddleModel, Price, Product, Subscription, read
from adapters.paddle.subscriptions import running_discount
from tests.adapters.paddle import strategies
from tests.adapters.paddle.objects import MOMENT, customer, discount, item, price, product, subscription
from tests.adapters.paddle.support import SAVE20

IDENTIFIED = [Customer, Product, Price, Discount, Subscription]
COUNTS = ["maximum_recurring_intervals", "usage_limit", "times_used"]

of_any_model = pytest.mark.parametrize("model", IDENTIFIED, ids=[model.__name__ for model in IDENTIFIED])


@of_any_model
def test_all_but_the_id_may_be_missing_or_null(model: type[PaddleModel]) -> None:
    nulls = dict.fromkeys(model.model_fields)

    assert read(model, {"id": "x"}) == read(model, {**nulls, "id": "x"})


def test_an_address_has_nothing_that_must_be_there() -> None:
    assert read(Address, {}) == Address()


@of_any_model
@pytest.mark.parametrize(
    "source",
    [
        pytest.param({"name": "Ada"}, id="missing"),
        pytest.param({"id": None, "name": "Ada"}, id="null"),
        pytest.param({"id": "", "name": "Ada"}, id="empty"),
        pytest.param({"id": 987_654, "name": "Ada"}, id="a number"),
    ],
)
def test_without_an_id_nothing_is_read_and_no_value_is_told(model: type[PaddleModel], source: dict[str, Any]) -> None:
    with pytest.raises(Unmappable, match=r"^id: [a-z_]+$"):
        read(model, source)


@pytest.mark.parametrize("field", COUNTS)
@pytest.mark.parametrize("count", ["many", "3", 1.5, True, [3]], ids=str)
def test_a_discounts_count_that_cannot_be_read_is_not_taken_for_no_limit(field: str, count: Any) -> None:
    with pytest.raises(Unmappable, match=rf"^{field}: [a-z_]+$"):
        read(Discount, discount(**{field: count}))


@of_any_model
@given(data=st.data())
def test_whatever_else_a_field_holds_the_object_is_read(model: type[PaddleModel], data: st.DataObject) -> None:
    fields = sorted(model.model_fields.keys() - {"id", *COUNTS})
    source = data.draw(st.dictionaries(st.sampled_from([*fields, "later"]), strategies.anything))

    assert read(model, {**source, "id": "x"}).model_dump()["id"] == "x"


WRONG_KINDS: list[Any] = [
    pytest.param(Customer, customer, {"name": 7}, {"name": None}, id="a number as a text"),
    pytest.param(Customer, customer, {"name": ""}, {"name": None}, id="an empty text"),
    pytest.param(Customer, customer, {"custom_data": ["a"]}, {"custom_data": None}, id="a list as data"),
    pytest.param(Product, product, {"description": {}}, {"description": None}, id="an object as a text"),
    pytest.param(Discount, discount, {"recur": "true"}, {"recur": None}, id="a text as a switch"),
    pytest.param(Price, price, {"billing_cycle": "monthly"}, {"billing_cycle": None}, id="a text as an object"),
    pytest.param(Price, price, {"quantity": {"minimum": "5"}}, {"quantity": {}}, id="a text as a number"),
    pytest.param(Price, price, {"product": {"name": "Pro"}}, {"product": None}, id="a product without an id"),
    pytest.param(Subscription, subscription, {"items": 3}, {"items": []}, id="a number as a list"),
]


@pytest.mark.parametrize(("model", "source", "odd", "meant"), WRONG_KINDS)
def test_what_is_of_another_kind_is_taken_for_missing(
    model: type[PaddleModel], source: Any, odd: dict[str, Any], meant: dict[str, Any]
) -> None:
    assert read(model, source(**odd)) == read(model, source(**meant))


def test_a_time_of_another_kind_is_not_taken_for_missing() -> None:
    """A discount without an end would run for ever."""
    source = read(Subscription, subscription(discount={"id": SAVE20, "ends_at": 1_800_000_000}))

    with pytest.raises(Unmappable):
        running_discount(source, MOMENT)


def test_an_amount_that_is_a_number_is_not_taken_for_its_text() -> None:
    source = read(Price, price(unit_price={"amount": 1000, "currency_code": "USD"}))

    assert source.unit_price is not None
    assert source.unit_price.amount is None


def test_words_nobody_knows_are_kept() -> None:
    source = read(Subscription, subscription(status="dormant", scheduled_change={"action": "upgrade"}))

    assert source.scheduled_change is not None
    assert (source.status, source.scheduled_change.action) == ("dormant", "upgrade")


def test_an_entry_that_is_no_object_does_not_cost_the_others() -> None:
    source = subscription(item(price()))
    odd = {**source, "items": [None, *source["items"], "x"]}

    assert [one for one in read(Subscription, odd).items if one] == list(read(Subscription, source).items)
