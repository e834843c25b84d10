"""Stands in for your application: it has a page of its own, and hands Churnkey's requests to the gateway beside it.

What a web server before the application would do as well: https://host/churnkey/... goes to the gateway, by the very
path that was asked for, and everything else to the application. It is no part of the gateway.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from yarl import URL

GATEWAY: Final = os.environ.get("GATEWAY_URL", "http://127.0.0.1:8080")
PORT: Final = 8000

_LARGEST_BODY: Final = 64 * 1024
_PATIENCE: Final = ClientTimeout(total=30)
"""More than the gateway's deadline, 20 s unless its settings say otherwise: it is for the gateway to answer."""
_ASKED_WITH: Final = ("Authorization", "Content-Type", "X-Churnkey-Mode", "X-Request-Id")
_ANSWERED_WITH: Final = ("Content-Type", "Retry-After", "WWW-Authenticate", "X-Request-Id")

_SESSION: Final = web.AppKey("session", ClientSession)


def create_application(gateway: str = GATEWAY) -> web.Application:
    """The application; `gateway` is where Churnkey's requests go."""

    async def hand_on(request: web.Request) -> web.Response:
        # As it was written: an id may hold characters that are written differently once they were read.
        url = URL(gateway + request.rel_url.raw_path_qs, encoded=True)
        headers = {name: request.headers[name] for name in _ASKED_WITH if name in request.headers}
        session, body = request.app[_SESSION], await request.read()
        try:
            async with session.request(request.method, url, headers=headers, data=body or None) as answer:
                given = {name: answer.headers[name] for name in _ANSWERED_WITH if name in answer.headers}
                return web.Response(status=answer.status, headers=given, body=await answer.read())
        except (ClientError, TimeoutError):
            return web.json_response({"code": 502, "message": "The gateway does not answer."}, status=502)

    async def session(application: web.Application) -> AsyncIterator[None]:
        async with ClientSession(timeout=_PATIENCE, auto_decompress=False) as opened:
            application[_SESSION] = opened
            yield

    application = web.Application(client_max_size=_LARGEST_BODY)
    application.cleanup_ctx.append(session)
    application.router.add_route("*", "/churnkey/{rest:.*}", hand_on)
    application.router.add_get("/", _page)
    return application


async def _page(request: web.Request) -> web.Response:
    return web.Response(text="This is the application. Churnkey's requests go to /churnkey.\n")


if __name__ == "__main__":
    web.run_app(create_application(), port=PORT)
