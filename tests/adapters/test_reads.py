"""The sequence of every read: offered? a plain id? Then what the provider has, as far as the contract can say it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from adapters.base import (
    AdapterError,
    Candidate,
    NotFound,
    Rows,
    Unavailable,
    Unmappable,
    Unreadable,
    Unsupported,
)
from gateway.contract import (
    BillingDuration,
    Controller,
    Customer,
    IntervalUnit,
    Price,
    Subscription,
    SubscriptionDetail,
)
from tests.support.memory_account import NOW, sample_subscription
from tests.support.recording_observer import RecordingObserver
from tests.support.replacing import replace
from tests.support.scripted_adapter import ScriptedAdapter

HOSTILE: Final = ["", ".", "..", "a/b", "a\\b", "a\nb", "a\0b", " a", "a" * 256]

RETRIEVALS: Final[dict[Controller, Callable[[ScriptedAdapter, str], Awaitable[object]]]] = {
    Controller.CUSTOMERS: lambda adapter, one: adapter.customer(one),
    Controller.SUBSCRIPTIONS: lambda adapter, one: adapter.subscription("cus_ada", one),
    Controller.PRICES: lambda adapter, one: adapter.price(one),
    Controller.COUPONS: lambda adapter, one: adapter.coupon(one),
    Controller.PRODUCTS: lambda adapter, one: adapter.product(one),
    Controller.FAMILIES: lambda adapter, one: adapter.family(one),
}
LISTS: Final[dict[Controller, Callable[[ScriptedAdapter], Awaitable[object]]]] = {
    Controller.CUSTOMERS: lambda adapter: adapter.customers(10, None),
    Controller.SUBSCRIPTIONS: lambda adapter: adapter.subscriptions("cus_ada", 10, None),
    Controller.PRICES: lambda adapter: adapter.prices(10, None),
    Controller.COUPONS: lambda adapter: adapter.coupons(10, None),
    Controller.PRODUCTS: lambda adapter: adapter.products(10, None),
    Controller.FAMILIES: lambda adapter: adapter.families(10, None),
}
PRESENT: Final = {
    Controller.CUSTOMERS: "cus_ada",
    Controller.SUBSCRIPTIONS: "sub_1",
    Controller.PRICES: "price_basic",
    Controller.COUPONS: "SAVE20",
    Controller.PRODUCTS: "prod_pro",
    Controller.FAMILIES: "fam_app",
}
every_controller = pytest.mark.parametrize("controller", Controller)


def adapter_over(*, observer: RecordingObserver | None = None) -> ScriptedAdapter:
    return ScriptedAdapter.serving(sample_subscription("sub_1"), observer=observer)


# -- one object ---------------------------------------------------------------------------------------------------


@every_controller
async def test_one_object_is_found_by_its_id(controller: Controller) -> None:
    found = await RETRIEVALS[controller](adapter_over(), PRESENT[controller])
    assert getattr(found, "id", None) == PRESENT[controller]


@every_controller
async def test_an_unknown_object_is_not_found(controller: Controller) -> None:
    with pytest.raises(NotFound):
        await RETRIEVALS[controller](adapter_over(), "unknown")


@every_controller
@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_id_is_not_found_and_nobody_is_asked(controller: Controller, hostile: str) -> None:
    adapter = adapter_over()
    with pytest.raises(NotFound):
        await RETRIEVALS[controller](adapter, hostile)
    assert adapter.account.calls == []


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_customer_has_no_subscriptions_and_nobody_is_asked(hostile: str) -> None:
    adapter = adapter_over()
    with pytest.raises(NotFound):
        await adapter.subscription(hostile, "sub_1")
    with pytest.raises(NotFound):
        await adapter.subscriptions(hostile, 10, None)
    assert adapter.account.calls == []


async def test_another_customers_subscription_is_not_found() -> None:
    with pytest.raises(NotFound):
        await adapter_over().subscription("cus_bob", "sub_1")


@every_controller
@pytest.mark.parametrize("read", ["one", "many"])
async def test_a_controller_that_is_off_is_refused_with_the_reason_and_nobody_is_asked(
    controller: Controller, read: str
) -> None:
    adapter = adapter_over()
    adapter.note_lack(f"controllers.{controller}", "the key may not read it")
    with pytest.raises(Unsupported, match=f"^{controller.capitalize()} are not offered here: the key may not read it"):
        await (RETRIEVALS[controller](adapter, PRESENT[controller]) if read == "one" else LISTS[controller](adapter))
    assert adapter.account.calls == []


@every_controller
async def test_a_failure_of_the_provider_is_reported_as_it_came(controller: Controller) -> None:
    adapter = adapter_over()
    failure = Unavailable("later")

    async def fail(operation: str) -> None:
        raise failure

    adapter.account.before_call = fail
    for read in (RETRIEVALS[controller](adapter, PRESENT[controller]), LISTS[controller](adapter)):
        with pytest.raises(AdapterError) as caught:
            await read
        assert caught.value is failure


# -- what the contract cannot say ---------------------------------------------------------------------------------


class Unruly(ScriptedAdapter):
    """Has a price of no known form, one that breaks the contract, and one that is not to be listed."""

    async def _fetch_price(self, price_id: str) -> Price:
        price = _express({"id": price_id})
        assert price is not None
        return price

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        names = ("price_basic", "unmappable", "hidden", "invalid", "price_pro")
        rows: list[Mapping[str, Any]] = [{"id": name} for name in names]
        found = self.account.prices
        return Rows(rows, lambda row: found.get(row["id"]) or _express(row), "next_page")


def _express(row: Mapping[str, Any]) -> Price | None:
    if row["id"] == "unmappable":
        raise Unmappable("recurring: missing")
    if row["id"] == "hidden":
        return None
    return Price.model_validate({"id": row["id"], "type": "ada@example.com"})


async def test_a_bad_row_is_left_out_of_a_list_and_reported_without_its_values() -> None:
    observer = RecordingObserver()
    adapter = Unruly.serving(observer=observer)
    page = await adapter.prices(10, None)
    assert [price.id for price in page.data] == ["price_basic", "price_pro"]
    assert page.next == "next_page"
    (unmappable, invalid) = observer.rows_left_out
    assert unmappable == ("prices", "unmappable", "recurring: missing")
    assert invalid[:2] == ("prices", "invalid")
    assert "duration: missing" in invalid[2]
    assert "ada@example.com" not in str(observer.rows_left_out)


@pytest.mark.parametrize("price_id", ["unmappable", "invalid"])
async def test_a_bad_object_that_is_asked_for_alone_is_unreadable_and_reported(price_id: str) -> None:
    observer = RecordingObserver()
    with pytest.raises(Unreadable) as caught:
        await Unruly.serving(observer=observer).price(price_id)
    assert [row[0] for row in observer.rows_left_out] == ["prices"]
    assert caught.value.__cause__ is None
    assert "ada@example.com" not in str(observer.rows_left_out) + caught.value.message


class Odd(ScriptedAdapter):
    """Its provider answers rows of forms that nobody documented, beside usual ones."""

    async def _fetch_price(self, price_id: str) -> Price:
        raise KeyError("ada@example.com")

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        found = self.account.prices
        usual = ({"id": "price_basic"}, {"id": "price_pro"})
        rows = [usual[0], None, 7, "ada@example.com", [1], {"id": ["ada@example.com"]}, usual[1]]
        return Rows(rows, lambda row: found[row["id"]], None)


async def test_a_row_of_another_form_is_left_out_and_reported_without_its_values() -> None:
    observer = RecordingObserver()
    page = await Odd.serving(observer=observer).prices(10, None)
    assert [price.id for price in page.data] == ["price_basic", "price_pro"]
    assert (
        observer.rows_left_out
        == [("prices", "", "of another form than is documented: TypeError in Odd._list_prices.<locals>.<lambda>")] * 5
    )


async def test_an_object_of_another_form_that_is_asked_for_alone_is_unreadable() -> None:
    observer = RecordingObserver()
    with pytest.raises(Unreadable):
        await Odd.serving(observer=observer).price("price_basic")
    assert observer.rows_left_out == [
        ("prices", "", "of another form than is documented: KeyError in Odd._fetch_price")
    ]


class OverlooksTheFilter(ScriptedAdapter):
    """Its provider answers everybody's subscriptions whoever is asked for."""

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[Subscription]:
        ada, bob = [await super(OverlooksTheFilter, self)._list_subscriptions(one, limit, cursor) for one in WHO]
        return replace(ada, rows=[*ada.rows, *bob.rows])


