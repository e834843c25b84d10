"""What happens to every request on its way to a handler, one concern a file; `gateway.server.application` orders it."""

from __future__ import annotations
