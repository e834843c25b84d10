"""What a change charges at once: asked of Stripe before it is made, and what the ledger shows afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from adapters.charges import Charge
from adapters.errors import (
    AdapterError,
    Credentials,
    Invalid,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    Unmappable,
    Unreadable,
)
from adapters.stripe import charges, states
from simulators.stripe import Fault
from tests.adapters.stripe import objects
from tests.adapters.stripe.support import (
    DAY,
    LATER,
    NOW,
    apply,
    cancel,
    cancel_all,
    change,
    days,
    extend,
    form,
    months,
    pause,
    pause_all,
    until,
)
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Backend, Witness
    from tests.simulators.stripe.client import MovableClock

Json = dict[str, Any]
Act = Callable[["StripeAdapter"], Awaitable[None]]

PREVIEW = "POST /v1/invoices/create_preview"
UPDATE = "POST /v1/subscriptions/sub_1"


class Till:
    """A limit that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Charge] = []
        self.is_open = True

    def allows(self, amount: int, currency: str) -> bool:
        self.asked.append(Charge(amount, currency))
        return self.is_open


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
async def guarded(backend: Backend, account: Account, till: Till) -> StripeAdapter:
    """The adapter of the test mode whose owner has set a limit."""
    account.add_price(id="price_free", product="prod_1", unit_amount=0)
    account.add_price(id="price_week", product="prod_1", unit_amount=100, interval="week")
    account.add_price(id="price_yen", product="prod_1", unit_amount=1200, currency="jpy")
    account.add_price(id="price_yen_year", product="prod_1", unit_amount=12_345, currency="jpy", interval="year")
    return await backend.open(charge_limit=till)


def subscribe(account: Account, *prices: str | tuple[str, int], **members: Any) -> Json:
    """Three seats of 10.00 a month, unless told otherwise. Of 30 days 20 are left."""
    members.setdefault("start_date", account.now() - 10 * DAY)
    return account.add_subscription(id="sub_1", customer="cus_1", prices=list(prices or [("price_1", 3)]), **members)


# What is changed, to which price, prorated or not; and what that charges at once.
CHANGES = [
    pytest.param({}, ("price_2", True), 0, id="the same rhythm, prorated"),
    pytest.param({}, ("price_2", False), 0, id="the same rhythm, not prorated"),
    pytest.param({}, ("price_year", True), 27_000 - 2000, id="another rhythm, prorated"),
    pytest.param({}, ("price_year", False), 27_000, id="another rhythm, not prorated"),
    pytest.param({}, ("price_week", False), 300, id="a shorter rhythm, not prorated"),
    pytest.param({}, ("price_week", True), 0, id="a shorter rhythm, prorated: a credit"),
    pytest.param({"prices": [("price_free", 2)]}, ("price_2", False), 4000, id="from free to paid"),
    pytest.param({"prices": ["price_1"]}, ("price_free", True), 0, id="from paid to free"),
    pytest.param({"prices": ["price_1"]}, ("price_metered", True), 0, id="to usage, which is billed afterwards"),
    pytest.param({"discounts": ["SAVE20"]}, ("price_year", False), 21_600, id="with a percentage off"),
    pytest.param({"discounts": ["SAVE5"]}, ("price_year", False), 26_500, id="with an amount off"),
    pytest.param({"prices": [("price_1", 3), ("price_extra", 1)]}, ("price_2", False), 0, id="one of two items"),
    pytest.param({"collection_method": "send_invoice"}, ("price_year", False), 27_000, id="where invoices are sent"),
    pytest.param({"status": "past_due"}, ("price_year", False), 27_000, id="while an invoice is open"),
    pytest.param({"status": "trialing"}, ("price_year", False), 0, id="on trial"),
    pytest.param({"cancel_at_period_end": True}, ("price_2", False), 0, id="of one that ends: no invoice is to come"),
    pytest.param({"cancel_at_period_end": True}, ("price_2", True), 0, id="of one that ends, prorated"),
    pytest.param({"cancel_at_period_end": True}, ("price_year", False), 27_000, id="of one that ends, another rhythm"),
]


