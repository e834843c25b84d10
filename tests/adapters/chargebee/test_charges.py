"""What a price change would charge at once, what cannot charge, and estimates that fail."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from adapters.errors import Conflict, Credentials, Invalid, NotFound, Timeout, Unavailable, Unreadable
from gateway.policy import ImmediateCharges
from simulators.chargebee import Fault
from tests.adapters.chargebee.charging import (
    BILLS_WITH_PAUSE,
    IN_TRIAL,
    OWING,
    PAUSED,
    TOO_MUCH,
    UPDATE_ESTIMATE,
    Json,
    allows_exactly,
    estimates,
    leave_unbilled,
    taken,
    takes_nothing,
)
from tests.adapters.chargebee.support import (
    API,
    CANCEL,
    LATER,
    NOW,
    PAUSE,
    READ,
    RESUME,
    UPDATE,
    apply,
    cancel,
    change,
    days,
    extend,
    form,
    months,
    pause,
    until,
)
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.charging import Act
    from tests.adapters.chargebee.support import Backend


class TestAPriceChange:
    @pytest.mark.parametrize(
        ("price", "prorate", "amount"),
        [
            pytest.param("pro-year", False, 27_000, id="another period"),
            # Twenty of thirty days are left of 3000.
            pytest.param("pro-year", True, 27_000 - 2000, id="another period, less what is unused"),
        ],
    )
    async def test_to_another_period_charges_the_new_term(
        self,
        backend: Backend,
        site: Site,
        subscribe: Callable[..., Json],
        price: str,
        prorate: bool,
        amount: int,
    ) -> None:
        subscribe()
        await allows_exactly(backend, site, lambda one: one.change_price(change(price, prorate=prorate)), amount)

    @pytest.mark.parametrize(
        ("price", "members"),
        [
            pytest.param("pro-more", {}, id="the same period"),
            pytest.param("basic-flat", {}, id="a cheaper price"),
            pytest.param("pro-year", IN_TRIAL, id="in a trial"),
        ],
    )
    async def test_charges_nothing_at_once(
        self,
        backend: Backend,
        site: Site,
        simulator: ChargebeeSimulator,
        subscribe: Callable[..., Json],
        price: str,
        members: Json,
    ) -> None:
        """The estimate shows the renewal then, which is no charge at once."""
        subscribe(**members)
        await takes_nothing(backend, site, lambda one: one.change_price(change(price, prorate=True)))

        assert len(estimates(simulator)) == 1

    async def test_is_estimated_once_with_what_is_then_written(
        self, backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        subscribe(("pro-month", 3), "help-month", ("calls-month", 7))
        adapter = await backend.open(charge_limit=ImmediateCharges({"usd": 10**6}))
        await adapter.change_price(change("pro-year", prorate=True))

        assert [call for call in simulator.calls() if call.startswith("POST")] == [UPDATE_ESTIMATE, UPDATE]
        foretold, written = (form(request) for request in simulator.requests if request.method == "POST")
        assert foretold == written | {
            "subscription[id]": "sub",
            "include_delayed_charges": "true",
            "customer[taxability]": "taxable",
        }
        (estimate,) = estimates(simulator)
        assert estimate.idempotency_key is None

    @pytest.mark.parametrize("limit", [None, 10**6], ids=["without the guard", "with it"])
    async def test_costs_a_call_more_only_with_the_guard(
        self,
        backend: Backend,
        site: Site,
        simulator: ChargebeeSimulator,
        subscribe: Callable[..., Json],
        limit: int | None,
    ) -> None:
        subscribe()
        guard = None if limit is None else ImmediateCharges({"usd": limit})
        await (await backend.open(charge_limit=guard)).change_price(change("pro-year"))

        estimate = [] if limit is None else [UPDATE_ESTIMATE]
        assert simulator.calls() == [f"GET {API}/item_prices/pro-year", READ, *estimate, UPDATE]

    @pytest.mark.parametrize(
        ("customer", "amount"),
        [
            pytest.param({}, 32_130, id="taxed"),
            pytest.param({"taxability": "exempt"}, 27_000, id="exempt"),
            pytest.param({"vat_number": "DE811569869"}, 27_000, id="a business that owes the tax itself"),
        ],
    )
    async def test_is_estimated_with_tax(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json], customer: Json, amount: int
    ) -> None:
        """Chargebee leaves it out of an estimate that is not told where the customer is."""
        site.taxes = {"DE": 19}
        address = {"line1": "Unter den Linden 1", "zip": "10117", "city": "Berlin", "country": "DE"}
        site.customers.rows["ada"].update(billing_address=address, **customer)
        subscribe()

        await allows_exactly(backend, site, lambda one: one.change_price(change("pro-year")), amount)

    async def test_is_taxed_where_it_is_shipped_to(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json]
    ) -> None:
        site.taxes = {"DE": 19, "AT": 20}
        site.customers.rows["ada"]["billing_address"] = {"country": "DE"}
        subscribe(shipping_address={"country": "AT", "first_name": "Ada", "object": "shipping_address"})

        await allows_exactly(backend, site, lambda one: one.change_price(change("pro-year")), 32_400)

    @pytest.mark.parametrize(
        ("balances", "amount"),
        [
            pytest.param({"refundable_credits": 5000}, 22_000, id="credits"),
            pytest.param({"promotional_credits": 5000, "excess_payments": 1000}, 21_000, id="gifts and overpayments"),
        ],
    )
    async def test_is_charged_less_what_the_customer_has(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json], balances: Json, amount: int
    ) -> None:
        site.customers.rows["ada"].update(balances)
        subscribe()

        await allows_exactly(backend, site, lambda one: one.change_price(change("pro-year")), amount)

    async def test_that_is_paid_by_credits_charges_nothing(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json]
    ) -> None:
        site.customers.rows["ada"]["refundable_credits"] = 50_000
        subscribe()

        await takes_nothing(backend, site, lambda one: one.change_price(change("pro-year")))

    async def test_is_charged_after_coupons(self, backend: Backend, site: Site, subscribe: Callable[..., Json]) -> None:
        subscribe(coupons=["SAVE20"])

        await allows_exactly(backend, site, lambda one: one.change_price(change("pro-year")), 21_600)

    async def test_takes_along_what_was_unbilled(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json]
    ) -> None:
        subscribe()
        leave_unbilled(site)

        await allows_exactly(backend, site, lambda one: one.change_price(change("pro-year")), 29_000)

    async def test_is_taken_to_bill_what_was_unbilled_also_where_it_would_not(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json]
    ) -> None:
        """Which of both a site does is not documented."""
        site.bills_waiting_with_new_term = False
        subscribe()
        leave_unbilled(site)

        guarded = await backend.open(charge_limit=ImmediateCharges({"usd": 28_999}))
        with pytest.raises(Invalid, match=TOO_MUCH):
            await guarded.change_price(change("pro-year"))

    async def test_in_whole_units_of_a_currency_without_others(
        self, backend: Backend, site: Site, subscribe: Callable[..., Json]
    ) -> None:
        for identifier, unit in (("yen-month", "month"), ("yen-year", "year")):
            site.add_item_price(id=identifier, item_id="pro", price=1200, currency_code="JPY", period_unit=unit)
        subscribe("yen-month")

        await allows_exactly(backend, site, lambda one: one.change_price(change("yen-year")), 1200, currency="jpy")

    async def test_in_thousandths_where_the_currency_has_them(
        self, backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        """Chargebee counts hundredths of a dinar, the owner's limit is in its minor units."""
        for identifier, unit in (("dinar-month", "month"), ("dinar-year", "year")):
            site.add_item_price(id=identifier, item_id="pro", price=150, currency_code="KWD", period_unit=unit)
        subscribe("dinar-month")

        guarded = await backend.open(charge_limit=ImmediateCharges({"kwd": 1499}))
        with pytest.raises(Invalid, match=TOO_MUCH):
            await guarded.change_price(change("dinar-year"))
        await (await backend.open(charge_limit=ImmediateCharges({"kwd": 1500}))).change_price(change("dinar-year"))

        assert taken(site) == 150

    async def test_that_cannot_be_made_is_not_estimated(
        self, backend: Backend, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
    ) -> None:
        subscribe(status="non_renewing")
        guarded = await backend.open(charge_limit=ImmediateCharges({"usd": 10**6}))

        with pytest.raises(Conflict, match="set to end"):
            await guarded.change_price(change("pro-year"))
        assert (estimates(simulator), simulator.writes()) == ([], [])


