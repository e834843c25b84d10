"""Why an address cannot be listened on."""

from __future__ import annotations

import os
import socket


class CannotListen(Exception):
    """An address cannot be listened on; the message says which and why."""


def reason(error: OSError) -> str:
    """The system's own word for it: asyncio's repeats the address."""
    if isinstance(error, socket.gaierror) or error.errno is None:
        # A name that cannot be resolved has no number of the system, and a path that is too long none at all.
        return error.strerror or str(error)
    return os.strerror(error.errno)
