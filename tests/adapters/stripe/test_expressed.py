"""What was expressed before is shown again only while all it was made of is the same."""

from __future__ import annotations

from typing import Any

from adapters.stripe.expressed import Expressed
from gateway.contract import Family


class Counting:
    """Expresses a family by its source, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, source: dict[str, Any]) -> Family:
        self.made += 1
        return Family(id="fam_1", name=source["name"])


def test_an_equal_object_is_not_expressed_again() -> None:
    expressed, express = Expressed(), Counting()
    first, again = (bytes(expressed.get("fam_1", {"name": "Plans"}, express)) for _ in range(2))

    assert first == again == b'{"id":"fam_1","name":"Plans"}'
    assert express.made == 1


def test_a_changed_object_is() -> None:
    expressed, express = Expressed(), Counting()
    expressed.get("fam_1", {"name": "Plans"}, express)

    assert bytes(expressed.get("fam_1", {"name": "Offers"}, express)) == b'{"id":"fam_1","name":"Offers"}'


def test_equal_objects_of_different_names_are_kept_apart() -> None:
    expressed, express = Expressed(), Counting()
    for name in (("price", "one"), ("price", "two")):
        expressed.get(name, {"name": "Plans"}, express)

    assert express.made == 2


def test_it_does_not_grow_without_end() -> None:
    expressed, express = Expressed(most=3), Counting()
    for name in (1, 2, 3, 4, 4, 1):
        expressed.get(name, {"name": "Plans"}, express)

    assert express.made == 5
