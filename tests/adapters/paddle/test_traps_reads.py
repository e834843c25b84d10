"""The traps of reading (traps 2 and 4): what is asked for, what is left out, and what it costs in calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import NotFound, Unreadable, Unsupported
from simulators.paddle.faults import Fault
from simulators.paddle.identifiers import readable
from tests.adapters.paddle.support import (
    ADA,
    FIRST_ONLY,
    GRACE,
    MONTHLY,
    NOBODY,
    ONCE,
    OTHER_SUB,
    SAVE5,
    SAVE20,
    SUB,
    WEEKLY,
    at,
)

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend, MovableClock, Witness


def asked(simulator: PaddleSimulator) -> list[dict[str, str]]:
    return [dict(request.query) for request in simulator.requests]


# -- customers --------------------------------------------------------------------------------------------------


async def test_2_1_an_archived_customer_may_still_have_subscriptions(adapter: PaddleAdapter, account: Account) -> None:
    account.customers.rows[ADA]["status"] = "archived"
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY])

    assert (await adapter.customer(ADA)).id == ADA
    assert ADA not in {one.id for one in (await adapter.customers(10, None)).data}
    assert [one.id for one in (await adapter.subscriptions(ADA, 10, None)).data] == [SUB]


async def test_2_2_the_newest_address_is_the_first(adapter: PaddleAdapter, account: Account) -> None:
    """Checkouts add one each time."""
    for country in ("GB", "US"):
        account.add_address(customer=ADA, country_code=country)
    account.add_address(customer=ADA, country_code="FR", status="archived")

    assert [one.country for one in (await adapter.customer(ADA)).addresses or ()] == ["US", "GB"]


async def test_2_2_a_list_of_customers_asks_for_no_addresses(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """That would be a call for each of them."""
    account.add_address(customer=ADA)
    page = await adapter.customers(10, None)

    assert simulator.calls() == ["GET /customers"]
    assert {customer.addresses for customer in page.data} == {None}


# -- prices, coupons --------------------------------------------------------------------------------------------


async def test_2_4_prices_by_the_week_and_prices_charged_once_are_not_offered(adapter: PaddleAdapter) -> None:
    listed = {price.id for price in (await adapter.prices(100, None)).data}

    assert not listed & {WEEKLY, ONCE}
    assert (await adapter.price(WEEKLY)).duration.unit == "month"
    with pytest.raises(NotFound):
        await adapter.price(ONCE)


async def test_2_4_and_1_6_a_page_may_come_back_short_with_more_behind_it(
    adapter: PaddleAdapter, account: Account
) -> None:
    for number in range(3):
        account.add_price(id=readable("pri", f"zweekly{number}"), interval="week")
    page = await adapter.prices(3, None)

    assert (page.data, page.next is not None) == ((), True)


async def test_2_4_and_2_5_one_row_that_cannot_be_told_does_not_cost_the_others(
    adapter: PaddleAdapter, account: Account, witness: Witness
) -> None:
    account.prices.rows[MONTHLY]["unit_price"] = None
    account.discounts.rows[SAVE20]["type"] = "bogof"
    prices, coupons = await adapter.prices(100, None), await adapter.coupons(100, None)

    assert (MONTHLY in {one.id for one in prices.data}, len(prices.data)) == (False, 3)
    assert [one.id for one in coupons.data] == [SAVE5]
    assert sorted((controller, row) for controller, row, _ in witness.rows) == [
        ("coupons", SAVE20),
        ("prices", MONTHLY),
    ]


@pytest.mark.parametrize("exact", [False, True])
async def test_2_4_a_weekly_subscription_is_shown_all_the_same(backend: Backend, account: Account, exact: bool) -> None:
    account.add_subscription(id=SUB, customer=ADA, prices=[WEEKLY])
    adapter = await backend.open(intervals="exact" if exact else "nearest")
    shown = await adapter.subscription(ADA, SUB)

    assert shown.duration.unit == ("week" if exact else "month")
    assert (shown.metadata or {}).get("billingInterval") == (None if exact else "1 week")


async def test_2_5_a_discount_that_does_not_recur_is_not_offered_but_answered(adapter: PaddleAdapter) -> None:
    """Paddle refuses it on a subscription, and that is all Churnkey could do with it."""
    listed = {coupon.id for coupon in (await adapter.coupons(100, None)).data}

    assert listed == {SAVE20, SAVE5}
    assert (await adapter.coupon(FIRST_ONLY)).duration.type == "once"


# -- subscriptions ----------------------------------------------------------------------------------------------


async def test_2_6_a_list_costs_one_call_and_one_for_each_discount_that_is_not_known(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    for discount in (SAVE20, SAVE20, SAVE5, None):
        account.add_subscription(customer=ADA, prices=[MONTHLY], discount=discount)
    await adapter.subscriptions(ADA, 100, None)
    first = sorted(simulator.calls())
    simulator.clear()
    await adapter.subscriptions(ADA, 100, None)

    assert first == sorted(["GET /subscriptions", f"GET /discounts/{SAVE20}", f"GET /discounts/{SAVE5}"])
    assert simulator.calls() == ["GET /subscriptions"]


async def test_2_6_discounts_that_were_listed_are_known(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    account.add_subscription(customer=ADA, prices=[MONTHLY], discount=SAVE20)
    await adapter.coupons(100, None)
    simulator.clear()
    await adapter.subscriptions(ADA, 100, None)

    assert simulator.calls() == ["GET /subscriptions"]


async def test_2_6_a_discount_that_is_over_is_not_looked_up(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], discount=SAVE20)
    held["discount"]["ends_at"] = "2026-11-20T00:00:00Z"
    shown = await adapter.subscription(ADA, SUB)

    assert shown.discounts is None
    assert simulator.calls() == [f"GET /subscriptions/{SUB}"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.error(404, "not_found", "gone", path="/discounts/"), id="that is gone"),
        pytest.param(Fault.forbidden(path="/discounts/"), id="that the key may not read"),
    ],
)
async def test_2_6_a_discount_without_terms_does_not_cost_the_subscription(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, witness: Witness, fault: Fault
) -> None:
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], discount=SAVE20)
    simulator.faults.add(fault)
    shown = await adapter.subscription(ADA, SUB)

    assert (shown.id, shown.discounts) == (SUB, None)
    assert [(controller, row) for controller, row, _ in witness.rows] == [("coupons", SAVE20)]
    # It is asked for again the next time.
    assert (await adapter.subscription(ADA, SUB)).discounts


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"type": "barter"}, id="of a type that nobody knows"),
        pytest.param({"amount": "a lot"}, id="without an amount"),
        pytest.param({"maximum_recurring_intervals": 0}, id="for no period"),
        pytest.param({"maximum_recurring_intervals": "3"}, id="for periods that nobody can count"),
    ],
)
async def test_2_6_a_discount_that_cannot_be_expressed_does_not_cost_the_subscription(
    adapter: PaddleAdapter, account: Account, witness: Witness, terms: dict[str, Any]
) -> None:
    """Its customer could not cancel it any more."""
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], discount=SAVE20)
    account.discounts.rows[SAVE20].update(terms)
    listed = [(one.id, one.discounts) for one in (await adapter.subscriptions(ADA, 10, None)).data]
    shown = await adapter.subscription(ADA, SUB)

    assert listed == [(SUB, None)]
    assert (shown.id, shown.discounts) == (SUB, None)
    assert {(controller, row) for controller, row, _ in witness.rows} == {("coupons", SAVE20)}


async def test_2_6_another_customers_subscription_is_not_found(adapter: PaddleAdapter, account: Account) -> None:
    account.add_subscription(id=SUB, customer=GRACE, prices=[MONTHLY])

    with pytest.raises(NotFound):
        await adapter.subscription(ADA, SUB)


async def test_2_6_one_row_that_cannot_be_told_does_not_cost_the_others(
    adapter: PaddleAdapter, account: Account, witness: Witness
) -> None:
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY])
    account.add_subscription(id=OTHER_SUB, customer=ADA, prices=[MONTHLY])["status"] = "inactive"
    page = await adapter.subscriptions(ADA, 10, None)

    assert [one.id for one in page.data] == [SUB]
    assert witness.unknown == [("subscription.status", "inactive")]
    assert witness.rows == [("subscriptions", OTHER_SUB, "status: unknown")]
    with pytest.raises(Unreadable):
        await adapter.subscription(ADA, OTHER_SUB)


async def test_2_6_a_row_without_an_id_does_not_cost_the_others(
    adapter: PaddleAdapter, account: Account, witness: Witness
) -> None:
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], discount=SAVE20)
    account.add_subscription(id=OTHER_SUB, customer=ADA, prices=[MONTHLY])["id"] = ""
    page = await adapter.subscriptions(ADA, 10, None)

    assert [(one.id, len(one.discounts or ())) for one in page.data] == [(SUB, 1)]
    assert [(controller, reason) for controller, _, reason in witness.rows] == [
        ("subscriptions", "id: string_too_short")
    ]


async def test_2_6_all_statuses_are_listed(adapter: PaddleAdapter, account: Account) -> None:
    """This list alone has no default scope."""
    statuses = ("active", "trialing", "past_due", "paused", "canceled")
    for status in statuses:
        account.add_subscription(customer=ADA, prices=[MONTHLY], status=status)
    shown = {one.status.name for one in (await adapter.subscriptions(ADA, 10, None)).data}

    assert shown == {"active", "trial", "unpaid", "paused", "canceled"}


async def test_2_6_a_pause_to_come_leaves_it_active_until_then(
    adapter: PaddleAdapter, account: Account, clock: MovableClock
) -> None:
    account.add_subscription(
        id=SUB, customer=ADA, prices=[MONTHLY], scheduled="pause", resume_at=at("2027-03-01T00:00")
    )
    before = await adapter.subscription(ADA, SUB)
    clock.move(days=31)
    during = await adapter.subscription(ADA, SUB)
    clock.move(days=80)
    after = await adapter.subscription(ADA, SUB)

    assert (before.status.name, (before.metadata or {})["pauseUntil"]) == ("active", "2027-03-01T00:00:00Z")
    assert during.status.name == "paused"
    assert during.status.end == at("2027-03-01T00:00")
    assert after.status.name == "active"


async def test_2_6_a_discount_whose_end_cannot_be_read_costs_its_own_row_only(
    adapter: PaddleAdapter, account: Account, witness: Witness
) -> None:
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], discount=SAVE5)
    odd = account.add_subscription(id=OTHER_SUB, customer=ADA, prices=[MONTHLY])
    # Time would end it in the simulator, which reads it as well.
    odd.update(status="canceled", canceled_at="2026-11-20T00:00:00Z")
    odd["discount"] = {"id": SAVE20, "starts_at": None, "ends_at": "in spring"}
    page = await adapter.subscriptions(ADA, 10, None)

    assert [(one.id, len(one.discounts or ())) for one in page.data] == [(SUB, 1)]
    assert witness.rows == [("subscriptions", OTHER_SUB, "a time cannot be read")]
    with pytest.raises(Unreadable):
        await adapter.subscription(ADA, OTHER_SUB)


# -- look-ups ---------------------------------------------------------------------------------------------------


async def test_4_an_e_mail_is_looked_up_by_its_filter_and_never_by_search(
    adapter: PaddleAdapter, simulator: PaddleSimulator
) -> None:
    """`search` also looks into names: it may find somebody else."""
    assert (await adapter.customer_by_email("ada@example.com")).id == ADA
    assert asked(simulator)[0] == {"email": "ada@example.com", "status": "active,archived", "per_page": "200"}


async def test_4_a_customer_that_is_found_has_addresses(adapter: PaddleAdapter, account: Account) -> None:
    account.add_address(customer=ADA, country_code="GB")

    assert [one.country for one in (await adapter.customer_by_email("ada@example.com")).addresses or ()] == ["GB"]


@pytest.mark.parametrize("ignores_case", [False, True], ids=["minds the case", "does not"])
async def test_4_whether_paddle_minds_the_case_does_not_matter(
    adapter: PaddleAdapter, account: Account, ignores_case: bool
) -> None:
    account.email_ignores_case = ignores_case

    assert (await adapter.customer_by_email("Ada@Example.COM")).id == ADA


@pytest.mark.parametrize("email", ["a+b@example.com", "o'neill&co#1@example.com", "a b@example.com", "ü@müller.de"])
async def test_4_any_address_travels_whole(adapter: PaddleAdapter, account: Account, email: str) -> None:
    added = account.add_customer(email=email)["id"]

    assert (await adapter.customer_by_email(email)).id == added


@pytest.mark.parametrize("email", ["ada@example.com,grace@example.com", f"{'a' * 100}@example.com"])
async def test_4_what_would_be_two_filters_or_too_long_for_one_is_nobodys(
    adapter: PaddleAdapter, simulator: PaddleSimulator, email: str
) -> None:
    with pytest.raises(NotFound):
        await adapter.customer_by_email(email)
    assert simulator.calls() == []


async def test_4_what_paddle_does_not_take_for_an_e_mail_is_nobodys(
    adapter: PaddleAdapter, simulator: PaddleSimulator
) -> None:
    simulator.faults.add(Fault.refusal("invalid_field"))

    with pytest.raises(NotFound):
        await adapter.customer_by_email("not@an@address")


async def test_4_an_archived_customer_is_found_unless_an_active_one_is(
    adapter: PaddleAdapter, account: Account
) -> None:
    account.email_ignores_case = True
    old = account.add_customer(email="Bob@example.com", status="archived")["id"]
    archived = (await adapter.customer_by_email("bob@example.com")).id
    new = account.add_customer(email="bob@example.com")["id"]

    assert (archived, (await adapter.customer_by_email("bob@example.com")).id) == (old, new)


async def test_4_there_is_no_phone_to_look_for(adapter: PaddleAdapter, simulator: PaddleSimulator) -> None:
    with pytest.raises(Unsupported):
        await adapter.customer_by_phone("+442079460958")
    assert simulator.calls() == []


async def test_4_an_empty_list_is_no_proof_of_a_customer(adapter: PaddleAdapter, simulator: PaddleSimulator) -> None:
    empty = await adapter.subscriptions(GRACE, 10, None)
    calls = simulator.calls()

    assert (empty.data, calls) == ((), ["GET /subscriptions", f"GET /customers/{GRACE}"])
    with pytest.raises(NotFound):
        await adapter.subscriptions(NOBODY, 10, None)


LISTS: dict[str, tuple[Any, dict[str, str]]] = {
    "customers": (lambda adapter: adapter.customers(25, None), {"per_page": "25"}),
    "subscriptions": (
        lambda adapter: adapter.subscriptions(ADA, 25, None),
        {"customer_id": ADA, "per_page": "25"},
    ),
    "prices": (
        lambda adapter: adapter.prices(25, None),
        {"include": "product", "recurring": "true", "per_page": "25"},
    ),
    "products": (lambda adapter: adapter.products(25, None), {"per_page": "25"}),
    "discounts": (lambda adapter: adapter.coupons(25, None), {"per_page": "25"}),
}


@pytest.mark.parametrize(("ask", "query"), LISTS.values(), ids=LISTS.keys())
async def test_4_what_is_asked_for_in_lists(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any], ask: Any, query: dict[str, str]
) -> None:
    await ask(adapter)

    assert asked(simulator) == [query]


COSTS: dict[str, tuple[Any, int]] = {
    "a customer and the addresses": (lambda adapter: adapter.customer(ADA), 2),
    "a customer by e-mail": (lambda adapter: adapter.customer_by_email("ada@example.com"), 2),
    "customers": (lambda adapter: adapter.customers(10, None), 1),
    "a subscription": (lambda adapter: adapter.subscription(ADA, SUB), 1),
    "subscriptions": (lambda adapter: adapter.subscriptions(ADA, 10, None), 1),
    "prices": (lambda adapter: adapter.prices(10, None), 1),
    "a price": (lambda adapter: adapter.price(MONTHLY), 1),
    "products": (lambda adapter: adapter.products(10, None), 1),
    "coupons": (lambda adapter: adapter.coupons(10, None), 1),
}


@pytest.mark.parametrize(("ask", "calls"), COSTS.values(), ids=COSTS.keys())
async def test_the_cost_of_reads(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any], ask: Any, calls: int
) -> None:
    await ask(adapter)

    assert len(simulator.calls()) == calls
