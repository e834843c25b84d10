"""What docs/direct.md says is run: its section of the YAML, its commands, and the names it hands on."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from string import Template
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

from adapters.conformance.world import World, open_world
from gateway.contract import ContractModel, DirectBilling, DirectSession
from tests.contract.providers.stripe import StripeCase
from tests.project.test_documents import fenced
from tests.support.commands import ROOT, run_curl

DOCUMENT: Final = (ROOT / "docs" / "direct.md").read_text(encoding="utf-8")
VARIABLES: Final[Mapping[str, str]] = {
    "CK_APP_TOKEN": "app-token-of-the-document",
    "CK_APP_ID": "app_1",
    "CK_CANCEL_FLOW_KEY": "cancel-flow-api-key",
}
COMMANDS: Final = [command for block in fenced("sh", DOCUMENT) for command in block.strip().split("\n\n")]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A gateway with the section as it is printed."""
    (section,) = fenced("yaml", DOCUMENT)
    settings = YAML(typ="safe", pure=True).load(Template(section).substitute(VARIABLES))
    async with open_world(StripeCase(), settings) as world:
        yield world


async def run(world: World, command: str) -> tuple[int, dict[str, Any]]:
    """The command as it is printed, but for the address, the ids and the variables."""
    active = world.samples.active
    for printed, ours in (
        ("http://127.0.0.1:8080", str(world.client.make_url("")).rstrip("/")),
        ("$CK_APP_TOKEN", VARIABLES["CK_APP_TOKEN"]),
        ("sub_ada", active.subscription),
        ("cus_ada", active.customer),
    ):
        command = command.replace(printed, ours)
    status, body = await asyncio.to_thread(run_curl, command)
    return status, json.loads(body)


async def test_the_first_command_answers_billing_data(world: World) -> None:
    status, document = await run(world, COMMANDS[0])

    assert status == 200
    assert DirectBilling.model_validate(document).customer.id == world.samples.active.customer


async def test_the_second_command_answers_a_session_with_the_names_that_are_printed(world: World) -> None:
    status, document = await run(world, COMMANDS[1])

    printed = re.search(r"the second `({.*?})`", DOCUMENT, re.DOTALL)
    assert status == 200
    assert printed is not None
    assert list(document) == re.findall(r'"(\w+)":', printed[1])
    assert DirectSession.model_validate(document).subscription_id == world.samples.active.subscription


def test_there_are_no_other_commands() -> None:
    assert len(COMMANDS) == 2


def test_what_the_component_is_handed_is_what_the_answers_have() -> None:
    (component,) = fenced("tsx", DOCUMENT)

    models: dict[str, type[ContractModel]] = {"session": DirectSession, "billing": DirectBilling}
    for answer, name in re.findall(r"{(\w+)\.(\w+)}", component):
        aliases = {field.serialization_alias or known for known, field in models[answer].model_fields.items()}
        assert name in aliases
