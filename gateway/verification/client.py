"""Requests as Churnkey sends them, on one session. Whatever answers is not trusted with time, memory or redirects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self

import aiohttp
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from gateway.verification.naming import Place

LARGEST_BODY: Final = 4 * 1024 * 1024
"""Bytes; a page of a hundred subscriptions has some hundred thousand."""

_CHUNK: Final = 64 * 1024
_MODE_HEADER: Final = "X-Churnkey-Mode"


class Unanswered(Exception):
    """There was no answer, or none that could be read whole. `request` names it, `reason` says why, in words."""

    def __init__(self, request: str, reason: str) -> None:
        self.request = request
        self.reason = reason
        super().__init__(f"{request}: {reason}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read whole. `request` names what was asked, and is fit to be shown; `body` is not."""

    request: str
    status: int
    content_type: str
    body: bytes
    compressed: bool = False

    @property
    def says_json(self) -> bool:
        """Whether it claims to be JSON."""
        return self.content_type == "application/json" or self.content_type.endswith("+json")


class Client:
    """Sends requests to one provider, one mode if none is named. To be used as an asynchronous context manager."""

    def __init__(self, address: str, token: str, mode: str, timeout_s: float) -> None:
        """Speak to `address`, which ends in `/churnkey`; no request takes longer than `timeout_s` seconds."""
        self._address = address
        self._token = token
        self._mode = mode
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # A proxy or a .netrc of this machine would send something else than Churnkey does.
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            # Asked not to compress, whoever does it anyway could make a few bytes fill the memory.
            auto_decompress=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "churnkey-gateway"},
            timeout=aiohttp.ClientTimeout(total=self._timeout_s),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, place: Place, *, mode: str | None = "", token: str | None = "") -> Answer:
        """Read. `mode` and `token` None leave the header out; empty is what the client was made with."""
        return await self._send("GET", place, None, mode, token)

    async def post(self, place: Place, body: Mapping[str, object], *, token: str | None = "") -> Answer:
        """Act. Who calls this answers for it that the body can do no harm."""
        return await self._send("POST", place, body, "", token)

    async def _send(
        self,
        method: Literal["GET", "POST"],
        place: Place,
        body: Mapping[str, object] | None,
        mode: str | None,
        token: str | None,
    ) -> Answer:
        request = f"{method} {place.label}"
        if self._session is None:
            raise RuntimeError("the client is not open")
        try:
            async with self._session.request(
                method,
                URL(self._address + place.path, encoded=True),
                headers=self._headers(body, mode, token),
                data=None if body is None else json.dumps(body).encode(),
                # The token would go wherever a redirect leads.
                allow_redirects=False,
            ) as response:
                read = await _bounded(response, request)
                compressed = response.headers.get("Content-Encoding", "identity").lower() != "identity"
                return Answer(request, response.status, response.content_type.lower(), read, compressed)
        except TimeoutError:
            raise Unanswered(request, f"no whole answer within {self._timeout_s:g} seconds") from None
        except aiohttp.ClientConnectorCertificateError:
            raise Unanswered(request, "the certificate is not trusted") from None
        except aiohttp.ClientConnectorError as error:
            # Its own text has host and port; the name of the reason is enough beside the URL.
            raise Unanswered(request, f"no connection ({type(error.os_error).__name__})") from None
        except (aiohttp.ClientError, ConnectionError, ValueError) as error:
            raise Unanswered(request, f"no readable answer ({type(error).__name__})") from None

    def _headers(self, body: Mapping[str, object] | None, mode: str | None, token: str | None) -> dict[str, str]:
        headers = {} if body is None else {"Content-Type": "application/json"}
        if mode is not None:
            headers[_MODE_HEADER] = mode or self._mode
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self._token}"
        return headers


async def _bounded(response: aiohttp.ClientResponse, request: str) -> bytes:
    chunks = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        chunks += chunk
        if len(chunks) > LARGEST_BODY:
            # Not read to its end, which may not exist.
            response.close()
            raise Unanswered(request, f"the answer is larger than {LARGEST_BODY // 1024 // 1024} MiB")
    return bytes(chunks)
