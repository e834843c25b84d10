"""Listening on a Unix socket: who may connect, what is replaced, what is left behind."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, UnixConnector

from gateway.server import CannotListen, UnixSocket
from gateway.server.unix_socket import open_unix_socket
from tests.gateway.server.listening import FEATURES, listening
from tests.support.log import Log
from tests.support.service import AUTHORIZED

pytestmark = pytest.mark.usefixtures("live", "test_account")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket is to be. Nothing is there."""
    return tmp_path / "gateway.sock"


async def status_at(path: Path) -> int:
    async with (
        ClientSession(connector=UnixConnector(str(path))) as session,
        session.get(f"http://gateway{FEATURES}", headers=AUTHORIZED) as response,
    ):
        return response.status


def listener_at(path: Path, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    """A socket that is bound there; streams are listened on, by a queue as short as can be."""
    bound = socket.socket(socket.AF_UNIX, kind)
    bound.bind(str(path))
    if kind is socket.SOCK_STREAM:
        bound.listen(0)
    return bound


async def test_the_contract_is_answered_there_alone_or_beside_the_port(path: Path) -> None:
    async with listening(port=None, unix_socket=UnixSocket(path)) as alone:
        assert (await status_at(path), alone.port) == (200, None)
    async with listening(unix_socket=UnixSocket(path)) as both, ClientSession() as session:
        assert await status_at(path) == 200
        async with session.get(f"http://127.0.0.1:{both.port}{FEATURES}", headers=AUTHORIZED) as response:
            assert response.status == 200


async def test_a_token_is_asked_for_there_as_well(path: Path) -> None:
    async with (
        listening(port=None, unix_socket=UnixSocket(path)),
        ClientSession(connector=UnixConnector(str(path))) as session,
        session.get(f"http://gateway{FEATURES}") as response,
    ):
        assert response.status == 401


async def test_its_file_is_there_for_as_long_as_it_is_listened_on(path: Path) -> None:
    async with listening(port=None, unix_socket=UnixSocket(path)):
        meanwhile = names_beside(path)
    assert (meanwhile, names_beside(path)) == ([path.name], [])


async def test_its_file_may_be_gone_by_then(path: Path, log: Log) -> None:
    async with listening(port=None, unix_socket=UnixSocket(path)):
        remove(path)
    assert log.events("socket file not removed") == []


async def test_what_took_its_place_is_not_removed(path: Path) -> None:
    async with listening(port=None, unix_socket=UnixSocket(path)):
        remove(path)
        leave_behind(path)
    assert names_beside(path) == [path.name]


async def test_a_port_that_is_taken_leaves_no_socket_behind(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotListen):
        async with listening(port=taken.getsockname()[1], unix_socket=UnixSocket(path)):
            pass
    assert names_beside(path) == []


def remove(path: Path) -> None:
    path.unlink()


def leave_behind(path: Path, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """What a process leaves that is killed."""
    listener_at(path, kind).close()


def names_beside(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM], ids=["stream", "datagrams"])
async def test_what_a_dead_process_left_is_replaced(path: Path, kind: socket.SocketKind) -> None:
    leave_behind(path, kind)
    async with listening(port=None, unix_socket=UnixSocket(path)):
        assert await status_at(path) == 200


@pytest.fixture(params=[0o000, 0o077], ids=["umask 000", "umask 077"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the process's files are made with."""
    former = os.umask(request.param)
    yield
    os.umask(former)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("mode", [0o660, 0o600, 0o666], ids=oct)
def test_its_mode_is_what_is_asked_for_whatever_the_umask(path: Path, mode: int) -> None:
    with open_unix_socket(UnixSocket(path, mode)).socket:
        assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "with no room in its queue"])
def test_one_that_somebody_listens_on_is_left_alone(path: Path, is_busy: bool) -> None:
    with listener_at(path) as taken, socket.socket(socket.AF_UNIX) as waiting:
        if is_busy:
            waiting.connect(str(path))
        before = path.lstat().st_ino
        with pytest.raises(CannotListen, match=rf"^cannot listen on {path}: somebody listens there already$"):
            open_unix_socket(UnixSocket(path))
        assert path.lstat().st_ino == before
        taken.accept()[0].close()


def test_one_that_lives_and_speaks_otherwise_is_left_alone(path: Path) -> None:
    with (
        listener_at(path, socket.SOCK_DGRAM),
        pytest.raises(CannotListen, match=rf"^cannot listen on {path}: Protocol wrong type for socket$"),
    ):
        open_unix_socket(UnixSocket(path))
    assert path.exists()


def a_file(path: Path) -> None:
    path.write_text("precious")


def a_link_to_a_socket(path: Path) -> None:
    leave_behind(path.with_name("other.sock"))
    path.symlink_to("other.sock")


@pytest.mark.parametrize("make", [a_file, Path.mkdir, a_link_to_a_socket])
def test_what_is_no_socket_is_left_alone(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    before = names_beside(path)
    with pytest.raises(CannotListen, match=rf"^cannot listen on {path}: it is there already, and no socket$"):
        open_unix_socket(UnixSocket(path))
    assert names_beside(path) == before


@pytest.mark.parametrize(
    ("name", "why"),
    [("nowhere/gateway.sock", "No such file or directory"), ("x" * 120, "AF_UNIX path too long")],
    ids=["in no directory", "too long"],
)
def test_where_none_can_be_is_a_clear_error(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(CannotListen, match=rf"^cannot listen on {tmp_path / name}: {why}$"):
        open_unix_socket(UnixSocket(tmp_path / name))
