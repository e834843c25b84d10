"""Direct mode over every provider: the same customers in the other shapes, and sessions for them and nobody else."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

import pytest

from adapters.conformance.provider import NO_SAMPLE, NOW, Held, Samples
from adapters.conformance.reads import escaped
from adapters.conformance.suite.hostile_ids import IMPOSSIBLE, ODD
from adapters.conformance.wire import faults
from adapters.conformance.world import Answer, Start, World
from gateway.contract import DirectBilling, Mode, moment_text

APP_TOKEN: Final = "app-token-of-the-contract-tests"
API_KEY: Final = "cancel-flow-api-key-of-the-contract-tests"
APPLICATION: Final = {"Authorization": f"Bearer {APP_TOKEN}"}
DIRECT: Final[Mapping[str, object]] = {"direct": {"app_tokens": [APP_TOKEN], "app_id": "app_1", "api_key": API_KEY}}

HOSTILE: Final = {**IMPOSSIBLE, **ODD}

Json = dict[str, Any]


async def billing(world: World, customer: str, mode: Mode = Mode.TEST) -> Answer:
    return await world.send("GET", f"/direct/customers/{escaped(customer)}", mode=mode, headers=APPLICATION)


async def session(world: World, body: object, mode: Mode = Mode.TEST) -> Answer:
    return await world.send("POST", "/direct/token", mode=mode, body=body, headers=APPLICATION)


def asked_for(held: Held) -> dict[str, str]:
    return {"customerId": held.customer, "subscriptionId": held.subscription}


def held(samples: Samples, role: str) -> Held | None:
    """The sample of this role, where the provider has one."""
    found = getattr(samples, role)
    return found if isinstance(found, Held) and not found.customer.startswith(NO_SAMPLE) else None


def customers_of(samples: Samples) -> list[str]:
    """Everybody who holds a sample, and who holds none."""
    holders = {found.customer for one in fields(Samples) if (found := held(samples, one.name))}
    return sorted(holders | {samples.many, samples.nobody})


def expected_status(shown: Json) -> Json:
    """The status in the other shape, by what the contract's and its metadata say."""
    status, metadata = dict(shown["status"]), shown.get("metadata", {})
    if status["name"] != "trial":
        status.pop("trial", None)
    if status["name"] == "canceled":
        status.pop("currentPeriod", None)
    if status["name"] == "paused":
        status["pause"] = {"start": status.pop("start"), "end": status.pop("end")}
        if "pauseIndefinite" in metadata:
            del status["pause"]["end"]
    return status


def expected_duration(shown: Json) -> Json:
    told = shown.get("metadata", {}).get("billingInterval")
    if told is None:
        return {"interval": shown["duration"]["unit"], "intervalCount": shown["duration"]["amount"]}
    count, unit = told.split(" ")
    return {"interval": unit.removesuffix("s"), "intervalCount": int(count)}


def expected_end(shown: Json) -> str | None:
    """In Direct mode a cancellation to come has a place of its own: an adapter that notes one must tell it there."""
    if shown["status"]["name"] == "canceled":
        return str(shown["status"]["canceledAt"])
    noted = shown.get("metadata", {}).get("cancelAt")
    return None if noted is None else moment_text(datetime.fromisoformat(noted))


async def shown(world: World, held: Held) -> Json:
    """A subscription as Direct mode shows it."""
    answer = await billing(world, held.customer)
    (found,) = (one for one in answer.json["subscriptions"] if one["id"] == held.subscription)
    subscription: Json = found
    return subscription


def content_of(token: str) -> Json:
    text = token.removeprefix("ck_")
    content: Json = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return content


