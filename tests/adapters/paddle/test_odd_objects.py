"""The worst that a Paddle object may be: a member that something is sent by is of another type.

What is shown is read by `models`, which take it for missing; see `test_models.py`.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

import pytest

from adapters.errors import Unmappable
from adapters.paddle import mapping, models, states
from adapters.paddle.subscriptions import subscription
from tests.adapters.paddle import objects
from tests.adapters.paddle.objects import MOMENT, context, item, price

Json = dict[str, Any]

ODD: Final = [
    ({"scheduled_change": "pause"}, "scheduled_change: not an object"),
    ({"scheduled_change": []}, "scheduled_change: not an object"),
    ({"current_billing_period": 7}, "current_billing_period: not an object"),
    ({"discount": "dsc_1"}, "discount: not an object"),
    ({"discount": {"id": 7}}, "discount: not an object"),
    ({"items": "text"}, "items: not a list"),
    ({"items": [7]}, "items: not all are objects"),
    ({"status": ["active"]}, "status: not a text"),
    ({"status": 7}, "status: not a text"),
]


@pytest.mark.parametrize(("odd", "reason"), ODD, ids=str)
def test_nothing_is_decided_by_what_is_only_taken_for_missing(odd: Json, reason: str) -> None:
    with pytest.raises(Unmappable, match=rf"^{reason}$"):
        states.state(objects.subscription(item(price()), **odd), MOMENT)


@pytest.mark.parametrize(
    "odd", [{"recurring": "false"}, {"quantity": "3"}, {"price": None}, {"price": "pri_1"}], ids=str
)
def test_no_item_is_sent_along_that_cannot_be_read(odd: Json) -> None:
    source = deepcopy(objects.subscription(item(price())))
    source["items"][0].update(odd)
    with pytest.raises(Unmappable):
        states.state(source, MOMENT)


def test_a_row_that_is_no_object_is_unmappable() -> None:
    for row in (None, 7, "text", True, [], [1]):
        with pytest.raises(Unmappable):
            models.read(models.Customer, row)  # type: ignore[arg-type]  # whatever JSON can be


def test_what_does_no_harm_is_shown_all_the_same() -> None:
    source = models.read(models.Subscription, objects.subscription(item(price()), discount="dsc_1"))
    assert subscription(source, context()).discounts is None
    assert mapping.customer(models.read(models.Customer, objects.customer(name=7))).name is None
