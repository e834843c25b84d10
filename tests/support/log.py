"""Reading what was logged, as the contract suite does."""

from __future__ import annotations

from adapters.conformance.log import Log, recorded_log

__all__ = ["Log", "recorded_log"]
