"""The compose file: valid, closed, and a sidecar that works; its steps are taken here without Docker."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import subprocess
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner
from ruamel.yaml import YAML
from yarl import URL

from gateway.cli import COMMANDS, main
from tests.deploy.manifests import LONGEST_DRAIN_S
from tests.deploy.served import AUTHORIZED, served
from tests.support.commands import ROOT, output_until, running

FOLDER: Final = ROOT / "deploy"
COMPOSE: Final = FOLDER / "compose.yaml"
DOCUMENT: Final[dict[str, Any]] = YAML(typ="safe").load(COMPOSE)
SERVICES: Final[dict[str, dict[str, Any]]] = DOCUMENT["services"]
BESIDE: Final = ("gateway", "demo", "trial", "provider")

each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
each_beside = pytest.mark.parametrize("service", [SERVICES[name] for name in BESIDE], ids=BESIDE)


def application(gateway: str) -> web.Application:
    """The application that the compose file runs, before a gateway at this address."""
    specification = importlib.util.spec_from_file_location("application", FOLDER / "compose" / "application.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    made: web.Application = module.create_application(gateway)
    return made


@asynccontextmanager
async def asked_through_the_application(gateway: str) -> AsyncIterator[tuple[ClientSession, TestServer]]:
    """A client, and the application that it asks."""
    server = TestServer(application(gateway))
    async with server, ClientSession() as session:
        yield session, server


def test_it_fits_the_schema_of_compose() -> None:
    tool = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    command = [str(tool), "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@each_service
def test_nothing_is_written_and_no_privilege_is_had_or_gained(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert f"USER {service['user']}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert all(mount["read_only"] for mount in service.get("volumes", ()))


@each_service
def test_the_image_is_built_from_here(service: dict[str, Any]) -> None:
    assert service["image"] == "churnkey-gateway:latest"
    assert (FOLDER / service["build"]["context"] / "Dockerfile").is_file()


@each_beside
def test_the_gateway_is_reached_by_the_application_alone(service: dict[str, Any]) -> None:
    assert service["network_mode"] == "service:application"
    assert "ports" not in service
    # The demo and the simulator always listen there.
    assert service in (SERVICES["demo"], SERVICES["provider"]) or service["environment"]["CKGW_HOST"] == "127.0.0.1"


def test_only_the_application_is_published_and_only_on_this_machine() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "application": ["127.0.0.1:8080:8000"]
    }


def test_only_the_gateway_sees_the_secrets() -> None:
    assert [name for name, service in SERVICES.items() if "secrets" in service] == ["gateway"]
    assert SERVICES["gateway"]["secrets"] == list(DOCUMENT["secrets"])
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {str(Path(secret["file"]).parent) for secret in DOCUMENT["secrets"].values()} == {"compose/secrets"}
    assert "deploy/compose/secrets/" in ignored


def test_the_settings_name_the_files_that_the_secrets_become(tmp_path: Path) -> None:
    real = {"integration_token": "token-of-the-tests", "stripe_live_key": "sk_live_1", "stripe_test_key": "sk_test_1"}
    assert real.keys() == DOCUMENT["secrets"].keys()
    for name, secret in real.items():
        (tmp_path / name).write_text(f"{secret}\n", encoding="utf-8")
    (mount,) = SERVICES["gateway"]["volumes"]
    (backend,) = (FOLDER / mount["source"]).iterdir()
    text = backend.read_text(encoding="utf-8")
    assert set(re.findall(r"/run/secrets/(\w+)", text)) == real.keys()
    settings = tmp_path / backend.name
    settings.write_text(text.replace("/run/secrets", str(tmp_path)), encoding="utf-8")

    result = CliRunner().invoke(main, ["manifest", "--config", str(settings)])

    assert result.exit_code == 0, result.output
    assert f"CKGW_CONFIG={mount['target']}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["gateway", "trial"])
def test_what_is_under_way_at_the_end_may_be_finished(name: str) -> None:
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) >= LONGEST_DRAIN_S


def test_its_health_is_asked_for_as_the_image_does() -> None:
    (asked,) = re.findall(r"^HEALTHCHECK .*CMD (\[.+\])$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for name in ("gateway", "trial"):
        assert SERVICES[name]["healthcheck"]["test"] == ["CMD", *json.loads(asked)]


def test_the_demo_runs_when_it_is_named_and_in_the_place_of_the_gateway() -> None:
    assert {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service} == {
        "demo": ["demo"],
        "trial": ["trial"],
        "provider": ["trial"],
    }
    assert SERVICES["demo"]["command"] == ["demo"]
    assert "demo" in COMMANDS
    assert "depends_on" in SERVICES["demo"]
    assert "gateway" not in SERVICES["demo"]["depends_on"]


# -- the steps, without Docker -----------------------------------------------------------------------------------


async def test_the_demo_answers_behind_the_application() -> None:
    with running("demo", "--port", "0", environment={"PYTHONUNBUFFERED": "1"}) as process:
        printed = await asyncio.to_thread(output_until, process, "Modes")
        url, token = (re.findall(rf"{label} +(\S+)", printed)[0] for label in ("API URL", "Token"))
        async with asked_through_the_application(url) as (session, server):
            headers = {"Authorization": f"Bearer {token}", "X-Churnkey-Mode": "test"}
            async with session.get(server.make_url("/churnkey/customers/cus_ada"), headers=headers) as answer:
                assert (answer.status, (await answer.json())["id"]) == (200, "cus_ada")
            async with session.get(server.make_url("/")) as answer:
                assert answer.status == 200


async def test_what_the_gateway_answers_arrives_unchanged(tmp_path: Path) -> None:
    async with served(tmp_path) as gateway, asked_through_the_application(gateway.public) as (session, server):
        for path in (
            "/customers/cus_ada",
            "/customers?email=ada%40example.com",
            "/prices?limit=1",
            "/customers/cus%2Fada",
            "/customers/%2e%2e",
            "/nothing",
        ):
            directly = await session.get(URL(f"{gateway.public}/churnkey{path}", encoded=True), headers=AUTHORIZED)
            handed_on = await session.get(
                URL(f"{server.make_url('/churnkey')}{path}", encoded=True), headers=AUTHORIZED
            )
            assert (handed_on.status, await handed_on.read()) == (directly.status, await directly.read()), path
            assert handed_on.headers["Content-Type"] == directly.headers["Content-Type"]
        refused = await session.get(server.make_url("/churnkey/features"))
        assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_an_action_is_handed_on(tmp_path: Path) -> None:
    async with served(tmp_path) as gateway, asked_through_the_application(gateway.public) as (session, server):
        tour = gateway.demo.tours["test"]
        body = {"customerId": tour.customer, "subscriptionId": tour.cancel, "scheduledAt": "end-of-period"}
        url = server.make_url("/churnkey/actions/subscription/cancel")
        assert (await session.post(url, json=body, headers=AUTHORIZED)).status == 200
        assert await gateway.sum_of("churnkey_gateway_actions_total", action="cancel", outcome="done") == 1


async def test_without_a_gateway_the_application_says_so(refused_port: int) -> None:
    async with asked_through_the_application(f"http://127.0.0.1:{refused_port}") as (session, server):
        answer = await session.get(server.make_url("/churnkey/features"))
        assert answer.status == 502
        assert await answer.json() == {"code": 502, "message": "The gateway does not answer."}
