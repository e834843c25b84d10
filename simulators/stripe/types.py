"""Names for the JSON values that the simulator stores and serves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Json = dict[str, Any]
"""One object of Stripe's API, as it stands on the wire when nothing is expanded."""

Clock = Callable[[], datetime]
"""Answers the present moment as an aware datetime."""
