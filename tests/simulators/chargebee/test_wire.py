"""Keys, paths, bodies, parameters and errors: what holds for every endpoint."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from simulators.chargebee.store import READ_ONLY
from tests.simulators.chargebee.client import KEY, LIVE_KEY, basic

if TYPE_CHECKING:
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import Api


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({}, "basic_authentication_failed", id="no credentials"),
        pytest.param({"Authorization": f"Bearer {KEY}"}, "basic_authentication_failed", id="another scheme"),
        pytest.param({"Authorization": "Basic ###"}, "basic_authentication_failed", id="not encoded"),
        pytest.param(basic(KEY, "secret"), "basic_authentication_failed", id="a password"),
        pytest.param(basic("test_other"), "api_authentication_failed", id="an unknown key"),
    ],
)
async def test_the_key_is_the_user_name_of_basic_authentication(api: Api, headers: dict[str, str], code: str) -> None:
    async with api.client.get("/api/v2/customers", headers=headers) as response:
        body = await response.json()

    assert (response.status, body["api_error_code"]) == (401, code)
    assert "type" not in body


async def test_answers_carry_the_providers_own_time(api: Api, simulator: ChargebeeSimulator) -> None:
    simulator.ahead = timedelta(seconds=90)

    assert (await api.get("/customers")).headers["Date"] == "Sat, 21 Nov 2026 12:01:30 GMT"


async def test_a_key_sees_only_the_objects_of_its_site(api: Api) -> None:
    assert (await api.get("/customers/ada")).status == 200
    assert (await api.get("/customers/ada", key=LIVE_KEY)).code == (404, "resource_not_found")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/customers", 200, id="customers"),
        pytest.param("GET", "/subscriptions", 200, id="subscriptions"),
        pytest.param("GET", "/item_prices", 200, id="prices"),
        pytest.param("GET", "/configurations", 200, id="the configuration"),
        pytest.param("GET", "/coupons", 403, id="coupons"),
        pytest.param("POST", "/customers/ada", 403, id="a write"),
        pytest.param("POST", "/subscriptions/sub/pause", 403, id="an action"),
    ],
)
async def test_a_read_only_key_reads_everything_but_coupons(
    api: Api, site: Site, method: str, path: str, status: int
) -> None:
    site.restricted = READ_ONLY
    reply = await api.send(method, path)

    assert reply.status == status
    assert status == 200 or reply.json["api_error_code"] == "api_authorization_failed"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        pytest.param("GET", "/customers/none", (404, "resource_not_found"), id="an unknown object"),
        pytest.param("GET", "/plans", (404, "resource_not_found"), id="an unknown kind"),
        pytest.param("GET", "/customers/", (404, "resource_not_found"), id="an empty id"),
        pytest.param("GET", "/customers/a/b/c", (404, "resource_not_found"), id="a deep path"),
        pytest.param("POST", "/subscriptions/sub/explode", (404, "resource_not_found"), id="an unknown action"),
        pytest.param("DELETE", "/customers/ada", (405, "http_method_not_supported"), id="another method"),
        pytest.param("POST", "/coupons", (405, "http_method_not_supported"), id="a method that is not simulated"),
    ],
)
async def test_what_is_not_there(api: Api, method: str, path: str, expected: tuple[int, str]) -> None:
    assert (await api.send(method, path)).code == expected


async def test_ids_are_read_from_escaped_paths(api: Api, site: Site) -> None:
    site.add_coupon(id="SPRING #1")
    async with api.client.get("/api/v2/coupons/SPRING%20%231", headers=basic(KEY)) as response:
        assert (await response.json())["coupon"]["id"] == "SPRING #1"


async def test_a_write_takes_a_form_and_nothing_else(api: Api) -> None:
    as_json = await api.send("POST", "/customers/ada", json={"first_name": "Ada"})
    in_the_query = await api.send("POST", "/customers/ada", params={"first_name": "Ada"})
    as_form = await api.send("POST", "/customers/ada", data={"first_name": "Ada"})

    assert as_json.code == (400, "invalid_request")
    assert in_the_query.refusal == (400, "invalid_request", "first_name")
    assert as_form.json["customer"]["first_name"] == "Ada"


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        pytest.param(("nickname", "A"), ("invalid_request", "nickname"), id="unknown"),
        pytest.param(("First_Name", "A"), ("invalid_request", "First_Name"), id="in another case"),
        pytest.param(("first_name[0]", "A"), ("param_wrong_value", "first_name"), id="a list for a string"),
        pytest.param(("net_term_days", "1.5"), ("param_wrong_value", "net_term_days"), id="not whole"),
        pytest.param(("allow_direct_debit", "yes"), ("param_wrong_value", "allow_direct_debit"), id="not a flag"),
        pytest.param(("auto_collection", "maybe"), ("param_wrong_value", "auto_collection"), id="not a choice"),
        pytest.param(("meta_data", "{'a': 1}"), ("param_wrong_value", "meta_data"), id="not JSON"),
        pytest.param(("meta_data", "[1]"), ("param_wrong_value", "meta_data"), id="not an object"),
        pytest.param(("phone", "0" * 51), ("param_wrong_value", "phone"), id="too long"),
        pytest.param(("locale", ""), ("param_wrong_value", "locale"), id="empty"),
        pytest.param(
            ("tax_providers_fields[field_id][0]", "1"),
            ("simulator_parameter_not_simulated", "tax_providers_fields"),
            id="not simulated",
        ),
    ],
)
async def test_a_parameter_that_cannot_be_is_refused_by_name(
    api: Api, pair: tuple[str, str], expected: tuple[str, str]
) -> None:
    assert (await api.post("/customers/ada", pair)).refusal == (400, *expected)


async def test_an_error_has_the_members_of_a_recorded_one(api: Api) -> None:
    reply = await api.post("/customers/ada", ("email", "nowhere"))

    assert reply.json == {
        "message": "email : wrong format",
        "type": "invalid_request",
        "api_error_code": "param_wrong_value",
        "param": "email",
        "error_code": "wrong_format",
        "error_msg": "wrong format",
        "error_param": "email",
        "http_status_code": 400,
    }


async def test_a_site_says_which_catalogue_it_has(api: Api) -> None:
    assert (await api.get("/configurations")).json == {
        "configurations": [
            {
                "domain": "acme-test",
                "product_catalog_version": "v2",
                "chargebee_response_schema_type": "items",
                "object": "configuration",
            }
        ]
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/items"),
        ("GET", "/item_prices/seats"),
        ("GET", "/item_families"),
        ("POST", "/subscriptions/sub/update_for_items"),
        ("POST", "/subscriptions/sub/cancel_for_items"),
    ],
)
async def test_a_site_with_the_first_catalogue_has_no_items(api: Api, site: Site, method: str, path: str) -> None:
    site.product_catalog_version = "v1"
    reply = await api.send(method, path)

    assert reply.code == (400, "configuration_incompatible")
    assert reply.json["error_code"] == "pc1_to_pc2_error"
    assert "type" not in reply.json
    assert (await api.get("/configurations")).json["configurations"][0]["product_catalog_version"] == "v1"
    assert (await api.get("/customers")).status == 200


async def test_what_was_asked_is_recorded_without_the_key(api: Api, simulator: ChargebeeSimulator) -> None:
    await api.get("/customers", ("limit", "1"))
    await api.post("/customers/ada", ("first_name", "Ada"), idempotency_key="k1")

    assert simulator.calls() == ["GET /api/v2/customers", "POST /api/v2/customers/ada"]
    assert simulator.writes() == ["POST /api/v2/customers/ada"]
    (write,) = simulator.written()
    assert (write.account, write.livemode, write.status) == ("acme-test", False, 200)
    assert (write.idempotency_key, write.parameters) == ("k1", {"first_name": "Ada"})
    assert not any(KEY in value for value in write.headers.values())
    simulator.clear()
    assert simulator.requests == []
