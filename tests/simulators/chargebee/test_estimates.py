"""Estimates: each foretells what its write then bills, changes nothing, and refuses what the write refuses."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from simulators.chargebee.store import READ_ONLY
from tests.simulators.chargebee.client import DAY, items

if TYPE_CHECKING:
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import Api, MovableClock, Reply

Pairs = list[tuple[str, str]]
Json = dict[str, Any]

UPDATE = "/subscriptions/sub/update_for_items"
CANCEL = "/subscriptions/sub/cancel_for_items"
PAUSE = "/subscriptions/sub/pause"
UPDATE_ESTIMATE = "/estimates/update_subscription_for_items"
CANCEL_ESTIMATE = "/subscriptions/sub/cancel_subscription_for_items_estimate"
PAUSE_ESTIMATE = "/subscriptions/sub/pause_subscription_estimate"

OF_SUB = ("subscription[id]", "sub")
IN_GERMANY = ("billing_address[country]", "DE")
PRORATED = ("prorate", "true")
NOT_PRORATED = ("prorate", "false")
UNBILLED = ("invoice_immediately", "false")
NOW = ("cancel_option", "immediately")


def estimate(reply: Reply) -> Json:
    assert reply.status == 200, reply.json
    found = reply.json["estimate"]
    assert isinstance(found, dict)
    return found


def at_once(reply: Reply) -> int | None:
    """What an estimate says is to be paid at once."""
    invoice = estimate(reply).get("invoice_estimate")
    return None if invoice is None else int(invoice["amount_due"])


def billed(site: Site) -> int | None:
    """What the site has billed for one request."""
    if not site.invoices:
        return None
    (invoice,) = site.invoices
    return invoice.amount_due


def contents(site: Site) -> Json:
    """Everything that a request could change."""
    return copy.deepcopy(
        {
            "subscriptions": site.subscriptions.rows,
            "customers": site.customers.rows,
            "coupons": site.coupons.rows,
            "scheduled": site.scheduled_changes,
            "anchors": site.anchors,
            "money": (site.charges, site.unbilled, site.renewals, site.invoices),
        }
    )


@pytest.mark.usefixtures("subscription")
class TestAnUpdate:
    @pytest.mark.parametrize(
        ("pairs", "due"),
        [
            # Twenty of thirty days are left of 3000.
            pytest.param([*items("yearly"), PRORATED], 9000 - 2000, id="a new term, less what is unused"),
            pytest.param([*items("yearly"), NOT_PRORATED], 9000, id="a new term"),
            pytest.param([*items(("yearly", 4)), NOT_PRORATED], 36_000, id="of more seats"),
            pytest.param([*items(("more-seats", 3)), PRORATED], 4000 - 2000, id="a dearer price"),
            pytest.param([*items(("more-seats", 3)), NOT_PRORATED], None, id="a dearer price with the renewal"),
            pytest.param([*items(("more-seats", 3)), PRORATED, UNBILLED], None, id="left unbilled"),
            pytest.param([*items("yearly"), NOT_PRORATED, UNBILLED], None, id="a new term left unbilled"),
            pytest.param([*items(("seats", 1)), PRORATED], 0, id="fewer seats, paid by what is given back"),
            pytest.param([*items("yearly"), ("change_option", "end_of_term")], None, id="with the next term"),
            pytest.param(
                [*items("yearly"), NOT_PRORATED, ("coupon_ids[0]", "SAVE20")], 7200, id="a percentage taken off"
            ),
            pytest.param([*items("yearly"), NOT_PRORATED, ("coupon_ids[0]", "SAVE5")], 8500, id="an amount taken off"),
            pytest.param([("coupon_ids[0]", "SAVE20")], None, id="a coupon alone"),
        ],
    )
    async def test_foretells_what_is_billed_at_once(self, api: Api, site: Site, pairs: Pairs, due: int | None) -> None:
        before = contents(site)
        foretold = await api.post(UPDATE_ESTIMATE, OF_SUB, *pairs)
        assert contents(site) == before

        await api.post(UPDATE, *pairs)

        assert (at_once(foretold), billed(site)) == (due, due)

    @pytest.mark.parametrize(
        ("customer", "told", "due"),
        [
            pytest.param({}, [IN_GERMANY], 9000 - 2000 + 1330, id="on the difference"),
            pytest.param({"taxability": "exempt"}, [IN_GERMANY, ("customer[taxability]", "exempt")], 7000, id="exempt"),
            pytest.param(
                {"vat_number": "DE1"}, [IN_GERMANY, ("customer[vat_number]", "DE1")], 7000, id="owed by a business"
            ),
        ],
    )
    async def test_tells_the_tax(self, api: Api, site: Site, customer: Json, told: Pairs, due: int) -> None:
        site.taxes = {"DE": 19}
        site.customers.rows["ada"].update(billing_address={"country": "DE"}, **customer)
        foretold = await api.post(UPDATE_ESTIMATE, OF_SUB, *items("yearly"), PRORATED, *told)
        await api.post(UPDATE, *items("yearly"), PRORATED)

        assert (at_once(foretold), billed(site)) == (due, due)

    async def test_goes_by_where_things_are_shipped_to(self, api: Api, site: Site) -> None:
        site.taxes = {"DE": 19, "AT": 20}
        site.customers.rows["ada"]["billing_address"] = {"country": "DE"}
        site.subscriptions.rows["sub"]["shipping_address"] = {"country": "AT"}
        change = [*items("yearly"), NOT_PRORATED]
        foretold = await api.post(UPDATE_ESTIMATE, OF_SUB, *change, IN_GERMANY, ("shipping_address[country]", "AT"))
        await api.post(UPDATE, *change)

        assert (at_once(foretold), billed(site)) == (10_800, 10_800)

    async def test_leaves_the_tax_out_without_an_address(self, api: Api, site: Site) -> None:
        site.taxes = {"DE": 19}
        site.customers.rows["ada"]["billing_address"] = {"country": "DE"}
        foretold = await api.post(UPDATE_ESTIMATE, OF_SUB, *items("yearly"), NOT_PRORATED)
        await api.post(UPDATE, *items("yearly"), NOT_PRORATED)

        assert (at_once(foretold), billed(site)) == (9000, 10_710)

    @pytest.mark.parametrize(
        ("balances", "due", "left"),
        [
            pytest.param({"promotional_credits": 500}, 8500, (0, 0, 0), id="promotional"),
            pytest.param({"refundable_credits": 600, "promotional_credits": 500}, 7900, (0, 0, 0), id="refundable"),
            pytest.param({"excess_payments": 700}, 8300, (0, 0, 0), id="paid in excess"),
            pytest.param(
                {"refundable_credits": 8000, "promotional_credits": 8000}, 0, (0, 7000, 0), id="more than due"
            ),
            pytest.param({"refundable_credits": 9000, "excess_payments": 5}, 0, (0, 0, 5), id="nothing left to pay"),
        ],
    )
    async def test_uses_up_what_the_customer_has(
        self, api: Api, site: Site, balances: dict[str, int], due: int, left: tuple[int, int, int]
    ) -> None:
        customer = site.customers.rows["ada"]
        customer.update(balances)
        foretold = await api.post(UPDATE_ESTIMATE, OF_SUB, *items("yearly"), NOT_PRORATED)
        await api.post(UPDATE, *items("yearly"), NOT_PRORATED)

        assert (at_once(foretold), billed(site)) == (due, due)
        assert (customer["refundable_credits"], customer["promotional_credits"], customer["excess_payments"]) == left

    async def test_what_is_given_back_and_not_used_up_is_kept(self, api: Api, site: Site) -> None:
        await api.post(UPDATE, *items(("seats", 1)), PRORATED)

        # 2000 are given back, 667 would be for the one seat.
        assert (site.customers.rows["ada"]["refundable_credits"], billed(site)) == (2000 - 666, 0)

    @pytest.mark.parametrize("bills", [True, False], ids=["a site that bills it", "a site that lets it wait"])
    async def test_tells_what_waits_to_be_billed_if_it_is_asked_to(self, api: Api, site: Site, bills: bool) -> None:
        site.bills_waiting_with_new_term = bills
        await api.post(UPDATE, *items(("more-seats", 3)), PRORATED, UNBILLED)
        site.customers.rows["ada"]["refundable_credits"] = 0
        change = [*items("yearly"), NOT_PRORATED]
        with_it = await api.post(UPDATE_ESTIMATE, OF_SUB, *change, ("include_delayed_charges", "true"))
        without = await api.post(UPDATE_ESTIMATE, OF_SUB, *change)
        await api.post(UPDATE, *change)

        assert (at_once(with_it), at_once(without)) == (13_000, 9000)
        assert billed(site) == (13_000 if bills else 9000)
        assert len(site.unbilled) == (0 if bills else 1)

    async def test_whole_units_stay_whole(self, api: Api, site: Site) -> None:
        site.taxes = {"JP": 10}
        site.customers.rows["ada"].update(billing_address={"country": "JP"}, preferred_currency_code="JPY")
        site.add_item_price(id="yen", item_id="pro", price=333, currency_code="JPY")
        site.add_item_price(id="yen-year", item_id="pro", price=3333, currency_code="JPY", period_unit="year")
        site.add_subscription(id="tokyo", customer_id="ada", items=["yen"])
        change = [*items("yen-year"), NOT_PRORATED]
        foretold = await api.post(
            UPDATE_ESTIMATE, ("subscription[id]", "tokyo"), *change, ("billing_address[country]", "JP")
        )
        await api.post("/subscriptions/tokyo/update_for_items", *change)

        assert (at_once(foretold), billed(site)) == (3666, 3666)
        assert estimate(foretold)["invoice_estimate"]["currency_code"] == "JPY"

    async def test_shows_the_renewal_where_nothing_is_billed_at_once(self, api: Api) -> None:
        shown = estimate(await api.post(UPDATE_ESTIMATE, OF_SUB, *items(("more-seats", 3)), PRORATED, UNBILLED))

        assert "invoice_estimate" not in shown
        assert [charge["amount"] for charge in shown["unbilled_charge_estimates"]] == [4000]
        assert [note["total"] for note in shown["credit_note_estimates"]] == [2000]
        assert shown["next_invoice_estimate"]["total"] == 4000 + 6000

    async def test_tells_the_parts_of_the_invoice(self, api: Api, site: Site) -> None:
        site.taxes = {"DE": 19}
        coupon = ("coupon_ids[0]", "SAVE5")
        shown = estimate(await api.post(UPDATE_ESTIMATE, OF_SUB, *items("yearly"), PRORATED, coupon, IN_GERMANY))
        invoice = shown["invoice_estimate"]

        assert (invoice["sub_total"], invoice["total"]) == (9000, 8500 + 1615)
        assert (invoice["credits_applied"], invoice["amount_paid"]) == (2380, 0)
        assert invoice["amount_due"] == 8500 + 1615 - 2380
        assert ([one["amount"] for one in invoice["taxes"]], [one["amount"] for one in invoice["discounts"]]) == (
            [1615],
            [500],
        )

    @pytest.mark.parametrize(
        ("pairs", "refusal"),
        [
            pytest.param(items("yearly"), (400, "param_wrong_value", "subscription"), id="of nothing"),
            pytest.param(
                [("subscription[trial_end]", "0")], (400, "param_wrong_value", "subscription[id]"), id="of no id"
            ),
            pytest.param([("subscription[id]", "none")], (404, "resource_not_found", None), id="unknown"),
            pytest.param(
                [OF_SUB, ("trial_end", "0")], (400, "invalid_request", "trial_end"), id="a parameter of the write"
            ),
            pytest.param(
                [OF_SUB, ("use_existing_balances", "false")],
                (400, "simulator_parameter_not_simulated", "use_existing_balances"),
                id="a parameter that is not acted upon",
            ),
            pytest.param(
                [OF_SUB, ("billing_address[first_name]", "Ada")],
                (400, "invalid_request", "billing_address[first_name]"),
                id="a name in the address",
            ),
        ],
    )
    async def test_refuses(self, api: Api, pairs: Pairs, refusal: tuple[int, str, str | None]) -> None:
        assert (await api.post(UPDATE_ESTIMATE, *pairs)).refusal == refusal

    @pytest.mark.parametrize(
        "pairs",
        [
            pytest.param(items("none"), id="unknown price"),
            pytest.param(items(("flat", 2)), id="a quantity of a flat fee"),
            pytest.param([("coupon_ids[0]", "none")], id="unknown coupon"),
            pytest.param([*items("seats"), ("end_of_term", "true"), ("change_option", "immediately")], id="twice"),
        ],
    )
    async def test_refuses_what_the_write_refuses(self, api: Api, pairs: Pairs) -> None:
        foretold, written = await api.post(UPDATE_ESTIMATE, OF_SUB, *pairs), await api.post(UPDATE, *pairs)

        assert foretold.status >= 400
        assert foretold.json == written.json

    async def test_of_what_is_paused_is_refused(self, api: Api, site: Site) -> None:
        await api.post(PAUSE)

        assert (await api.post(UPDATE_ESTIMATE, OF_SUB, *items("yearly"))).code == (409, "invalid_state_for_request")


async def test_in_a_trial_nothing_would_be_billed_at_once(api: Api, site: Site, trial: Json) -> None:
    shown = estimate(await api.post(UPDATE_ESTIMATE, OF_SUB, *items("yearly")))

    assert ("invoice_estimate" in shown, shown["subscription_estimate"]["status"]) == (False, "in_trial")
    assert shown["next_invoice_estimate"]["amount_due"] == 9000


async def test_a_trial_that_would_be_ended_is_billed(api: Api, site: Site, trial: Json) -> None:
    foretold = await api.post(UPDATE_ESTIMATE, OF_SUB, ("subscription[trial_end]", "0"))
    await api.post(UPDATE, ("trial_end", "0"))

    assert (at_once(foretold), billed(site)) == (3000, 3000)


@pytest.mark.usefixtures("subscription")
class TestACancellation:
    @pytest.fixture
    async def unbilled(self, api: Api, site: Site, subscription: Json) -> None:
        await api.post(UPDATE, *items(("more-seats", 3)), PRORATED, UNBILLED)
        site.customers.rows["ada"]["refundable_credits"] = 0

    @pytest.mark.usefixtures("unbilled")
    @pytest.mark.parametrize(
        ("pairs", "due"),
        [
            pytest.param([NOW, ("unbilled_charges_option", "invoice")], 4000, id="what is unbilled is billed"),
            pytest.param([NOW, ("unbilled_charges_option", "delete")], None, id="what is unbilled is deleted"),
            pytest.param([NOW], 4000, id="as the site is set"),
            pytest.param(
                [
                    NOW,
                    ("unbilled_charges_option", "invoice"),
                    ("credit_option_for_current_term_charges", "full"),
                ],
                0,
                id="paid by what is given back",
            ),
            pytest.param([("cancel_option", "end_of_term")], None, id="with the term"),
        ],
    )
    async def test_foretells_what_is_billed_at_once(self, api: Api, site: Site, pairs: Pairs, due: int | None) -> None:
        before = contents(site)
        foretold = await api.post(CANCEL_ESTIMATE, *pairs)
        assert contents(site) == before

        await api.post(CANCEL, *pairs)

        assert (at_once(foretold), billed(site)) == (due, due)
        assert len(site.unbilled) == (1 if pairs[0] != NOW else 0)

    @pytest.mark.usefixtures("unbilled")
    async def test_goes_by_the_tax_that_the_site_knows(self, api: Api, site: Site) -> None:
        site.taxes = {"DE": 19}
        site.customers.rows["ada"]["billing_address"] = {"country": "DE"}
        foretold = await api.post(CANCEL_ESTIMATE, NOW)
        await api.post(CANCEL, NOW)

        assert (at_once(foretold), billed(site)) == (4760, 4760)

    async def test_does_not_tell_what_is_collected_of_older_invoices(self, api: Api, site: Site) -> None:
        site.subscriptions.rows["sub"].update(due_invoices_count=1, total_dues=3000)
        collecting = ("account_receivables_handling", "schedule_payment_collection")
        foretold = await api.post(CANCEL_ESTIMATE, NOW, collecting)
        await api.post(CANCEL, NOW, collecting)

        assert (at_once(foretold), site.invoices) == (None, [])
        assert [(charge.reason, charge.amount) for charge in site.charges] == [("dues_collection", 3000)]

    @pytest.mark.parametrize("handling", ["no_action", "schedule_payment_collection", "write_off"])
    async def test_leaves_older_invoices_to_the_site_where_nothing_is_said(
        self, api: Api, site: Site, handling: Any
    ) -> None:
        site.dues_on_cancellation = handling
        site.subscriptions.rows["sub"].update(due_invoices_count=1, total_dues=3000)
        ended = (await api.post(CANCEL, NOW)).subscription

        assert ended["due_invoices_count"] == (1 if handling == "no_action" else 0)
        assert len(site.charges) == (1 if handling == "schedule_payment_collection" else 0)

    async def test_refuses_what_the_write_refuses(self, api: Api, site: Site) -> None:
        site.cancel_reason_required = True

        assert (await api.post(CANCEL_ESTIMATE, NOW)).json == (await api.post(CANCEL, NOW)).json
        assert (await api.post(CANCEL_ESTIMATE, ("decommissioned", "true"))).code == (400, "invalid_request")


@pytest.mark.usefixtures("subscription")
class TestAPause:
    @pytest.mark.parametrize(
        ("pairs", "due"),
        [
            pytest.param([("unbilled_charges_handling", "invoice")], 4000, id="what is unbilled is billed"),
            pytest.param([("unbilled_charges_handling", "no_action")], None, id="what is unbilled waits"),
            pytest.param(
                [("pause_option", "end_of_term"), ("unbilled_charges_handling", "invoice")], None, id="with the term"
            ),
        ],
    )
    async def test_foretells_what_is_billed_at_once(
        self, api: Api, site: Site, clock: MovableClock, pairs: Pairs, due: int | None
    ) -> None:
        await api.post(UPDATE, *items(("more-seats", 3)), PRORATED, UNBILLED)
        site.customers.rows["ada"]["refundable_credits"] = 0
        resumes = str(clock.seconds + 90 * DAY)
        before = contents(site)
        foretold = await api.post(PAUSE_ESTIMATE, *pairs, ("subscription[resume_date]", resumes))
        assert contents(site) == before

        await api.post(PAUSE, *pairs, ("resume_date", resumes))

        assert (at_once(foretold), billed(site)) == (due, due)
        assert len(site.unbilled) == (1 if due is None else 0)


@pytest.mark.usefixtures("subscription")
class TestAnyEstimate:
    async def test_is_on_record_and_no_write(self, api: Api, simulator: ChargebeeSimulator) -> None:
        for path, pairs in ((UPDATE_ESTIMATE, [OF_SUB]), (CANCEL_ESTIMATE, []), (PAUSE_ESTIMATE, [])):
            await api.post(path, *pairs)

        assert len(simulator.calls()) == 3
        assert simulator.writes() == []

    async def test_may_be_kept_from_a_key(self, api: Api, site: Site) -> None:
        site.restricted = READ_ONLY

        assert (await api.post(UPDATE_ESTIMATE, OF_SUB)).code == (403, "api_authorization_failed")

    async def test_of_items_needs_the_second_catalogue(self, api: Api, site: Site) -> None:
        site.product_catalog_version = "v1"

        assert (await api.post(UPDATE_ESTIMATE, OF_SUB)).code == (400, "configuration_incompatible")
        assert (await api.post(CANCEL_ESTIMATE)).code == (400, "configuration_incompatible")

    @pytest.mark.parametrize("path", ["/estimates", "/estimates/none", "/estimates/*", "/estimates/sub/none"])
    async def test_has_no_other_address(self, api: Api, path: str) -> None:
        assert (await api.post(path)).code == (404, "resource_not_found")

    async def test_is_asked_for_with_a_post(self, api: Api) -> None:
        assert (await api.get(UPDATE_ESTIMATE)).code == (405, "http_method_not_supported")
