"""Measurements. `make bench` runs them; nothing here is a test, and no test asserts a time."""

from __future__ import annotations
