"""What `adapters.testing` is made of: what is asked for and read, the provider behind it, and the suite itself."""

from __future__ import annotations

import pytest

# Before they are imported: what fails there shows what was compared, as it would in a file of tests.
pytest.register_assert_rewrite("adapters.conformance.suite", "adapters.conformance.world")
