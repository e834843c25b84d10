"""Every object of the accounts, listed and retrieved, is what Churnkey's documentation describes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import pytest

from adapters.conformance.provider import ProviderCase
from adapters.conformance.reads import LISTS, escaped
from adapters.conformance.wire import faults
from adapters.conformance.world import BOTH_MODES, Start, World
from gateway.contract import ContractModel, Coupon, Customer, Family, Mode, Price, Product, Subscription

MODELS: Final[Mapping[str, type[ContractModel]]] = {
    "customers": Customer,
    "subscriptions": Subscription,
    "prices": Price,
    "coupons": Coupon,
    "products": Product,
    "families": Family,
}
SETTINGS: Final[Mapping[str, Mapping[str, object] | None]] = {
    "by default": {},
    "with everything on": None,
    "without products": {"controllers": {"products": False}},
    "with exact intervals": {"intervals": "exact"},
}


async def lists(world: World, mode: Mode) -> AsyncIterator[tuple[str, str, list[Any]]]:
    """Every list there is: its model's name, its path, all its rows."""
    for controller in ("customers", "prices", "coupons", "products", "families"):
        if world.has(controller):
            yield controller, f"/{controller}", await world.walk(f"/{controller}", mode=mode)
    for customer in await world.walk("/customers", mode=mode):
        path = f"/customers/{escaped(customer['id'])}/subscriptions"
        yield "subscriptions", path, await world.walk(path, mode=mode)


STATUSES: Final = {
    "active": "active",
    "trial": "trial",
    "paused": "paused",
    "canceled": "canceled",
    "unpaid": "unpaid",
    "ending": "active",
    "ending_later": "active",
    "yearly": "active",
    "twelve_months": "active",
    "several_items": "active",
    "scheduled": "active",
}


class TestBodies:
    """Every object of the accounts, listed and retrieved, is what Churnkey's documentation describes."""

    @pytest.fixture(params=SETTINGS.values(), ids=list(SETTINGS))
    async def any_world(self, start: Start, provider: type[ProviderCase], request: pytest.FixtureRequest) -> World:
        """The gateway in each way that changes its bodies."""
        return await start(provider.everything if request.param is None else request.param)

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    async def test_every_row_is_as_it_is_documented(self, any_world: World, mode: Mode) -> None:
        seen: dict[str, int] = {}
        async for kind, _, rows in lists(any_world, mode):
            seen[kind] = seen.get(kind, 0) + len(rows)
            assert faults(rows) == []
        assert all(seen[kind] for kind in MODELS if kind == "subscriptions" or any_world.has(kind))

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    async def test_every_row_is_retrieved_as_it_is_listed(self, any_world: World, mode: Mode) -> None:
        async for kind, path, rows in lists(any_world, mode):
            left_out = any_world.case.only_retrieved if kind == "customers" else frozenset()
            for row in rows:
                answer = await any_world.get(f"{path}/{escaped(row['id'])}", mode)
                assert answer.status == 200
                assert {name: value for name, value in answer.json.items() if name not in left_out} == row

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    async def test_every_body_is_its_model_and_nothing_else(self, any_world: World, mode: Mode) -> None:
        async for kind, path, rows in lists(any_world, mode):
            for row in rows:
                text = (await any_world.get(f"{path}/{escaped(row['id'])}", mode)).text
                assert MODELS[kind].model_validate_json(text).to_json() == text

    async def test_every_subscription_is_its_customers(self, any_world: World) -> None:
        held: list[str] = []
        for customer in await any_world.walk("/customers"):
            rows = await any_world.walk(f"/customers/{escaped(customer['id'])}/subscriptions")
            assert {row["customerId"] for row in rows} <= {customer["id"]}
            held += [row["id"] for row in rows]
        assert len(held) == len(set(held))

    @pytest.mark.parametrize("mode", BOTH_MODES, ids=str)
    async def test_no_subscription_is_left_out(self, any_world: World, mode: Mode) -> None:
        for customer in await any_world.walk("/customers", mode=mode):
            rows = await any_world.walk(f"/customers/{escaped(customer['id'])}/subscriptions", mode=mode)
            assert {row["id"] for row in rows} == set(any_world.case.subscriptions_of(mode, customer["id"]))

    async def test_what_a_body_refers_to_can_be_retrieved(self, any_world: World) -> None:
        wanted: dict[str, set[str]] = {"prices": set(), "coupons": set(), "products": set(), "families": set()}
        async for kind, _, rows in lists(any_world, Mode.TEST):
            for row in rows:
                prices = [item["price"] for item in row["items"]] if kind == "subscriptions" else []
                prices += [row] if kind == "prices" else []
                wanted["prices"] |= {price["id"] for price in prices}
                wanted["products"] |= {price["productId"] for price in prices if "productId" in price}
                if kind in {"subscriptions", "customers"}:
                    wanted["coupons"] |= {discount["coupon"]["id"] for discount in row.get("discounts", ())}
                if "familyId" in row:
                    wanted["families"].add(row["familyId"])
        for controller, ids in wanted.items():
            assert bool(ids) is any_world.has(controller), controller
            for identifier in ids:
                answer = await any_world.get(f"/{controller}/{escaped(identifier)}")
                assert answer.status == 200, (controller, identifier, answer.text)

    async def test_every_product_is_of_the_type_the_manifest_names(self, any_world: World) -> None:
        controllers = any_world.manifest["controllers"]
        for controller in ("prices", "products"):
            if any_world.has(controller):
                rows = await any_world.walk(f"/{controller}")
                assert {row["type"] for row in rows} == {controllers[controller]["type"]}

    @pytest.mark.parametrize(("role", "status"), STATUSES.items(), ids=STATUSES.keys())
    async def test_every_state_has_its_status(self, world: World, role: str, status: str) -> None:
        held = getattr(world.samples, role)
        shown = await world.subscription(held)
        assert (shown["id"], shown["customerId"]) == (held.subscription, held.customer)
        assert shown["status"]["name"] == status

    async def test_a_cancellation_to_come_shows_in_the_metadata(self, world: World) -> None:
        shown = await world.subscription(world.samples.ending)
        ends_at = world.truth(world.samples.ending).ends_at
        assert ends_at is not None
        assert shown["metadata"]["cancelAt"] == ends_at.isoformat().replace("+00:00", "Z")

    @pytest.mark.parametrize("role", ["yearly", "twelve_months"])
    async def test_twelve_months_are_a_year(self, world: World, role: str) -> None:
        shown = await world.subscription(getattr(world.samples, role))
        assert shown["duration"] == {"amount": 1, "unit": "year"}

    async def test_quantities_are_the_providers(self, world: World) -> None:
        held = world.samples.several_items
        shown = {item["price"]["id"]: item["quantity"] for item in (await world.subscription(held))["items"]}
        told = {item.price: item.quantity for item in world.truth(held).items if item.quantity is not None}
        assert shown | told == shown
        assert len(shown) == len(world.truth(held).items)

    async def test_what_can_no_longer_be_chosen_is_not_listed_but_answered(self, world: World) -> None:
        for controller, identifier in (
            ("prices", world.samples.archived_price),
            ("coupons", world.samples.expired_coupon),
        ):
            if not await world.serves(LISTS[f"/{controller}"]):
                continue
            assert identifier not in {row["id"] for row in await world.walk(f"/{controller}")}
            assert (await world.get(f"/{controller}/{escaped(identifier)}")).json["id"] == identifier
