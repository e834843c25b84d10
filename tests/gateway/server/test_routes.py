"""The 22 routes of the contract, under every path they are served at."""

from __future__ import annotations

import json

import pytest

from gateway.contract import Controller, Page, Target
from gateway.server import ROUTES, Route
from tests.support.memory_account import MemoryAccount
from tests.support.service import Client, Start, backend_settings, is_error, send

ROOTS = ("/churnkey", "/memory/churnkey")

READS = [
    ("/features", "controllers"),
    ("/customers", "data"),
    ("/customers/cus_ada", "id"),
    ("/customers/email/ada@example.com", "id"),
    ("/customers/phone/%2B44%2020%207946%200000", "id"),
    ("/customers/cus_ada/subscriptions", "data"),
    ("/customers/cus_ada/subscriptions/sub_run", "id"),
    ("/prices", "data"),
    ("/prices/price_pro", "id"),
    ("/coupons", "data"),
    ("/coupons/SAVE20", "id"),
    ("/products", "data"),
    ("/products/prod_pro", "id"),
    ("/families", "data"),
    ("/families/fam_app", "id"),
]

ONE_MONTH = {"type": "period", "amount": 1, "unit": "month"}
ACTIONS = [
    ("subscription/cancel", {"subscriptionId": "sub_run", "scheduledAt": "immediate"}, "cancel"),
    ("customer/cancel", {"scheduledAt": "immediate"}, "cancel"),
    ("subscription/pause", {"subscriptionId": "sub_run", "startAt": "immediate", "duration": ONE_MONTH}, "pause"),
    ("customer/pause", {"startAt": "immediate", "duration": ONE_MONTH}, "pause"),
    ("subscription/extend-trial", {"subscriptionId": "sub_try", "duration": ONE_MONTH}, "extend_trial"),
    ("subscription/apply-coupon", {"subscriptionId": "sub_run", "id": "SAVE20"}, "apply_coupon"),
    (
        "subscription/change-price",
        {"subscriptionId": "sub_run", "id": "price_pro", "scheduledAt": "immediate", "prorate": True},
        "change_price",
    ),
]


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(("path", "key"), READS, ids=[path for path, _ in READS])
async def test_every_read_is_served_under_both_roots(client: Client, root: str, path: str, key: str) -> None:
    response = await send(client, root + path)
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert key in await response.json()


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(("target", "body", "write"), ACTIONS, ids=[target for target, _, _ in ACTIONS])
async def test_every_action_is_served_under_both_roots_and_answered_with_nothing(
    client: Client, live: MemoryAccount, root: str, target: str, body: dict[str, object], write: str
) -> None:
    document = json.dumps({"customerId": "cus_ada", **body}).encode()
    response = await send(client, f"{root}/actions/{target}", method="POST", body=document)
    assert response.status == 200
    assert await response.read() == b""
    assert response.headers["Content-Length"] == "0"
    assert write in live.calls


def test_the_table_has_the_twenty_two_routes_of_the_contract() -> None:
    assert len(ROUTES) == len(READS) + len(ACTIONS) == 22
    assert len({(route.method, route.path) for route in ROUTES}) == 22
    assert len({route.operation for route in ROUTES}) == 22


def test_every_controller_and_every_action_has_its_routes() -> None:
    assert {route.controller for route in ROUTES} == {None, *Controller}
    assert {route.target for route in ROUTES} == {None, *Target}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_a_read_has_an_answer_and_an_action_a_target_and_a_body(route: Route) -> None:
    is_read = route.method == "GET"
    assert (route.answer is not None) is is_read
    assert (route.target is None) is is_read
    assert (route.body is None) is is_read


def test_exactly_the_lists_answer_pages() -> None:
    paged = {route.path for route in ROUTES if route.answer is not None and issubclass(route.answer, Page)}
    assert paged == {
        "/customers",
        "/customers/{customerId}/subscriptions",
        "/prices",
        "/coupons",
        "/products",
        "/families",
    }


async def test_with_two_backends_each_is_served_under_its_name_only(start: Start) -> None:
    client = await start(backend_settings("one"), backend_settings("two"))
    assert (await send(client, "/one/churnkey/features")).status == 200
    assert (await send(client, "/two/churnkey/features")).status == 200
    assert await is_error(await send(client, "/churnkey/features"), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/churnkey",
        "/churnkey/",
        "/churnkey/nothing",
        "/churnkey/features/",
        "/churnkey//features",
        "//churnkey/features",
        "/Churnkey/features",
        "/memory/features",
        "/other/churnkey/features",
        "/churnkey%2Ffeatures",
        "/memory%2Fchurnkey/features",
        "/healthz",
        "/metrics",
    ],
)
async def test_what_is_not_served_is_an_error_of_the_contract(client: Client, path: str) -> None:
    assert await is_error(await send(client, path), 404)


async def test_a_letter_that_is_needlessly_encoded_means_the_same_path(client: Client) -> None:
    assert (await send(client, "/%63hurnkey/features")).status == 200


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
async def test_a_read_allows_only_get(client: Client, method: str) -> None:
    response = await send(client, "/churnkey/customers", method=method)
    assert response.status == 405
    assert response.headers["Allow"] == "GET"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_an_action_allows_only_post(client: Client, live: MemoryAccount, method: str) -> None:
    response = await send(client, "/churnkey/actions/subscription/cancel", method=method)
    assert response.status == 405
    assert response.headers["Allow"] == "POST"
    assert live.calls == []


async def test_a_method_that_is_not_allowed_is_an_error_of_the_contract(client: Client) -> None:
    assert await is_error(await send(client, "/churnkey/customers", method="DELETE"), 405)


async def test_a_customer_may_be_called_like_a_part_of_a_path(client: Client, live: MemoryAccount) -> None:
    live.customers["email"] = live.customers["cus_ada"].model_copy(update={"id": "email"})
    assert (await (await send(client, "/churnkey/customers/email")).json())["id"] == "email"


async def test_an_email_is_decoded_once_and_a_plus_stays_a_plus(client: Client, live: MemoryAccount) -> None:
    live.customers["cus_plus"] = live.customers["cus_bob"].model_copy(
        update={"id": "cus_plus", "email": "bob+news@example.com"}
    )
    for path in ("bob+news@example.com", "bob%2Bnews%40example.com", "BOB%2bNEWS%40EXAMPLE.COM"):
        response = await send(client, f"/churnkey/customers/email/{path}")
        assert (await response.json())["id"] == "cus_plus"
    assert await is_error(await send(client, "/churnkey/customers/email/bob%252Bnews@example.com"), 404)


async def test_answers_are_not_to_be_kept_and_do_not_tell_what_runs_here(client: Client) -> None:
    response = await send(client, "/churnkey/customers/cus_ada")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Server"] == "churnkey-gateway"


@pytest.mark.parametrize(("compatible", "twin"), [(True, True), (False, False)], ids=["compatible", "plain"])
async def test_the_manifest_has_twin_keys_when_the_settings_say_so(start: Start, compatible: bool, twin: bool) -> None:
    client = await start(backend_settings(manifest_compat=compatible))
    document = await (await send(client, "/churnkey/features")).json()
    assert ("extend-trial" in document["actions"]) is twin
    assert document["actions"]["cancel"]["schedules"]["end-of-period"] is True
