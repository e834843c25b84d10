"""Looking at a site before it is served: what it cannot do leaves the offer, and nothing is changed there."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import AdapterError, Credentials, Unavailable
from gateway.contract import Action
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import API, unix

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend

Json = dict[str, Any]

CONFIGURATION = f"GET {API}/configurations"
SUBSCRIPTIONS = f"GET {API}/subscriptions"
ESTIMATE = f"POST {API}/subscriptions/sub/pause_subscription_estimate"


def offers_pause(adapter: ChargebeeAdapter) -> bool:
    return adapter.offered.capabilities.pause is not None


async def test_a_site_that_can_do_everything(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    before = adapter.offered

    assert list(await adapter.examine()) == []
    assert simulator.calls() == [CONFIGURATION, SUBSCRIPTIONS, ESTIMATE]
    assert simulator.requests[1].parameters["status[is]"] == "active"
    assert simulator.requests[1].parameters["limit"] == "1"
    assert dict(simulator.requests[2].form) == {
        "pause_option": "immediately",
        "subscription[resume_date]": str(unix("2027-01-05T12:00")),
    }
    assert adapter.offered == before


async def test_3_pausing_that_is_switched_off_is_found_and_leaves_the_offer(
    adapter: ChargebeeAdapter, site: Site, subscription: Json
) -> None:
    """There is no setting to read: an estimate is refused like a pause."""
    site.pause_enabled = False
    (finding,) = await adapter.examine()
    pause = adapter.features().actions.pause

    assert (finding.feature, finding.fatal) == (Action.PAUSE, False)
    assert "Pause Subscription" in str(finding.advice)
    assert finding.what == adapter.offered.reason(Action.PAUSE) == "the site has pausing switched off"
    assert not offers_pause(adapter)
    assert pause is not None
    assert not pause.enabled


@pytest.mark.parametrize("enabled", [True, False])
async def test_looking_changes_nothing(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json, enabled: bool
) -> None:
    site.pause_enabled = enabled
    before = copy.deepcopy(subscription)
    await adapter.examine()

    assert (subscription, site.charges, site.unbilled) == (before, [], [])
    assert simulator.requests[-1].idempotency_key is None


@pytest.mark.parametrize("status", [None, "in_trial", "paused", "cancelled"])
async def test_without_an_active_subscription_pausing_is_left_to_show(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, status: str | None
) -> None:
    """Only a subscription could be asked about, and the owner is told so."""
    site.pause_enabled = False
    if status is not None:
        site.add_subscription(customer_id="ada", items=["pro-month"], status=status)

    assert [finding.feature for finding in await adapter.examine()] == [None]
    assert simulator.calls() == [CONFIGURATION, SUBSCRIPTIONS]
    assert offers_pause(adapter)


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(Fault.error(400, "invalid_request", "under a contract", method="POST"), id="400"),
        pytest.param(Fault.error(400, "operation_failed", "a change", kind="operation_failed", method="POST"),
                     id="400 operation_failed"),
        pytest.param(Fault.error(409, "invalid_state_for_request", "a pause is ahead", method="POST"), id="409"),
        pytest.param(Fault.error(404, "resource_not_found", "gone", method="POST"), id="404"),
    ],
)  # fmt: skip
async def test_a_refusal_for_one_subscriptions_sake_tells_nothing_of_the_site(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json, refusal: Fault
) -> None:
    simulator.faults.add(refusal)

    assert [finding.feature for finding in await adapter.examine()] == [None]
    assert offers_pause(adapter)


async def test_2_1_the_first_product_catalog_cannot_be_served(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    site.product_catalog_version = "v1"
    (finding,) = await adapter.examine()

    assert (finding.fatal, finding.feature) == (True, None)
    assert "Product Catalog 1.0" in finding.what
    assert simulator.calls() == [CONFIGURATION]


@pytest.mark.parametrize(
    "body",
    [{"configurations": []}, {}, {"configurations": "?"}, {"configurations": [{"domain": "acme-test"}]}],
    ids=["none", "nothing", "something else", "one that does not say"],
)
async def test_a_catalog_that_is_not_told_is_not_held_against_the_site(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, body: Json
) -> None:
    simulator.faults.add(Fault(status=200, body=body, path="configurations"))

    assert [finding.feature for finding in await adapter.examine()] == [None]


async def test_a_key_that_is_refused_is_the_owners_matter(backend: Backend, site: Site) -> None:
    adapter = await backend.open(api_key="test_of_nobody")

    with pytest.raises(Credentials) as caught:
        await adapter.examine()
    assert "test_of_nobody" not in str(caught.value)


@pytest.mark.parametrize("path", ["configurations", "subscriptions$", "estimate"])
@pytest.mark.parametrize(
    ("make", "error"),
    [(Fault.forbidden, Credentials), (Fault.unavailable, Unavailable), (Fault.html, Unavailable)],
    ids=["no right", "503", "a proxy's page"],
)
async def test_a_site_that_cannot_be_asked_is_told(
    adapter: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    subscription: Json,
    path: str,
    make: Any,
    error: type[AdapterError],
) -> None:
    simulator.faults.add(make(path=path, times=None))

    with pytest.raises(error):
        await adapter.examine()
    assert offers_pause(adapter)


async def test_a_passing_fault_passes(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    """The estimate changes nothing, so that it may be asked for again like any read."""
    simulator.faults.add(Fault.html(path="estimate"))

    assert list(await adapter.examine()) == []
    assert simulator.calls()[-2:] == [ESTIMATE, ESTIMATE]
