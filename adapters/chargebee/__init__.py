"""Chargebee, Product Catalog 2.0, through the official `chargebee` package."""

from __future__ import annotations
