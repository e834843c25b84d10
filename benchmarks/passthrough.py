"""What the gateway is measured against: the least that a Python server in front of Stripe can do.

One aiohttp server that hands each request on to the provider with one pooled session and hands the body back: no
authentication, no mapping, no package, no retries, no deadline.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import AsyncIterator

from aiohttp import ClientSession, web

from benchmarks.upstream import KEY, SUBSCRIPTION

UPSTREAM = web.AppKey("upstream", str)
SESSION = web.AppKey("session", ClientSession)
HEADERS = {"Authorization": f"Bearer {KEY}"}
FORM = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"}


async def _customer(request: web.Request) -> web.Response:
    return await _get(request, f"/v1/customers/{request.match_info['id']}?expand[]=discount.source.coupon")


async def _subscriptions(request: web.Request) -> web.Response:
    query = f"customer={request.match_info['id']}&status=all&limit={request.query['limit']}"
    return await _get(request, f"/v1/subscriptions?{query}&expand[]=data.discounts.source.coupon")


async def _get(request: web.Request, path: str) -> web.Response:
    async with request.app[SESSION].get(request.app[UPSTREAM] + path, headers=HEADERS) as answer:
        return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")


async def _cancel(request: web.Request) -> web.Response:
    await request.read()
    url = f"{request.app[UPSTREAM]}/v1/subscriptions/{SUBSCRIPTION}"
    async with request.app[SESSION].post(url, data=b"cancel_at_period_end=true", headers=FORM) as answer:
        await answer.read()
        return web.Response(status=answer.status)


async def _session(application: web.Application) -> AsyncIterator[None]:
    async with ClientSession() as session:
        application[SESSION] = session
        yield


def main() -> None:
    """Serve on the given port of the loopback address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    arguments = parser.parse_args()
    logging.disable()
    application = web.Application()
    application[UPSTREAM] = arguments.upstream
    application.cleanup_ctx.append(_session)
    application.router.add_get("/churnkey/customers/{id}", _customer)
    application.router.add_get("/churnkey/customers/{id}/subscriptions", _subscriptions)
    application.router.add_post("/churnkey/actions/subscription/cancel", _cancel)
    web.run_app(application, host="127.0.0.1", port=arguments.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
