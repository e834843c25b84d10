"""Where the lines go: a file that is only ever appended to, or stdout."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

STDOUT: Final = 1
_MODE: Final = 0o600
# Not blocking: a pipe in the place of the file must not keep the gateway from starting.
_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_BREAK: Final = b"\n"


class StreamTarget:
    """A descriptor that somebody else opened and reads: stdout."""

    def __init__(self, descriptor: int = STDOUT) -> None:
        self._output = _Output(descriptor, torn=False)

    def write(self, line: bytes, *, durable: bool) -> None:
        """Write the line. What becomes of it is the business of whoever reads, so `durable` cannot be promised."""
        self._output.append(line)

    def close(self) -> None:
        """Leave it open: it was never ours."""


class FileTarget:
    """A file by its path: made with mode 0600 where there is none, made anew where it was moved away.

    Opening raises `OSError`, also for what is no regular file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._output = _opened(path)

    def write(self, line: bytes, *, durable: bool) -> None:
        """Append the line; with `durable` it is on the disk, not only on its way there."""
        if not self._is_in_place():
            moved, self._output = self._output, _opened(self._path)
            os.close(moved.descriptor)
        self._output.append(line)
        if durable:
            os.fsync(self._output.descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._output.descriptor)

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._output.descriptor))
        except FileNotFoundError:
            return False


class _Output:
    """A descriptor that lines are appended to. `torn`: what was last written there is no whole line."""

    def __init__(self, descriptor: int, *, torn: bool) -> None:
        self.descriptor = descriptor
        self._torn = torn

    def append(self, line: bytes) -> None:
        """One call of the system, so that the lines of several processes do not mix. Raises `OSError`."""
        whole = _BREAK + line if self._torn else line
        # Until it is known to be whole: a full disk takes the half of a line.
        self._torn = True
        written = os.write(self.descriptor, whole)
        if written < len(whole):
            raise OSError(0, f"only {written} of {len(whole)} bytes were written")
        self._torn = False


def _opened(path: Path) -> _Output:
    descriptor = os.open(path, _FLAGS, _MODE)
    try:
        found = os.fstat(descriptor)
        _require_regular(found)
        if found.st_size == 0:
            _sync_directory(path.parent)
            return _Output(descriptor, torn=False)
        # Whoever wrote last may have been cut off. The next line must not become part of that one.
        return _Output(descriptor, torn=os.pread(descriptor, 1, found.st_size - 1) != _BREAK)
    except OSError:
        os.close(descriptor)
        raise


def _require_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "is not a regular file")


def _sync_directory(directory: Path) -> None:
    """A new file survives the machine only when its name does. Not every file system can promise that."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
