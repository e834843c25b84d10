"""What holds for all tests."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes says something of the machine, nothing of the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture
def refused_port() -> Iterator[int]:
    """A port of the loopback address that refuses connections, and that nobody else is given while the test runs."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        yield port
