"""What is taken from the package: a new version that does any of it otherwise fails here (traps 1.1)."""

from __future__ import annotations

import inspect
import logging
from typing import Any

import pytest
from chargebee import APIError, InvalidRequestError, OperationFailedError, PaymentError, http_request, request, util
from chargebee.environment import Environment

import adapters.chargebee.transport  # noqa: F401 - it is what caps the logger

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("segments", "path"),
    [
        pytest.param(("customers", "ada"), "/customers/ada", id="plain"),
        pytest.param(("coupons", "20 OFF"), "/coupons/20%20OFF", id="a space is no plus sign"),
        pytest.param(("coupons", "a?b#c%d"), "/coupons/a%3Fb%23c%25d", id="what ends a path"),
        pytest.param(("coupons", "☀+"), "/coupons/%E2%98%80%2B", id="beyond ASCII, and a plus sign"),
        pytest.param(("coupons", "a/b"), "/coupons/a/b", id="a slash is left alone, so that none may get there"),
        pytest.param(("coupons", ".."), "/coupons/..", id="dots are left alone, so that none may get there"),
    ],
)
def test_seam_paths(segments: tuple[str, ...], path: str) -> None:
    assert request.uri_path(*segments) == path


@pytest.mark.parametrize(
    ("parameters", "written"),
    [
        pytest.param({"limit": 100}, {"limit": 100}, id="a number"),
        pytest.param({"prorate": False, "reactivate": True}, {"prorate": "false", "reactivate": "true"}, id="booleans"),
        pytest.param({"email": {"is": "a+b@c"}}, {"email[is]": "a+b@c"}, id="a filter"),
        pytest.param({"id": {"in": '["a"]'}}, {"id[in]": '["a"]'}, id="a filter that is text already"),
        pytest.param({"id": {"in": ["a'b"]}}, {"id[in]": '["a\'b"]'}, id="a list is written as Python does"),
        pytest.param({"coupon_ids": ["A", "B"]}, {"coupon_ids[0]": "A", "coupon_ids[1]": "B"}, id="a list"),
        pytest.param(
            {"subscription_items": [{"item_price_id": "p", "quantity": 3}, {"item_price_id": "q"}]},
            {
                "subscription_items[item_price_id][0]": "p",
                "subscription_items[quantity][0]": 3,
                "subscription_items[item_price_id][1]": "q",
            },
            id="a list of objects",
        ),
        pytest.param({"offset": None}, {"offset": ""}, id="nothing becomes an empty value"),
    ],
)
def test_seam_parameters(parameters: Json, written: Json) -> None:
    assert dict(util.serialize(parameters)) == written


def test_seam_addresses() -> None:
    environment = Environment({"api_key": "k", "site": "acme"})
    environment.api_endpoint = "http://127.0.0.1:1/api/v2"

    assert Environment.API_VERSION == "v2"
    assert environment.api_url("/customers") == "http://127.0.0.1:1/api/v2/customers"


def test_seam_credentials() -> None:
    """The key is the user name; the password is empty."""
    assert http_request._basic_auth_str("test_abc") == "Basic dGVzdF9hYmM6"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("payment", PaymentError),
        ("invalid_request", InvalidRequestError),
        ("operation_failed", OperationFailedError),
        ("something_new", APIError),
        (None, APIError),
    ],
)
def test_seam_errors(kind: str | None, error: type[Exception]) -> None:
    body = {"message": "m", "api_error_code": "c", "error_code": "finer", "param": "p[0]", "type": kind}
    with pytest.raises(APIError) as caught:
        http_request.handle_api_resp_error("u", 409, body, {"retry-after": "3"})
    found: Any = caught.value

    assert [type(found)] == [error]
    assert (found.http_status_code, found.api_error_code, found.error_code, found.param) == (409, "c", "finer", "p[0]")
    assert found.http_headers == {"retry-after": "3"}


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (request.uri_path, ["paths"]),
        (util.serialize, ["value", "prefix", "idx", "jsonKeys", "level"]),
        (Environment.api_url, ["self", "url", "subDomain"]),
        (http_request._basic_auth_str, ["username"]),
        (http_request.handle_api_resp_error, ["url", "http_code", "resp_json", "response_headers"]),
    ],
    ids=["uri_path", "serialize", "api_url", "_basic_auth_str", "handle_api_resp_error"],
)
def test_seam_signatures(function: Any, names: list[str]) -> None:
    assert list(inspect.signature(function).parameters) == names


def test_seam_a_refusal_without_a_code_would_carry_the_whole_body() -> None:
    """Why it is never handed over."""
    with pytest.raises(Exception, match="ada@") as caught:
        http_request.handle_api_resp_error("u", 400, {"message": "ada@example.com"}, {})
    assert type(caught.value) is Exception


def test_1_1_the_packages_own_retries_are_off() -> None:
    """With them a 429 is repeated without end, and Retry-After is not read."""
    assert not Environment({"api_key": "k", "site": "s"}).get_retry_config().is_enabled()


@pytest.mark.parametrize("name", ["chargebee", "chargebee.http_request", "chargebee.anything"])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_1_1_the_packages_logger_keeps_its_debugging_to_itself(name: str, level: int) -> None:
    assert not logging.getLogger(name).isEnabledFor(level)


def test_1_1_the_packages_logger_is_where_it_is_capped() -> None:
    """Fails when a new version of the package logs under another name."""
    assert http_request._logger.name == "chargebee.http_request"