@pytest.mark.parametrize(("members", "wanted", "amount"), CHANGES)
async def test_a_price_change_charges_what_was_previewed(
    guarded: StripeAdapter, account: Account, till: Till, members: Json, wanted: tuple[str, bool], amount: int
) -> None:
    members = dict(members)
    subscribe(account, *members.pop("prices", ()), **members)
    price, prorate = wanted
    await guarded.change_price(change(price, NOW, prorate=prorate))

    assert till.asked == [Charge(amount, "usd")]
    assert [charge.amount for charge in account.charges] == ([amount] if amount else [])


async def test_a_currency_without_decimals_is_counted_in_its_units(
    guarded: StripeAdapter, account: Account, till: Till
) -> None:
    subscribe(account, ("price_yen", 1))
    await guarded.change_price(change("price_yen_year", prorate=True))

    assert till.asked == [Charge(12_345 - 800, "jpy")]
    assert [(charge.amount, charge.currency) for charge in account.charges] == [(11_545, "jpy")]


async def test_tax_is_included(guarded: StripeAdapter, account: Account, till: Till) -> None:
    account.tax_percent = Decimal(19)
    held = subscribe(account)
    held["automatic_tax"]["enabled"] = True
    await guarded.change_price(change("price_year"))

    assert till.asked == [Charge(32_130, "usd")]
    assert [charge.amount for charge in account.charges] == [32_130]


@pytest.mark.parametrize(
    ("balance", "amount"),
    [
        pytest.param(-7000, 20_000, id="a credit"),
        pytest.param(-70_000, 0, id="a credit that is worth more"),
        pytest.param(500, 27_500, id="a debt"),
    ],
)
async def test_the_customers_balance_counts(
    guarded: StripeAdapter, account: Account, till: Till, balance: int, amount: int
) -> None:
    account.customers.rows["cus_1"]["balance"] = balance
    subscribe(account)
    await guarded.change_price(change("price_year"))

    assert till.asked == [Charge(amount, "usd")]
    assert [charge.amount for charge in account.charges] == ([amount] if amount else [])


async def test_what_was_waiting_to_be_billed_is_billed_along(
    guarded: StripeAdapter, account: Account, till: Till
) -> None:
    subscribe(account)
    await guarded.change_price(change("price_2", prorate=True))
    await guarded.change_price(change("price_year"))

    assert till.asked == [Charge(0, "usd"), Charge(27_000 + 2000, "usd")]
    assert [charge.amount for charge in account.charges] == [29_000]


async def test_of_a_paused_subscription_the_invoice_counts_although_it_is_not_collected(
    guarded: StripeAdapter, account: Account, till: Till
) -> None:
    """A draft that is kept may be collected afterwards, and one that is not gives a year away."""
    subscribe(account, pause_collection={"behavior": "keep_as_draft", "resumes_at": None})
    await guarded.change_price(change("price_year"))

    assert (till.asked, account.charges) == ([Charge(27_000, "usd")], [])


WITHOUT_A_CALL: list[Any] = [
    pytest.param({}, lambda adapter: adapter.cancel(cancel(NOW)), id="cancel at once"),
    pytest.param({}, lambda adapter: adapter.cancel(cancel(LATER)), id="cancel later"),
    pytest.param({"paused": 30}, lambda adapter: adapter.cancel(cancel(LATER, unpause=True)), id="cancel and unpause"),
    pytest.param({"cancel_at": 90}, lambda adapter: adapter.cancel(cancel(LATER)), id="cancel earlier"),
    pytest.param({}, lambda adapter: adapter.cancel_all(cancel_all(NOW)), id="cancel all"),
    pytest.param({}, lambda adapter: adapter.pause(pause(months(1))), id="pause"),
    pytest.param({}, lambda adapter: adapter.pause(pause(months(1), LATER)), id="pause later"),
    pytest.param({"paused": 30}, lambda adapter: adapter.pause(pause(days(7))), id="move a pause"),
    pytest.param({}, lambda adapter: adapter.pause_all(pause_all(months(1))), id="pause all"),
    pytest.param({"status": "trialing"}, lambda adapter: adapter.extend_trial(extend(days(7))), id="extend trial"),
    pytest.param(
        {"status": "trialing"}, lambda adapter: adapter.extend_trial(extend(until("2027-01-01T00:00"))), id="to a date"
    ),
    pytest.param({}, lambda adapter: adapter.apply_coupon(apply("SAVE20")), id="apply coupon"),
    pytest.param({}, lambda adapter: adapter.change_price(change("price_2", LATER, prorate=True)), id="price later"),
    pytest.param({}, lambda adapter: adapter.change_price(change("price_year", LATER)), id="another rhythm later"),
]


