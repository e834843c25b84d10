"""Billing providers behind one interface: `adapters.base.BillingAdapter` is the extension point."""

from __future__ import annotations
