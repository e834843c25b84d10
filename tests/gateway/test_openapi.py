"""The OpenAPI document says what the table of routes says, in a form that validators accept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.contract import Page, parse_action
from gateway.server import DIRECT_ROUTES, ROUTES, Route
from gateway.server.documented import documented_errors
from gateway.server.errors import STATUSES
from gateway.server.openapi import openapi_document

DOCUMENT = openapi_document()

ALL = [pytest.param(route, id=route.operation) for route in (*ROUTES, *DIRECT_ROUTES)]
READS = [pytest.param(route, id=route.operation) for route in ROUTES if route.controller is not None]
LISTS = [
    pytest.param(route, id=route.operation)
    for route in ROUTES
    if route.answer is not None and issubclass(route.answer, Page)
]
ACTIONS = [pytest.param(route, id=route.operation) for route in ROUTES if route.target is not None]
BODIES = [pytest.param(route, id=route.operation) for route in (*ROUTES, *DIRECT_ROUTES) if route.body is not None]


def operation_of(route: Route) -> dict[str, Any]:
    root = "direct" if route in DIRECT_ROUTES else "churnkey"
    operation: dict[str, Any] = DOCUMENT["paths"][f"/{root}{route.path}"][route.method.lower()]
    return operation


def resolved(reference: dict[str, str]) -> dict[str, Any]:
    node: dict[str, Any] = DOCUMENT
    for step in reference["$ref"].removeprefix("#/").split("/"):
        node = node[step]
    return node


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Of a schema that refers to the document's components."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


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
    assert not parameters["header", "X-Request-Id"].get("required")


@pytest.mark.parametrize("route", ALL)
def test_only_lists_have_a_limit_and_a_cursor(route: Route) -> None:
    is_list = route.answer is not None and issubclass(route.answer, Page)

    in_query = {name for place, name in parameters_of(route) if place == "query"}

    assert in_query == ({"limit", "cursor"} if is_list else set())


@pytest.mark.parametrize("route", LISTS)
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("limit", 0, False, id="no rows"),
        pytest.param("limit", 1, True, id="one row"),
        pytest.param("limit", 9_999_999_999, True, id="ten digits"),
        pytest.param("limit", 10_000_000_000, False, id="eleven digits"),
        pytest.param("cursor", "", True, id="no cursor"),
        pytest.param("cursor", "-_azAZ09", True, id="a cursor"),
        pytest.param("cursor", "a+b", False, id="a cursor that is not safe in a URL"),
        pytest.param("cursor", "a" * 2049, False, id="a cursor that is too long"),
    ],
)
def test_the_bounds_of_a_page_are_documented(route: Route, name: str, value: object, expected: bool) -> None:
    assert validator(parameters_of(route)["query", name]["schema"]).is_valid(value) is expected


@pytest.mark.parametrize("route", ALL)
def test_all_statuses_are_documented_with_churnkeys_error_body(route: Route) -> None:
    responses = dict(operation_of(route)["responses"])
    del responses["200"]

    assert {int(status) for status in responses} == documented_errors(route)
    for reference in responses.values():
        schema = resolved(reference)["content"]["application/json"]["schema"]
        assert set(resolved(schema)["required"]) == {"code", "message"}


@pytest.mark.parametrize("route", ALL)
def test_every_answer_names_the_headers_that_it_always_has(route: Route) -> None:
    for status, response in operation_of(route)["responses"].items():
        headers = resolved(response)["headers"] if "$ref" in response else response["headers"]
        always = {name for name, header in headers.items() if resolved(header).get("required")}
        assert always == {"X-Request-Id", "Cache-Control"} | ({"WWW-Authenticate"} if status == "401" else set())
        assert ("Retry-After" in headers) is (status == "503")


def test_the_manifest_is_made_without_the_provider() -> None:
    (features,) = (route for route in ROUTES if route.controller is None and route.target is None)

    assert documented_errors(features) == {400, 401, 404, 500}


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


@pytest.mark.parametrize("route", ALL)
def test_every_answer_with_a_body_has_an_example_of_it(route: Route) -> None:
    for status, response in operation_of(route)["responses"].items():
        content = (resolved(response) if "$ref" in response else response).get("content")
        if content is None:
            assert (status, route.answer) == ("200", None)
            continue
        media_type = content["application/json"]
        validator(media_type["schema"]).validate(media_type["example"])
        assert status == "200" or media_type["example"]["code"] == int(status)


@pytest.mark.parametrize("route", ACTIONS)
def test_the_example_of_a_body_is_read_as_the_action_it_shows(route: Route) -> None:
    assert route.target is not None
    assert route.body is not None
    media_type = operation_of(route)["requestBody"]["content"]["application/json"]

    validator(media_type["schema"]).validate(media_type["example"])
    assert type(parse_action(route.target, media_type["example"])) is route.body


@pytest.mark.parametrize("route", BODIES)
def test_only_actions_may_say_more_than_is_known(route: Route) -> None:
    media_type = operation_of(route)["requestBody"]["content"]["application/json"]
    more = {**media_type["example"], "another": "name"}

    assert validator(media_type["schema"]).is_valid(more) is (route.target is not None)


@pytest.mark.parametrize("route", ALL)
def test_every_placeholder_has_an_example(route: Route) -> None:
    for (place, _), parameter in parameters_of(route).items():
        if place == "path":
            validator(parameter["schema"]).validate(parameter["example"])


def test_nothing_says_that_a_value_may_be_null() -> None:
    def types(node: object) -> list[object]:
        if isinstance(node, dict):
            return [node.get("type"), *(one for value in node.values() for one in types(value))]
        return [one for value in node for one in types(value)] if isinstance(node, list) else []

    assert "null" not in types(DOCUMENT["components"]["schemas"])
