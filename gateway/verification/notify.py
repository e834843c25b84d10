"""Asks Churnkey to verify the integration again, which makes it read the features manifest anew.

Churnkey keeps the manifest it saw at the last verification. Source: Churnkey documentation, custom provider,
"Verification": `POST /v2/verify` with the API key as bearer token, without a body. What it answers is not documented,
so only the status is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout
from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential_jitter

CHURNKEY: Final = "https://api.churnkey.co"
"""Where Churnkey's API is."""
_PATH: Final = "/v2/verify"
_ATTEMPTS: Final = 4
_TIMEOUT: Final = ClientTimeout(total=30, connect=10, sock_connect=10, sock_read=20)
_BUSY: Final = 429
_FAULTS: Final = range(500, 600)
_SUCCESSES: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_MEANINGS: Final = {
    401: "Churnkey refuses the API key",
    403: "Churnkey refuses the API key",
    404: "there is no such address at Churnkey; look at churnkey.base_url",
    _BUSY: "Churnkey is receiving too many requests",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What came of asking. `status` is Churnkey's, None where there was no answer; `reason` is why it did not work."""

    status: int | None
    reason: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether Churnkey took the request."""
        return self.reason is None


async def notify_churnkey(
    api_key: str,
    base_url: str = CHURNKEY,
    *,
    wait: wait_base = wait_exponential_jitter(initial=1, max=10),  # noqa: B008 - it has no state
) -> Notice:
    """Ask, again where Churnkey cannot be reached or fails. Never raises for what Churnkey does.

    Takes two minutes at most. `base_url` has no path; `wait` is how long to wait between attempts.
    """
    url = f"{base_url.rstrip('/')}{_PATH}"
    async with ClientSession(timeout=_TIMEOUT, headers={"Authorization": f"Bearer {api_key}"}) as session:
        try:
            # A repetition verifies once more, which changes nothing.
            return await AsyncRetrying(
                retry=retry_if_result(_is_worth_repeating), stop=stop_after_attempt(_ATTEMPTS), wait=wait
            )(_ask, session, url)
        except RetryError as gave_up:
            notice: Notice = gave_up.last_attempt.result()
            return notice


async def _ask(session: ClientSession, url: str) -> Notice:
    try:
        # A redirect is not followed: the key would go to wherever it leads.
        async with session.post(url, allow_redirects=False) as response:
            return Notice(response.status, _reason(response.status))
    except (TimeoutError, ClientError, OSError) as error:
        # The type alone: the text of some of them repeats the address with what an owner may have written into it.
        return Notice(None, f"Churnkey could not be reached ({type(error).__name__})")


def _reason(status: int) -> str | None:
    if status in _SUCCESSES:
        return None
    if status in _REDIRECTS:
        return f"Churnkey's address answers with a redirect ({status}); look at churnkey.base_url"
    return _MEANINGS.get(status, f"Churnkey answered with the status {status}")


def _is_worth_repeating(notice: Notice) -> bool:
    return notice.status is None or notice.status == _BUSY or notice.status in _FAULTS
