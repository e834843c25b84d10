"""Lists: limits, cursors, and that a walk meets every row exactly once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import quote

import pytest

from adapters.conformance.reads import LISTS, Read
from adapters.conformance.world import Start, World
from gateway.contract import Mode

# Families may be so few that they all are on one page.
WALKED: Final = {path: read for path, read in LISTS.items() if read.controller != "families"}
every_list = pytest.mark.parametrize("read", WALKED.values(), ids=WALKED.keys())


async def paths(world: World, mode: Mode = Mode.TEST) -> AsyncIterator[str]:
    """All lists that are served."""
    for read in WALKED.values():
        if await world.serves(read, mode):
            yield read.path(world.case.samples[mode])


LIMITS: Final = ("0", "-1", "1.5", "ten", "1e2", "", "%2B5", "%201", "9" * 400)
LIMITS_CUT: Final = ("100", "101", "1000000")


GARBAGE: Final = {
    "a word": "abc123",
    "a number": "10",
    "an id": "cus_1",
    "not in the alphabet": "%2B%2F%3D",
    "white space": "%20",
    "a null character": "%00",
    "not ASCII": "%C3%A9",
    "JSON": "%7B%22id%22%3A1%7D",
    "very long": "A" * 5000,
    "long for a cursor": "A" * 2048,
}


async def cursor_of(world: World, path: str) -> str:
    """The cursor behind the first row of a list."""
    return str((await world.get(f"{path}?limit=1")).json["next"])


async def is_refused_as_cursor(world: World, path: str, cursor: str, mode: Mode = Mode.TEST) -> None:
    """The cursor is what is wrong, and the provider is not asked."""
    world.case.forget_calls()
    answer = await world.get(f"{path}?cursor={cursor}", mode)
    assert answer.is_error(400), (answer.status, answer.text)
    assert answer.json["message"].startswith("cursor:")
    assert world.case.calls() == []


class TestLists:
    """Lists: limits, cursors, and that a walk meets every row exactly once."""

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    @every_list
    async def test_pages_of_any_size_have_the_same_rows_once_each(
        self, full_world: World, read: Read, limit: int
    ) -> None:
        if await full_world.serves(read):
            path = read.path(full_world.samples)
            whole = [row["id"] for row in await full_world.walk(path)]
            walked = [row["id"] for row in await full_world.walk(path, limit)]
            assert walked == whole
            assert len(set(walked)) == len(walked) > 1

    @every_list
    async def test_a_cursor_is_safe_in_a_url_and_the_last_page_has_none(self, full_world: World, read: Read) -> None:
        if await full_world.serves(read):
            cursor = await cursor_of(full_world, read.path(full_world.samples))
            assert quote(cursor, safe="") == cursor
            assert (await full_world.get(f"{read.path(full_world.samples)}?limit=100")).json.keys() == {"data"}

    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit[:8] or "empty")
    async def test_a_limit_that_is_no_whole_number_from_one_is_refused(self, full_world: World, limit: str) -> None:
        async for path in paths(full_world):
            full_world.case.forget_calls()
            answer = await full_world.get(f"{path}?limit={limit}")
            assert answer.is_error(400), path
            assert answer.json["message"].startswith("limit:")
            assert full_world.case.calls() == []

    @pytest.mark.parametrize("limit", LIMITS_CUT)
    async def test_a_limit_above_a_hundred_is_a_hundred(self, world: World, limit: str) -> None:
        assert (await world.get(f"/customers?limit={limit}")).text == (await world.get("/customers")).text

    @pytest.mark.parametrize("cursor", GARBAGE.values(), ids=GARBAGE.keys())
    async def test_a_cursor_that_nobody_gave_out_is_refused(self, full_world: World, cursor: str) -> None:
        async for path in paths(full_world):
            await is_refused_as_cursor(full_world, path, cursor)

    @pytest.mark.parametrize("change", ["cut", "longer", "altered"])
    async def test_a_cursor_that_was_tampered_with_is_refused(self, world: World, change: str) -> None:
        cursor = await cursor_of(world, "/customers")
        letter = "A" if cursor[5] != "A" else "B"
        tampered = {"cut": cursor[:-2], "longer": f"{cursor}AAAA", "altered": f"{cursor[:5]}{letter}{cursor[6:]}"}
        await is_refused_as_cursor(world, "/customers", tampered[change])

    @every_list
    async def test_a_cursor_of_another_list_is_refused(self, full_world: World, read: Read) -> None:
        if await full_world.serves(read):
            own = read.path(full_world.samples)
            cursor = await cursor_of(full_world, own)
            async for path in paths(full_world):
                if path != own:
                    await is_refused_as_cursor(full_world, path, cursor)

    async def test_a_cursor_of_another_customers_list_is_refused(self, world: World) -> None:
        cursor = await cursor_of(world, f"/customers/{world.samples.customer}/subscriptions")
        await is_refused_as_cursor(world, f"/customers/{world.samples.many}/subscriptions", cursor)

    @every_list
    async def test_a_cursor_of_the_other_mode_is_refused(self, full_world: World, read: Read) -> None:
        if await full_world.serves(read):
            live, test = (full_world.case.samples[mode] for mode in (Mode.LIVE, Mode.TEST))
            cursor = await cursor_of(full_world, read.path(test))
            await is_refused_as_cursor(full_world, read.path(live), cursor, Mode.LIVE)

    @pytest.mark.parametrize("query", ["limit=1&limit=2", "cursor=a&cursor=b"])
    async def test_a_parameter_that_is_given_twice_is_refused(self, world: World, query: str) -> None:
        assert (await world.get(f"/customers?{query}")).is_error(400)

    @pytest.mark.parametrize("query", ["", "cursor=", "order=asc", "expand[]=data.subscriptions&starting_after=cus_1"])
    async def test_other_parameters_change_nothing_and_reach_nobody(self, world: World, query: str) -> None:
        assert (await world.get(f"/customers?{query}")).text == (await world.get("/customers")).text

    async def test_a_customer_without_subscriptions_has_an_empty_list(self, world: World) -> None:
        assert (await world.get(f"/customers/{world.samples.nobody}/subscriptions")).text == '{"data":[]}'

    async def test_the_list_of_an_unknown_customer_is_not_found(self, world: World) -> None:
        assert (await world.get(f"/customers/{world.samples.unknown_customer}/subscriptions")).is_error(404)

    async def test_only_coupons_and_prices_that_the_owner_allows_are_listed(self, start: Start, world: World) -> None:
        samples = world.samples
        policy = {"coupons": {"allow": [samples.coupon]}, "prices": {"allow": [samples.price]}}
        narrow = await start({"policy": policy})
        for controller, allowed in (("coupons", samples.coupon), ("prices", samples.price)):
            if narrow.has(controller):
                assert [row["id"] for row in await narrow.walk(f"/{controller}", 2)] == [allowed]
