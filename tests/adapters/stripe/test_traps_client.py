"""The traps of the package and of its encoding, one test each (traps 1.1 to 1.6 and the keys of 5).

Those about retries and the process are in `test_calls` and `test_process`, the error classes in `test_errors`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from adapters.errors import NotFound
from adapters.holes import Runtime
from adapters.stripe.adapter import StripeAdapter
from adapters.stripe.client import StripeApi
from adapters.stripe.settings import StripeSettings
from gateway.contract import Mode
from simulators.stripe import Fault
from tests.adapters.stripe.support import LATER, NOW, apply, cancel, change, form, months, pause
from tests.simulators.stripe.client import KEY, LIVE_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Backend, Witness


@pytest.fixture
async def api(address: str, account: Account) -> AsyncIterator[StripeApi]:
    held = StripeApi(KEY, address, live=account.livemode, runtime=Runtime(retry_wait_s=0.001))
    yield held
    await held.close()


async def test_1_1_the_aiohttp_client_is_used_whatever_else_is_installed(
    adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    await adapter.customer("cus_1")

    assert json.loads(simulator.requests[0].headers["x-stripe-client-user-agent"])["httplib"] == "aiohttp"


async def test_1_2_a_get_on_a_dropped_connection_is_not_sent_again_beneath_the_retries(
    adapter: StripeAdapter, simulator: StripeSimulator, witness: Witness
) -> None:
    """The HTTP client would repeat an idempotent request once on a connection that was kept alive, uncounted."""
    await adapter.customer("cus_1")
    simulator.faults.add(Fault.dropped(times=2))

    assert (await adapter.customer("cus_1")).id == "cus_1"
    assert simulator.calls() == ["GET /v1/customers/cus_1"] * 4
    assert witness.retries == ["lost", "lost"]


async def test_1_2_a_delete_on_a_dropped_connection_is_looked_at_and_not_sent_again(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])
    simulator.faults.add(Fault.lost_answer(method="DELETE"))
    await adapter.cancel(cancel(NOW))

    assert simulator.calls() == [f"{verb} /v1/subscriptions/sub_1" for verb in ("GET", "DELETE", "GET")]
    assert held["status"] == "canceled"


@pytest.mark.parametrize("odd", ["true", 1, {}], ids=repr)
async def test_a_row_that_does_not_say_plainly_of_which_mode_it_is_is_left_out(
    adapter: StripeAdapter, account: Account, witness: Witness, odd: object
) -> None:
    account.customers.rows["cus_1"]["livemode"] = odd
    account.add_customer(id="cus_plain")

    listed = {customer.id for customer in (await adapter.customers(100, None)).data}
    assert "cus_plain" in listed
    assert "cus_1" not in listed
    assert len(witness.rows) == 1


async def test_1_2_and_1_4_a_malformed_decimal_spoils_its_own_row_only(
    adapter: StripeAdapter, account: Account
) -> None:
    """The typed objects of the package would raise `decimal.InvalidOperation` for the whole page."""
    account.prices.rows["price_1"]["unit_amount_decimal"] = "1,50"
    listed = await adapter.prices(100, None)

    assert "price_1" not in {price.id for price in listed.data}
    assert "price_2" in {price.id for price in listed.data}


async def test_1_4_answers_are_plain_dicts(api: StripeApi, account: Account) -> None:
    account.add_price(id="price_tiny", unit_amount_decimal="0.5")
    found = await api.get("prices", "price_tiny")

    assert type(found) is dict
    assert found["unit_amount_decimal"] == "0.5"


@pytest.mark.parametrize("name", ["customer", "email", "subscription", "query", "starting_after"])
@pytest.mark.parametrize("value", [None, ""])
async def test_1_5_an_empty_value_never_lists_the_whole_account(
    api: StripeApi, simulator: StripeSimulator, name: str, value: str | None
) -> None:
    with pytest.raises(RuntimeError, match="has no value"):
        await api.get("subscriptions", **{name: value})
    assert simulator.calls() == []


async def test_1_5_an_empty_text_clears(adapter: StripeAdapter, account: Account, simulator: StripeSimulator) -> None:
    pause_collection = {"behavior": "void", "resumes_at": None}
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], pause_collection=pause_collection)
    await adapter.cancel(cancel(LATER, unpause=True))

    assert form(simulator.written()[0])["pause_collection"] == ""
    assert held["pause_collection"] is None


async def test_1_5_an_empty_list_is_never_sent(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """It is dropped on the way and so leaves everything as it is: no write may depend on one."""
    account.add_subscription(id="sub_1", customer="cus_1", prices=[("price_1", 1)])
    await adapter.change_price(change("price_2", LATER))

    assert not any("[]" in name for request in simulator.written() for name in request.parameters)
    assert not any(name.endswith("[discounts]") for request in simulator.written() for name in request.parameters)


HOSTILE = ["", ".", "..", "a/b", "../customers", "a\\b", "a\x00", "a\nb", "a\u2028b", " a", "a" * 256]


@pytest.mark.parametrize("identifier", HOSTILE)
async def test_1_5_an_id_that_leads_elsewhere_makes_no_call(
    adapter: StripeAdapter, simulator: StripeSimulator, identifier: str
) -> None:
    for read in (adapter.customer, adapter.price, adapter.coupon, adapter.product):
        with pytest.raises(NotFound):
            await read(identifier)
    for who in ((identifier, "sub_1"), ("cus_1", identifier)):
        with pytest.raises(NotFound):
            await adapter.subscription(*who)
    assert simulator.calls() == []


@pytest.mark.parametrize("segment", ["", ".", ".."])
async def test_1_5_not_even_one_of_stripes_own_leads_elsewhere(
    api: StripeApi, simulator: StripeSimulator, segment: str
) -> None:
    with pytest.raises(ValueError, match="path"):
        await api.get("coupons", segment)
    assert simulator.calls() == []


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        pytest.param("20 OFF", "/v1/coupons/20%20OFF", id="a space is no plus sign"),
        pytest.param("20+OFF", "/v1/coupons/20%2BOFF", id="a plus sign"),
        pytest.param("50%", "/v1/coupons/50%25", id="a percent sign"),
        pytest.param("a?b#c", "/v1/coupons/a%3Fb%23c", id="what ends a path"),
        pytest.param("SOMMER-☀", "/v1/coupons/SOMMER-%E2%98%80", id="beyond ASCII"),
        pytest.param("%2e%2e", "/v1/coupons/%252e%252e", id="dots in disguise"),
    ],
)
async def test_1_5_odd_ids_travel_whole(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, identifier: str, path: str
) -> None:
    account.add_coupon(id=identifier)

    assert (await adapter.coupon(identifier)).id == identifier
    assert simulator.requests[0].path == path


async def test_1_5_an_id_that_names_another_endpoint_is_no_object(
    adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    """`/v1/customers/search` is the search of customers."""
    for read in (adapter.customer, adapter.price, adapter.product):
        with pytest.raises(NotFound):
            await read("search")
    assert simulator.calls() == []


FORBIDDEN_SINCE = {
    "discount": "2025-03-31.basil: replaced by discounts",
    "coupon": "2025-03-31.basil: replaced by discounts",
    "promotion_code": "2025-03-31.basil: replaced by discounts",
    "iterations": "2025-09-30.clover: replaced by duration",
    "billing_cycle_anchor": "2026-09-30.endive: an object on an update, and never sent",
}


async def test_1_6_nothing_is_sent_that_the_version_has_dropped(
    backend: Backend, account: Account, simulator: StripeSimulator
) -> None:
    """The simulator refuses what the version does not know; this names it."""
    adapter = await backend.open()
    account.add_subscription(id="sub_1", customer="cus_1", prices=[("price_1", 2)])
    await adapter.pause(pause(months(1)))
    await adapter.apply_coupon(apply("SAVE20"))
    await adapter.change_price(change("price_2", NOW))
    await adapter.change_price(change("price_1", LATER))
    await adapter.cancel(cancel(LATER))
    names = {name for request in simulator.requests for name in request.parameters}

    assert not names & FORBIDDEN_SINCE.keys()
    assert not any("iterations" in name for name in names)
    assert not any("total_count" in value for request in simulator.requests for _, value in request.query)


@pytest.mark.parametrize("status", ["hibernating", "ACTIVE", "", "canceled_by_retention_policy"])
async def test_1_6_a_word_of_a_later_version_leaves_the_others_readable(
    backend: Backend, account: Account, status: str
) -> None:
    for number, held in enumerate(["active", status]):
        account.add_subscription(id=f"sub_{number}", customer="cus_1", prices=["price_1"])["status"] = held
    adapter = await backend.open()
    listed = await adapter.subscriptions("cus_1", 100, None)

    assert [one.id for one in listed.data] == ["sub_0"]
    assert backend.witness.unknown == [("subscription.status", status)]
    assert [(row[0], row[1]) for row in backend.witness.rows] == [("subscriptions", "sub_1")]


@pytest.mark.parametrize(
    ("modes", "refused"),
    [
        pytest.param({"live": LIVE_KEY, "test": KEY}, False, id="each its own"),
        pytest.param({"test": "rk_test_abc"}, False, id="a restricted one, test mode or sandbox"),
        pytest.param({"live": KEY}, True, id="a test key for live"),
        pytest.param({"test": LIVE_KEY}, True, id="a live key for test"),
        pytest.param({"live": "pk_live_abc"}, True, id="a publishable key"),
        pytest.param({"live": "whsec_abc"}, True, id="another secret"),
    ],
)
def test_5_a_key_of_the_other_mode_is_refused_before_anything_starts(modes: dict[str, str], refused: bool) -> None:
    document = {"modes": {mode: {"api_key": key} for mode, key in modes.items()}}
    if not refused:
        assert StripeSettings.model_validate(document).modes is not None
        return
    with pytest.raises(ValidationError) as caught:
        StripeSettings.model_validate(document)
    assert not any(key in str(caught.value) for key in modes.values())


async def test_5_a_mode_without_a_key_never_falls_back_to_the_other(backend: Backend) -> None:
    settings = StripeSettings.model_validate({"modes": {"live": {"api_key": LIVE_KEY, "base_url": backend.address}}})

    with pytest.raises(ValueError, match="test is not configured"):
        await backend.opened.enter_async_context(StripeAdapter(Mode.TEST, settings, Runtime(retry_wait_s=0.001)))


READS: list[Any] = [
    pytest.param(lambda adapter: adapter.customer("cus_1"), id="customer"),
    pytest.param(lambda adapter: adapter.subscription("cus_1", "sub_1"), id="subscription"),
    pytest.param(lambda adapter: adapter.price("price_1"), id="price"),
    pytest.param(lambda adapter: adapter.product("prod_1"), id="product"),
    pytest.param(lambda adapter: adapter.coupon("SAVE20"), id="coupon"),
    pytest.param(lambda adapter: adapter.customers(10, None), id="customers"),
    pytest.param(lambda adapter: adapter.subscriptions("cus_1", 10, None), id="subscriptions"),
    pytest.param(lambda adapter: adapter.coupons(10, None), id="coupons"),
]


@pytest.mark.parametrize("read", READS)
async def test_5_an_object_of_the_other_mode_is_not_found(
    read: Any, backend: Backend, account: Account, simulator: StripeSimulator
) -> None:
    """The name of a key may lie, and a proxy may choose another: what comes back is compared."""
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])
    simulator.accounts[LIVE_KEY] = account
    adapter = await backend.open(Mode.LIVE)

    with pytest.raises(NotFound):
        await read(adapter)
