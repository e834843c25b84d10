"""An adapter that declares what it does not fill, or fills what it does not declare, cannot be defined."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Collection
from typing import Final

import pytest

from adapters.base import BillingAdapter
from adapters.capabilities import (
    ALL_HOLES,
    CONTROLLER_HOLES,
    FEATURE_HOLES,
    Capabilities,
    holes_of,
)
from adapters.holes import Holes
from gateway.contract import Controller
from tests.adapters.able import EVERYTHING, NOTHING, with_field

# Fields of `Capabilities` that qualify others and need no method of their own.
QUALIFIERS: Final = {"controllers", "price_type", "loses_scheduled_change"}

DECLARED: Final = {
    **{f"controllers.{one}": with_field(NOTHING, "controllers", frozenset({one})) for one in Controller},
    **{feature: with_field(NOTHING, feature, getattr(EVERYTHING, feature)) for feature in FEATURE_HOLES},
}
"""For each thing that can be declared, the capabilities of an adapter that can do only that."""


async def filled(adapter: object, *arguments: object, **keywords: object) -> None:
    """Stand for the method of some adapter; it is never called here."""


def define(capabilities: Capabilities, holes: Collection[str]) -> type:
    """Define an adapter that fills these holes."""
    return type("Example", (BillingAdapter,), {"capabilities": capabilities, **dict.fromkeys(holes, filled)})


@pytest.mark.parametrize("capabilities", [NOTHING, *DECLARED.values(), EVERYTHING], ids=["nothing", *DECLARED, "all"])
def test_an_adapter_that_fills_exactly_what_it_declares_is_defined(capabilities: Capabilities) -> None:
    assert issubclass(define(capabilities, holes_of(capabilities)), BillingAdapter)


@pytest.mark.parametrize("declared", DECLARED)
def test_a_declaration_without_its_methods_is_refused_and_they_are_named(declared: str) -> None:
    with pytest.raises(TypeError, match="Example declares what it does not fill") as caught:
        define(DECLARED[declared], ())
    assert all(hole in str(caught.value) for hole in holes_of(DECLARED[declared]))


@pytest.mark.parametrize("hole", sorted(ALL_HOLES))
def test_a_single_missing_method_is_refused(hole: str) -> None:
    with pytest.raises(TypeError, match=rf"does not fill: \['{hole}'\]; it fills what it does not declare: \[\]"):
        define(EVERYTHING, ALL_HOLES - {hole})


@pytest.mark.parametrize("hole", sorted(ALL_HOLES))
def test_a_method_that_belongs_to_nothing_declared_is_refused(hole: str) -> None:
    with pytest.raises(TypeError, match=rf"does not fill: \[\]; it fills what it does not declare: \['{hole}'\]"):
        define(NOTHING, {hole})


@pytest.mark.parametrize("declared", DECLARED)
def test_taking_a_declaration_back_needs_its_methods_to_go_as_well(declared: str) -> None:
    needed_by_others = frozenset[str]().union(
        *(holes_of(capabilities) for name, capabilities in DECLARED.items() if name != declared)
    )
    own = holes_of(DECLARED[declared]) - needed_by_others
    if declared in FEATURE_HOLES:
        less = with_field(EVERYTHING, declared, None)
    else:
        kept = frozenset(one for one in Controller if f"controllers.{one}" != declared)
        less = with_field(EVERYTHING, "controllers", kept)
    with pytest.raises(TypeError, match="fills what it does not declare") as caught:
        define(less, ALL_HOLES)
    assert str(sorted(own)) in str(caught.value)


def test_methods_may_come_from_a_parent_class() -> None:
    reads = type("Reads", (Holes,), dict.fromkeys(holes_of(DECLARED["find_by_email"]), filled))
    example = type("Example", (reads, BillingAdapter), {"capabilities": DECLARED["find_by_email"]})
    assert issubclass(example, BillingAdapter)


def test_a_class_in_between_that_declares_nothing_may_be_incomplete() -> None:
    assert issubclass(type("Partial", (BillingAdapter,), {"_load": filled}), BillingAdapter)


def test_every_controller_has_its_methods() -> None:
    assert set(CONTROLLER_HOLES) == set(Controller)


def test_every_field_of_the_capabilities_either_needs_methods_or_qualifies_others() -> None:
    fields = {one.name for one in dataclasses.fields(Capabilities)}
    assert fields == QUALIFIERS | set(FEATURE_HOLES)


def test_every_unfilled_method_belongs_to_something_that_can_be_declared() -> None:
    unfilled = {
        name for name, method in inspect.getmembers(Holes, inspect.isfunction) if "self._unfilled(" in _source(method)
    }
    assert unfilled == ALL_HOLES


def _source(method: object) -> str:
    assert inspect.isfunction(method)
    return inspect.getsource(method)
