"""What is asked of Stripe before serving, and what its answers to that mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.base import Verdict
from adapters.stripe.client import API_VERSION
from simulators.stripe import Fault

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator

CUSTOMERS = "GET /v1/customers"


async def test_the_first_two_questions_differ_in_the_version_that_they_name(
    adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    await adapter.inspect(5.0)

    assert simulator.calls()[:2] == [CUSTOMERS, CUSTOMERS]
    assert [request.stripe_version for request in simulator.requests[:2]] == [API_VERSION, None]
    assert {request.stripe_version for request in simulator.requests[2:]} == {API_VERSION}


async def test_a_list_of_one_is_all_that_is_asked_for(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    await adapter.inspect(5.0)

    assert {dict(request.query)["limit"] for request in simulator.requests} == {"1"}
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        pytest.param(
            Fault.error(401, None, "Invalid API Key"), "the provider refuses the key (401)", id="an unknown key"
        ),
        pytest.param(Fault.html(401), "the provider refuses the key (401)", id="a proxy that refuses"),
        pytest.param(Fault.html(403), "the provider refuses the key (403)", id="a proxy that forbids"),
        pytest.param(Fault.html(200), "no answer from the provider (200)", id="a proxy's own page"),
        pytest.param(Fault.empty(200), "no answer from the provider (200)", id="nothing"),
        pytest.param(Fault.html(302), "no answer from the provider (302)", id="a redirect"),
        pytest.param(Fault.unavailable(), "no answer from the provider (503)", id="a fault of Stripe's"),
        pytest.param(Fault.dropped(), "no answer from the provider", id="a broken connection"),
    ],
)
async def test_an_answer_that_is_none_is_told(
    adapter: StripeAdapter, simulator: StripeSimulator, account: Account, fault: Fault, what: str
) -> None:
    fault.times = None
    simulator.faults.add(fault)
    (seen,) = [one for one in await adapter.inspect(5.0) if one.subject == "provider"]

    assert (seen.verdict, seen.what) == (Verdict.FINDING, what)


async def test_a_fault_that_passes_is_none(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    simulator.faults.add(Fault.rate_limited())
    simulator.faults.add(Fault.unavailable())

    assert [one for one in await adapter.inspect(5.0) if one.verdict is Verdict.FINDING] == []
