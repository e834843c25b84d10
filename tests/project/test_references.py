"""The pages of reference name everything there is, and say what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

import click
import pytest
from pydantic import BaseModel

from adapters import registry
from adapters.chargebee import states as chargebee_states
from adapters.chargebee import subscriptions as chargebee_subscriptions
from adapters.paddle import states as paddle_states
from adapters.paddle import subscriptions as paddle_subscriptions
from adapters.state import Standing
from adapters.stripe import states as stripe_states
from adapters.stripe import statuses as stripe_statuses
from gateway.cli import COMMANDS, main
from gateway.contract import StatusName
from gateway.observability import Metrics
from gateway.server.errors import STATUSES
from gateway.settings.models import CommonSettings
from tests.support.commands import ROOT

REFERENCE: Final = ROOT / "docs" / "reference"
CAPABILITIES: Final = (REFERENCE / "capabilities.md").read_text(encoding="utf-8")
COMMAND_LINE: Final = (REFERENCE / "commands.md").read_text(encoding="utf-8")
CONFIGURATION: Final = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
METRICS: Final = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
ADAPTERS: Final = registry.built_in_names()


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table."""
    lines = re.findall(r"^\| (.*) \|$", text, re.MULTILINE)
    return [[cell.replace("\\|", "|") for cell in re.split(r"(?<!\\) \| ", line)] for line in lines]


