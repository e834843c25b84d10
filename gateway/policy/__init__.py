"""What the owner allows beyond what the provider can do."""

from __future__ import annotations

from gateway.policy.allow import AllowList, Policy, Refused

__all__ = ["AllowList", "Policy", "Refused"]