WHO: Final = ("cus_ada", "cus_bob")


async def test_a_strangers_row_is_left_out_of_a_customers_list_and_reported() -> None:
    observer = RecordingObserver()
    stranger = sample_subscription("sub_2", customer_id="cus_bob")
    adapter = OverlooksTheFilter.serving(sample_subscription("sub_1"), stranger, observer=observer)
    page = await adapter.subscriptions("cus_ada", 10, None)
    assert [one.id for one in page.data] == ["sub_1"]
    assert observer.rows_left_out == [("subscriptions", "sub_2", "customer: another one")]


# -- all subscriptions in one piece -------------------------------------------------------------------------------


def holding(number: int, adapter_class: type[ScriptedAdapter] = ScriptedAdapter) -> ScriptedAdapter:
    return adapter_class.serving(*(sample_subscription(f"sub_{one}") for one in range(number)))


async def test_a_customers_subscriptions_of_all_pages_come_in_one_piece() -> None:
    found = await holding(250).all_subscriptions("cus_ada")
    assert [one.id for one in found] == [f"sub_{number}" for number in range(250)]


async def test_a_customer_without_subscriptions_has_none() -> None:
    assert await holding(0).all_subscriptions("cus_ada") == ()


async def test_more_than_can_come_in_one_piece_are_refused_rather_than_cut() -> None:
    assert len(await holding(1000).all_subscriptions("cus_ada")) == 1000
    with pytest.raises(Unsupported):
        await holding(1001).all_subscriptions("cus_ada")


