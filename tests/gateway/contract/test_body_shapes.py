"""How a body that was not understood is described in the log."""

from __future__ import annotations

import pytest

from gateway.contract import describe_shape


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "number"),
        (1.5, "number"),
        ("cus_1", "string"),
        ([], "[]"),
        (["a", 1], "[string]"),
        ({}, "{}"),
        (
            {"customerId": "cus_1", "duration": {"amount": 3, "unit": "month"}, "prorate": None},
            "{customerId: string, duration: {amount: number, unit: string}, prorate: null}",
        ),
        ({"a": {"b": {"c": {"d": 1}}}}, "{a: {b: {c: {...}}}}"),
        ([[[["deep"]]]], "[[[[...]]]]"),
    ],
    ids=repr,
)
def test_names_and_types_are_described(body: object, expected: str) -> None:
    assert describe_shape(body) == expected


@pytest.mark.parametrize(
    "key",
    ["ada@example.com", "+441234567890", "441234567890", "Ada Lovelace", "", "a\nb", "é", "x" * 41],
    ids=repr,
)
def test_a_key_that_is_no_field_name_is_not_shown(key: str) -> None:
    assert describe_shape({key: 1}) == "{?: number}"


def test_values_never_appear() -> None:
    body = {"email": "ada@example.com", "metadata": {"note": "s3cret"}, "list": [{"name": "Ada"}]}
    shape = describe_shape(body)
    assert shape == "{email: string, metadata: {note: string}, list: [{name: string}]}"


def test_many_fields_are_cut() -> None:
    shape = describe_shape({f"field{number}": 1 for number in range(21)})
    assert shape.count("number") == 20
    assert shape.endswith(", ...}")


def test_a_long_description_is_cut() -> None:
    inner = {f"{'long' * 9}{number}": 1 for number in range(20)}
    shape = describe_shape({"a": inner, "b": inner})
    assert len(shape) == 500
    assert shape.endswith("...")
