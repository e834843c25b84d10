"""One specification for every adapter, through the real gateway, over real sockets."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.contract.world")
