"""A Unix socket to listen on: its file is there for as long as somebody listens, and belongs to nobody else."""

from __future__ import annotations

import errno
import os
import socket
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.server.reasons import CannotListen, reason

if TYPE_CHECKING:
    from pathlib import Path

BACKLOG: Final = 128


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """Where the file lies, and its mode: who may write to the file may connect."""

    path: Path
    mode: int = 0o660


class OpenUnixSocket:
    """A Unix socket whose file is there. `socket` belongs to whoever accepts its connections, and is closed there."""

    def __init__(self, path: Path, bound: socket.socket) -> None:
        self.socket = bound
        self._path = path
        self._made = _identity(path)

    def remove(self) -> None:
        """Remove its file, unless another took its place. To be called before the socket is closed: until then no other
        file can have the same identity."""
        if self._made is not None and _identity(self._path) == self._made:
            self._path.unlink()


def open_unix_socket(chosen: UnixSocket) -> OpenUnixSocket:
    """Listen; what a process left there that ended without removing it is replaced. Raises `CannotListen`."""
    path = chosen.path
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.setblocking(False)
        _bind(bound, path)
        opened = OpenUnixSocket(path, bound)
        try:
            # Nobody can connect before `listen`, so nobody does before the mode is right.
            path.chmod(chosen.mode)
            bound.listen(BACKLOG)
        except OSError:
            opened.remove()
            raise
    except OSError as error:
        bound.close()
        raise CannotListen(f"cannot listen on {path}: {reason(error)}") from error
    except CannotListen:
        bound.close()
        raise
    return opened


def _bind(unbound: socket.socket, path: Path) -> None:
    try:
        unbound.bind(os.fspath(path))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise CannotListen(f"cannot listen on {path}: it is there already, and no socket") from error
        if _is_listened_on(path):
            raise CannotListen(f"cannot listen on {path}: somebody listens there already") from error
        path.unlink()
        unbound.bind(os.fspath(path))


def _is_listened_on(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)
        try:
            asking.connect(os.fspath(path))
        except ConnectionRefusedError:
            return False
        except BlockingIOError:
            # Whoever it is has more to do than to accept.
            return True
    return True


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
