"""Churnkey's Direct mode: the contract's models in its shapes, and its session tokens. Pure functions, no I/O.

Imports nothing else of ours but the contract.
"""

from __future__ import annotations

from gateway.direct.conversion import direct_billing, direct_customer, direct_subscription
from gateway.direct.tokens import auth_hash, session_token

__all__ = ["auth_hash", "direct_billing", "direct_customer", "direct_subscription", "session_token"]
