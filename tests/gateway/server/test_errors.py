"""Errors: each has one status, and none says more than it should."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial

import pytest

from adapters import errors as taxonomy
from adapters.base import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    ProviderAnswer,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unreadable,
    Unsupported,
)
from gateway.contract import RequestError
from gateway.policy import Refused
from gateway.resilience import DeadlineExceeded, Failure, Shed
from gateway.server.errors import STATUSES
from gateway.server.errors import answer_to as error_to_answer
from tests.support.log import Log
from tests.support.memory_account import MemoryAccount
from tests.support.service import Client, is_error, send

CASES = [
    (NotFound(), 404),
    (Invalid(), 400),
    (Conflict(), 409),
    (Unsupported(), 400),
    (Credentials(), 502),
    (RateLimited(), 503),
    (Unavailable(), 503),
    (Timeout(), 504),
    (UnknownOutcome(answered=True), 504),
    (UnknownOutcome(answered=False), 504),
    (Unreadable(), 502),
    (AdapterError(), 502),
    (Shed("Too much is asked.", retry_after=3.0), 503),
    (DeadlineExceeded("The request's time is used up."), 504),
    (Refused("Not offered."), 400),
]


async def answer_to(client: Client, live: MemoryAccount, error: Exception) -> tuple[int, str, dict[str, str]]:
    async def fail(operation: str) -> None:
        raise error

    live.before_call = fail
    response = await send(client, "/churnkey/customers/cus_ada")
    assert await is_error(response, response.status)
    return response.status, (await response.json())["message"], dict(response.headers)


@pytest.mark.parametrize(("error", "status"), CASES, ids=[type(error).__name__ for error, _ in CASES])
async def test_an_error_has_its_status_and_says_its_own_words(
    client: Client, live: MemoryAccount, error: Exception, status: int
) -> None:
    assert (await answer_to(client, live, error))[:2] == (status, getattr(error, "message", None))


def test_a_malformed_request_says_what_is_malformed() -> None:
    answer = error_to_answer(RequestError("field", "expected something"))
    assert answer.status == 400
    assert answer.text is not None
    assert json.loads(answer.text)["message"] == "field: expected something"


@pytest.mark.parametrize(
    "error",
    [KeyError("ada@example.com"), ValueError("Ada Lovelace"), TypeError("12 St James's Square")],
    ids=lambda error: type(error).__name__,
)
async def test_an_object_of_a_form_nobody_foresaw_is_the_providers_and_says_nothing(
    client: Client, live: MemoryAccount, log: Log, error: Exception
) -> None:
    assert (await answer_to(client, live, error))[:2] == (502, Unreadable.default_message)
    assert log.events("left out")[0]["reason"].endswith(f"{type(error).__name__} in answer_to.<locals>.fail")
    for secret in ("ada@example.com", "Lovelace", "Square"):
        assert secret not in log.text


def test_every_error_of_the_adapters_has_a_row_of_its_own() -> None:
    every = {value for value in vars(taxonomy).values() if isinstance(value, type) and issubclass(value, AdapterError)}
    assert every <= STATUSES.keys()
    assert every <= {type(error) for error, _ in CASES}


def test_no_error_of_a_provider_looks_like_a_wrong_token() -> None:
    assert not {401, 403} & set(STATUSES.values())


async def test_a_class_of_a_third_party_has_its_parents_status(client: Client, live: MemoryAccount) -> None:
    class Dunning(Conflict):
        default_message = "The subscription is being dunned."

    assert (await answer_to(client, live, Dunning()))[:2] == (409, "The subscription is being dunned.")


@pytest.mark.parametrize(
    ("wish", "header"),
    [
        (None, "1"),
        (0.0, "1"),
        (0.2, "1"),
        (1.0, "1"),
        (1.01, "2"),
        (29.5, "30"),
        (-3.0, "1"),
        (1e9, "3600"),
        (math.inf, "1"),
        (math.nan, "1"),
    ],
    ids=str,
)
@pytest.mark.parametrize("error", [RateLimited, partial(Shed, "Too much is asked.")], ids=["theirs", "ours"])
async def test_a_rate_limit_says_when_to_try_again(
    client: Client, live: MemoryAccount, error: Callable[..., Failure], wish: float | None, header: str
) -> None:
    _, _, headers = await answer_to(client, live, error(retry_after=wish))
    assert headers["Retry-After"] == header


@pytest.mark.parametrize(("wish", "header"), [(None, None), (12.0, "12")])
async def test_an_outage_says_when_to_try_again_if_the_provider_did(
    client: Client, live: MemoryAccount, wish: float | None, header: str | None
) -> None:
    _, _, headers = await answer_to(client, live, Unavailable(retry_after=wish))
    assert headers.get("Retry-After") == header


@pytest.mark.parametrize(
    "error",
    [
        AssertionError("ada@example.com"),
        RuntimeError("sk_live_51Habcdefghijklmn"),
        NotImplementedError("Ada Lovelace"),
        TimeoutError("12 St James's Square"),
        ExceptionGroup("Ada Lovelace", [ValueError("Ada Lovelace")]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_nobody_foresaw_says_nothing(
    client: Client, live: MemoryAccount, log: Log, error: Exception
) -> None:
    assert (await answer_to(client, live, error))[:2] == (500, "Internal error.")
    (event,) = log.events("unexpected error")
    assert event["level"] == "error"
    assert event["exception"][0]["type"] == type(error).__name__
    assert any("memory_adapter.py" in frame for frame in event["exception"][0]["frames"])
    for secret in ("ada@example.com", "sk_live_", "Lovelace", "Square"):
        assert secret not in log.text


async def test_the_providers_side_of_an_error_is_in_the_log_and_not_in_the_answer(
    client: Client, live: MemoryAccount, log: Log
) -> None:
    answer = ProviderAnswer(status=402, code="card_declined", parameter="source", request_id="req_123")
    _, message, headers = await answer_to(client, live, Invalid(provider=answer))
    assert "card_declined" not in message
    assert "req_123" not in str(headers)
    (event,) = log.events("request")
    assert event["error"] == "Invalid"
    assert event["provider_status"] == 402
    assert event["provider_code"] == "card_declined"
    assert event["provider_request_id"] == "req_123"
    assert log.events("unexpected error") == []


async def test_after_an_error_the_connection_goes_on(client: Client, live: MemoryAccount) -> None:
    await answer_to(client, live, RuntimeError("x"))
    assert (await send(client, "/churnkey/features")).status == 200
