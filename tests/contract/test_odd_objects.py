"""A provider answers something in a form that nobody documented: one member of one object is of another type.

In a list the object is left out, which is counted, or shown all the same, and every other row is what it always is.
Asked for alone it is an error of its own. Nothing is ever a 500.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from adapters.conformance.reads import LOOK_UPS, escaped
from adapters.conformance.suite.bodies import MODELS
from adapters.conformance.wire import faults
from adapters.conformance.world import World
from tests.contract.tampering import (
    VALUES,
    Alteration,
    Exchange,
    Place,
    Tampered,
    behind_a_proxy,
    each_provider,
    odd_values,
    pattern,
    places,
    rows_key,
)

TAKEN_FOR_MISSING: Final[Mapping[str, Sequence[str]]] = {"paddle": ("status", "recur", "billing_cycle")}
"""Without these a price or a coupon is not on offer. Of Paddle's objects what is of another kind counts as missing."""
NOT_FOUND: Final = 404
UNREADABLE: Final = 502

each_kind = pytest.mark.parametrize("of", MODELS)
values_tried = pytest.mark.parametrize(
    "every_value", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["one value", "every value"]
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object of the provider's, met while the gateway answers `path`. `row` is the row's id where it is
    in the list that is asked for, None where it is in something that is looked up beside it."""

    path: str
    call: str
    place: Place
    value: Any
    row: str | None = None

    @property
    def alike(self) -> tuple[object, ...]:
        """What all members have in common of which one is enough."""
        return ("" if self.row is not None else self.call.rpartition("/")[0], pattern(self.place))

    def altered(self, value: Any) -> Alteration:
        return Alteration(self.call, self.place, value)


def lists_of(world: World, of: str) -> list[str]:
    """The paths of the lists of this kind."""
    if of != "subscriptions":
        return [f"/{of}"] if world.has(of) else []
    samples = world.samples
    holders = dict.fromkeys((samples.many, samples.customer, samples.others.customer, samples.single.customer))
    return [f"/customers/{escaped(customer)}/subscriptions" for customer in holders]


def object_in(row: Any, of: str) -> Mapping[str, Any]:
    """The object in a row of a list, which may be wrapped."""
    wrapped = row.get({"families": "item_family", "products": "item", "prices": "item_price"}.get(of, of[:-1]))
    return wrapped if isinstance(wrapped, dict) else row


def members_met(path: str, of: str, exchanges: Sequence[Exchange]) -> Iterator[Member]:
    """Every member of everything that the provider was asked for: the list's rows and what is beside them."""
    listed = next((one for one in exchanges if one.rows is not None), None)
    for exchange in exchanges:
        key = rows_key(exchange.document)
        if key is None:
            # A body that is no object at all is taken for somebody else's, which is a matter of its own.
            members = ((place, value) for place, value in places(exchange.document) if place)
            yield from (Member(path, exchange.call, place, value) for place, value in members)
            continue
        for number, row in enumerate(exchange.document[key]):
            identifier = str(object_in(row, of).get("id")) if exchange is listed else None
            for place, value in places(row, (key, number)):
                yield Member(path, exchange.call, place, value, identifier)


def one_of_each(members: Iterable[Member]) -> list[Member]:
    """One of those that are alike, rather one where something is there."""
    found: dict[object, Member] = {}
    for member in members:
        known = found.setdefault(member.alike, member)
        if known.value in (None, [], {}) and member.value not in (None, [], {}):
            found[member.alike] = member
    return list(found.values())


def chosen(members: Sequence[Member], *, every_value: bool) -> Iterator[tuple[Member, Any]]:
    """Each member with a value that is odd there, another one each time; or with every such value."""
    for number, member in enumerate(members):
        values = odd_values(member.value)
        for value in values if every_value else [values[number % len(values)]]:
            yield member, value


def wrong_rows(of: str, rows: Iterable[Any]) -> list[str]:
    """What of these rows is not as the contract has it."""
    found: list[str] = []
    for row in rows:
        found += faults(row)
        if json.loads(MODELS[of].model_validate_json(json.dumps(row)).to_json()) != row:
            found.append(f"not as its model writes it: {row}")
    return found


def wrong_list(of: str, member: Member, usual: Any, found: Any) -> list[str]:
    """What is wrong with a list that was answered while a member was altered, beside one that was not."""
    new = [row for row in found["data"] if row not in usual["data"]]
    missing = [row for row in usual["data"] if row not in found["data"]]
    wrong = wrong_rows(of, new)
    if found.get("next") != usual.get("next"):
        wrong.append("the list goes on elsewhere")
    if member.row is None:
        # Several rows may refer to what is looked up beside them.
        return wrong
    if len(new) > 1 or len(missing) > 1:
        wrong.append(f"{len(missing)} rows are missing, {len(new)} are new")
    if of != "families" and any(row["id"] != member.row for row in missing):
        wrong.append("another row is missing")
    if [row for row in usual["data"] if row not in missing] != [row for row in found["data"] if row not in new]:
        wrong.append("the rows are in another order")
    return wrong


def is_taken_for_missing(provider: type[Tampered], of: str, member: Member, value: Any) -> bool:
    """Whether the row is one that is not on offer: without an error, which is nobody's mistake."""
    return value in (None, {}) or of == "families" or member.place[-1] in TAKEN_FOR_MISSING.get(provider.name, ())


@values_tried
@each_kind
@each_provider
async def test_a_list_has_all_its_other_rows_whatever_one_of_them_is_like(
    provider: type[Tampered], of: str, every_value: bool
) -> None:
    wrong: list[str] = []
    async with behind_a_proxy(provider) as gateway:
        usual: dict[str, Any] = {}
        met: list[Member] = []
        for path in lists_of(gateway.world, of):
            usual[path] = (await gateway.get(path)).json
            met += members_met(path, of, gateway.proxy.exchanges)
        for member, value in chosen(one_of_each(met), every_value=every_value):
            before = gateway.left_out()
            answer = await gateway.get(member.path, alteration := member.altered(value))
            if answer.status != 200:
                wrong.append(f"{alteration}: {answer.status}")
                continue
            wrong += [f"{alteration}: {one}" for one in wrong_list(of, member, usual[member.path], answer.json)]
            is_missing = len(answer.json["data"]) < len(usual[member.path]["data"])
            if is_missing and gateway.left_out() == before and not is_taken_for_missing(provider, of, member, value):
                wrong.append(f"{alteration}: nobody was told that it is left out")
    assert met or not usual
    assert not wrong, "\n".join(wrong)


@values_tried
@each_kind
@each_provider
async def test_an_object_asked_for_alone_is_shown_or_an_error_of_its_own(
    provider: type[Tampered], of: str, every_value: bool
) -> None:
    wrong: list[str] = []
    async with behind_a_proxy(provider) as gateway:
        met: list[Member] = []
        for path in lists_of(gateway.world, of):
            for row in (await gateway.get(path)).json["data"]:
                alone = f"{path}/{escaped(row['id'])}"
                assert (await gateway.get(alone)).json["id"] == row["id"]
                met += members_met(alone, of, gateway.proxy.exchanges)
        for member, value in chosen(one_of_each(met), every_value=every_value):
            answer = await gateway.get(member.path, alteration := member.altered(value))
            if answer.status == 200:
                wrong += [f"{alteration}: {one}" for one in wrong_rows(of, [answer.json])]
            elif not any(answer.is_error(status) for status in (NOT_FOUND, UNREADABLE)):
                wrong.append(f"{alteration}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@each_kind
@each_provider
async def test_an_answer_whose_list_is_none_is_unreadable(provider: type[Tampered], of: str) -> None:
    wrong: list[str] = []
    async with behind_a_proxy(provider) as gateway:
        for path in lists_of(gateway.world, of):
            await gateway.get(path)
            listed = next(one for one in gateway.proxy.exchanges if one.rows is not None)
            key = rows_key(listed.document) or ""
            for value in (one for one in VALUES if not isinstance(one, list)):
                answer = await gateway.get(path, alteration := Alteration(listed.call, (key,), value))
                if not answer.is_error(UNREADABLE):
                    wrong.append(f"{alteration}: {answer.status}")
            around = [place for place, _ in places({**listed.document, key: []}) if place and place != (key,)]
            for place in around:
                for value in VALUES:
                    answer = await gateway.get(path, alteration := Alteration(listed.call, place, value))
                    if answer.status != 200 and not answer.is_error(UNREADABLE):
                        wrong.append(f"{alteration}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@values_tried
@each_provider
async def test_nobody_else_is_found_in_the_place_of_a_customer(provider: type[Tampered], every_value: bool) -> None:
    wrong: list[str] = []
    async with behind_a_proxy(provider) as gateway:
        samples = gateway.world.samples
        sought = [read for read in LOOK_UPS.values() if read.finds_by in provider.finds_by]
        met: list[Member] = []
        for path in (read.path(samples) for read in sought):
            assert (await gateway.get(path)).json["id"] == samples.customer
            met += members_met(path, "customers", gateway.proxy.exchanges)
        for member, value in chosen(one_of_each(met), every_value=every_value):
            answer = await gateway.get(member.path, alteration := member.altered(value))
            if answer.status == 200:
                wrong += [f"{alteration}: {one}" for one in wrong_rows("customers", [answer.json])]
                if answer.json["id"] not in (samples.customer, value):
                    wrong.append(f"{alteration}: found {answer.json['id']}")
            elif not any(answer.is_error(status) for status in (NOT_FOUND, UNREADABLE)):
                wrong.append(f"{alteration}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@values_tried
@each_provider
async def test_an_odd_object_that_is_remembered_keeps_nothing_else_from_being_listed(
    provider: type[Tampered], every_value: bool
) -> None:
    """What a list of the catalogue shows is remembered for the subscriptions that refer to it."""
    wrong: list[str] = []
    async with behind_a_proxy(provider, catalogue_ttl_s=300) as gateway:
        subscriptions = lists_of(gateway.world, "subscriptions")
        usual = {path: (await gateway.get(path)).json for path in subscriptions}
        for of in ("prices", "coupons", "products"):
            for path in lists_of(gateway.world, of):
                await gateway.get(path)
                members = one_of_each(members_met(path, of, gateway.proxy.exchanges))
                for member, value in chosen(members, every_value=every_value):
                    await gateway.get(path, alteration := member.altered(value))
                    for number, listed in enumerate(subscriptions):
                        if number and not every_value:
                            break
                        answer = await gateway.get(listed)
                        if answer.status != 200:
                            wrong.append(f"{alteration}, then {listed}: {answer.status}")
                            continue
                        new = [row for row in answer.json["data"] if row not in usual[listed]["data"]]
                        wrong += [f"{alteration}: {one}" for one in wrong_rows("subscriptions", new)]
                # As it was: the altered ones are known by another id at most.
                await gateway.get(path)
    assert not wrong, "\n".join(wrong)
