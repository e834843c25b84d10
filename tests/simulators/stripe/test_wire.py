"""Keys, paths, bodies, parameters and errors: what holds for every endpoint."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulators.stripe.client import KEY, LIVE_KEY

if TYPE_CHECKING:
    from simulators.stripe import Account, StripeSimulator
    from tests.simulators.stripe.client import Api


async def test_a_request_without_a_key_is_refused(api: Api) -> None:
    async with api.client.get("/v1/customers") as response:
        assert response.status == 401
        assert (await response.json())["error"]["type"] == "invalid_request_error"


async def test_an_unknown_key_is_refused_and_shown_masked(api: Api) -> None:
    reply = await api.get("/v1/customers", key="sk_test_secretsecret1234")

    assert reply.status == 401
    assert reply.error["message"] == "Invalid API Key provided: sk_test_****1234"


async def test_a_key_sees_only_the_objects_of_its_account(api: Api) -> None:
    reply = await api.get("/v1/customers/cus_1", key=LIVE_KEY)

    assert reply.status == 404
    assert reply.error["message"] == "No such customer: 'cus_1'"


async def test_objects_carry_the_mode_of_their_account(api: Api, simulator: StripeSimulator) -> None:
    simulator.account(LIVE_KEY).add_customer(id="cus_live")

    assert (await api.get("/v1/customers/cus_live", key=LIVE_KEY)).json["livemode"] is True
    assert (await api.get("/v1/customers/cus_1")).json["livemode"] is False


async def test_a_restricted_key_needs_the_right_of_the_endpoint(api: Api, account: Account) -> None:
    account.restricted = frozenset({"rak_customer_read"})

    refused = await api.get("/v1/coupons")

    assert (await api.get("/v1/customers")).status == 200
    assert refused.status == 403
    assert "Having the 'rak_coupon_read' permission would allow" in refused.error["message"]


async def test_to_write_includes_to_read_but_not_the_other_way(api: Api, account: Account) -> None:
    account.restricted = frozenset({"rak_customer_write", "rak_coupon_read"})

    assert (await api.get("/v1/customers")).status == 200
    assert (await api.post("/v1/coupons", ("percent_off", "10"), ("duration", "once"))).status == 403


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param(None, "2019-12-03", id="the account's own where none is named"),
        pytest.param("2026-10-28.endive", "2026-10-28.endive", id="the one that is named"),
    ],
)
async def test_an_answer_names_its_version(api: Api, account: Account, asked: str | None, answered: str) -> None:
    account.api_version = "2019-12-03"

    headers = {"Authorization": f"Bearer {KEY}"} | ({} if asked is None else {"Stripe-Version": asked})
    async with api.client.get("/v1/customers", headers=headers) as response:
        assert response.headers["Stripe-Version"] == answered


async def test_answers_carry_the_providers_own_time(api: Api, simulator: StripeSimulator) -> None:
    simulator.ahead = timedelta(seconds=-90)

    assert (await api.get("/v1/customers")).headers["Date"] == "Sat, 21 Nov 2026 11:58:30 GMT"


async def test_expanding_what_a_restricted_key_may_not_read_refuses_the_whole_call(api: Api, account: Account) -> None:
    account.discount_customer(customer="cus_1", coupon="SAVE20")
    account.restricted = frozenset({"rak_customer_read"})

    reply = await api.get("/v1/customers/cus_1", ("expand[]", "discount.source.coupon"))

    assert reply.status == 403


async def test_every_answer_has_a_request_id(api: Api) -> None:
    first, second = await api.get("/v1/customers"), await api.get("/v1/nothing")

    assert first.headers["Request-Id"].startswith("req_")
    assert first.headers["Request-Id"] != second.headers["Request-Id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/v1/invoices", id="an unknown collection"),
        pytest.param("GET", "/v1/customers/", id="an empty id"),
        pytest.param("POST", "/v1/subscriptions/", id="an empty id in a write"),
        pytest.param("GET", "/v1/customers//subscriptions", id="an empty segment"),
        pytest.param("GET", "/v1/", id="nothing"),
        pytest.param("GET", "/", id="outside the API"),
        pytest.param("DELETE", "/v1/products/prod_1", id="a method the path does not have"),
        pytest.param("POST", "/v1/subscriptions/sub_1/nothing", id="an unknown verb"),
    ],
)
async def test_an_unknown_url_is_not_recognized(api: Api, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with api.client.request(method, path, headers=headers) as response:
        answer = await response.json()

    assert response.status == 404
    assert answer["error"]["message"].startswith(f"Unrecognized request URL ({method}: {path}).")
    assert "code" not in answer["error"]


async def test_an_id_in_the_path_may_be_percent_encoded(api: Api, account: Account) -> None:
    account.add_coupon(id="20% off/new", percent_off=20.0)

    reply = await api.get("/v1/coupons/20%25%20off%2Fnew")

    assert reply.json["id"] == "20% off/new"


async def test_a_json_body_is_refused(api: Api) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with api.client.post("/v1/customers", json={"email": "a@example.com"}, headers=headers) as response:
        assert response.status == 400
        assert "application/x-www-form-urlencoded" in (await response.json())["error"]["message"]


@pytest.mark.parametrize(
    ("pair", "code", "param"),
    [
        pytest.param(("foo", "1"), "parameter_unknown", "foo", id="unknown"),
        pytest.param(("address[planet]", "x"), "parameter_unknown", "address[planet]", id="unknown, nested"),
        pytest.param(("balance", "ten"), "parameter_invalid_integer", "balance", id="not a number"),
        pytest.param(("balance", "1.5"), "parameter_invalid_integer", "balance", id="not a whole number"),
        pytest.param(("balance", "１０"), "parameter_invalid_integer", "balance", id="digits of another script"),
        pytest.param(("balance", ""), "parameter_invalid_empty", "balance", id="empty, not clearable"),
        pytest.param(("address", "here"), None, "address", id="a string for a hash"),
        pytest.param(("name[first]", "Ada"), None, "name", id="a hash for a string"),
        pytest.param(("expand", "discount"), None, "expand", id="a string for a list"),
        pytest.param(("tax_exempt", "maybe"), None, "tax_exempt", id="a word outside the choice"),
        pytest.param(("metadata[a][b]", "x"), None, "metadata[a]", id="nested metadata"),
        pytest.param(("metadata[" + "k" * 41 + "]", "x"), None, "metadata[" + "k" * 41 + "]", id="a long key"),
        pytest.param(("shipping[name]", "Ada"), "parameter_missing", "shipping[address]", id="half a hash"),
        pytest.param(("source", "tok_1"), "simulator_parameter_not_simulated", "source", id="not simulated"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_refused(
    api: Api, pair: tuple[str, str], code: str | None, param: str
) -> None:
    reply = await api.post("/v1/customers/cus_1", pair)

    assert reply.status == 400
    assert reply.error.get("code") == code
    assert reply.error["param"] == param


async def test_an_unknown_parameter_is_named(api: Api) -> None:
    reply = await api.get("/v1/customers", ("foo", "1"))

    assert reply.error["message"] == "Received unknown parameter: foo"


async def test_metadata_merges_by_key_and_an_empty_value_removes_its_key(api: Api) -> None:
    await api.post("/v1/customers/cus_1", ("metadata[a]", "1"), ("metadata[b]", "2"))
    merged = await api.post("/v1/customers/cus_1", ("metadata[a]", ""), ("metadata[c]", "3"))
    cleared = await api.post("/v1/customers/cus_1", ("metadata", ""))

    assert merged.json["metadata"] == {"b": "2", "c": "3"}
    assert cleared.json["metadata"] == {}


async def test_an_error_names_its_type_code_parameter_and_log(api: Api) -> None:
    reply = await api.get("/v1/customers/cus_none")

    assert reply.status == 404
    assert reply.error == {
        "code": "resource_missing",
        "doc_url": "https://stripe.com/docs/error-codes/resource-missing",
        "message": "No such customer: 'cus_none'",
        "param": "id",
        "request_log_url": f"https://dashboard.stripe.com/test/logs/{reply.headers['Request-Id']}",
        "type": "invalid_request_error",
    }


async def test_requests_are_recorded_without_the_key(api: Api, simulator: StripeSimulator) -> None:
    await api.get("/v1/customers", ("limit", "3"))
    await api.post("/v1/customers/cus_1", ("name", "Ada"), idempotency_key="k1")

    read, write = simulator.requests
    assert simulator.calls() == ["GET /v1/customers", "POST /v1/customers/cus_1"]
    assert simulator.writes() == ["POST /v1/customers/cus_1"]
    assert simulator.written() == [write]
    assert read.query == (("limit", "3"),)
    assert write.parameters == {"name": "Ada"}
    assert (write.idempotency_key, write.status, write.account) == ("k1", 200, "acct_1Simulated000001")
    assert write.stripe_version is None
    assert KEY not in str(vars(write))


async def test_clearing_the_record_keeps_the_state(api: Api, simulator: StripeSimulator) -> None:
    await api.post("/v1/customers/cus_1", ("name", "Ada"))
    simulator.clear()

    assert simulator.requests == []
    assert (await api.get("/v1/customers/cus_1")).json["name"] == "Ada"


async def test_recording_can_be_turned_off(api: Api, simulator: StripeSimulator) -> None:
    simulator.recording = False
    await api.get("/v1/customers")

    assert simulator.requests == []