class TestDirect:
    """Direct mode: the same customers in the other shapes, and sessions for them and nobody else."""

    @pytest.fixture
    async def world(self, start: Start) -> World:
        """The gateway with Direct mode."""
        return await start(DIRECT)

    @pytest.mark.parametrize("mode", Mode, ids=str)
    async def test_every_subscription_says_in_direct_mode_what_it_says_to_churnkey(
        self, world: World, mode: Mode
    ) -> None:
        met, samples = set(), world.case.samples[mode]
        for customer in customers_of(samples):
            answer = await billing(world, customer, mode)
            assert answer.status == 200, answer.text
            shown = {one["id"]: one for one in answer.json["subscriptions"]}
            listed = await world.walk(f"/customers/{escaped(customer)}/subscriptions", mode=mode)
            assert sorted(shown) == sorted(one["id"] for one in listed)
            for one in listed:
                found = shown[one["id"]]
                met.add(found["status"]["name"])
                # What is still to come has no word in the contract.
                if found["status"]["name"] != "future":
                    assert found["status"] == expected_status(one)
                assert found["duration"] == expected_duration(one)
                assert found.get("end") == expected_end(one)
                assert (found["start"], found["customerId"]) == (one["start"], customer)
                assert [(item["price"]["id"], item["quantity"]) for item in found["items"]] == [
                    (item["price"]["id"], item["quantity"]) for item in one["items"]
                ]
                assert len(found.get("discounts", ())) == len(one.get("discounts", ()))
                assert found.get("metadata") == one.get("metadata")
        assert met >= {name for name in ("active", "trial", "paused", "canceled", "unpaid") if held(samples, name)}

    async def test_every_answer_is_of_the_documented_form(self, world: World) -> None:
        for customer in customers_of(world.samples):
            answer = await billing(world, customer)
            assert DirectBilling.model_validate_json(answer.text).to_json() == answer.text
            assert faults(answer.json) == []

    async def test_the_customer_is_the_one_that_churnkey_reads(self, world: World) -> None:
        customer = (await world.get(f"/customers/{escaped(world.samples.customer)}")).json
        # These two have no place there.
        for name in ("discounts", "createdAt"):
            customer.pop(name, None)
        assert (await billing(world, world.samples.customer)).json["customer"] == customer

    async def test_a_cancellation_to_come_ends_the_subscription_and_leaves_it_active(self, world: World) -> None:
        ending = world.samples.ending
        found = await shown(world, ending)
        ends_at = world.truth(ending).ends_at
        assert ends_at is not None
        assert found["end"] == ends_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert found["status"]["name"] == "active"

    async def test_the_dates_of_a_pause_are_in_an_object_of_their_own(self, world: World) -> None:
        status = (await shown(world, world.samples.paused))["status"]
        assert status["pause"].keys() <= {"start", "end"}
        assert not status.keys() & {"start", "end"}

    async def test_twelve_months_are_a_year_on_the_subscription_and_in_both_places_of_its_price(
        self, world: World
    ) -> None:
        found = await shown(world, world.samples.twelve_months)
        (price,) = (item["price"] for item in found["items"])
        year = {"interval": "year", "intervalCount": 1}
        assert found["duration"] == price["duration"] == year
        assert price.items() >= year.items()

    async def test_what_has_ended_comes_last(self, world: World) -> None:
        answer = await billing(world, world.samples.canceled.customer)
        ended = [one["status"]["name"] == "canceled" for one in answer.json["subscriptions"]]
        assert ended == sorted(ended)
        assert True in ended

    async def test_a_customer_without_subscriptions(self, world: World) -> None:
        assert (await billing(world, world.samples.nobody)).json["subscriptions"] == []

    async def test_an_unknown_customer_is_not_found(self, world: World) -> None:
        assert (await billing(world, world.samples.unknown_customer)).is_error(404)

    async def test_the_customers_of_one_mode_are_unknown_in_the_other(self, world: World) -> None:
        live, test = world.case.samples[Mode.LIVE].active, world.samples.active
        for held, mode in ((live, Mode.TEST), (test, Mode.LIVE)):
            assert (await billing(world, held.customer, mode)).is_error(404)
            assert (await session(world, asked_for(held), mode)).is_error(404)

    async def test_nothing_is_written(self, world: World) -> None:
        await billing(world, world.samples.many)
        await session(world, asked_for(world.samples.active))
        assert world.case.writes() == []

    @pytest.mark.parametrize("mode", Mode, ids=str)
    async def test_a_session_is_sealed_by_the_id_that_churnkey_wants(self, world: World, mode: Mode) -> None:
        asked = asked_for(world.case.samples[mode].active)
        answer = await session(world, asked, mode)
        document = answer.json
        sealed = hmac.new(API_KEY.encode(), asked[world.case.sealed_by].encode(), "sha256").hexdigest()
        assert document.items() >= {**asked, "authHash": sealed, "appId": "app_1", "mode": mode.value}.items()
        assert content_of(document["token"]) == {
            "a": "app_1",
            "c": asked["customerId"],
            "h": sealed,
            "m": mode.value,
            "t": int(NOW.timestamp()) * 1000,
            "s": asked["subscriptionId"],
        }

    async def test_a_session_without_a_subscription_is_for_those_that_are_sealed_by_the_customer(
        self, world: World
    ) -> None:
        answer = await session(world, {"customerId": world.samples.customer})
        if world.case.sealed_by == "customerId":
            assert "s" not in content_of(answer.json["token"])
        else:
            assert answer.is_error(400)

    async def test_nobody_gets_a_session_for_somebody_elses_subscription(self, world: World) -> None:
        samples = world.samples
        for customer, subscription in (
            (samples.active.customer, samples.others.subscription),
            (samples.others.customer, samples.active.subscription),
            (samples.unknown_customer, samples.active.subscription),
            (samples.active.customer, samples.unknown_subscription),
        ):
            assert (await session(world, {"customerId": customer, "subscriptionId": subscription})).is_error(404)

    @pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
    async def test_a_hostile_id_gets_no_session(self, world: World, hostile: str) -> None:
        for name in ("customerId", "subscriptionId"):
            answer = await session(world, {**asked_for(world.samples.active), name: hostile})
            assert answer.is_error(400) or answer.is_error(404), answer.text
            world.keeps_silent(answer)

    @pytest.mark.parametrize("hostile", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
    async def test_a_customer_who_cannot_be_is_asked_about_nowhere(self, world: World, hostile: str) -> None:
        world.case.forget_calls()
        await session(world, {**asked_for(world.samples.active), "customerId": hostile})
        assert world.case.calls() == []

    @pytest.mark.parametrize("hostile", [text for text in IMPOSSIBLE.values() if text not in {"", ".", ".."}])
    async def test_the_billing_data_of_a_hostile_id_is_not_there(self, world: World, hostile: str) -> None:
        world.case.forget_calls()
        assert (await billing(world, hostile)).is_error(404)
        assert world.case.calls() == []

    async def test_the_doors_are_apart(self, world: World) -> None:
        path = f"/customers/{escaped(world.samples.customer)}"
        statuses = {
            (root, who): (await world.send("GET", root + path, mode=Mode.TEST, headers=headers)).status
            for root in ("/churnkey", "/direct")
            for who, headers in (("churnkey", {}), ("application", APPLICATION))
        }
        assert statuses == {
            ("/churnkey", "churnkey"): 200,
            ("/churnkey", "application"): 401,
            ("/direct", "churnkey"): 401,
            ("/direct", "application"): 200,
        }

    async def test_no_key_is_in_any_answer(self, world: World) -> None:
        for answer in (
            await billing(world, world.samples.active.customer),
            await session(world, asked_for(world.samples.active)),
        ):
            assert all(secret not in answer.text for secret in (API_KEY, APP_TOKEN, *world.case.secrets))
