"""What was counted, as Prometheus reads it: written a family at a time, so that no request waits for the whole of it.

All series are there from the start, which makes a few thousand lines for each backend, and some 20 ms.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp.typedefs import Handler
    from prometheus_client.metrics_core import Metric

_END: Final = b"# EOF\n"
"""The last line of OpenMetrics; there is none in Prometheus' own format."""
_CREATED: Final = "_created"
"""When a series was made: it doubles the counters, and is the same moment for nearly all of them."""


def scraping(registry: CollectorRegistry) -> Handler:
    """A handler that answers with all series, in the format that is asked for."""

    async def scrape(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(",".join(request.headers.getall(hdrs.ACCEPT, ())))
        parts = []
        for family in registry.collect():
            parts.append(encode(_Family(family)))
            await asyncio.sleep(0)
        body = b"".join(part.removesuffix(_END) for part in parts)
        ending = _END if parts and parts[-1].endswith(_END) else b""
        response = web.Response(body=body + ending, headers={hdrs.CONTENT_TYPE: content_type})
        response.enable_compression()
        return response

    return scrape


class _Family(Collector):
    """One family, as if it were all there is."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> Iterable[Metric]:
        """The family, without when its series were made."""
        self._family.samples = [one for one in self._family.samples if not one.name.endswith(_CREATED)]
        return (self._family,)
