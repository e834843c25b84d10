"""Keys, paths, queries, bodies and errors: what holds for every endpoint."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle.identifiers import readable
from tests.simulators.paddle.client import CUSTOMER, KEY, LIVE_KEY, MONTHLY, SUBSCRIPTION

if TYPE_CHECKING:
    from simulators.paddle import Account, PaddleSimulator
    from tests.simulators.paddle.client import Api


class TestKeys:
    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            pytest.param({}, "authentication_missing", id="none"),
            pytest.param({"Authorization": KEY}, "authentication_malformed", id="no scheme"),
            pytest.param({"Authorization": "Basic a2V5Og=="}, "authentication_malformed", id="another scheme"),
            pytest.param({"Authorization": "Bearer "}, "authentication_malformed", id="an empty key"),
            pytest.param({"Authorization": "Bearer pdl_sdbx_apikey_other"}, "invalid_token", id="unknown"),
        ],
    )
    async def test_a_bad_key_is_403_and_never_401(self, api: Api, headers: dict[str, str], code: str) -> None:
        async with api.client.get("/customers", headers=headers) as response:
            answer = await response.json()

        assert (response.status, answer["error"]["code"]) == (403, code)

    async def test_a_key_sees_only_the_objects_of_its_account(self, api: Api) -> None:
        reply = await api.get(f"/customers/{CUSTOMER}", key=LIVE_KEY)

        assert reply.refusal == (404, "not_found")

    async def test_a_key_needs_the_permission_of_the_endpoint(self, api: Api, account: Account) -> None:
        account.permissions = frozenset({"customer.read"})

        assert (await api.get("/customers")).status == 200
        assert (await api.get("/discounts")).refusal == (403, "forbidden")
        assert (await api.get(f"/customers/{CUSTOMER}/addresses")).refusal == (403, "forbidden")

    @pytest.mark.usefixtures("subscription")
    async def test_to_write_includes_to_read_but_not_the_other_way(self, api: Api, account: Account) -> None:
        account.permissions = frozenset({"subscription.write"})
        read = await api.get("/subscriptions")
        account.permissions = frozenset({"subscription.read"})
        written = await api.act("cancel")

        assert (read.status, written.refusal) == (200, (403, "forbidden"))

    async def test_event_types_need_a_key_and_no_permission(self, api: Api, account: Account) -> None:
        account.permissions = frozenset()
        reply = await api.get("/event-types")

        assert {"name", "description", "group", "available_versions"} == reply.data[0].keys()
        assert (await api.get("/event-types", key="other")).refusal == (403, "invalid_token")


class TestRoot:
    async def test_it_tells_whose_key_it_is_and_what_it_may_do(self, api: Api, account: Account) -> None:
        account.permissions = frozenset({"subscription.write", "customer.read"})
        root = (await api.get("/")).data

        assert root["caller"]["auth_type"] == "api_key"
        assert root["caller"]["account"] == {"id": account.id}
        assert root["caller"]["permissions"] == ["customer.read", "subscription.write"]

    @pytest.mark.parametrize(("key", "environment"), [(KEY, "sandbox"), (LIVE_KEY, "production")])
    async def test_it_tells_the_environment(self, api: Api, key: str, environment: str) -> None:
        assert (await api.get("/", key=key)).data["api"]["environment"] == environment

    async def test_without_a_key_it_answers_that_nobody_asks(self, api: Api) -> None:
        async with api.client.get("/") as response:
            answer = await response.json()

        assert answer["data"]["caller"] == {"auth_type": None, "account": None, "permissions": []}

    async def test_an_unknown_key_is_refused_as_everywhere(self, api: Api) -> None:
        assert (await api.get("/", key="other")).refusal == (403, "invalid_token")


async def test_answers_carry_the_providers_own_time(api: Api, simulator: PaddleSimulator) -> None:
    simulator.ahead = timedelta(seconds=90)

    assert (await api.get("/customers")).headers["Date"] == "Sat, 21 Nov 2026 12:01:30 GMT"


class TestPaths:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            pytest.param("GET", "/transactions", id="an unknown collection"),
            pytest.param("GET", "/customers/", id="an empty id"),
            pytest.param("POST", "/subscriptions//cancel", id="an empty id in a write"),
            pytest.param("POST", "/", id="a write to the root"),
            pytest.param("GET", "/customers//addresses", id="an empty segment"),
            pytest.param("POST", "/customers", id="creation, which only the helpers do"),
            pytest.param("DELETE", f"/subscriptions/{SUBSCRIPTION}", id="a method the path does not have"),
            pytest.param("POST", f"/subscriptions/{SUBSCRIPTION}/nothing", id="an unknown verb"),
            pytest.param("GET", f"/subscriptions/{SUBSCRIPTION}/cancel", id="a verb by GET"),
            pytest.param("GET", "/v1/customers", id="a version in the path"),
        ],
    )
    async def test_an_unknown_url_is_invalid(self, api: Api, method: str, path: str) -> None:
        async with api.client.request(method, path, headers={"Authorization": f"Bearer {KEY}"}) as response:
            answer = await response.json()

        assert (response.status, answer["error"]["code"]) == (404, "invalid_url")

    @pytest.mark.parametrize(
        ("path", "field"),
        [
            pytest.param("/customers/ada", "customer_id", id="no id at all"),
            pytest.param(f"/customers/{MONTHLY}", "customer_id", id="an id of another kind"),
            pytest.param(f"/prices/{MONTHLY.upper()}", "price_id", id="in capitals"),
            pytest.param("/discounts/dsc_01%2F..%2F", "discount_id", id="percent-encoded"),
            pytest.param(f"/customers/{CUSTOMER}/addresses/x", "address_id", id="the second of two"),
        ],
    )
    async def test_a_malformed_id_is_refused_as_the_account_is_told_to(
        self, api: Api, account: Account, path: str, field: str
    ) -> None:
        by_default = await api.get(path)
        account.malformed_id_status = 404
        otherwise = await api.get(path)

        assert (by_default.refusal, by_default.fields) == ((400, "bad_request"), [field])
        assert otherwise.refusal == (404, "not_found")

    @pytest.mark.parametrize(
        ("prefix", "collection"),
        [
            ("ctm", "customers"),
            ("pro", "products"),
            ("pri", "prices"),
            ("dsc", "discounts"),
            ("sub", "subscriptions"),
        ],
    )
    async def test_what_does_not_exist_is_not_found(self, api: Api, prefix: str, collection: str) -> None:
        assert (await api.get(f"/{collection}/{readable(prefix, 'none')}")).refusal == (404, "not_found")

    async def test_an_error_has_all_that_paddle_says_of_it(self, api: Api) -> None:
        unknown = readable("sub", "none")
        reply = await api.get(f"/subscriptions/{unknown}")

        assert reply.json == {
            "error": {
                "type": "request_error",
                "code": "not_found",
                "detail": f"Subscription {unknown} not found",
                "documentation_url": "https://developer.paddle.com/errors/shared/not_found",
            },
            "meta": {"request_id": reply.json["meta"]["request_id"]},
        }


class TestQueries:
    @pytest.mark.parametrize(
        ("query", "code", "field"),
        [
            pytest.param({"foo": "1"}, "bad_request", "foo", id="an unknown name"),
            pytest.param({"limit": "5"}, "bad_request", "limit", id="another provider's name"),
            pytest.param({"per_page": "0"}, "bad_request", "per_page", id="a page of none"),
            pytest.param({"per_page": "ten"}, "bad_request", "per_page", id="no number"),
            pytest.param({"id": "ctm_1"}, "bad_request", "id", id="a malformed id"),
            pytest.param({"id": f"{CUSTOMER},x"}, "bad_request", "id", id="a malformed id among others"),
            pytest.param({"after": "ctm_1"}, "bad_request", "after", id="a malformed cursor"),
            pytest.param({"after": MONTHLY}, "bad_request", "after", id="another list's cursor"),
            pytest.param({"after": readable("ctm", "none")}, "bad_request", "after", id="a cursor that is nothing"),
            pytest.param({"status": "deleted"}, "invalid_field", "status", id="a word outside the choice"),
            pytest.param({"status": ""}, "invalid_field", "status", id="an empty word"),
            pytest.param({"order_by": "email[ASC]"}, "bad_request", "order_by", id="an order it does not have"),
            pytest.param({"order_by": "id"}, "bad_request", "order_by", id="an order without a direction"),
            pytest.param({"email": "a" * 101}, "invalid_field", "email", id="a value of 101 characters"),
        ],
    )
    async def test_what_does_not_fit_is_refused(self, api: Api, query: dict[str, str], code: str, field: str) -> None:
        reply = await api.get("/customers", **query)

        assert (reply.refusal, reply.fields) == ((400, code), [field])

    async def test_a_value_of_a_hundred_characters_is_taken(self, api: Api) -> None:
        assert (await api.get("/customers", email="a" * 100)).ids == []

    @pytest.mark.parametrize("flag", ["True", "1", ""])
    async def test_a_flag_is_true_or_false(self, api: Api, flag: str) -> None:
        reply = await api.get("/prices", recurring=flag)

        assert (reply.refusal, reply.fields) == ((400, "bad_request"), ["recurring"])

    async def test_a_name_given_twice_is_refused(self, api: Api) -> None:
        reply = await api.get("/customers?status=active&status=archived")

        assert (reply.refusal, reply.fields) == ((400, "bad_request"), ["status"])

    async def test_all_problems_are_told_at_once(self, api: Api) -> None:
        reply = await api.get("/customers", foo="1", per_page="x", status="deleted")

        assert (reply.refusal, reply.fields) == ((400, "bad_request"), ["foo", "per_page", "status"])

    async def test_a_write_takes_no_query(self, api: Api) -> None:
        assert (await api.post(f"/subscriptions/{SUBSCRIPTION}/cancel?include=items", {})).fields == ["include"]


@pytest.mark.usefixtures("subscription")
class TestBodies:
    @pytest.mark.parametrize(
        ("body", "content_type", "status", "code"),
        [
            pytest.param(b"effective_from=immediately", "application/x-www-form-urlencoded", 415, None, id="a form"),
            pytest.param(b'{"effective_from":', "application/json", 400, "invalid_json", id="broken JSON"),
            pytest.param(b"\xff", "application/json", 400, "invalid_json", id="no text"),
            pytest.param(b"[" * 200_000, "application/json", 400, "invalid_json", id="bottomless JSON"),
            pytest.param(b"[]", "application/json", 400, "bad_request", id="an array"),
            pytest.param(b'"immediately"', "application/json", 400, "bad_request", id="a string"),
            pytest.param(b"null", "application/json", 400, "bad_request", id="null"),
        ],
    )
    async def test_only_a_json_object_is_taken(
        self, api: Api, body: bytes, content_type: str, status: int, code: str | None
    ) -> None:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": content_type}
        async with api.client.post(f"/subscriptions/{SUBSCRIPTION}/cancel", data=body, headers=headers) as response:
            answer = await response.json()

        assert (response.status, answer["error"]["code"]) == (status, code or "unsupported_media_type")

    @pytest.mark.parametrize(
        ("body", "code", "field"),
        [
            pytest.param({"foo": 1}, "bad_request", "foo", id="an unknown field"),
            pytest.param({"next_billed_at": "tomorrow"}, "bad_request", "next_billed_at", id="no time"),
            pytest.param({"next_billed_at": "2027-01-01"}, "bad_request", "next_billed_at", id="a date only"),
            pytest.param(
                {"next_billed_at": "2027-01-01T00:00:00"}, "bad_request", "next_billed_at", id="without an offset"
            ),
            pytest.param({"next_billed_at": 1_800_000_000}, "bad_request", "next_billed_at", id="Unix seconds"),
            pytest.param({"next_billed_at": None}, "bad_request", "next_billed_at", id="null where it may not be"),
            pytest.param({"items": {}}, "bad_request", "items", id="an object for an array"),
            pytest.param({"items": [MONTHLY]}, "bad_request", "items[0]", id="a string for an object"),
            pytest.param({"items": [{"quantity": 1}]}, "bad_request", "items[0].price_id", id="an item of nothing"),
            pytest.param(
                {"items": [{"price_id": MONTHLY, "quantity": "2"}]},
                "bad_request",
                "items[0].quantity",
                id="a string for an integer",
            ),
            pytest.param(
                {"items": [{"price_id": MONTHLY, "quantity": True}]},
                "bad_request",
                "items[0].quantity",
                id="a boolean for an integer",
            ),
            pytest.param(
                {"items": [{"price_id": MONTHLY, "quantity": 0}]}, "invalid_field", "items[0].quantity", id="none of it"
            ),
            pytest.param(
                {"items": [{"price_id": MONTHLY, "seats": 2}]}, "bad_request", "items[0].seats", id="unknown, nested"
            ),
            pytest.param({"items": [{"price_id": "pri_1"}]}, "bad_request", "items[0].price_id", id="a malformed id"),
            pytest.param({"discount": {"id": CUSTOMER}}, "bad_request", "discount.id", id="another kind's id"),
            pytest.param({"custom_data": "x"}, "bad_request", "custom_data", id="custom data that is no object"),
            pytest.param(
                {"proration_billing_mode": "none"}, "invalid_field", "proration_billing_mode", id="an unknown word"
            ),
            pytest.param({"proration_billing_mode": 5}, "bad_request", "proration_billing_mode", id="no word at all"),
            pytest.param(
                {"collection_mode": "manual"},
                "simulator_field_not_simulated",
                "collection_mode",
                id="what is not simulated",
            ),
        ],
    )
    async def test_what_does_not_fit_is_refused_and_changes_nothing(
        self, api: Api, subscription: dict[str, Any], body: dict[str, Any], code: str, field: str
    ) -> None:
        before = dict(subscription)
        reply = await api.update(**body)

        assert (reply.refusal, reply.fields) == ((400, code), [field])
        assert subscription == before

    @pytest.mark.parametrize("action", ["cancel", "pause"])
    async def test_an_action_may_come_without_a_body(self, api: Api, action: str) -> None:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with api.client.post(f"/subscriptions/{SUBSCRIPTION}/{action}", headers=headers) as response:
            answer = await response.json()

        assert answer["data"]["scheduled_change"]["action"] == action


class TestRecording:
    @pytest.mark.usefixtures("subscription")
    async def test_requests_are_recorded_without_the_key(self, api: Api, simulator: PaddleSimulator) -> None:
        await api.get("/customers", email="a+b@example.com")
        await api.act("cancel", effective_from="immediately")

        read, write = simulator.requests
        assert simulator.calls() == ["GET /customers", f"POST /subscriptions/{SUBSCRIPTION}/cancel"]
        assert simulator.writes() == [f"POST /subscriptions/{SUBSCRIPTION}/cancel"]
        assert simulator.written() == [write]
        assert (read.query, read.body) == ((("email", "a+b@example.com"),), None)
        assert write.body == {"effective_from": "immediately"}
        assert (write.status, write.account, write.livemode) == (200, "simulated", False)
        assert KEY not in str(vars(write))

    async def test_the_version_is_recorded_or_its_absence(self, api: Api, simulator: PaddleSimulator) -> None:
        await api.get("/customers")
        async with api.client.get(
            "/customers", headers={"Authorization": f"Bearer {KEY}", "Paddle-Version": "1"}
        ) as response:
            assert response.status == 200

        assert [request.paddle_version for request in simulator.requests] == [None, "1"]

    async def test_a_null_that_was_sent_is_recorded(self, api: Api, simulator: PaddleSimulator) -> None:
        await api.update(scheduled_change=None)

        assert simulator.requests[0].body == {"scheduled_change": None}

    async def test_every_answer_has_a_request_id_of_its_own(self, api: Api, simulator: PaddleSimulator) -> None:
        replies = [await api.get("/customers"), await api.get("/nothing"), await api.get("/customers", key="x")]

        served = [reply.json["meta"]["request_id"] for reply in replies]
        assert served == [request.request_id for request in simulator.requests]
        assert len(set(served)) == 3

    async def test_clearing_the_record_keeps_the_state(self, api: Api, simulator: PaddleSimulator) -> None:
        await api.get("/customers")
        simulator.clear()

        assert simulator.requests == []
        assert (await api.get("/customers")).ids == [CUSTOMER]

    async def test_recording_can_be_turned_off(self, api: Api, simulator: PaddleSimulator) -> None:
        simulator.recording = False
        await api.get("/customers")

        assert simulator.requests == []
