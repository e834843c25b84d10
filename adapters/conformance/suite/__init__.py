"""What every adapter must do, a class of tests for each subject. `adapters.testing` puts them together."""

from __future__ import annotations
