"""Chargebee's simulator as the provider of a measurement: a customer with a hundred subscriptions.

python -m benchmarks.chargebee_upstream --port PORT
"""

from __future__ import annotations

import argparse
import logging
from typing import Final

from aiohttp import web

from simulators.chargebee import ChargebeeSimulator, Site

KEY: Final = "test_benchmark"
CUSTOMER: Final = "bench"
SUBSCRIPTIONS: Final = 100
ITEM_PRICES: Final = 20


def site() -> Site:
    """A customer with a hundred subscriptions to twenty item prices, with a coupon each."""
    made = Site()
    made.add_customer(id=CUSTOMER, first_name="Ada", last_name="Lovelace", email="ada@example.com")
    made.add_coupon(id="SAVE20", discount_percentage=20.0, duration_type="forever")
    for number in range(ITEM_PRICES):
        made.add_item_price(id=f"plan-{number}-USD-Monthly", item_id=f"plan-{number}", price=100 * number + 900)
    for number in range(SUBSCRIPTIONS):
        made.add_subscription(
            id=f"bench-{number:03d}",
            customer_id=CUSTOMER,
            items=[(f"plan-{number % ITEM_PRICES}-USD-Monthly", 3)],
            coupons=["SAVE20"],
            meta_data={"team": str(number)},
        )
    return made


def main() -> None:
    """Serve on the given port of the loopback address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    logging.disable()
    simulator = ChargebeeSimulator(accounts={KEY: site()}, recording=False)
    web.run_app(simulator.application(), host="127.0.0.1", port=arguments.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
