"""What the owner allows beyond what the provider can do."""

from __future__ import annotations

from gateway.policy.allow import AllowList, Policy, Refused
from gateway.policy.charges import ImmediateCharges

__all__ = ["AllowList", "ImmediateCharges", "Policy", "Refused"]
