"""The official package against the simulator: what it sends is understood, what it gets it can read."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from chargebee import APIError, Chargebee, InvalidRequestError, OperationFailedError, PaymentError

from simulators.chargebee import Fault
from simulators.chargebee.samples import fill
from tests.simulators.chargebee.client import DAY, KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_aiohttp import AiohttpServer

    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock


@pytest.fixture
async def client(
    simulator: ChargebeeSimulator,
    subscription: dict[str, Any],
    aiohttp_server: AiohttpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Chargebee:
    # Only without certificates of its own does the package speak plain HTTP.
    monkeypatch.setattr(Chargebee, "verify_ca_certs", False)
    server = await aiohttp_server(simulator.application())
    made = Chargebee(api_key=KEY, site="acme-test")
    made.env.protocol = "http"
    made.env.api_endpoint = str(server.make_url("/api/v2"))
    assert subscription["id"] == "sub"
    return made


async def call(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """One call of the package, which blocks."""
    return await asyncio.to_thread(function, *arguments, **named)


async def test_a_subscription_is_read_with_its_customer_and_card(client: Chargebee) -> None:
    found = await call(client.Subscription.retrieve, "sub")

    assert (found.subscription.id, found.customer.id, found.card.customer_id) == ("sub", "ada", "ada")
    assert [item.item_price_id for item in found.subscription.subscription_items] == ["seats"]


async def test_a_list_is_filtered_and_paged(client: Chargebee, site: Site) -> None:
    for _ in range(4):
        site.add_subscription(customer_id="ada", items=["flat"])
    parameters = {
        "customer_id": {"is": "ada"},
        "status": {"in": ["active", "in_trial"]},
        "sort_by": {"asc": "created_at"},
        "limit": 3,
    }
    first = await call(client.Subscription.list, parameters)
    second = await call(client.Subscription.list, {**parameters, "offset": first.next_offset})

    assert [len(page.list) for page in (first, second)] == [3, 2]
    assert second.next_offset is None
    assert first.list[0].subscription.id == "sub"


async def test_ids_as_json_reach_the_filter(client: Chargebee) -> None:
    found = await call(client.ItemPrice.list, {"id": {"in": json.dumps(["seats", "flat"])}})

    assert [entry.item_price.id for entry in found.list] == ["seats", "flat"]


async def test_every_sample_can_be_read(client: Chargebee, site: Site, clock: MovableClock) -> None:
    fill(site, clock.moment)
    lists = {
        "customer": client.Customer.list,
        "item_family": client.ItemFamily.list,
        "item": client.Item.list,
        "item_price": client.ItemPrice.list,
        "coupon": client.Coupon.list,
        "subscription": client.Subscription.list,
    }
    for kind, function in lists.items():
        entries = (await call(function, {"limit": 100})).list

        assert entries
        assert all(getattr(entry, kind).id for entry in entries)


async def test_the_catalogue_version_is_read(client: Chargebee) -> None:
    (configuration,) = (await call(client.Configuration.list)).configurations

    assert (configuration.domain, configuration.product_catalog_version) == ("acme-test", "v2")


async def test_an_update_arrives_as_it_was_meant(client: Chargebee, simulator: ChargebeeSimulator) -> None:
    updated = await call(
        client.Subscription.update_for_items,
        "sub",
        {
            "subscription_items": [{"item_price_id": "more-seats", "quantity": 3}, {"item_price_id": "support"}],
            "replace_items_list": True,
            "coupon_ids": ["SAVE20", "SAVE5"],
            "prorate": False,
            "reactivate": False,
            "change_option": "immediately",
        },
    )

    assert [item.item_price_id for item in updated.subscription.subscription_items] == ["more-seats", "support"]
    assert [coupon.coupon_id for coupon in updated.subscription.coupons] == ["SAVE20", "SAVE5"]
    assert ("subscription_items[quantity][0]", "3") in simulator.written()[0].form


async def test_every_action_can_be_read(client: Chargebee, clock: MovableClock) -> None:
    subscriptions = client.Subscription
    until = clock.seconds + 60 * DAY
    later = {"item_price_id": "more-seats"}
    at_term_end = {"subscription_items": [later], "change_option": "end_of_term"}
    # The package has classes of its own for each answer.
    await call(subscriptions.update_for_items, "sub", at_term_end)
    shown = await call(subscriptions.retrieve_with_scheduled_changes, "sub")
    await call(subscriptions.remove_scheduled_changes, "sub")
    await call(subscriptions.cancel_for_items, "sub", {"cancel_option": "end_of_term"})
    await call(subscriptions.remove_scheduled_cancellation, "sub", {})
    await call(subscriptions.pause, "sub", {"pause_option": "end_of_term"})
    await call(subscriptions.remove_scheduled_pause, "sub")
    estimated = await call(client.Estimate.pause_subscription, "sub", {"subscription": {"resume_date": until}})
    await call(subscriptions.pause, "sub", {"pause_option": "immediately", "resume_date": until})
    await call(subscriptions.remove_scheduled_resumption, "sub")
    await call(subscriptions.resume, "sub", {"resume_option": "immediately"})
    cancelled = await call(subscriptions.cancel_for_items, "sub", {"cancel_option": "immediately"})

    assert shown.subscription.subscription_items[0].item_price_id == "more-seats"
    assert estimated.estimate.subscription_estimate.resume_date == until
    assert cancelled.subscription.status == "cancelled"


async def test_every_estimate_can_be_read(client: Chargebee, site: Site) -> None:
    site.taxes = {"DE": 19}
    yearly = {"subscription_items": [{"item_price_id": "yearly"}], "coupon_ids": ["SAVE5"], "prorate": True}
    place = {"subscription": {"id": "sub"}, "billing_address": {"country": "DE"}}
    changed = (await call(client.Estimate.update_subscription_for_items, {**yearly, **place})).estimate
    waiting = (
        await call(
            client.Estimate.update_subscription_for_items,
            {**place, "subscription_items": [{"item_price_id": "more-seats"}], "invoice_immediately": False},
        )
    ).estimate
    cancelled = await call(
        client.Estimate.cancel_subscription_for_items, "sub", {"credit_option_for_current_term_charges": "full"}
    )

    invoice = changed.invoice_estimate
    assert (invoice.sub_total, invoice.total, invoice.credits_applied, invoice.amount_due) == (
        9000,
        10_115,
        2380,
        7735,
    )
    assert [line.amount for line in invoice.line_items] == [9000]
    assert (waiting.invoice_estimate, waiting.next_invoice_estimate.recurring) == (None, True)
    assert [charge.amount for charge in waiting.unbilled_charge_estimates] == [1333]
    assert [note.total for note in cancelled.estimate.credit_note_estimates] == [3000]


async def test_a_replayed_answer_is_told(client: Chargebee) -> None:
    replayed = []
    for _ in range(2):
        headers = {"chargebee-idempotency-key": "k1"}
        answer = await call(client.Subscription.pause, "sub", {}, headers=headers)
        replayed.append(answer.is_idempotency_replayed)

    assert replayed == [False, True]


async def test_an_error_carries_its_codes_and_parameter(client: Chargebee, site: Site) -> None:
    site.pause_enabled = False
    with pytest.raises(InvalidRequestError) as disabled:
        await call(client.Subscription.pause, "sub", {})
    with pytest.raises(InvalidRequestError) as unknown:
        await call(client.Subscription.update_for_items, "sub", {"coupon_ids": ["NONE"]})

    assert (disabled.value.api_error_code, disabled.value.error_code) == (
        "invalid_request",
        "pause_feature_not_enabled",
    )
    assert (unknown.value.http_status_code, unknown.value.param) == (404, "coupon_ids[0]")


@pytest.mark.parametrize(
    ("fault", "expected", "status"),
    [
        pytest.param(Fault.rate_limited(), OperationFailedError, 429, id="429"),
        pytest.param(Fault.declined(), PaymentError, 400, id="declined"),
        pytest.param(Fault.forbidden(), APIError, 403, id="403"),
        pytest.param(Fault.server_error(), OperationFailedError, 500, id="500"),
    ],
)
async def test_faults_become_the_packages_errors(
    client: Chargebee, simulator: ChargebeeSimulator, fault: Fault, expected: type[APIError], status: int
) -> None:
    simulator.faults.add(fault)
    with pytest.raises(expected) as caught:
        await call(client.Subscription.retrieve, "sub")

    assert caught.value.http_status_code == status


@pytest.mark.parametrize("fault", [pytest.param(Fault.html(), id="HTML"), pytest.param(Fault.empty(), id="nothing")])
async def test_what_is_not_json_becomes_a_bare_exception(
    client: Chargebee, simulator: ChargebeeSimulator, fault: Fault
) -> None:
    simulator.faults.add(fault)
    with pytest.raises(Exception, match="something went wrong") as caught:
        await call(client.Subscription.retrieve, "sub")

    assert type(caught.value) is Exception


async def test_a_dropped_connection_becomes_an_error_of_its_transport(
    client: Chargebee, simulator: ChargebeeSimulator
) -> None:
    simulator.faults.add(Fault.dropped())
    with pytest.raises(httpx.RemoteProtocolError):
        await call(client.Subscription.retrieve, "sub")