@pytest.mark.parametrize(("members", "act"), WITHOUT_A_CALL)
async def test_what_cannot_charge_is_done_without_asking(
    guarded: StripeAdapter, account: Account, simulator: StripeSimulator, till: Till, members: Json, act: Act
) -> None:
    spans = {name: account.now() + members[name] * DAY for name in ("paused", "cancel_at") if name in members}
    held = subscribe(account, **({"status": members["status"]} if "status" in members else {}))
    if "paused" in spans:
        held["pause_collection"] = {"behavior": "void", "resumes_at": spans["paused"]}
    held["cancel_at"] = spans.get("cancel_at")
    till.is_open = False
    await act(guarded)

    assert len(simulator.writes()) > 0
    assert (till.asked, account.charges, simulator.calls().count(PREVIEW)) == ([], [], 0)


async def test_the_preview_has_the_parameters_of_the_write(
    guarded: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = subscribe(account)
    await guarded.change_price(change("price_year", prorate=True))

    asked, written = simulator.requests[-2:]
    assert [str(request) for request in simulator.requests[-3:]] == ["GET /v1/subscriptions/sub_1", PREVIEW, UPDATE]
    assert asked.parameters == {
        "subscription": "sub_1",
        "subscription_details[items][0][id]": held["items"]["data"][0]["id"],
        "subscription_details[items][0][price]": "price_year",
        "subscription_details[items][0][quantity]": "3",
        "subscription_details[proration_behavior]": "create_prorations",
    }
    # A preview has no payment: the write alone says what is to become of it.
    own = {name: value for name, value in form(written).items() if name != "payment_behavior"}
    assert {as_detail(name): value for name, value in own.items()} == {
        name: value for name, value in asked.parameters.items() if name != "subscription"
    }


def as_detail(name: str) -> str:
    """A write's parameter as its preview names it."""
    head, bracket, rest = name.partition("[")
    return f"subscription_details[{head}]{bracket}{rest}"


async def test_a_charge_that_is_not_allowed_is_not_made(
    guarded: StripeAdapter, account: Account, simulator: StripeSimulator, till: Till
) -> None:
    held = subscribe(account)
    till.is_open = False

    with pytest.raises(Invalid, match="more at once than is allowed"):
        await guarded.change_price(change("price_year"))
    assert (simulator.writes(), account.charges) == ([], [])
    assert [item["price"]["id"] for item in held["items"]["data"]] == ["price_1"]


@pytest.mark.parametrize("may_preview", [True, False], ids=["with the right", "without it"])
async def test_the_guard_needs_one_permission_more(
    guarded: StripeAdapter, account: Account, simulator: StripeSimulator, till: Till, may_preview: bool
) -> None:
    names = ("plan_read", "product_read", "subscription_read", "subscription_write")
    account.restricted = frozenset(f"rak_{name}" for name in (*names, *(["invoice_write"] if may_preview else [])))
    subscribe(account)
    if may_preview:
        await guarded.change_price(change("price_year"))
    else:
        with pytest.raises(Credentials):
            await guarded.change_price(change("price_year"))

    assert (len(till.asked), len(simulator.writes())) == ((1, 1) if may_preview else (0, 0))


async def test_without_a_limit_nothing_is_asked(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    subscribe(account)
    await adapter.change_price(change("price_year"))

    assert PREVIEW not in simulator.calls()


class TestFailures:
    """A preview that fails fails the change: nothing is written."""

    @pytest.fixture(autouse=True)
    def subscription(self, account: Account) -> Json:
        return subscribe(account)

    @pytest.mark.parametrize(
        ("fault", "told", "asked"),
        [
            pytest.param(Fault.forbidden("rak_invoice_write"), Credentials, 1, id="a key without the right"),
            pytest.param(Fault.error(400, None, "No."), Invalid, 1, id="refused"),
            pytest.param(Fault.server_error(times=None), Unavailable, 3, id="a fault of Stripe's"),
            pytest.param(Fault.unavailable(times=None), Unavailable, 3, id="down"),
            pytest.param(Fault.rate_limited(times=None), RateLimited, 3, id="too many requests"),
            pytest.param(Fault.slow(60, times=None, hook=passing(8)), Timeout, 3, id="no answer in time"),
        ],
    )
    async def test_is_told_and_nothing_is_written(
        self,
        backend: Backend,
        account: Account,
        simulator: StripeSimulator,
        till: Till,
        fault: Fault,
        told: type[AdapterError],
        asked: int,
    ) -> None:
        fault.path = "create_preview"
        simulator.faults.add(fault)
        adapter = await backend.open(charge_limit=till, call_timeout_s=8)

        with pytest.raises(told):
            await adapter.change_price(change("price_year"))
        assert (simulator.writes(), till.asked, simulator.calls().count(PREVIEW)) == ([], [], asked)

    @pytest.mark.parametrize(
        ("fault", "told"),
        [
            pytest.param(Fault.server_error(), ["unavailable"], id="a fault of Stripe's"),
            pytest.param(Fault.dropped(), ["lost"], id="a dropped connection"),
            pytest.param(Fault.lost_answer(), ["lost"], id="a lost answer"),
        ],
    )
    async def test_is_asked_again_like_a_read(
        self,
        guarded: StripeAdapter,
        simulator: StripeSimulator,
        till: Till,
        witness: Witness,
        fault: Fault,
        told: list[str],
    ) -> None:
        """Under another key each time, which the package makes: a fault that Stripe remembers is not replayed."""
        fault.path = "create_preview"
        simulator.faults.add(fault)
        await guarded.change_price(change("price_year"))

        keys = [request.idempotency_key for request in simulator.requests if str(request) == PREVIEW]
        assert (till.asked, witness.retries) == ([Charge(27_000, "usd")], told)
        assert len(set(keys)) == 2
        assert simulator.writes() == [UPDATE]

    @pytest.mark.parametrize(
        ("broken", "told"),
        [
            pytest.param({"amount_due": None}, Unreadable, id="no amount"),
            pytest.param({"amount_due": "27000"}, Unreadable, id="an amount as a text"),
            pytest.param({"amount_due": 270.5}, Unreadable, id="an amount with a fraction"),
            pytest.param({"amount_due": True}, Unreadable, id="an amount that is none"),
            pytest.param({"currency": None}, Unreadable, id="no currency"),
            pytest.param({"period_end": None}, Unreadable, id="no time"),
            pytest.param({"period_end": "now"}, Unreadable, id="a time that is none"),
            pytest.param({"livemode": True}, NotFound, id="of the other mode"),
        ],
    )
    async def test_what_cannot_be_read_is_no_permission(
        self,
        guarded: StripeAdapter,
        simulator: StripeSimulator,
        clock: MovableClock,
        till: Till,
        broken: Json,
        told: type[AdapterError],
    ) -> None:
        simulator.faults.add(Fault(path="create_preview", status=200, body=preview(clock.seconds) | broken))

        with pytest.raises(told):
            await guarded.change_price(change("price_year"))
        assert (simulator.writes(), till.asked) == ([], [])


async def test_a_price_that_stripe_refuses_is_refused_by_the_preview(
    guarded: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """In the words in which the write would be refused: the parameter is the same one."""
    subscribe(account, "price_1", "price_extra", billing_mode="classic")

    with pytest.raises(Invalid, match=r"^The price cannot be used for this subscription\.$"):
        await guarded.change_price(change("price_year"))
    assert (simulator.calls()[-1], simulator.writes()) == (PREVIEW, [])


STARTS, ENDS = objects.PERIOD
PRESENT = int(objects.MOMENT.timestamp())


def preview(closes: int, *lines: Json, due: Any = 27_000) -> Json:
    """An invoice that can take items until a moment."""
    rows = {"object": "list", "data": list(lines), "has_more": False}
    return {"object": "invoice", "amount_due": due, "currency": "usd", "period_end": closes, "lines": rows}


def line(starts: int, *, proration: bool = False) -> Json:
    details = {"proration": proration, "subscription_item": "si_1"}
    return {
        "period": {"start": starts, "end": starts + 30 * DAY},
        "parent": {"type": "subscription_item_details", "subscription_item_details": details},
    }


FOREIGN = {"period": {"start": PRESENT, "end": PRESENT}, "parent": {"type": "invoice_item_details"}}


class TestWhichInvoiceItIs:
    """The one that the update makes, or the one of the running period's end. In doubt it is the former."""

    @pytest.mark.parametrize(
        ("shown", "amount"),
        [
            pytest.param(preview(PRESENT), 27_000, id="one that is closed now"),
            pytest.param(preview(ENDS - 1), 27_000, id="one that is closed before the period ends"),
            pytest.param(preview(ENDS), 0, id="one that is closed with the period"),
            pytest.param(preview(ENDS + 30 * DAY), 0, id="one that is closed afterwards"),
            pytest.param(preview(ENDS, line(ENDS)), 0, id="of the next period"),
            pytest.param(preview(ENDS, line(PRESENT, proration=True), line(ENDS)), 0, id="with prorations"),
            pytest.param(preview(ENDS, line(STARTS), line(ENDS)), 0, id="with the running period's usage"),
            pytest.param(preview(ENDS, FOREIGN, line(ENDS)), 0, id="with an item of somebody else's"),
            pytest.param(preview(ENDS, line(PRESENT)), 27_000, id="of a period that begins now, whatever it says"),
            pytest.param(preview(ENDS) | {"lines": None}, 0, id="without lines"),
            pytest.param(preview(PRESENT, due=-500), 0, id="a credit"),
        ],
    )
    def test_by_when_it_is_closed_and_what_it_bills(self, shown: Json, amount: int) -> None:
        state = states.state(objects.subscription(), objects.MOMENT)

        assert charges.charged_at_once(shown, state) == Charge(amount, "usd")

    def test_of_several_periods_the_one_that_ends_first_counts(self) -> None:
        monthly = objects.item(objects.price())
        yearly = objects.item(objects.price(id="price_year"), period=(STARTS - 90 * DAY, ENDS + 200 * DAY))
        state = states.state(objects.subscription(yearly, monthly), objects.MOMENT)

        assert charges.charged_at_once(preview(ENDS, line(ENDS)), state).amount == 0
        assert charges.charged_at_once(preview(ENDS - DAY), state).amount == 27_000

    def test_without_a_period_there_is_no_end_to_wait_for(self) -> None:
        bare = objects.item(objects.price())
        del bare["current_period_end"]
        state = states.state(objects.subscription(bare), objects.MOMENT)

        assert charges.charged_at_once(preview(ENDS), state).amount == 27_000

    def test_the_currency_is_told_in_lower_case(self) -> None:
        state = states.state(objects.subscription(), objects.MOMENT)

        assert charges.charged_at_once(preview(PRESENT) | {"currency": "USD"}, state).currency == "usd"

    def test_a_line_without_a_readable_beginning_is_not_passed_over(self) -> None:
        state = states.state(objects.subscription(), objects.MOMENT)
        odd = line(ENDS) | {"period": {"start": "now", "end": ENDS}}

        with pytest.raises(Unmappable):
            charges.charged_at_once(preview(ENDS, odd), state)
