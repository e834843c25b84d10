"""Direct mode: behind a door of its own, where it is configured at all."""

from __future__ import annotations

import json
from typing import Final

import pytest
from aiohttp import ClientResponse
from pydantic import SecretStr
from pytest_aiohttp.plugin import AiohttpClient

from gateway.contract import Customer, HashedId, Mode, Subscription
from gateway.direct import auth_hash, session_token
from gateway.server import open_backends
from gateway.settings import BackendSettings, DirectSettings
from tests.gateway.server.reloading import gateway_of
from tests.support.log import Log
from tests.support.memory_account import NOW, MemoryAccount
from tests.support.memory_adapter import MemoryAdapter
from tests.support.service import TOKEN, Client, GatewayServer, Start, backend_settings, is_error, send

APP_TOKEN: Final = "app-token-of-the-tests"
API_KEY: Final = "cancel-flow-api-key"
APPLICATION: Final = {"Authorization": f"Bearer {APP_TOKEN}"}
CHURNKEY: Final = {"Authorization": f"Bearer {TOKEN}"}
ROOTS: Final = ("/direct", "/memory/direct")


def with_direct_mode(name: str = "memory", *tokens: str) -> BackendSettings:
    chosen = tuple(SecretStr(token) for token in tokens or (APP_TOKEN,))
    direct = DirectSettings(app_tokens=chosen, app_id="app_1", api_key=SecretStr(API_KEY))
    return backend_settings(name, direct=direct)


@pytest.fixture
async def client(start: Start) -> Client:
    """The gateway with one backend, called memory, that has Direct mode."""
    return await start(with_direct_mode())