CANNOT_CHARGE: dict[str, tuple[Act, Json, list[str]]] = {
    "cancel with the term": (lambda one: one.cancel(cancel(LATER)), OWING, [CANCEL]),
    "cancel a trial with the trial": (lambda one: one.cancel(cancel(LATER)), IN_TRIAL, [CANCEL]),
    "unpause and cancel": (lambda one: one.cancel(cancel(LATER, unpause=True)), PAUSED, [RESUME, CANCEL]),
    "pause": (lambda one: one.pause(pause(months(1))), {}, [PAUSE]),
    "pause with the term": (lambda one: one.pause(pause(months(1), LATER)), {}, [PAUSE]),
    "move a pause's end": (lambda one: one.pause(pause(until("2027-02-10T00:00"))), PAUSED, [RESUME]),
    "extend trial": (lambda one: one.extend_trial(extend(days(7))), IN_TRIAL, [UPDATE]),
    "apply coupon": (lambda one: one.apply_coupon(apply("SAVE20")), {}, [UPDATE]),
    "change price with the term": (lambda one: one.change_price(change("pro-year", LATER)), {}, [UPDATE]),
}


@pytest.mark.parametrize("name", CANNOT_CHARGE)
async def test_what_cannot_charge_at_once_is_not_estimated(
    backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json], name: str
) -> None:
    act, members, writes = CANNOT_CHARGE[name]
    site.collects_dues_on_resumption = True
    site.dues_on_cancellation = "schedule_payment_collection"
    subscribe(**members)
    leave_unbilled(site)

    await takes_nothing(backend, site, act)
    assert (estimates(simulator), simulator.writes()) == ([], writes)


