"""The provider of the benchmarks: the simulator behind a cache of its answers, so that it is never what is measured.

The first request of each kind is answered by the simulator and its answer is repeated from then on. A cancellation
therefore finds its subscription active each time.
"""

from __future__ import annotations

import argparse
import logging
from typing import Final

from aiohttp import web

from simulators.stripe import Account, StripeSimulator

KEY: Final = "sk_test_benchmark"
CUSTOMER: Final = "cus_bench"
CUSTOMERS: Final = 64
"""So many customers have a subscription to be canceled: writes for one customer wait for each other."""
SUBSCRIPTION: Final = "sub_bench_000"


def account(subscriptions: int) -> Account:
    """A customer with so many subscriptions, one item and one coupon each, and others with one to be canceled."""
    made = Account(livemode=False)
    made.add_product(id="prod_pro", name="Pro")
    made.add_price(id="price_pro", product="prod_pro", unit_amount=2900)
    made.add_coupon(id="SAVE20", percent_off=20.0, duration="repeating", duration_in_months=3)
    made.add_customer(
        id=CUSTOMER,
        name="Ada Lovelace",
        email="ada@example.com",
        address={"country": "GB", "city": "London", "line1": "12 St James's Square", "postal_code": "SW1Y 4JH"},
        metadata={"plan": "pro"},
    )
    for number in range(subscriptions):
        made.add_subscription(
            id=f"sub_bench_{number:03d}",
            customer=CUSTOMER,
            prices=[("price_pro", 3)],
            discounts=["SAVE20"],
            metadata={"team": str(number)},
        )
    for number in range(CUSTOMERS):
        made.add_customer(id=f"cus_cancel_{number}", email=f"customer{number}@example.com")
        made.add_subscription(id=f"sub_cancel_{number}", customer=f"cus_cancel_{number}", prices=[("price_pro", 1)])
    return made


def application(subscriptions: int) -> web.Application:
    """The simulator, each of whose answers is made once."""
    answers: dict[tuple[str, str], tuple[int, bytes, dict[str, str]]] = {}

    @web.middleware
    async def remember(request: web.Request, handler: object) -> web.StreamResponse:
        name = (request.method, request.path_qs)
        known = answers.get(name)
        if known is None:
            response = await handler(request)  # type: ignore[operator]  # aiohttp's own type of it is private
            known = (
                response.status,
                bytes(response.body),
                {"Content-Type": "application/json", "Request-Id": response.headers.get("Request-Id", "req_0")},
            )
            answers[name] = known
        elif request.can_read_body:
            await request.read()
        status, body, headers = known
        return web.Response(status=status, body=body, headers=headers)

    simulated = StripeSimulator(accounts={KEY: account(subscriptions)}, recording=False).application()
    simulated.middlewares.append(remember)
    return simulated


def main() -> None:
    """Serve on the given port of the loopback address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--subscriptions", type=int, default=100)
    arguments = parser.parse_args()
    logging.disable()
    web.run_app(
        application(arguments.subscriptions), host="127.0.0.1", port=arguments.port, print=None, access_log=None
    )


if __name__ == "__main__":
    main()
