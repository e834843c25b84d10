"""Stripe, through its official package."""

from __future__ import annotations