@pytest.mark.parametrize("name", ["pause with the term", "move a pause's end"])
async def test_of_pauses_only_one_at_once_bills_what_is_unbilled(
    backend: Backend, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json], name: str
) -> None:
    act, members, _ = CANNOT_CHARGE[name]
    subscribe(**members)
    leave_unbilled(site)

    await takes_nothing(backend, site, act, actions=BILLS_WITH_PAUSE)
    assert estimates(simulator) == []


def answered(estimate: object) -> Callable[..., Fault]:
    """An answer in Chargebee's form in place of the true estimate."""
    return partial(Fault, status=200, body={"estimate": estimate})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(partial(Fault.error, 400, "param_wrong_value", "no"), Invalid, id="refused"),
        pytest.param(partial(Fault.error, 409, "invalid_state_for_request", "no"), Conflict, id="in no state for it"),
        pytest.param(partial(Fault.error, 404, "resource_not_found", "no"), NotFound, id="gone"),
        pytest.param(Fault.forbidden, Credentials, id="a right missing"),
        pytest.param(partial(Fault.server_error, times=None), Unavailable, id="broken"),
        pytest.param(partial(Fault.html, times=None), Unavailable, id="a proxy's page"),
        pytest.param(answered([]), Unreadable, id="no estimate"),
        pytest.param(answered({"invoice_estimate": {}}), Unreadable, id="no amount"),
        pytest.param(answered({"invoice_estimate": {"amount_due": "much"}}), Unreadable, id="no number"),
    ],
)
@pytest.mark.parametrize(
    ("act", "actions"),
    [
        pytest.param(lambda one: one.change_price(change("pro-year")), {}, id="change price"),
        pytest.param(lambda one: one.cancel(cancel(NOW)), {}, id="cancel"),
        pytest.param(lambda one: one.pause(pause(months(1))), BILLS_WITH_PAUSE, id="pause"),
    ],
)
async def test_without_an_estimate_nothing_is_written(
    backend: Backend,
    simulator: ChargebeeSimulator,
    subscription: Json,
    act: Act,
    actions: Json,
    fault: Callable[..., Fault],
    error: type[Exception],
) -> None:
    simulator.faults.add(fault(path="estimate"))
    guarded = await backend.open(charge_limit=ImmediateCharges({"usd": 10**9}), actions=actions)

    with pytest.raises(error):
        await act(guarded)
    assert (len(estimates(simulator)) >= 1, simulator.writes()) == (True, [])


async def test_an_estimate_that_takes_too_long_is_no_estimate(
    backend: Backend, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    simulator.faults.add(Fault.slow(60, path="estimate", times=None, hook=passing(8)))
    guarded = await backend.open(charge_limit=ImmediateCharges({"usd": 10**9}), call_timeout_s=8)

    with pytest.raises(Timeout):
        await guarded.change_price(change("pro-year"))
    assert simulator.writes() == []
