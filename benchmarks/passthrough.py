"""What the gateway is measured against: the least that a Python server in front of Stripe can do.

One aiohttp server that hands each request on to the provider with one pooled session and hands the body back: no
authentication, no mapping, no retries, no deadline. With `--by package` it makes the same calls through the `stripe`
package as it comes. With `--by calls` it makes the very calls that the gateway makes, by the adapter's transport, and
parses what the gateway parses, but does nothing with it: what is left to the gateway is the distance to that.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import AsyncIterator, Mapping

import stripe
from aiohttp import ClientSession, web

from adapters.stripe.parsers import ACTED_ON, LISTED
from adapters.stripe.query import query
from adapters.stripe.transport import ANYTHING, LeanClient, Parser, Requestor, document_of, requestor_of, silence
from benchmarks.upstream import KEY, SUBSCRIPTION
from gateway.resilience import WriteKey

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


PACKAGE = web.AppKey("package", stripe.StripeClient)
CLIENT = web.AppKey("client", type)
REQUESTOR = web.AppKey("requestor", Requestor)


async def _customer_by_package(request: web.Request) -> web.Response:
    path = f"/v1/customers/{request.match_info['id']}"
    answer = await request.app[PACKAGE].raw_request_async("get", path, expand=["discount.source.coupon"])
    return web.Response(text=answer.body, content_type="application/json")


async def _subscriptions_by_package(request: web.Request) -> web.Response:
    answer = await request.app[PACKAGE].raw_request_async(
        "get",
        "/v1/subscriptions",
        customer=request.match_info["id"],
        status="all",
        limit=request.query["limit"],
        expand=["data.discounts.source.coupon"],
    )
    return web.Response(text=answer.body, content_type="application/json")


async def _cancel_by_package(request: web.Request) -> web.Response:
    await request.read()
    path = f"/v1/subscriptions/{SUBSCRIPTION}"
    await request.app[PACKAGE].raw_request_async("post", path, cancel_at_period_end=True)
    return web.Response()


async def _customer_by_calls(request: web.Request) -> web.Response:
    path = f"/v1/customers/{request.match_info['id']}"
    return await _call(request, path, {"expand": ["discount.source.coupon"]}, ANYTHING)


async def _subscriptions_by_calls(request: web.Request) -> web.Response:
    parameters = {
        "customer": request.match_info["id"],
        "status": "all",
        "limit": request.query["limit"],
        "expand": ["data.discounts.source.coupon", "data.items.data.discounts"],
    }
    return await _call(request, "/v1/subscriptions", parameters, LISTED)


async def _call(request: web.Request, path: str, parameters: Mapping[str, object], parser: Parser) -> web.Response:
    answer = await request.app[REQUESTOR].call("get", path, query(parameters))
    document_of(answer, parser)
    return web.Response(body=answer.body, content_type="application/json")


async def _cancel_by_calls(request: web.Request) -> web.Response:
    path = f"/v1/subscriptions/{json.loads(await request.read())['subscriptionId']}"
    expand = ["discounts", "schedule"]
    before = await request.app[REQUESTOR].call("get", path, query({"expand": expand}))
    document_of(before, ACTED_ON)
    parameters = {"cancel_at_period_end": True, "expand": expand}
    key = WriteKey().of("post", path, parameters)
    after = await request.app[REQUESTOR].call("post", path, query(parameters), key)
    document_of(after, ACTED_ON)
    return web.Response()


HANDLERS = {
    "session": (_customer, _subscriptions, _cancel),
    "package": (_customer_by_package, _subscriptions_by_package, _cancel_by_package),
    "calls": (_customer_by_calls, _subscriptions_by_calls, _cancel_by_calls),
}


async def _session(application: web.Application) -> AsyncIterator[None]:
    async with ClientSession() as session:
        application[SESSION] = session
        application[PACKAGE] = stripe.StripeClient(
            KEY,
            base_addresses={"api": application[UPSTREAM]},
            http_client=application[CLIENT](session=session),
        )
        if application[CLIENT] is LeanClient:
            silence()
            application[REQUESTOR] = requestor_of(application[PACKAGE], session)
        yield


def main() -> None:
    """Serve on the given port of the loopback address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--by", choices=HANDLERS, default="session")
    arguments = parser.parse_args()
    logging.disable()
    stripe.enable_telemetry = False
    customer, subscriptions, cancel = HANDLERS[arguments.by]
    application = web.Application()
    application[UPSTREAM] = arguments.upstream
    application[CLIENT] = LeanClient if arguments.by == "calls" else stripe.AIOHTTPClient
    application.cleanup_ctx.append(_session)
    application.router.add_get("/churnkey/customers/{id}", customer)
    application.router.add_get("/churnkey/customers/{id}/subscriptions", subscriptions)
    application.router.add_post("/churnkey/actions/subscription/cancel", cancel)
    web.run_app(application, host="127.0.0.1", port=arguments.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
