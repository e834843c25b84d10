"""Finding customers by e-mail and by phone (traps 4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapters.errors import NotFound
from tests.adapters.chargebee.support import DAY

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock


async def test_an_e_mail_is_asked_for_as_it_is(adapter: ChargebeeAdapter, simulator: ChargebeeSimulator) -> None:
    assert (await adapter.customer_by_email("ada@example.com")).id == "ada"
    assert simulator.requests[0].parameters == {"email[is]": "ada@example.com", "limit": "100"}


@pytest.mark.parametrize("email", ["ada+new@example.com", "a&b=c@example.com", "o'neill@example.com", "ü#@example.com"])
async def test_4_any_e_mail_travels_whole(adapter: ChargebeeAdapter, site: Site, email: str) -> None:
    site.add_customer(id="odd", email=email)

    assert (await adapter.customer_by_email(email)).id == "odd"


@pytest.mark.parametrize("minds", [True, False], ids=["the filter minds the case", "it does not"])
async def test_4_an_e_mail_in_capitals_finds_the_one_in_small_letters(
    adapter: ChargebeeAdapter, site: Site, minds: bool
) -> None:
    site.emails_match_case = minds

    assert (await adapter.customer_by_email("ADA@Example.com")).id == "ada"


@pytest.mark.parametrize("minds", [True, False], ids=["the filter minds the case", "it does not"])
async def test_4_those_who_write_the_same_e_mail_in_small_letters_are_not_overlooked(
    adapter: ChargebeeAdapter, site: Site, minds: bool
) -> None:
    site.emails_match_case = minds
    site.add_customer(id="capitals", email="Ada@Example.com")
    site.add_subscription(customer_id="ada", items=["pro-month"])

    assert (await adapter.customer_by_email("Ada@Example.com")).id == "ada"


async def test_4_of_several_with_one_e_mail_the_one_with_a_running_subscription_is_meant(
    adapter: ChargebeeAdapter, site: Site, clock: MovableClock, simulator: ChargebeeSimulator
) -> None:
    for age, name in enumerate(["newest", "running", "ended"]):
        site.add_customer(id=name, email="shared@example.com", created_at=clock.seconds - age * DAY)
    site.add_subscription(customer_id="running", items=["pro-month"], status="paused")
    site.add_subscription(customer_id="ended", items=["pro-month"], status="cancelled")

    assert (await adapter.customer_by_email("shared@example.com")).id == "running"
    asked = simulator.requests[-1].parameters
    assert (sorted(json.loads(asked["customer_id[in]"])), json.loads(asked["status[in]"])) == (
        ["ended", "newest", "running"],
        ["future", "in_trial", "active", "non_renewing", "paused"],
    )


async def test_of_several_with_one_e_mail_and_no_subscription_the_newest_is_meant(
    adapter: ChargebeeAdapter, site: Site, clock: MovableClock
) -> None:
    for age, name in enumerate(["newest", "older"]):
        site.add_customer(id=name, email="shared@example.com", created_at=clock.seconds - age * DAY)

    assert (await adapter.customer_by_email("shared@example.com")).id == "newest"


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("+442079460958", "+442079460958"),
        ("442079460958", "+44 20 7946 0958"),
        ("+442079460958", "+44-2079-460958"),
        ("(555) 123-4567", "(555) 123-4567"),
        ("5551234567", "(555) 123-4567"),
    ],
)
async def test_4_phones_are_found_in_the_usual_spellings(
    adapter: ChargebeeAdapter, site: Site, kept: str, asked: str
) -> None:
    site.customers.rows["ada"]["phone"] = kept

    assert (await adapter.customer_by_phone(asked)).id == "ada"


async def test_a_number_without_its_country_is_nobody_elses(adapter: ChargebeeAdapter, site: Site) -> None:
    site.customers.rows["ada"]["phone"] = "+15551234567"

    with pytest.raises(NotFound):
        await adapter.customer_by_phone("5551234567")


async def test_a_shared_phone_is_nobodys_unless_one_of_them_has_a_subscription(
    adapter: ChargebeeAdapter, site: Site
) -> None:
    site.add_customer(id="wife", phone="+442079460958")
    with pytest.raises(NotFound):
        await adapter.customer_by_phone("+442079460958")
    site.add_subscription(customer_id="wife", items=["pro-month"])

    assert (await adapter.customer_by_phone("+442079460958")).id == "wife"
