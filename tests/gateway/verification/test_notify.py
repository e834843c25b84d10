"""Asking Churnkey to verify the integration again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import pytest
from tenacity import wait_none

from gateway.verification.notify import notify_churnkey
from tests.support.churnkey import Churnkey

KEY = "churnkey-api-key-of-the-tests"


@pytest.fixture
def churnkey() -> Churnkey:
    return Churnkey()


@pytest.fixture
async def address(churnkey: Churnkey) -> AsyncIterator[str]:
    async with churnkey.running() as address:
        yield address


async def notify(address: str) -> tuple[int | None, str | None]:
    """The status and the reason."""
    notice = await notify_churnkey(KEY, address, wait=wait_none())
    assert notice.accepted is (notice.reason is None)
    return notice.status, notice.reason


async def test_the_api_key_is_sent_and_no_body(churnkey: Churnkey, address: str) -> None:
    assert await notify(f"{address}/") == (200, None)
    assert churnkey.asked == [("POST", "/v2/verify", f"Bearer {KEY}", b"")]


@pytest.mark.parametrize("statuses", [(500,), (503, 502), (429,), (0,), (500, 0, 429)])
async def test_a_churnkey_that_fails_is_asked_again(churnkey: Churnkey, address: str, statuses: Iterable[int]) -> None:
    churnkey.statuses.extend(statuses)
    assert await notify(address) == (200, None)


@pytest.mark.parametrize(
    ("status", "told", "reason"),
    [
        pytest.param(500, 500, "Churnkey answered with the status 500", id="500"),
        pytest.param(429, 429, "Churnkey is receiving too many requests", id="429"),
        pytest.param(0, None, "Churnkey could not be reached (ServerDisconnectedError)", id="no answer"),
    ],
)
async def test_it_is_asked_four_times_at_most(
    churnkey: Churnkey, address: str, status: int, told: int | None, reason: str
) -> None:
    churnkey.statuses.extend([status] * 10)
    assert await notify(address) == (told, reason)
    assert len(churnkey.asked) == 4


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "Churnkey answered with the status 400"),
        (401, "Churnkey refuses the API key"),
        (403, "Churnkey refuses the API key"),
        (404, "there is no such address at Churnkey; look at churnkey.base_url"),
        (308, "Churnkey's address answers with a redirect (308); look at churnkey.base_url"),
    ],
)
async def test_what_would_be_answered_the_same_again_is_asked_once(
    churnkey: Churnkey, address: str, status: int, reason: str
) -> None:
    churnkey.statuses.append(status)
    assert await notify(address) == (status, reason)
    assert [path for _, path, _, _ in churnkey.asked] == ["/v2/verify"]


async def test_nobody_at_the_address_is_no_error(refused_port: int) -> None:
    status, reason = await notify(f"http://127.0.0.1:{refused_port}")
    assert status is None
    assert reason == "Churnkey could not be reached (ClientConnectorError)"