async def ask(client: Client, body: object, path: str = "/direct/token", **headers: str) -> ClientResponse:
    """Ask for a session."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await send(client, path, method="POST", headers={**APPLICATION, **headers}, body=sent)


# -- where it is not configured -----------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, APPLICATION, CHURNKEY], ids=["no token", "an application's", "churnkey's"])
@pytest.mark.parametrize("path", ["/direct/customers/cus_ada", "/direct/token", "/direct", "/direct/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_without_its_section_it_is_like_any_path_that_does_not_exist(
    start: Start, method: str, path: str, headers: dict[str, str]
) -> None:
    client = await start(backend_settings())
    for root in ("", "/memory"):
        found = await client.request(method, root + path, headers=headers)
        nothing = await client.request(method, root + path.replace("direct", "nowhere"), headers=headers)
        assert (found.status, await found.read()) == (nothing.status, await nothing.read())
        assert found.headers.keys() == nothing.headers.keys()
        assert found.status == 404


async def test_of_several_backends_only_those_have_it_that_are_configured_so(start: Start) -> None:
    client = await start(with_direct_mode("one"), backend_settings("two", tokens=("token-two",)))
    statuses = {
        path: (await client.get(f"{path}/customers/cus_ada", headers=APPLICATION)).status
        for path in ("/one/direct", "/two/direct", "/direct")
    }
    assert statuses == {"/one/direct": 200, "/two/direct": 404, "/direct": 404}


@pytest.mark.usefixtures("live", "test_account")
async def test_it_comes_and_goes_with_the_settings() -> None:
    statuses = []
    async with gateway_of(backend_settings()) as gateway:
        for settings in (with_direct_mode(), with_direct_mode("memory", "another-token"), backend_settings()):
            await gateway.reload(settings)
            statuses.append((await gateway.get("/direct/customers/cus_ada", APP_TOKEN)).status)
    assert statuses == [200, 401, 404]


# -- who may ask ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ROOTS)
async def test_an_applications_token_opens_direct_mode_and_nothing_else(client: Client, root: str) -> None:
    assert (await client.get(f"{root}/customers/cus_ada", headers=APPLICATION)).status == 200
    for path in ("/churnkey/features", "/memory/churnkey/customers/cus_ada"):
        assert await is_error(await client.get(path, headers=APPLICATION), 401)


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        (APPLICATION, "/direct/churnkey/features"),
        (APPLICATION, "/direct/churnkey/customers/cus_ada"),
        (APPLICATION, "/direct%2Fchurnkey/customers/cus_ada"),
        (APPLICATION, "/%64irect/churnkey/customers/cus_ada"),
        (APPLICATION, "/memory/direct/churnkey/customers/cus_ada"),
        (APPLICATION, "/memory%2Fdirect/churnkey/customers/cus_ada"),
        (APPLICATION, "/direct/../churnkey/customers/cus_ada"),
        (APPLICATION, "/direct/%2e%2e/churnkey/customers/cus_ada"),
        (CHURNKEY, "/churnkey/direct/customers/cus_ada"),
        (CHURNKEY, "/churnkey%2Fdirect/customers/cus_ada"),
        (CHURNKEY, "/memory/churnkey/direct/customers/cus_ada"),
        (CHURNKEY, "/churnkey/../direct/customers/cus_ada"),
    ],
)
async def test_no_way_of_writing_a_path_leads_from_one_door_to_the_other(
    client: Client, live: MemoryAccount, headers: dict[str, str], path: str
) -> None:
    answer = await send(client, path, headers=headers)
    assert answer.status in {401, 404}
    assert live.calls == []


async def test_an_applications_token_cannot_act(client: Client, test_account: MemoryAccount) -> None:
    body = {"customerId": "cus_ada", "subscriptionId": "sub_run", "scheduledAt": "immediate"}
    for path in ("/churnkey/actions/subscription/cancel", "/direct/actions/subscription/cancel"):
        answer = await client.post(path, headers={**APPLICATION, "X-Churnkey-Mode": "test"}, json=body)
        assert answer.status in {401, 404}
    assert test_account.calls == []


@pytest.mark.parametrize("headers", [{}, CHURNKEY, {"Authorization": "Bearer wrong"}], ids=["none", "churnkey's", "no"])
@pytest.mark.parametrize("path", ["/customers/cus_ada", "/token", "/nothing", ""])
async def test_without_an_applications_token_nothing_is_told(
    client: Client, live: MemoryAccount, path: str, headers: dict[str, str]
) -> None:
    for root in ROOTS:
        for method in ("GET", "POST", "OPTIONS"):
            assert await is_error(await client.request(method, root + path, headers=headers), 401)
    assert live.calls == []


@pytest.mark.parametrize(("token", "status"), [("former-token", 200), ("coming-token", 200), (APP_TOKEN, 401)])
async def test_while_a_token_is_rotated_both_are_accepted(start: Start, token: str, status: int) -> None:
    client = await start(with_direct_mode("memory", "former-token", "coming-token"))
    answer = await client.get("/direct/customers/cus_ada", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == status


async def test_no_browser_of_another_origin_is_let_in(client: Client) -> None:
    origin = {"Origin": "https://app.example.com"}
    asked = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    preflight = await client.options("/direct/token", headers=asked)
    answer = await client.get("/direct/customers/cus_ada", headers={**APPLICATION, **origin})
    assert (preflight.status, answer.status) == (401, 200)
    for response in (preflight, answer):
        assert not any(name.lower().startswith("access-control") for name in response.headers)


# -- sessions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("mode", ["live", "test"])
async def test_a_session_of_a_customer(client: Client, root: str, mode: str) -> None:
    answer = await ask(client, {"customerId": "cus_ada"}, f"{root}/token", **{"X-Churnkey-Mode": mode})
    document = await answer.json()
    hashed = auth_hash(API_KEY, "cus_ada")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = document.pop("token")
    assert document == {"authHash": hashed, "appId": "app_1", "customerId": "cus_ada", "mode": mode}
    assert token == session_token(app_id="app_1", customer_id="cus_ada", hashed=hashed, mode=Mode(mode), issued=NOW)


async def test_a_session_of_one_subscription_is_still_sealed_by_the_customer(client: Client) -> None:
    document = await (await ask(client, {"customerId": "cus_ada", "subscriptionId": "sub_run"})).json()
    assert document["subscriptionId"] == "sub_run"
    assert document["authHash"] == auth_hash(API_KEY, "cus_ada")


async def test_a_session_is_logged_without_its_token(client: Client, log: Log) -> None:
    document = await (await ask(client, {"customerId": "cus_ada", "subscriptionId": "sub_run"})).json()
    (made,) = log.events("session made")
    assert made.items() >= {"customer_id": "cus_ada", "subscription_id": "sub_run", "mode": "live"}.items()
    assert document["token"] not in log.text
    assert document["authHash"] not in log.text


class SealsSubscriptions(MemoryAdapter):
    """Its provider is one of those whose subscriptions Churnkey wants the hash of."""

    hashed_id = HashedId.SUBSCRIPTION


async def test_where_churnkey_wants_the_subscriptions_hash_one_must_be_named(
    live: MemoryAccount, test_account: MemoryAccount, aiohttp_client: AiohttpClient
) -> None:
    async with open_backends([with_direct_mode()], lambda name: SealsSubscriptions, clock=lambda: NOW) as backends:
        client: Client = await aiohttp_client(GatewayServer(backends))
        unnamed = await ask(client, {"customerId": "cus_ada"})
        named = await (await ask(client, {"customerId": "cus_ada", "subscriptionId": "sub_run"})).json()
    assert await is_error(unnamed, 400)
    assert (await unnamed.json())["message"].startswith("subscriptionId: required")
    assert named["authHash"] == auth_hash(API_KEY, "sub_run")


class IgnoresCase(MemoryAdapter):
    """Its provider answers whoever is called so in small letters."""

    async def _fetch_customer(self, customer_id: str) -> Customer:
        return await super()._fetch_customer(customer_id.lower())

    async def _fetch_subscription(self, subscription_id: str) -> Subscription:
        return await super()._fetch_subscription(subscription_id.lower())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"customerId": "cus_ada", "subscriptionId": "sub_run"}, 200),
        ({"customerId": "CUS_ADA"}, 404),
        ({"customerId": "cus_ada", "subscriptionId": "SUB_RUN"}, 404),
    ],
)
async def test_an_id_that_a_provider_only_takes_for_another_gets_no_session(
    live: MemoryAccount, test_account: MemoryAccount, aiohttp_client: AiohttpClient, body: object, status: int
) -> None:
    async with open_backends([with_direct_mode()], lambda name: IgnoresCase, clock=lambda: NOW) as backends:
        client: Client = await aiohttp_client(GatewayServer(backends))
        assert (await ask(client, body)).status == status


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"customerId": "unknown"}, id="an unknown customer"),
        pytest.param({"customerId": "cus_ada", "subscriptionId": "unknown"}, id="an unknown subscription"),
        pytest.param({"customerId": "cus_bob", "subscriptionId": "sub_run"}, id="somebody else's subscription"),
        pytest.param({"customerId": "unknown", "subscriptionId": "sub_run"}, id="nobody's subscription"),
        pytest.param({"customerId": "../customers"}, id="a way up"),
        pytest.param({"customerId": " cus_ada "}, id="white space around"),
    ],
)
async def test_who_does_not_exist_gets_no_session(client: Client, body: object) -> None:
    answer = await ask(client, body)
    assert await is_error(answer, 404)
    assert "authHash" not in await answer.text()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({}, "customerId: required", id="nobody"),
        pytest.param({"customerId": None}, "customerId: expected an id", id="null"),
        pytest.param({"customerId": ""}, "customerId: expected an id", id="empty"),
        pytest.param({"customerId": 12}, "customerId: expected an id", id="a number"),
        pytest.param({"customerId": ["cus_ada"]}, "customerId: expected an id", id="a list"),
        pytest.param({"customerId": "çüß"}, "customerId: expected an id, in printable ASCII", id="not ASCII"),
        pytest.param({"customerId": "cus_ada\n"}, "customerId: expected an id", id="a line break"),
        pytest.param({"customerId": "cus_ada\0"}, "customerId: expected an id", id="a null character"),
        pytest.param(b'{"customerId": "\\ud800"}', "customerId: expected an id", id="half a character"),
        pytest.param({"customerId": "c" * 256}, "customerId: expected an id", id="too long"),
        pytest.param(
            {"customerId": "cus_ada", "subscriptionId": "süb"}, "subscriptionId: expected an id", id="not ASCII there"
        ),
        pytest.param({"customerId": "cus_ada", "subscription": "sub_run"}, "body: only customerId and", id="misspelt"),
        pytest.param({"customerId": "cus_ada", "mode": "live"}, "body: only customerId and", id="a mode in the body"),
        pytest.param({"customer_id": "cus_ada"}, "customerId: required", id="another spelling"),
        pytest.param({"customerId": "cus_ada", "customer_id": "cus_bob"}, "body: only customerId and", id="two people"),
        pytest.param([], "body: expected a JSON object", id="a list as body"),
        pytest.param(b"", "body: expected a JSON object", id="no body"),
    ],
)
async def test_what_cannot_be_asked_is_refused_and_nobody_is_asked(
    client: Client, live: MemoryAccount, body: object, message: str
) -> None:
    answer = await ask(client, body)
    assert await is_error(answer, 400)
    assert (await answer.json())["message"].startswith(message)
    assert live.calls == []


async def test_a_mode_that_is_not_configured_is_refused(start: Start) -> None:
    only_live = with_direct_mode().model_copy(update={"adapter": backend_settings(test=None).adapter})
    client = await start(only_live)
    assert await is_error(await ask(client, {"customerId": "cus_ada"}, **{"X-Churnkey-Mode": "test"}), 400)
