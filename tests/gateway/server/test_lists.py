"""Lists: limit, cursor, next."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract import Controller, Mode, RequestError
from gateway.server.cursor import LONGEST_CURSOR, Scope, unwrap, wrap
from tests.support.memory_account import MemoryAccount, sample_subscription
from tests.support.service import Client, Start, backend_settings, is_error, send

LISTS = [
    "/customers",
    "/customers/cus_ada/subscriptions",
    "/customers/cus_bob/subscriptions",
    "/prices",
    "/coupons",
    "/products",
    "/families",
]


@pytest.fixture(autouse=True)
def well_filled(live: MemoryAccount, test_account: MemoryAccount) -> None:
    """Both accounts have more than one page of everything."""
    for account in (live, test_account):
        for number in range(150):
            identifier = f"id_{number:03}"
            account.customers[identifier] = account.customers["cus_bob"].model_copy(update={"id": identifier})
            account.prices[identifier] = account.prices["price_pro"].model_copy(update={"id": identifier})
            account.coupons[identifier] = account.coupons["SAVE20"].model_copy(update={"id": identifier})
            account.products[identifier] = account.products["prod_pro"].model_copy(update={"id": identifier})
            account.families[identifier] = account.families["fam_app"].model_copy(update={"id": identifier})
            for customer_id in ("cus_ada", "cus_bob"):
                owned = f"{customer_id}_{identifier}"
                account.subscriptions[owned] = sample_subscription(owned, customer_id)


async def first_cursor(client: Client, path: str, mode: str = "live", root: str = "/churnkey") -> str:
    response = await send(client, f"{root}{path}?limit=2", headers={"X-Churnkey-Mode": mode})
    return str((await response.json())["next"])


@pytest.mark.parametrize("path", LISTS)
async def test_following_next_shows_every_row_once(client: Client, path: str) -> None:
    seen: list[str] = []
    query = "?limit=40"
    while query:
        page = await (await send(client, f"/churnkey{path}{query}")).json()
        seen += [row["id"] for row in page["data"]]
        query = f"?limit=40&cursor={page['next']}" if "next" in page else ""
    assert len(seen) == len(set(seen)) >= 150


@pytest.mark.parametrize("path", LISTS)
async def test_the_last_page_has_no_next(client: Client, path: str) -> None:
    page = await (await send(client, f"/churnkey{path}")).json()
    assert sorted(page) == ["data", "next"]
    page = await (await send(client, f"/churnkey{path}?cursor={page['next']}")).json()
    assert sorted(page) == ["data"]


@pytest.mark.parametrize(
    ("query", "rows"),
    [("", 100), ("?limit=1", 1), ("?limit=100", 100), ("?limit=1000", 100), ("?cursor=", 100)],
    ids=["absent", "one", "the most", "more than the most", "empty cursor"],
)
@pytest.mark.parametrize("path", LISTS)
async def test_a_page_has_as_many_rows_as_asked(client: Client, path: str, query: str, rows: int) -> None:
    page = await (await send(client, f"/churnkey{path}{query}")).json()
    assert len(page["data"]) == rows


@pytest.mark.parametrize("limit", ["", "0", "-1", "1.5", "ten", "1e2", "+5", "%205", "99999999999"])
async def test_a_limit_that_is_not_a_whole_number_is_refused(client: Client, live: MemoryAccount, limit: str) -> None:
    assert await is_error(await send(client, f"/churnkey/customers?limit={limit}"), 400)
    assert live.calls == []


@pytest.mark.parametrize(
    "query",
    ["limit=1&limit=1", "limit=1&limit=2", "limit=&limit=1", "cursor=&cursor=", "cursor=a&cursor=b"],
)
async def test_a_repeated_parameter_is_refused(client: Client, live: MemoryAccount, query: str) -> None:
    assert await is_error(await send(client, f"/churnkey/customers?{query}"), 400)
    assert live.calls == []


@pytest.mark.parametrize("query", ["x=1", "x=1&x=2", "Limit=nonsense", "starting_after=id_001", "%00=%FF", "&&="])
async def test_other_parameters_are_ignored(client: Client, query: str) -> None:
    assert (await send(client, f"/churnkey/customers?{query}")).status == 200


@pytest.mark.parametrize("taken_from", LISTS)
async def test_a_cursor_is_refused_by_every_list_but_its_own(client: Client, taken_from: str) -> None:
    cursor = await first_cursor(client, taken_from)
    statuses = {path: (await send(client, f"/churnkey{path}?cursor={cursor}")).status for path in LISTS}
    assert statuses == {path: 200 if path == taken_from else 400 for path in LISTS}


async def test_a_cursor_is_refused_in_the_other_mode(client: Client) -> None:
    cursor = await first_cursor(client, "/customers", mode="test")
    assert await is_error(await send(client, f"/churnkey/customers?cursor={cursor}"), 400)


async def test_a_cursor_is_refused_by_another_backend(start: Start) -> None:
    client = await start(backend_settings("one"), backend_settings("two"))
    cursor = await first_cursor(client, "/customers", root="/one/churnkey")
    assert (await send(client, f"/one/churnkey/customers?cursor={cursor}")).status == 200
    assert await is_error(await send(client, f"/two/churnkey/customers?cursor={cursor}"), 400)


async def test_a_cursor_counts_under_both_roots(client: Client) -> None:
    cursor = await first_cursor(client, "/customers", root="/memory/churnkey")
    assert (await send(client, f"/churnkey/customers?cursor={cursor}")).status == 200


def _non_canonical(cursor: str) -> str:
    # The last character of a base64 text whose length is not a multiple of four has bits to spare.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return cursor[:-1] + alphabet[alphabet.index(cursor[-1]) + 1]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda cursor: "x", id="a letter"),
        pytest.param(lambda cursor: "id_001", id="the provider's own"),
        pytest.param(lambda cursor: cursor[:-2], id="cut off"),
        pytest.param(lambda cursor: cursor + "A", id="longer by a letter"),
        pytest.param(lambda cursor: cursor + "AAAA", id="longer by a group"),
        pytest.param(lambda cursor: cursor + "==", id="padded"),
        pytest.param(lambda cursor: cursor.swapcase(), id="other case"),
        pytest.param(lambda cursor: "B" + cursor[1:], id="altered"),
        pytest.param(lambda cursor: "%20" + cursor, id="space before"),
        pytest.param(lambda cursor: cursor + "%0A", id="line feed after"),
        pytest.param(lambda cursor: "A" * 3000, id="over-long"),
        pytest.param(lambda cursor: "%FF%FE", id="no UTF-8"),
        pytest.param(lambda cursor: "%F0%9F%98%80", id="beyond ASCII"),
        pytest.param(lambda cursor: "undefined", id="undefined"),
        pytest.param(lambda cursor: "null", id="null"),
        pytest.param(lambda cursor: "0", id="an offset"),
    ],
)
async def test_garbage_is_refused_before_the_provider_is_asked(
    client: Client, live: MemoryAccount, spoil: object
) -> None:
    assert callable(spoil)
    cursor = await first_cursor(client, "/customers")
    live.calls.clear()
    response = await send(client, f"/churnkey/customers?cursor={spoil(cursor)}")
    assert await is_error(response, 400)
    assert (await response.json())["message"].startswith("cursor: ")
    assert live.calls == []


SCOPES = st.builds(Scope, st.text(max_size=20), st.sampled_from(Mode), st.sampled_from(Controller), st.text())


@given(SCOPES, st.text(min_size=1, max_size=300))
def test_a_cursor_comes_back_as_it_was(scope: Scope, cursor: str) -> None:
    wrapped = wrap(scope, cursor)
    assert wrapped.replace("-", "").replace("_", "").isalnum()
    assert wrapped.isascii()
    assert unwrap(scope, wrapped) == cursor


@given(SCOPES)
def test_a_cursor_of_nothing_is_refused(scope: Scope) -> None:
    with pytest.raises(RequestError):
        unwrap(scope, wrap(scope, ""))


@given(SCOPES, SCOPES, st.text(max_size=50))
def test_a_cursor_belongs_to_one_list(scope: Scope, other: Scope, cursor: str) -> None:
    if scope != other:
        with pytest.raises(RequestError):
            unwrap(other, wrap(scope, cursor))


@given(SCOPES, st.text(max_size=100) | st.binary(max_size=100).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_what_was_not_handed_out_is_refused(scope: Scope, garbage: str) -> None:
    with pytest.raises(RequestError) as caught:
        unwrap(scope, garbage)
    assert caught.value.field == "cursor"


@given(SCOPES, st.text(min_size=1, max_size=30))
def test_another_spelling_of_the_same_bytes_is_refused(scope: Scope, cursor: str) -> None:
    wrapped = wrap(scope, cursor)
    if len(wrapped) % 4:
        with pytest.raises(RequestError):
            unwrap(scope, _non_canonical(wrapped))


def test_a_cursor_that_could_not_come_back_is_not_handed_out() -> None:
    with pytest.raises(ValueError, match="too long"):
        wrap(Scope("memory", Mode.LIVE, Controller.PRICES), "x" * LONGEST_CURSOR)
