"""A provider that is down: it takes every connection and never answers, or answers 503.

python -m benchmarks.dead_upstream --port PORT --kind silent
"""

from __future__ import annotations

import argparse
import asyncio
import logging

from aiohttp import web


async def _silent(request: web.Request) -> web.Response:
    await request.read()
    await asyncio.Event().wait()
    return web.Response()


async def _failing(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=503, text="upstream connect error or disconnect/reset before headers")


HANDLERS = {"silent": _silent, "failing": _failing}


def main() -> None:
    """Serve on the given port of the loopback address."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--kind", choices=HANDLERS, required=True)
    arguments = parser.parse_args()
    logging.disable()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", HANDLERS[arguments.kind])
    web.run_app(
        application,
        host="127.0.0.1",
        port=arguments.port,
        print=None,
        access_log=None,
        # The gateway hangs up on what is not answered; nothing is to be kept of such a request.
        handler_cancellation=True,
        shutdown_timeout=0.1,
    )


if __name__ == "__main__":
    main()