async def test_the_subscriptions_of_an_unknown_customer_are_not_found() -> None:
    with pytest.raises(NotFound):
        await holding(1).all_subscriptions("unknown")


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_customer_has_none_in_one_piece_and_nobody_is_asked(hostile: str) -> None:
    adapter = holding(1)
    with pytest.raises(NotFound):
        await adapter.all_subscriptions(hostile)
    assert adapter.account.calls == []


async def test_a_strangers_row_is_left_out_of_what_comes_in_one_piece() -> None:
    observer = RecordingObserver()
    stranger = sample_subscription("sub_2", customer_id="cus_bob")
    adapter = OverlooksTheFilter.serving(sample_subscription("sub_1"), stranger, observer=observer)
    assert [one.id for one in await adapter.all_subscriptions("cus_ada")] == ["sub_1"]
    assert observer.rows_left_out == [("subscriptions", "sub_2", "customer: another one")]


class TellsMore(ScriptedAdapter):
    """Tells of each subscription that it is billed by the week, except of the one it knows nothing of."""

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[Subscription]:
        return replace(await super()._list_subscriptions(customer_id, limit, cursor), detail=_weekly)


WEEKLY: Final = SubscriptionDetail(BillingDuration(amount=1, unit=IntervalUnit.WEEK))


def _weekly(row: Mapping[str, Any]) -> SubscriptionDetail:
    if row["id"] == "sub_1":
        raise Unmappable("the billing interval is unknown")
    return WEEKLY


async def test_each_comes_with_the_detail_that_its_adapter_tells() -> None:
    assert [one.detail for one in await holding(1, TellsMore).all_subscriptions("cus_ada")] == [WEEKLY]
    assert [one.detail for one in await holding(1).all_subscriptions("cus_ada")] == [None]


async def test_one_whose_detail_cannot_be_told_is_left_out() -> None:
    assert [one.id for one in await holding(3, TellsMore).all_subscriptions("cus_ada")] == ["sub_0", "sub_2"]


# -- finding a customer -------------------------------------------------------------------------------------------


def candidate(customer_id: str, email: str | None, days_old: int, *, live: bool = False) -> Candidate:
    return Candidate(Customer(id=customer_id, email=email), NOW - timedelta(days=days_old), live)


class Finds(ScriptedAdapter):
    """Finds the same people whoever is looked for."""

    found: Sequence[Candidate] = ()

    async def _find_by_email(self, email: str) -> Sequence[Candidate]:
        self.calls.append(email)
        return self.found

    async def _find_by_phone(self, phone: str) -> Sequence[Candidate]:
        self.calls.append(phone)
        return self.found


