"""Request ids and the access log."""

from __future__ import annotations

import json
from typing import Final

import pytest

from adapters.state import Standing
from tests.support.log import Log
from tests.support.memory_account import MemoryAccount, sample_subscription
from tests.support.service import AUTHORIZED, TOKEN, Client, Start, backend_settings, send


@pytest.mark.parametrize("identifier", ["a", "req-1.2_3", "x" * 128, "0", "..", "4bf92f3577b34da6a3ce929d0e0e4736"])
async def test_a_sensible_request_id_is_kept(client: Client, log: Log, identifier: str) -> None:
    response = await send(client, "/churnkey/features", headers={"X-Request-Id": identifier})
    assert response.headers["X-Request-Id"] == identifier
    assert log.events("request")[0]["request_id"] == identifier


@pytest.mark.parametrize(
    "identifier", ["", "x" * 129, "a b", "a/b", "ada@example.com", "ünï", '{"a":1}', "a\tb"], ids=repr
)
async def test_any_other_is_replaced(client: Client, identifier: str) -> None:
    response = await send(client, "/churnkey/features", headers={"X-Request-Id": identifier})
    made = response.headers["X-Request-Id"]
    assert made != identifier
    assert len(made) == 32


async def test_every_request_has_an_id_of_its_own(client: Client) -> None:
    seen = {(await send(client, "/churnkey/features")).headers["X-Request-Id"] for _ in range(5)}
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/churnkey/features", AUTHORIZED, 200),
        ("GET", "/churnkey/features", {}, 401),
        ("GET", "/nothing", {}, 404),
        ("GET", "/churnkey/nothing", AUTHORIZED, 404),
        ("PUT", "/churnkey/features", AUTHORIZED, 405),
        ("GET", "/churnkey/features", {**AUTHORIZED, "X-Churnkey-Mode": "x"}, 400),
    ],
    ids=["200", "401", "404 of no backend", "404", "405", "400"],
)
async def test_every_answer_has_the_id(
    client: Client, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    response = await client.request(method, path, headers={**headers, "X-Request-Id": "mine"})
    assert (response.status, response.headers["X-Request-Id"]) == (status, "mine")


async def test_a_request_is_one_line(client: Client, log: Log) -> None:
    await send(client, "/memory/churnkey/customers/cus_ada?limit=secret", headers={"X-Churnkey-Mode": "test"})
    (event,) = log.events()
    assert event.pop("duration_ms") >= 0
    assert event.pop("timestamp").endswith("Z")
    assert len(event.pop("request_id")) == 32
    assert event == {
        "event": "request",
        "level": "info",
        "logger": "gateway.access",
        "client": "127.0.0.1",
        "method": "GET",
        "route": "/{backend}/churnkey/customers/{customerId}",
        "status": 200,
        "backend": "memory",
        "mode": "test",
    }


async def test_what_is_no_route_is_not_written_down(client: Client, log: Log) -> None:
    await send(client, "/churnkey/ada@example.com/nothing")
    (event,) = log.events("request")
    assert event["route"] is None
    assert event["status"] == 404
    assert "ada@" not in log.text


async def test_one_request_leaves_nothing_in_the_context_of_the_next(client: Client, log: Log) -> None:
    await send(client, "/churnkey/features", headers={"X-Churnkey-Mode": "test"})
    await client.get("/nothing")
    first, second = log.events("request")
    assert first["mode"] == "test"
    assert "mode" not in second
    assert "backend" not in second
    assert first["request_id"] != second["request_id"]


async def test_what_an_adapter_logs_has_the_requests_context(client: Client, log: Log) -> None:
    body = json.dumps({"customerId": "cus_ada", "subscriptionId": "sub_run", "id": "NO_SUCH"}).encode()
    path = "/churnkey/actions/subscription/apply-coupon"
    await send(client, path, method="POST", headers={"X-Request-Id": "mine", "X-Churnkey-Mode": "test"}, body=body)
    (event,) = log.events("write failed")
    assert (event["request_id"], event["backend"], event["mode"]) == ("mine", "memory", "test")


CANCEL: Final = {"kind": "Cancel", "when": "end-of-period", "unpause": False}


def canceled(subscription_id: str, outcome: str, asked: dict[str, object] | None) -> dict[str, object]:
    return {"customer_id": "cus_ada", "subscription_id": subscription_id, "asked": asked, "outcome": outcome}


async def cancel(client: Client, target: str, **body: str) -> None:
    content = json.dumps({"customerId": "cus_ada", "scheduledAt": "end-of-period", **body}).encode()
    await send(client, f"/churnkey/actions/{target}/cancel", method="POST", body=content)


async def test_the_line_of_an_action_says_what_was_done(client: Client, log: Log) -> None:
    await cancel(client, "subscription", subscriptionId="sub_run")
    (event,) = log.events()
    assert event["writes"] == [canceled("sub_run", "done", CANCEL)]


async def test_the_line_of_an_action_on_all_says_it_of_each(client: Client, log: Log) -> None:
    await cancel(client, "subscription", subscriptionId="sub_run")
    await cancel(client, "customer")
    assert log.events()[-1]["writes"] == [
        canceled("sub_run", "nothing to do", CANCEL),
        canceled("sub_try", "done", CANCEL),
    ]


async def test_no_other_line_of_the_request_says_it(client: Client, live: MemoryAccount, log: Log) -> None:
    """Of hundreds of subscriptions each would say what became of all before it."""
    live.subscriptions["sub_odd"] = sample_subscription("sub_odd", standing=Standing.UNKNOWN)
    await cancel(client, "customer")
    *others, last = log.events()
    assert [event["event"] for event in others] == ["refused"]
    assert all("writes" not in event for event in others)
    assert len(last["writes"]) == 3


async def test_the_line_of_a_request_has_an_end(client: Client, live: MemoryAccount, log: Log) -> None:
    for number in range(150):
        live.subscriptions[f"sub_{number}"] = sample_subscription(f"sub_{number}")
    await cancel(client, "customer")
    assert len(log.events("request")[0]["writes"]) == 100


async def test_the_line_of_a_request_does_not_say_what_the_one_before_did(client: Client, log: Log) -> None:
    await cancel(client, "subscription", subscriptionId="sub_run")
    await send(client, "/churnkey/customers/cus_ada")
    assert "writes" not in log.events()[-1]


async def test_nothing_personal_and_no_token_is_logged(start: Start, live: MemoryAccount, log: Log) -> None:
    client = await start(backend_settings(tokens=(TOKEN, "the-second-token")))
    for path in (
        "/churnkey/customers/email/ada@example.com",
        "/churnkey/customers/email/nobody@example.com",
        "/churnkey/customers/phone/+442079460000",
        "/churnkey/customers?cursor=ada@example.com",
        "/churnkey/nothing/ada@example.com",
    ):
        await send(client, path)
    await client.get("/churnkey/features", headers={"Authorization": "Bearer the-third-token"})
    await send(client, "/churnkey/actions/subscription/cancel", method="POST", body=b'{"ada@example.com":1}')
    assert len(log.events("request")) == 7
    for secret in ("ada@", "Ada", "nobody", "example.com", "2079460000", TOKEN, "-token", "cus_"):
        assert secret not in log.text
