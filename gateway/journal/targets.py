"""Where the lines go: a file that is only ever appended to, or stdout."""

from __future__ import annotations

import errno
import os
import select
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

STDOUT: Final = 1
_MODE: Final = 0o600
# Not blocking: a pipe in the place of the file must not keep the gateway from starting.
_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_BREAK: Final = b"\n"

_NOT_NOW: Final = getattr(os, "RWF_NOWAIT", None)
"""Linux can be asked to write only what it need not wait for (pipes: since 6.4). It is told for one call, so a pipe
that others share does not become a non-blocking one for them."""
_AT_THE_END: Final = -1
_CANNOT_TELL: Final = frozenset({errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS})


class StreamTarget:
    """A descriptor that somebody else opened and reads: stdout."""

    def __init__(self, descriptor: int = STDOUT) -> None:
        self._output = _Output(descriptor, torn=False)

    def write_at_once(self, line: bytes) -> bool:
        """Write the line where the reader has left room for it."""
        return self._output.append_at_once(line)

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

    def write_at_once(self, line: bytes) -> bool:
        """Never: a disk is waited for."""
        return False

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
        self._tells_what_waits = _NOT_NOW is not None

    def append(self, line: bytes) -> None:
        """One call of the system, so that the lines of several processes do not mix. Raises `OSError`."""
        whole = _BREAK + line if self._torn else line
        # Until it is known to be whole: a full disk takes the half of a line.
        self._torn = True
        self._require_whole(os.write(self.descriptor, whole), whole)

    def append_at_once(self, line: bytes) -> bool:
        """`append` where it waits for nothing. Whether it was; never for what the system might write in two pieces."""
        if _NOT_NOW is None or not self._tells_what_waits or self._torn or len(line) > select.PIPE_BUF:
            return False
        try:
            written = os.pwritev(self.descriptor, (line,), _AT_THE_END, _NOT_NOW)
        except BlockingIOError:
            return False
        except OSError as error:
            # A terminal, a file, an older kernel.
            self._tells_what_waits = error.errno not in _CANNOT_TELL
            if self._tells_what_waits:
                raise
            return False
        self._require_whole(written, line)
        return True

    def _require_whole(self, written: int, line: bytes) -> None:
        self._torn = written < len(line)
        if self._torn:
            raise OSError(0, f"only {written} of {len(line)} bytes were written")


def obstacle(path: Path) -> str | None:
    """Why lines could not be appended to a file, as far as that is known without making it; None where they could."""
    try:
        descriptor = os.open(path, _FLAGS & ~os.O_CREAT)
    except FileNotFoundError:
        if not path.parent.is_dir():
            return "its directory is not there"
        return None if os.access(path.parent, os.W_OK | os.X_OK) else "its directory may not be written to"
    except OSError as error:
        return error.strerror
    try:
        _require_regular(os.fstat(descriptor))
    except OSError as error:
        return error.strerror
    finally:
        os.close(descriptor)
    return None


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
