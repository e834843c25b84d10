"""What is found out about a request on its way to its handler."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from adapters.base import BillingAdapter
from gateway.server.backend import Backend

BACKEND: Final = web.RequestKey("backend", Backend)
"""Set once the request has shown one of this backend's tokens; nothing else leads to an adapter."""

ADAPTER: Final = web.RequestKey("adapter", BillingAdapter)
"""The adapter of the mode that the request names."""
