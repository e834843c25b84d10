"""What is done with every request on its way to a handler and back, one concern a file; `gateway.server.serving` orders
it."""

from __future__ import annotations
