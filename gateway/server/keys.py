"""What the middlewares find out about a request, for those further in and further out."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from adapters.base import BillingAdapter
from gateway.server.backend import Backend

BACKEND: Final = web.RequestKey("backend", Backend)
"""Set once the request has shown one of this backend's tokens; nothing else leads to an adapter."""

ADAPTER: Final = web.RequestKey("adapter", BillingAdapter)
"""The adapter of the mode that the request names."""

FAILURE: Final = web.RequestKey("failure", Exception)
"""Why the request was answered with an error."""
