"""Lists: envelopes, filters, order, limits, offsets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.simulators.chargebee.client import DAY

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock


@pytest.fixture
def many(site: Site, clock: MovableClock) -> list[str]:
    """Subscriptions made day by day, the oldest first."""
    made = []
    for number in range(12):
        status = "cancelled" if number % 4 == 0 else "active"
        row = site.add_subscription(
            id=f"s{number:02d}",
            customer_id="ada",
            items=["seats" if number % 2 else "flat"],
            status=status,
            started_at=clock.seconds - (20 - number) * DAY,
        )
        made.append(row["id"])
    return made


async def test_ten_rows_come_unless_told_otherwise_and_the_rest_by_offset(api: Api, many: list[str]) -> None:
    first = await api.get("/subscriptions")
    second = await api.get("/subscriptions", ("offset", first.json["next_offset"]))

    assert first.ids("subscription") + second.ids("subscription") == many
    assert len(first.json["list"]) == 10
    assert "next_offset" not in second.json


async def test_a_list_that_ends_with_its_page_has_no_offset(api: Api, many: list[str]) -> None:
    reply = await api.get("/subscriptions", ("limit", "12"))

    assert (reply.ids("subscription"), "next_offset" in reply.json) == (many, False)


async def test_an_offset_looks_like_a_real_one(api: Api, many: list[str]) -> None:
    offset = json.loads((await api.get("/subscriptions", ("limit", "1"))).json["next_offset"])

    assert len(many) > 1
    assert len(offset) == 2
    assert all(isinstance(part, str) and part.isdecimal() for part in offset)
    assert len(offset[1]) == 12


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    "sort",
    [("sort_by[asc]", "created_at"), ("sort_by[desc]", "created_at"), ("sort_by[desc]", "updated_at")],
)
async def test_every_order_can_be_walked_page_by_page(api: Api, sort: tuple[str, str]) -> None:
    whole = (await api.get("/subscriptions", sort, ("limit", "100"))).ids("subscription")
    walked: list[str] = []
    offset: list[tuple[str, str]] = []
    while True:
        reply = await api.get("/subscriptions", sort, ("limit", "5"), *offset)
        walked += reply.ids("subscription")
        if "next_offset" not in reply.json:
            break
        offset = [("offset", reply.json["next_offset"])]

    assert walked == whole
    assert sorted(walked, reverse=sort[0] == "sort_by[desc]") == walked


async def test_names_can_be_walked_in_order(api: Api) -> None:
    first = await api.get("/item_prices", ("sort_by[asc]", "id"), ("limit", "3"))
    second = await api.get("/item_prices", ("sort_by[asc]", "id"), ("offset", first.json["next_offset"]))

    assert first.ids("item_price") + second.ids("item_price") == ["flat", "more-seats", "seats", "support", "yearly"]


@pytest.mark.usefixtures("many")
async def test_an_offset_outlives_the_rows_before_it(api: Api, site: Site) -> None:
    first = await api.get("/subscriptions", ("status[is]", "active"), ("limit", "2"))
    site.subscriptions.rows["s01"]["status"] = "cancelled"
    second = await api.get(
        "/subscriptions", ("status[is]", "active"), ("limit", "2"), ("offset", first.json["next_offset"])
    )

    assert (first.ids("subscription"), second.ids("subscription")) == (["s01", "s02"], ["s03", "s05"])


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    "other",
    [
        pytest.param([("status[is]", "active")], id="another filter"),
        pytest.param([("sort_by[desc]", "created_at")], id="another order"),
    ],
)
async def test_an_offset_belongs_to_its_filters_and_its_order(api: Api, other: list[tuple[str, str]]) -> None:
    offset = (await api.get("/subscriptions", ("limit", "1"))).json["next_offset"]

    assert (await api.get("/subscriptions", ("offset", offset), *other)).refusal == (
        400,
        "param_wrong_value",
        "offset",
    )


@pytest.mark.parametrize(
    "offset", ["", "5", "[]", '["1"]', "[1,2]", '["1","x"]', '{"a":1}', "x" * 1001, '["a","000000000000"]']
)
async def test_what_is_no_offset_is_refused(api: Api, offset: str) -> None:
    assert (await api.get("/customers", ("offset", offset))).refusal == (400, "param_wrong_value", "offset")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1.0"])
async def test_a_limit_is_from_1_to_100(api: Api, limit: str) -> None:
    assert (await api.get("/customers", ("limit", limit))).refusal == (400, "param_wrong_value", "limit")


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        pytest.param([("id[is]", "s03")], ["s03"], id="one id"),
        pytest.param([("id[in]", '["s05","s03","none"]')], ["s03", "s05"], id="ids as JSON"),
        pytest.param([("id[in]", "['s05', 's03']")], ["s03", "s05"], id="ids as the Python package sends a list"),
        pytest.param([("id[in]", '["s03"]'), ("status[is]", "cancelled")], [], id="two filters"),
        pytest.param([("id[starts_with]", "s1")], ["s10", "s11"], id="a beginning"),
        pytest.param([("customer_id[is]", "nobody")], [], id="nobody's"),
        pytest.param([("status[in]", '["cancelled","paused"]')], ["s00", "s04", "s08"], id="statuses"),
        pytest.param(
            [("status[is_not]", "active"), ("customer_id[is]", "ada")], ["s00", "s04", "s08"], id="not a status"
        ),
        pytest.param(
            [("item_price_id[is]", "seats"), ("status[not_in]", '["cancelled"]')],
            ["s01", "s03", "s05", "s07", "s09", "s11"],
            id="a price",
        ),
        pytest.param([("item_id[is_not]", "basic")], ["s01", "s03", "s05", "s07", "s09", "s11"], id="not an item"),
        pytest.param([("has_scheduled_changes[is]", "true")], [], id="a flag"),
        pytest.param([("decommissioned[is]", "false"), ("id[is]", "s03")], ["s03"], id="a flag that is absent"),
        pytest.param([("remaining_billing_cycles[is_present]", "true")], [], id="presence"),
    ],
)
async def test_filters_of_subscriptions(api: Api, pairs: list[tuple[str, str]], found: list[str]) -> None:
    assert (await api.get("/subscriptions", ("limit", "100"), *pairs)).ids("subscription") == found


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("operator", "found"),
    [
        pytest.param("after", ["s10", "s11"], id="after"),
        pytest.param("on", ["s09"], id="on the same day"),
        pytest.param("between", ["s09", "s10"], id="between"),
    ],
)
async def test_filters_of_moments(api: Api, clock: MovableClock, operator: str, found: list[str]) -> None:
    moment = clock.seconds - 11 * DAY
    operand = json.dumps([moment, moment + DAY]) if operator == "between" else str(moment + 3600 * (operator == "on"))

    reply = await api.get("/subscriptions", (f"created_at[{operator}]", operand))

    assert reply.ids("subscription") == found


@pytest.mark.parametrize(
    ("path", "pair", "param"),
    [
        pytest.param("/customers", ("email", "ada@example.com"), "email", id="no operator"),
        pytest.param("/customers", ("email[in]", '["a"]'), "email[in]", id="an operator that e-mails lack"),
        pytest.param("/customers", ("email[like]", "a"), "email[like]", id="no such operator"),
        pytest.param("/customers", ("nickname[is]", "a"), "nickname", id="no such filter"),
        pytest.param("/customers", ("sort_by[asc]", "email"), "sort_by[asc]", id="a key that customers lack"),
        pytest.param("/item_prices", ("sort_by[asc]", "created_at"), "sort_by[asc]", id="a key that prices lack"),
        pytest.param("/items", ("sort_by[asc]", "created_at"), "sort_by[asc]", id="a key that items lack"),
        pytest.param("/item_families", ("sort_by[asc]", "id"), "sort_by", id="no order at all"),
        pytest.param("/coupons", ("sort_by[asc]", "updated_at"), "sort_by[asc]", id="a key that coupons lack"),
        pytest.param("/coupons", ("sort_by", "created_at"), "sort_by", id="no direction"),
        pytest.param("/coupons", ("sort_by[up]", "created_at"), "sort_by[up]", id="no such direction"),
        pytest.param("/coupons", ("include_deleted", "true"), "include_deleted", id="only of two lists"),
        pytest.param("/subscriptions", ("status[is]", "canceled"), "status[is]", id="no such status"),
        pytest.param("/subscriptions", ("status[in]", "active"), "status[in]", id="not an array"),
        pytest.param("/subscriptions", ("status[in]", '["active",{}]'), "status[in]", id="not of strings"),
        pytest.param("/subscriptions", ("created_at[after]", "2026-01-01"), "created_at[after]", id="not seconds"),
        pytest.param("/subscriptions", ("created_at[between]", "[1]"), "created_at[between]", id="not two"),
        pytest.param("/subscriptions", ("limit[is]", "1"), "limit", id="a filter for a number"),
    ],
)
async def test_a_filter_that_is_not_there_is_refused_by_name(
    api: Api, path: str, pair: tuple[str, str], param: str
) -> None:
    reply = await api.get(path, pair)

    assert (reply.status, reply.json["param"]) == (400, param)


async def test_an_email_is_looked_up_as_it_is_written(api: Api, site: Site) -> None:
    site.add_customer(id="other", email="Ada@Example.com")
    by_case = await api.get("/customers", ("email[is]", "Ada@Example.com"))
    site.emails_match_case = False
    without = await api.get("/customers", ("email[is]", "ADA@example.com"))

    assert (by_case.ids("customer"), without.ids("customer")) == (["other"], ["ada", "other"])


async def test_deleted_rows_are_listed_on_demand(api: Api, site: Site) -> None:
    site.add_customer(id="gone", deleted=True)

    assert (await api.get("/customers")).ids("customer") == ["ada"]
    assert (await api.get("/customers", ("include_deleted", "true"))).ids("customer") == ["ada", "gone"]


async def test_filters_of_the_catalogue(api: Api, site: Site) -> None:
    site.add_item_price(id="old", item_id="pro", status="archived")

    by_status = await api.get("/item_prices", ("status[is]", "archived"))
    by_type = await api.get("/item_prices", ("item_type[is]", "addon"))
    by_item = await api.get("/items", ("type[is]", "plan"), ("sort_by[desc]", "name"))
    families = await api.get("/item_families")

    assert (by_status.ids("item_price"), by_type.ids("item_price")) == (["old"], ["support"])
    assert by_item.ids("item") == ["pro", "basic"]
    assert families.json["list"] == []


async def test_coupons_by_what_they_apply_to(api: Api, site: Site) -> None:
    only = [{"item_type": "plan", "constraint": "specific", "item_price_ids": ["seats"]}]
    site.add_coupon(id="SEATS", apply_on="each_specified_item", item_constraints=only)

    reply = await api.get("/coupons", ("applicable_item_price_ids[is]", "seats"))

    assert reply.ids("coupon") == ["SEATS"]
