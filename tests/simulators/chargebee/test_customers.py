"""`/customers`: what can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock


async def test_a_customer_is_made_with_an_address_custom_fields_and_metadata(api: Api) -> None:
    made = await api.post(
        "/customers",
        ("id", "grace"),
        ("first_name", "Grace"),
        ("billing_address[city]", "Walnut"),
        ("meta_data", '{"a":{"b":1}}'),
        ("cf_nps", "9"),
    )
    customer = (await api.get("/customers/grace")).json["customer"]

    assert made.json["customer"] == customer
    assert (customer["first_name"], customer["billing_address"]["city"]) == ("Grace", "Walnut")
    assert (customer["meta_data"], customer["cf_nps"]) == ({"a": {"b": 1}}, "9")


async def test_an_id_is_made_up_where_none_is_given(api: Api, site: Site) -> None:
    made = (await api.post("/customers")).json["customer"]

    assert site.customers.rows[made["id"]] == made


async def test_an_id_is_taken_once(api: Api) -> None:
    assert (await api.post("/customers", ("id", "ada"))).refusal == (400, "duplicate_entry", "id")


async def test_an_empty_value_takes_a_member_away(api: Api) -> None:
    assert "email" not in (await api.post("/customers/ada", ("email", ""))).json["customer"]


async def test_a_write_moves_the_version(api: Api, clock: MovableClock) -> None:
    clock.move(hours=1)
    first = (await api.post("/customers/ada", ("first_name", "A"))).json["customer"]
    second = (await api.post("/customers/ada", ("first_name", "B"))).json["customer"]

    assert first["updated_at"] == second["updated_at"] == clock.seconds
    assert clock.seconds * 1000 == first["resource_version"] < second["resource_version"]
    assert first["created_at"] == second["created_at"] < clock.seconds


@pytest.mark.usefixtures("subscription")
async def test_deleting_a_customer_deletes_the_subscriptions(api: Api, site: Site) -> None:
    reply = await api.post("/customers/ada/delete")
    again = await api.post("/customers/ada/delete")
    pause = await api.post("/subscriptions/sub/pause")

    assert reply.json["customer"]["deleted"] is True
    assert site.subscriptions.rows["sub"]["deleted"] is True
    assert (again.status, pause.status) == (404, 404)
    assert (await api.get("/subscriptions")).json["list"] == []


@pytest.mark.usefixtures("subscription")
async def test_a_deleted_subscription_is_not_billed_any_more(api: Api, site: Site, clock: MovableClock) -> None:
    await api.post("/customers/ada/delete")
    clock.move(days=40)
    await api.get("/customers")

    assert site.renewals == []


async def test_a_subscription_shows_its_customer_as_it_is_now(api: Api, subscription: dict[str, Any]) -> None:
    await api.post("/customers/ada", ("first_name", "Ada"))

    assert (await api.get(f"/subscriptions/{subscription['id']}")).json["customer"]["first_name"] == "Ada"
