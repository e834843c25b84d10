"""The demo: it comes up by itself, and everything it suggests works."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.commands.showcase import Suggestion, actions, readings
from gateway.contract import Mode, Target
from gateway.server import ROUTES, Route
from gateway.server.openapi import openapi_document
from simulators.stripe.demo import StripeDemo
from tests.support.commands import ROOT, ended, output_until, run_curl, running, stopped_by

LAST = "Ctrl-C ends the demo."
DEMO = StripeDemo()
READINGS = list(readings(DEMO.tours[Mode.TEST]))
ACTIONS = list(actions(DEMO.tours[Mode.TEST]))
DOCUMENT = openapi_document()


def route_of(suggestion: Suggestion) -> Route:
    """The route that a suggestion is for; the table has the more special ones first."""
    path = suggestion.path.removeprefix("/churnkey").partition("?")[0]
    return next(route for route in ROUTES if re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), path))


def conforms(body: object, schema: dict[str, Any]) -> bool:
    """Whether a body is what the OpenAPI document says."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]}).is_valid(body)


def normalized(text: str) -> str:
    """Without what differs between two runs: the token, the port, the dates."""
    for pattern, same in ((r"demo-\w{12}", "TOKEN"), (r"127\.0\.0\.1:\d+", "ADDRESS"), (r"\d{4}-[\d:.T-]+Z", "DATE")):
        text = re.sub(pattern, same, text)
    return text


@pytest.fixture(scope="module")
def printed() -> Iterator[str]:
    """What a running demo has printed."""
    with running("demo", "--port", "0") as process:
        yield output_until(process, LAST)


def command_for(suggestion: Suggestion, printed: str) -> str:
    """The command below its title, as it stands in the output."""
    return printed.split(f"  # {suggestion.title}\n", 1)[1].split("\n\n", 1)[0]


def test_every_reading_that_is_offered_is_suggested() -> None:
    offered = {route.operation for route in ROUTES if route.method == "GET" and route.controller != "families"}

    assert {route_of(suggestion).operation for suggestion in READINGS} == offered


def test_every_action_is_suggested() -> None:
    assert {route_of(suggestion).target for suggestion in ACTIONS} == set(Target)


def test_no_two_suggestions_have_one_title() -> None:
    titles = [suggestion.title for suggestion in (*READINGS, *ACTIONS)]

    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("suggestion", READINGS, ids=lambda suggestion: suggestion.title)
def test_a_reading_that_is_suggested_answers_what_is_documented(suggestion: Suggestion, printed: str) -> None:
    status, body = run_curl(command_for(suggestion, printed))

    responses = DOCUMENT["paths"]["/churnkey" + route_of(suggestion).path]["get"]["responses"]
    assert status == 200
    assert conforms(json.loads(body), responses["200"]["content"]["application/json"]["schema"])


@pytest.mark.parametrize("suggestion", ACTIONS, ids=lambda suggestion: suggestion.title)
def test_an_action_that_is_suggested_succeeds(suggestion: Suggestion, printed: str) -> None:
    status, body = run_curl(command_for(suggestion, printed))

    assert (status, body) == (200, b"")


@pytest.mark.parametrize("suggestion", ACTIONS, ids=lambda suggestion: suggestion.title)
def test_the_body_of_an_action_is_as_documented(suggestion: Suggestion) -> None:
    operation = DOCUMENT["paths"][suggestion.path]["post"]

    assert conforms(suggestion.body, operation["requestBody"]["content"]["application/json"]["schema"])


@pytest.mark.parametrize("customer", DEMO.customers, ids=lambda customer: customer.id)
def test_a_sample_customer_is_there_unless_it_is_said_to_be_deleted(customer: Any, printed: str) -> None:
    tour = DEMO.tours[Mode.TEST]
    example = command_for(next(one for one in READINGS if one.title == "A customer"), printed)

    status, _ = run_curl(example.replace(tour.customer, customer.id))

    assert f"  {customer.id} " in printed
    assert status == (404 if "404" in customer.note else 200)


def test_a_subscription_is_shown_before_and_after_an_action(printed: str) -> None:
    before, after = printed.partition("Before and after")[2].split("answered 200\n", 1)

    assert '"name":"active"' in before
    assert '"name":"paused"' in after.partition("\n\n")[0]


def test_it_fits_into_100_columns(printed: str) -> None:
    assert max(map(len, printed.splitlines())) <= 100


def test_the_readme_shows_what_it_prints(printed: str) -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("```text\n", 1)[1].split("```", 1)[0]
    lines = [line for line in normalized(shown).splitlines() if line.strip() != "..."]

    rest = iter(normalized(printed).splitlines())
    assert [line for line in lines if line not in rest] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_stays_up_until_it_is_told_to_stop_and_exits_with_0(number: signal.Signals) -> None:
    with running("demo", "--port", "0") as process:
        output_until(process, LAST)

        code, errors = stopped_by(process, number)

    assert code == 0
    assert "Traceback" not in errors


def test_it_exits_with_1_and_says_what_to_do_when_the_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running("demo", "--port", port) as process:
            code, errors = ended(process)

    assert code == 1
    assert re.fullmatch(rf"Error: cannot listen on 127\.0\.0\.1:{port}: .+; choose another with --port\n", errors)
