"""Paddle Billing, over plain HTTP."""

from __future__ import annotations