def finding(*found: Candidate) -> Finds:
    adapter = Finds.serving()
    adapter.found = found
    return adapter


OLD, NEW = candidate("old", "ada@x.org", 900), candidate("new", "Ada@X.org", 1)
LIVE = candidate("live", "ada@x.org", 500, live=True)
LIVE_OLDER = candidate("live older", "ADA@X.ORG", 700, live=True)
OTHER = candidate("other", "ada@x.org.uk", 0, live=True)
NOBODY = candidate("nobody", None, 0, live=True)


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        pytest.param([OLD], "old", id="the only one"),
        pytest.param([OLD, NEW], "new", id="the newest"),
        pytest.param([NEW, OLD], "new", id="the newest, whatever the order"),
        pytest.param([OLD, LIVE, NEW], "live", id="the one with a live subscription"),
        pytest.param([LIVE_OLDER, LIVE, NEW], "live", id="the newest with a live subscription"),
        pytest.param([OTHER, NOBODY, OLD], "old", id="never one with another e-mail"),
    ],
)
@pytest.mark.parametrize("asked", ["ada@x.org", "ADA@x.ORG"])
async def test_of_several_customers_with_one_email(found: list[Candidate], chosen: str, asked: str) -> None:
    assert (await finding(*found).customer_by_email(asked)).id == chosen


def with_phone(customer_id: str, phone: str | None, *, live: bool = False) -> Candidate:
    return Candidate(Customer(id=customer_id, phone=phone), NOW, live)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([with_phone("this", "+44 20 7946 0000")], id="the only one"),
        pytest.param([with_phone("this", "00", live=True), with_phone("this", "+442079460000")], id="never another's"),
        pytest.param(
            [with_phone("other", "442079460000"), with_phone("this", "+442079460000", live=True)],
            id="the only one with a live subscription",
        ),
    ],
)
async def test_a_phone_finds(found: list[Candidate]) -> None:
    assert (await finding(*found).customer_by_phone("+44 (20) 7946-0000")).id == "this"


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([], id="nobody"),
        pytest.param([with_phone("moved", None)], id="one who has it no longer"),
        pytest.param([with_phone("one", "442079460000"), with_phone("two", "442079460000")], id="two alike"),
        pytest.param(
            [with_phone("one", "442079460000", live=True), with_phone("two", "442079460000", live=True)],
            id="two with live subscriptions",
        ),
    ],
)
async def test_a_phone_that_does_not_tell_one_customer_finds_nobody(found: list[Candidate]) -> None:
    with pytest.raises(NotFound):
        await finding(*found).customer_by_phone("+44 20 7946 0000")


@pytest.mark.parametrize("found", [[], [OTHER], [NOBODY]], ids=["nobody", "a loose match", "one without"])
async def test_no_customer_with_an_email_is_not_found(found: list[Candidate]) -> None:
    with pytest.raises(NotFound):
        await finding(*found).customer_by_email("ada@x.org")


@pytest.mark.parametrize("email", ["", "ada", "ada@x.org\n", "ada\0@x.org", "a" * 320 + "@x.org"])
async def test_what_is_no_email_is_not_found_and_nobody_is_asked(email: str) -> None:
    adapter = finding(OLD)
    with pytest.raises(NotFound):
        await adapter.customer_by_email(email)
    assert adapter.calls == []


@pytest.mark.parametrize("phone", ["", "phone", "+", "12\n34", "1" * 41])
async def test_what_is_no_phone_is_not_found_and_nobody_is_asked(phone: str) -> None:
    adapter = finding(OLD)
    with pytest.raises(NotFound):
        await adapter.customer_by_phone(phone)
    assert adapter.calls == []


@pytest.mark.parametrize("feature", ["find-by-email", "find-by-phone"])
async def test_a_search_that_is_off_is_refused_and_nobody_is_asked(feature: str) -> None:
    adapter = finding(OLD)
    adapter.note_lack(feature, "the key may not search")
    with pytest.raises(Unsupported):
        await (adapter.customer_by_email("ada@x.org") if "email" in feature else adapter.customer_by_phone("1234"))
    assert adapter.calls == []
