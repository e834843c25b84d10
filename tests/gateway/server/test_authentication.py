"""Who may speak to a backend."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from tests.support.memory_account import MemoryAccount
from tests.support.service import TOKEN, Client, Start, backend_settings, is_error

PATHS = [
    "/churnkey/customers/cus_ada",
    "/memory/churnkey/customers/cus_ada",
    "/churnkey/nothing/like/this",
    "/memory/churnkey/nothing",
    "/churnkey",
    "/memory/churnkey",
    "/churnkey/",
    "/churnkey%2Fcustomers",
    "/%63hurnkey/customers/cus_ada",
]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(f"Bearer {TOKEN}", id="bearer"),
        pytest.param(f"bearer {TOKEN}", id="lower case"),
        pytest.param(f"BEARER {TOKEN}", id="upper case"),
        pytest.param(f"Bearer   {TOKEN}", id="several spaces"),
        pytest.param(TOKEN, id="the bare token"),
        pytest.param(f"  {TOKEN}  ", id="the bare token with spaces around it"),
    ],
)
async def test_the_token_is_accepted(client: Client, header: str) -> None:
    response = await client.get("/churnkey/customers/cus_ada", headers={"Authorization": header})
    assert response.status == 200


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="no header"),
        pytest.param("", id="empty"),
        pytest.param("Bearer", id="a scheme without a token"),
        pytest.param("Bearer ", id="a scheme and a space"),
        pytest.param("Bearer wrong", id="another token"),
        pytest.param("wrong", id="another bare token"),
        pytest.param(f"Basic {TOKEN}", id="another scheme"),
        pytest.param(f"Bearer{TOKEN}", id="no space"),
        pytest.param(f"Bearer {TOKEN}x", id="something after the token"),
        pytest.param(f"Bearer {TOKEN} {TOKEN}", id="the token twice"),
        pytest.param(f"Bearer {TOKEN[:-1]}", id="the beginning of the token"),
        pytest.param(f"Bearer {TOKEN.upper()}", id="the token in upper case"),
        pytest.param(f"Bearer, Bearer {TOKEN}", id="a list"),
        pytest.param("Bearer tökén", id="beyond ASCII"),
        pytest.param("Bearer \udcff\udcfe", id="no UTF-8"),
        pytest.param("x" * 8000, id="very long"),
    ],
)
@pytest.mark.parametrize("path", ["/churnkey/customers/cus_ada", "/memory/churnkey/nothing"])
async def test_anything_else_is_refused(client: Client, live: MemoryAccount, path: str, header: str | None) -> None:
    response = await client.get(path, headers={} if header is None else {"Authorization": header})
    assert response.status == 401
    assert live.calls == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
async def test_no_path_below_a_backend_tells_anything_without_the_token(client: Client, path: str, method: str) -> None:
    assert (await client.request(method, path)).status == 401


async def test_a_refusal_is_what_the_documentation_prints(client: Client) -> None:
    response = await client.get("/churnkey/features")
    assert await response.read() == b'{"code":401,"message":"Unauthorized"}'
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await is_error(response, 401)


async def test_the_token_counts_before_the_mode_and_the_body(client: Client) -> None:
    response = await client.post(
        "/churnkey/actions/subscription/cancel", headers={"X-Churnkey-Mode": "nonsense"}, data=b"nonsense"
    )
    assert response.status == 401


@pytest.mark.parametrize(
    "second", [TOKEN, "wrong", f"Bearer {TOKEN}"], ids=["the bare token", "another token", "the same header"]
)
async def test_several_authorization_headers_are_refused(client: Client, second: str) -> None:
    headers = CIMultiDict([("Authorization", f"Bearer {TOKEN}"), ("Authorization", second)])
    assert (await client.get("/churnkey/features", headers=headers)).status == 401


@pytest.mark.parametrize(("token", "status"), [("former-token", 200), ("coming-token", 200), ("other-token", 401)])
async def test_while_a_token_is_rotated_both_are_accepted(start: Start, token: str, status: int) -> None:
    client = await start(backend_settings(tokens=("former-token", "coming-token")))
    response = await client.get("/churnkey/features", headers={"Authorization": f"Bearer {token}"})
    assert response.status == status


@pytest.mark.parametrize(
    ("name", "token", "status"),
    [("one", "token-one", 200), ("two", "token-two", 200), ("one", "token-two", 401), ("two", "token-one", 401)],
)
async def test_a_backends_token_opens_no_other_backend(start: Start, name: str, token: str, status: int) -> None:
    client = await start(backend_settings("one", tokens=("token-one",)), backend_settings("two", tokens=("token-two",)))
    response = await client.get(f"/{name}/churnkey/features", headers={"Authorization": f"Bearer {token}"})
    assert response.status == status


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Prefix": "/memory"},
        {"X-Original-URL": "/churnkey/features"},
        {"X-Rewrite-URL": "/churnkey/features"},
        {"Forwarded": "for=127.0.0.1", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-User": "root"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_what_a_proxy_may_claim_opens_nothing(client: Client, headers: dict[str, str]) -> None:
    assert (await client.get("/churnkey/features", headers=headers)).status == 401


async def test_a_path_of_no_backend_needs_no_token_to_be_unknown(client: Client) -> None:
    assert await is_error(await client.get("/other/churnkey/features"), 404)
