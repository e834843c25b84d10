"""The demo: it comes up by itself, and everything it suggests works."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from gateway.commands.demo import GROUP
from gateway.commands.showcase import Suggestion, actions, readings
from gateway.contract import Mode, Target
from gateway.server import ROUTES, Route
from gateway.server.openapi import openapi_document
from simulators.tour import FIRST, Demo, Tour
from tests.support.commands import ROOT, ended, output_until, run_curl, running, stopped_by

LAST = "Ctrl-C ends the demo."
DEMOS: Final[dict[str, Demo]] = {entry.name: entry.load()() for entry in entry_points(group=GROUP)}
DOCUMENT = openapi_document()


@dataclass(frozen=True)
class Run:
    """One demo and what it has printed."""

    demo: Demo
    printed: str

    def command_for(self, suggestion: Suggestion) -> str:
        """The command below its title, as it stands in the output."""
        return self.printed.split(f"  # {suggestion.title}\n", 1)[1].split("\n\n", 1)[0]


def suggested(of: Callable[[Tour], Iterable[Suggestion]]) -> pytest.MarkDecorator:
    """Every suggestion of every demo."""
    return pytest.mark.parametrize(
        ("run", "suggestion"),
        [
            pytest.param(name, suggestion, id=f"{name}: {suggestion.title}")
            for name, demo in DEMOS.items()
            for suggestion in of(demo.tours[Mode.TEST])
        ],
        indirect=["run"],
    )


EACH_DEMO: Final = pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
EACH_RUN: Final = pytest.mark.parametrize("run", DEMOS, indirect=True)


def route_of(suggestion: Suggestion) -> Route:
    """The route that a suggestion is for; the table has the more special ones first."""
    path = suggestion.path.removeprefix("/churnkey").partition("?")[0]
    return next(route for route in ROUTES if re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), path))


def conforms(body: object, schema: dict[str, Any]) -> bool:
    """Whether a body is what the OpenAPI document says."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]}).is_valid(body)


def normalized(text: str) -> str:
    """Without what differs between two runs: the token, the port, the dates, where Python is."""
    for pattern, same in (
        (r"demo-\w{12}", "TOKEN"),
        (r"127\.0\.0\.1:\d+", "ADDRESS"),
        (r"\d{4}-[\d:.T-]+Z", "DATE"),
        (r"\S+ -m gateway", "PROGRAM"),
    ):
        text = re.sub(pattern, same, text)
    return text


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[[str], Run]]:
    """Starts each demo once, for all tests: a parameter of this fixture would start it for each suggestion."""
    runs: dict[str, Run] = {}
    with ExitStack() as stack:

        def start(name: str) -> Run:
            if name not in runs:
                process = stack.enter_context(running("demo", "--backend", name, "--port", "0"))
                runs[name] = Run(DEMOS[name], output_until(process, LAST))
            return runs[name]

        yield start


@pytest.fixture
def run(request: pytest.FixtureRequest, started: Callable[[str], Run]) -> Run:
    """A running demo."""
    return started(request.param)


@EACH_DEMO
def test_every_reading_that_is_offered_is_suggested(demo: Demo) -> None:
    tour = demo.tours[Mode.TEST]
    absent = {"families"} if tour.family is None else set()
    offered = {route.operation for route in ROUTES if route.method == "GET" and route.controller not in absent}
    if tour.phone is None:
        offered = {operation for operation in offered if "phone" not in operation.lower()}

    assert {route_of(suggestion).operation for suggestion in readings(tour)} == offered


@EACH_DEMO
def test_every_action_is_suggested(demo: Demo) -> None:
    assert {route_of(suggestion).target for suggestion in actions(demo.tours[Mode.TEST])} == set(Target)


@EACH_DEMO
def test_no_two_suggestions_have_one_title(demo: Demo) -> None:
    tour = demo.tours[Mode.TEST]
    titles = [suggestion.title for suggestion in (*readings(tour), *actions(tour))]

    assert len(titles) == len(set(titles))


@suggested(readings)
def test_a_reading_that_is_suggested_answers_what_is_documented(run: Run, suggestion: Suggestion) -> None:
    status, body = run_curl(run.command_for(suggestion))

    responses = DOCUMENT["paths"]["/churnkey" + route_of(suggestion).path]["get"]["responses"]
    assert status == 200
    assert conforms(json.loads(body), responses["200"]["content"]["application/json"]["schema"])


@suggested(actions)
def test_an_action_that_is_suggested_succeeds(run: Run, suggestion: Suggestion) -> None:
    status, body = run_curl(run.command_for(suggestion))

    assert (status, body) == (200, b"")


@EACH_DEMO
def test_the_bodies_of_the_actions_are_as_documented(demo: Demo) -> None:
    for suggestion in actions(demo.tours[Mode.TEST]):
        operation = DOCUMENT["paths"][suggestion.path]["post"]

        assert conforms(suggestion.body, operation["requestBody"]["content"]["application/json"]["schema"])


@EACH_RUN
def test_a_sample_customer_is_there_unless_it_is_said_to_be_deleted(run: Run) -> None:
    tour = run.demo.tours[Mode.TEST]
    example = run.command_for(next(one for one in readings(tour) if one.title == "A customer"))

    for customer in run.demo.customers:
        status, _ = run_curl(example.replace(tour.customer, customer.id))

        assert f"  {customer.id} " in run.printed
        assert status == (404 if "404" in customer.note else 200)


@EACH_RUN
def test_a_subscription_is_shown_before_and_after_an_action(run: Run) -> None:
    before, after = run.printed.partition("Before and after")[2].split("answered 200\n", 1)

    assert '"name":"active"' in before
    assert '"name":"paused"' in after.partition("\n\n")[0]


@EACH_RUN
def test_the_verification_that_is_suggested_passes(run: Run) -> None:
    command = run.printed.partition("Verify, ")[2].split("\n\n")[1]
    verified = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert verified.returncode == 0, verified.stdout + verified.stderr


@EACH_RUN
def test_it_fits_into_100_columns_but_for_addresses(run: Run) -> None:
    """An address cannot be broken, and some providers' ids are long."""
    assert [line for line in run.printed.splitlines() if len(line) > 100 and "/churnkey/" not in line] == []


@pytest.mark.parametrize("run", [FIRST], indirect=True)
def test_the_readme_shows_what_it_prints(run: Run) -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("```text\n", 1)[1].split("```", 1)[0]
    lines = [line for line in normalized(shown).splitlines() if line.strip() != "..."]

    rest = iter(normalized(run.printed).splitlines())
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
