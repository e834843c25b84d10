"""The simulator with its sample data as a process of its own, which can be stopped: `python -m simulators.stripe`.

Its keys are `sk_live_simulated` and `sk_test_simulated`. It listens on this machine alone.
"""

from __future__ import annotations

import argparse
from typing import Final

from aiohttp import web

from simulators.stripe.demo import StripeDemo

KEYS: Final = {"live": "sk_live_simulated", "test": "sk_test_simulated"}
PORT: Final = 12111


def main() -> None:
    """Serve it until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m simulators.stripe")
    parser.add_argument("--port", type=int, default=PORT, help=f"port of 127.0.0.1; default: {PORT}")
    port: int = parser.parse_args().port
    web.run_app(StripeDemo(KEYS).application(), host="127.0.0.1", port=port, access_log=None)


if __name__ == "__main__":
    main()
