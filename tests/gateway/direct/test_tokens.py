"""Session tokens and auth hashes, byte for byte as Churnkey's own package makes them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from gateway.contract import Mode
from gateway.direct import auth_hash, session_token

API_KEY: Final = "sk_test_key"
HASH: Final = "16a72d0d63bc63326bfd6073c249bd85a16bb3a3a36fe79eea1bbd47f80e0b5a"
ISSUED: Final = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)

# What @churnkey/node 0.2.0 makes of app_1, cus_123, sub_456 under sk_test_key at 1700000000000.
WITH_SUBSCRIPTION: Final = (
    "ck_eyJhIjoiYXBwXzEiLCJjIjoiY3VzXzEyMyIsImgiOiIxNmE3MmQwZDYzYmM2MzMyNmJmZDYwNzNjMjQ5YmQ4NWExNmJiM2EzYTM2ZmU3OWVl"
    "YTFiYmQ0N2Y4MGUwYjVhIiwibSI6ImxpdmUiLCJ0IjoxNzAwMDAwMDAwMDAwLCJzIjoic3ViXzQ1NiJ9"
)
WITHOUT_SUBSCRIPTION: Final = (
    "ck_eyJhIjoiYXBwXzEiLCJjIjoiY3VzXzEyMyIsImgiOiIxNmE3MmQwZDYzYmM2MzMyNmJmZDYwNzNjMjQ5YmQ4NWExNmJiM2EzYTM2ZmU3OWVl"
    "YTFiYmQ0N2Y4MGUwYjVhIiwibSI6ImxpdmUiLCJ0IjoxNzAwMDAwMDAwMDAwfQ"
)


def token(
    customer_id: str = "cus_123", mode: Mode = Mode.LIVE, issued: datetime = ISSUED, subscription_id: str | None = None
) -> str:
    return session_token(
        app_id="app_1",
        customer_id=customer_id,
        hashed=HASH,
        mode=mode,
        issued=issued,
        subscription_id=subscription_id,
    )


def content_of(made: str) -> dict[str, object]:
    text = made.removeprefix("ck_")
    content: dict[str, object] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return content


def test_the_hash_is_churnkeys() -> None:
    assert auth_hash(API_KEY, "cus_123") == HASH


@pytest.mark.parametrize(
    ("subscription_id", "expected"),
    [
        pytest.param("sub_456", WITH_SUBSCRIPTION, id="for one subscription"),
        pytest.param(None, WITHOUT_SUBSCRIPTION, id="for the customer"),
    ],
)
def test_the_token_is_churnkeys(subscription_id: str | None, expected: str) -> None:
    assert token(subscription_id=subscription_id) == expected


def test_a_token_of_test_mode_says_so() -> None:
    assert content_of(token(mode=Mode.TEST)) == content_of(WITHOUT_SUBSCRIPTION) | {"m": "test"}


@pytest.mark.parametrize("fraction", [timedelta(microseconds=999), timedelta(0)], ids=["cut", "whole"])
def test_the_time_is_in_whole_milliseconds(fraction: timedelta) -> None:
    assert content_of(token(issued=ISSUED + fraction))["t"] == 1_700_000_000_000


@pytest.mark.parametrize("identifier", ["cus_~~~", "cus_???", "cus_>>>"])
def test_a_token_can_stand_in_a_url(identifier: str) -> None:
    made = token(customer_id=identifier)

    assert not set(made) & set("+/=")
    assert content_of(made)["c"] == identifier


def test_another_id_or_another_key_makes_another_hash() -> None:
    assert (
        len({auth_hash(API_KEY, "cus_123"), auth_hash(API_KEY, "cus_124"), auth_hash("sk_test_key2", "cus_123")}) == 3
    )