def part(text: str, title: str) -> str:
    return re.split(r"^## ", text.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Every key that holds no section, with its path."""
    for name, field in model.model_fields.items():
        section = next((one for one in (field.annotation, *get_args(field.annotation)) if is_model(one)), None)
        if section is None:
            yield above + name
        else:
            yield from keys(section, f"{above}{name}.")


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def test_they_are_up_to_date() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_key_of_a_backend_is_there_once(adapter: str) -> None:
    expected = [*keys(CommonSettings), *keys(registry.find(adapter).settings_model)]
    told = rows(part(CONFIGURATION, "All backends") + part(CONFIGURATION, adapter.title()))
    shown = [row[0].strip("`") for row in told if row[0].startswith("`")]

    assert sorted(key for key in shown if key in expected) == sorted(expected)
    # What else is there are sections.
    assert [key for key in shown if not any(one == key or one.startswith(f"{key}.") for one in expected)] == []


@pytest.mark.parametrize(
    ("section", "key", "value", "default"),
    [
        ("All backends", "backend", "`chargebee` or `paddle` or `stripe`", "required"),
        ("All backends", "integration_tokens", "list of secret, at least 1, at most 2", "required"),
        ("All backends", "limits.deadline_s", "number, at least 1, at most 120", "`20`"),
        ("All backends", "limits.breaker.open_s", "number, above 0, at most 600", "`10`"),
        ("All backends", "policy.dry_run", "`true` or `false`", "`false`"),
        (
            "All backends",
            "policy.max_immediate_charge",
            "mapping to whole number, at least 0, at most 1000000000000",
            "-",
        ),
        ("All backends", "actions.cancel.schedules", "list of `immediate` or `end-of-period`, at least 1", "-"),
        ("All backends", "actions.change_price", "on or off", "-"),
        ("Stripe", "modes.live.api_key", "secret", "required"),
        ("Stripe", "controllers.families.metadata_key", "text", "`family`"),
        ("Paddle", "controllers.families", None, None),
    ],
    ids=lambda cell: str(cell)[:30],
)
def test_a_key_has_its_values_and_its_default(section: str, key: str, value: str | None, default: str | None) -> None:
    found = [tuple(row[1:3]) for row in rows(part(CONFIGURATION, section)) if row[0] == f"`{key}`"]

    assert found == ([(value, default)] if value is not None else [])


@pytest.mark.parametrize(
    ("adapter", "status", "shown", "taken_for"),
    [
        ("Chargebee", "future", "`active`; `trial` where it begins with a trial", "`future`"),
        ("Chargebee", "transferred", "-", "`ended`"),
        ("Paddle", "paused", "`paused`", "`active`"),
        ("Stripe", "active", "`active`; `paused` where collection is paused", "`active`"),
        ("Stripe", "incomplete", "`unpaid`", "`incomplete`"),
    ],
)
def test_a_status_is_told_as_churnkey_is_shown_it(adapter: str, status: str, shown: str, taken_for: str) -> None:
    table = part(CAPABILITIES, "Statuses").split(f"### {adapter}\n", 1)[1].split("###", 1)[0]
    assert [row[1:] for row in rows(table) if row[0] == f"`{status}`"] == [[shown, taken_for]]


def test_only_what_was_moved_away_is_not_shown() -> None:
    assert [row[0] for row in rows(part(CAPABILITIES, "Statuses")) if row[1] == "-"] == ["`transferred`"]


@pytest.mark.parametrize(
    ("standings", "shown"),
    [
        pytest.param(chargebee_states.STANDINGS, chargebee_subscriptions.SHOWN, id="Chargebee"),
        pytest.param(paddle_states.STANDINGS, paddle_subscriptions.SHOWN, id="Paddle"),
        pytest.param(stripe_states.STANDINGS, stripe_statuses.SHOWN, id="Stripe"),
    ],
)
def test_what_is_shown_and_what_actions_see_has_ended_alike(
    standings: Mapping[str, Standing], shown: Mapping[str, StatusName]
) -> None:
    assert shown.keys() <= standings.keys()
    for word, name in shown.items():
        assert (name == "canceled") == (standings[word] is Standing.ENDED), word


def test_every_series_is_there_with_its_meaning() -> None:
    families = [family for family in Metrics().registry.collect() if family.name.startswith("churnkey_gateway")]
    shown = {row[0].strip("`"): row for row in rows(METRICS)}

    assert len(families) > 10
    for family in families:
        suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
        _, kind, _, meaning = shown[family.name + suffix]
        assert (kind, meaning) == (family.type, family.documentation)


@pytest.mark.parametrize(
    ("series", "labels"),
    [
        ("churnkey_gateway_requests_total", "`backend`; `mode`; `route`; `status`"),
        ("churnkey_gateway_provider_circuit", "`backend`; `mode`; `state`: `closed`, `open`, `half_open`"),
        ("churnkey_gateway_state_lost", "`backend`"),
        ("churnkey_gateway_info", "`version`"),
    ],
)
def test_a_series_has_its_labels_and_what_they_can_be(series: str, labels: str) -> None:
    assert [row[2] for row in rows(METRICS) if row[0] == f"`{series}`"] == [labels]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_there(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    told = part(COMMAND_LINE, name)
    shown = {row[0].strip("`").split(" ")[0]: row for row in rows(told)[1:] if row[0].startswith("`")}

    options = [option for option in command.params if isinstance(option, click.Option)]
    assert list(shown) == [option.opts[0] for option in options]
    for option in options:
        _, variable, default, meaning = shown[option.opts[0]]
        assert variable == (f"`{option.envvar}`" if option.envvar else "-")
        assert (default == "required") == option.required
        assert meaning.startswith((option.help or "").split("*")[0])


def test_the_commands_are_in_the_order_of_the_help() -> None:
    assert re.findall(r"^## (.+)$", COMMAND_LINE, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("families", ["yes", "-", "yes"]),
        ("a customer by phone", ["yes", "-", "yes"]),
        ("cancel at the period's end", ["yes", "yes", "yes"]),
        ("a scheduled cancellation stays beside a pause", ["yes", "-", "yes"]),
        ("latest end of a trial, in days from now", ["5400", "no limit known", "730"]),
        ("apply a coupon beside others", ["yes", "-", "yes"]),
        ("change the price at the period's end", ["yes", "-", "yes"]),
    ],
)
def test_it_says_what_each_provider_can_do(fact: str, expected: list[str]) -> None:
    assert [row[1:] for row in rows(CAPABILITIES) if row[0] == fact] == [expected]


@pytest.mark.parametrize(
    "row",
    [
        ["`past_due`", "`unpaid`", "`unpaid`"],
        ["`in_trial`", "`trial`", "`trial`"],
        ["`coupon_expired`", "`Invalid`", "400", "The coupon can no longer be used."],
        ["`pause_feature_not_enabled`", "`Unsupported`", "400", "Pausing is not switched on at the billing provider."],
    ],
    ids=lambda row: row[0],
)
def test_it_says_what_a_providers_words_mean(row: list[str]) -> None:
    assert row in rows(CAPABILITIES)


def test_every_error_is_there_with_its_status() -> None:
    shown = {row[0].strip("`"): int(row[1]) for row in rows(part(CAPABILITIES, "Errors"))[2:]}

    assert shown == {error.__name__: status for error, status in STATUSES.items()}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_each_provider_has_a_page_and_is_in_the_navigation(adapter: str) -> None:
    assert (ROOT / "docs" / "providers" / f"{adapter}.md").is_file()
    assert f"{adapter.title()}: providers/{adapter}.md" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
