"""The OpenAPI document says what the table of routes says, in a form that validators accept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.contract import Page
from gateway.server import DIRECT_ROUTES, ROUTES, Route
from gateway.server.errors import STATUSES
from gateway.server.openapi import documented_errors, openapi_document

DOCUMENT = openapi_document()

ALL = [pytest.param(route, id=route.operation) for route in (*ROUTES, *DIRECT_ROUTES)]
READS = [pytest.param(route, id=route.operation) for route in ROUTES if route.controller is not None]
LISTS = [
    pytest.param(route, id=route.operation)
    for route in ROUTES
    if route.answer is not None and issubclass(route.answer, Page)
]
ACTIONS = [pytest.param(route, id=route.operation) for route in ROUTES if route.target is not None]


def operation_of(route: Route) -> dict[str, Any]:
    root = "direct" if route in DIRECT_ROUTES else "churnkey"
    operation: dict[str, Any] = DOCUMENT["paths"][f"/{root}{route.path}"][route.method.lower()]
    return operation


def resolved(reference: dict[str, str]) -> dict[str, Any]:
    node: dict[str, Any] = DOCUMENT
    for step in reference["$ref"].removeprefix("#/").split("/"):
        node = node[step]
    return node


def parameters_of(route: Route) -> dict[tuple[str, str], dict[str, Any]]:
    found = (resolved(one) if "$ref" in one else one for one in operation_of(route)["parameters"])
    return {(one["in"], one["name"]): one for one in found}


def test_it_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()

    assert DOCUMENT["openapi"] == "3.1.0"


def test_it_has_the_routes_and_nothing_else() -> None:
    documented = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}

    assert documented == {
        *((route.method, f"/churnkey{route.path}") for route in ROUTES),
        *((route.method, f"/direct{route.path}") for route in DIRECT_ROUTES),
    }


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()]

    assert sorted(ids) == sorted({route.operation for route in (*ROUTES, *DIRECT_ROUTES)})


def test_every_operation_needs_the_token() -> None:
    assert DOCUMENT["security"] == [{"integrationToken": []}]
    assert DOCUMENT["components"]["securitySchemes"]["integrationToken"]["scheme"] == "bearer"
    assert not any("security" in operation_of(route) for route in ROUTES)


@pytest.mark.parametrize("route", DIRECT_ROUTES, ids=lambda route: route.operation)
def test_direct_mode_needs_the_applications_token_and_no_other(route: Route) -> None:
    assert operation_of(route)["security"] == [{"appToken": []}]
    assert DOCUMENT["components"]["securitySchemes"]["appToken"]["scheme"] == "bearer"


def test_a_session_takes_a_body_and_changes_nothing() -> None:
    session = operation_of(DIRECT_ROUTES[1])
    body = resolved(session["requestBody"]["content"]["application/json"]["schema"])

    assert body["required"] == ["customerId"]
    assert documented_errors(DIRECT_ROUTES[1]) == {*STATUSES.values(), 401, 408, 413, 415, 500} - {409}


@pytest.mark.parametrize("route", ALL)
def test_an_operation_carries_what_its_route_says(route: Route) -> None:
    operation = operation_of(route)

    assert operation["operationId"] == route.operation
    assert operation["summary"] == route.summary
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}


@pytest.mark.parametrize("route", ALL)
def test_every_placeholder_and_the_mode_are_parameters(route: Route) -> None:
    parameters = parameters_of(route)

    assert {name for place, name in parameters if place == "path"} == set(re.findall(r"{(\w+)}", route.path))
    assert all(parameter["required"] for (place, _), parameter in parameters.items() if place == "path")
    assert parameters["header", "X-Churnkey-Mode"]["schema"]["enum"] == ["live", "test"]


@pytest.mark.parametrize("route", ALL)
def test_only_lists_have_a_limit_and_a_cursor(route: Route) -> None:
    is_list = route.answer is not None and issubclass(route.answer, Page)

    in_query = {name for place, name in parameters_of(route) if place == "query"}

    assert in_query == ({"limit", "cursor"} if is_list else set())


@pytest.mark.parametrize("route", ALL)
def test_all_statuses_are_documented_with_churnkeys_error_body(route: Route) -> None:
    responses = dict(operation_of(route)["responses"])
    del responses["200"]

    assert {int(status) for status in responses} == documented_errors(route)
    for reference in responses.values():
        schema = resolved(reference)["content"]["application/json"]["schema"]
        assert set(resolved(schema)["required"]) == {"code", "message"}


@pytest.mark.parametrize("route", READS)
def test_a_read_may_answer_with_any_error_but_conflict(route: Route) -> None:
    assert {*STATUSES.values(), 401, 500} - {409} == documented_errors(route)


@pytest.mark.parametrize("route", ACTIONS)
def test_an_action_may_answer_with_any_error(route: Route) -> None:
    assert {*STATUSES.values(), 401, 408, 413, 415, 500} == documented_errors(route)


@pytest.mark.parametrize("route", ACTIONS)
def test_an_action_takes_a_body_and_answers_without(route: Route) -> None:
    operation = operation_of(route)

    assert operation["requestBody"]["required"] is True
    assert {"customerId"} <= set(
        resolved(operation["requestBody"]["content"]["application/json"]["schema"])["required"]
    )
    assert "content" not in operation["responses"]["200"]


@pytest.mark.parametrize("route", LISTS)
def test_a_list_answers_rows_and_perhaps_the_next_cursor(route: Route) -> None:
    schema = resolved(operation_of(route)["responses"]["200"]["content"]["application/json"]["schema"])

    assert set(schema["properties"]) == {"data", "next"}
    assert schema["required"] == ["data"]


def test_nothing_says_that_a_value_may_be_null() -> None:
    def types(node: object) -> list[object]:
        if isinstance(node, dict):
            return [node.get("type"), *(one for value in node.values() for one in types(value))]
        return [one for value in node for one in types(value)] if isinstance(node, list) else []

    assert "null" not in types(DOCUMENT["components"]["schemas"])
