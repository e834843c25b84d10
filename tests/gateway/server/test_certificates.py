"""TLS on the public port, and a certificate that is replaced while it is used."""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest
from cryptography.hazmat.primitives import serialization

from gateway.observability import Metrics
from gateway.server import UnfitCertificate
from gateway.server.listening import Listening
from tests.gateway.server.listening import FEATURES, listening
from tests.support.certificates import EXPIRY, HOST, LATER, Authority
from tests.support.log import Log
from tests.support.service import AUTHORIZED
from tests.support.until import until

pytestmark = pytest.mark.usefixtures("live", "test_account")

REQUEST = f"GET {FEATURES} HTTP/1.1\r\nHost: gateway\r\nAuthorization: {AUTHORIZED['Authorization']}\r\n\r\n".encode()
BOTH_VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A certificate is in its files."""
    made = Authority(tmp_path)
    made.issue()
    return made


@dataclass
class Connection:
    """A client's, over which one request after another is sent."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, opened: Listening, context: ssl.SSLContext) -> Self:
        """Connect, and believe the other side or not."""
        return cls(*await asyncio.open_connection(HOST, opened.port, ssl=context))

    @property
    def tls(self) -> ssl.SSLObject:
        """The TLS side of it."""
        found: ssl.SSLObject = self.writer.get_extra_info("ssl_object")
        return found

    @property
    def certificate(self) -> bytes | None:
        """What the other side showed."""
        return self.tls.getpeercert(binary_form=True)

    async def status(self) -> int:
        """The status of an answer."""
        self.writer.write(REQUEST)
        head = await self.reader.readuntil(b"\r\n\r\n")
        (length,) = (int(line[16:]) for line in head.splitlines() if line.lower().startswith(b"content-length: "))
        await self.reader.readexactly(length)
        return int(head.split(b" ", 2)[1])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        self.writer.close()
        await self.writer.wait_closed()


def expiry(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("churnkey_gateway_certificate_expiry_timestamp_seconds")


class TestTheConnection:
    @pytest.mark.parametrize("version", BOTH_VERSIONS, ids=lambda version: version.name)
    async def test_a_client_that_believes_the_authority_is_answered(
        self, authority: Authority, version: ssl.TLSVersion
    ) -> None:
        believing = authority.believing()
        believing.minimum_version = believing.maximum_version = version
        async with (
            listening(certificate_files=authority.files) as opened,
            await Connection.to(opened, believing) as connection,
        ):
            assert await connection.status() == 200
            assert connection.tls.version() == version.name.replace("_", ".")

    async def test_a_client_that_does_not_ends_it(self, authority: Authority) -> None:
        async with listening(certificate_files=authority.files) as opened:
            with pytest.raises(ssl.SSLCertVerificationError):
                await Connection.to(opened, ssl.create_default_context())

    async def test_older_versions_are_refused(self, authority: Authority) -> None:
        old = authority.believing()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        # Without this the client itself would not even try.
        old.set_ciphers("DEFAULT@SECLEVEL=0")
        async with listening(certificate_files=authority.files) as opened:
            with pytest.raises((ssl.SSLError, ConnectionResetError)) as refused:
                await Connection.to(opened, old)
        # Refused by the other side, with the reason where the event loop still sends it.
        assert getattr(refused.value, "reason", None) in (None, "TLSV1_ALERT_PROTOCOL_VERSION")

    async def test_a_client_that_would_rather_speak_http_2_gets_1_1(self, authority: Authority) -> None:
        modern = authority.believing()
        modern.set_alpn_protocols(["h2", "http/1.1"])
        async with (
            listening(certificate_files=authority.files) as opened,
            await Connection.to(opened, modern) as connection,
        ):
            assert connection.tls.selected_alpn_protocol() == "http/1.1"

    async def test_nothing_is_answered_without_tls(self, authority: Authority, log: Log) -> None:
        async with listening(certificate_files=authority.files) as opened:
            reader, writer = await asyncio.open_connection(HOST, opened.port)
            writer.write(REQUEST)
            assert await reader.read() == b""
            writer.close()
        assert log.events() == []

    async def test_it_is_no_other_socket_than_before(self, authority: Authority) -> None:
        async with listening(certificate_files=authority.files) as opened:
            before = opened.port
            await opened.renew()
            assert opened.port == before

    async def test_without_files_there_is_none_to_be_read_again(self, log: Log) -> None:
        metrics = Metrics()
        async with listening(metrics=metrics) as opened:
            await opened.renew()
        assert math.isnan(expiry(metrics) or 0.0)
        assert log.events() == []


class TestReplacing:
    async def test_who_connects_afterwards_is_shown_the_new_one_and_who_is_there_stays(
        self, authority: Authority
    ) -> None:
        believing = authority.believing()
        async with (
            listening(certificate_files=authority.files) as opened,
            await Connection.to(opened, believing) as former,
        ):
            await former.status()
            authority.issue(LATER)
            async with await Connection.to(opened, believing) as unread:
                assert unread.certificate == former.certificate
            await opened.renew()
            async with await Connection.to(opened, believing) as following:
                assert await following.status() == 200
                assert following.certificate not in (former.certificate, None)
            assert await former.status() == 200

    async def test_when_it_expires_is_counted_and_logged(self, authority: Authority, log: Log) -> None:
        metrics = Metrics()
        async with listening(certificate_files=authority.files, metrics=metrics) as opened:
            seen = [expiry(metrics)]
            authority.issue(LATER)
            await opened.renew()
            seen.append(expiry(metrics))
        assert seen == [EXPIRY.timestamp(), LATER.timestamp()]
        (event,) = log.events()
        assert (event["event"], event["valid_until"]) == ("certificate reloaded", LATER.isoformat())

    async def test_one_that_has_expired_is_used_and_told(self, authority: Authority) -> None:
        past = datetime(2000, 1, 1, tzinfo=UTC)
        metrics = Metrics()
        authority.issue(past)
        async with listening(certificate_files=authority.files, metrics=metrics) as opened:
            assert expiry(metrics) == past.timestamp()
            with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
                await Connection.to(opened, authority.believing())

    @pytest.mark.parametrize("version", BOTH_VERSIONS, ids=lambda version: version.name)
    async def test_a_session_under_the_former_one_is_not_resumed(
        self, authority: Authority, version: ssl.TLSVersion
    ) -> None:
        def resumed(opened: Listening) -> tuple[bool, ssl.SSLSession | None]:
            """Blocks: asyncio's connections cannot be given a session."""
            with (
                socket.create_connection((HOST, opened.port or 0)) as plain,
                believing.wrap_socket(plain, server_hostname=HOST, session=session) as connection,
            ):
                connection.sendall(REQUEST)
                connection.recv(1)
                return bool(connection.session_reused), connection.session

        believing = authority.believing()
        believing.minimum_version = believing.maximum_version = version
        session: ssl.SSLSession | None = None
        async with listening(certificate_files=authority.files) as opened:
            seen = []
            for is_renewed in (False, False, True):
                if is_renewed:
                    await opened.renew()
                reused, session = await asyncio.to_thread(resumed, opened)
                seen.append(reused)
        assert seen == [False, True, False]

    async def test_whoever_connects_all_the_time_is_never_refused(self, authority: Authority) -> None:
        believing = authority.believing()
        seen: list[int] = []
        statuses: set[int] = set()
        shown: set[bytes | None] = set()
        over = asyncio.Event()

        async def ask(opened: Listening) -> None:
            while not over.is_set():
                async with await Connection.to(opened, believing) as connection:
                    status = await connection.status()
                    statuses.add(status)
                    seen.append(status)
                    shown.add(connection.certificate)

        async with listening(certificate_files=authority.files) as opened:
            asking = [asyncio.create_task(ask(opened)) for _ in range(4)]
            for _ in range(5):
                seen.clear()
                await until(lambda: len(seen) >= 8 or any(one.done() for one in asking))
                # Whoever was refused says so.
                assert [one.exception() for one in asking if one.done()] == []
                authority.issue()
                await opened.renew()
            over.set()
            await asyncio.gather(*asking)
        assert statuses == {200}
        assert len(shown) >= 5

    async def test_whoever_connects_in_that_very_moment_is_answered(self, authority: Authority) -> None:
        believing = authority.believing()
        statuses: list[int] = []
        async with listening(certificate_files=authority.files) as opened:
            assert opened.port is not None
            renewing = asyncio.create_task(opened.renew())
            waiting: list[socket.socket] = []
            while not renewing.done():
                # In each turn of the loop there is one that is about to be accepted.
                waiting.append(socket.create_connection((HOST, opened.port)))
                await asyncio.sleep(0)
            for one in waiting:
                reader, writer = await asyncio.open_connection(sock=one, ssl=believing, server_hostname=HOST)
                async with Connection(reader, writer) as connection:
                    statuses.append(await connection.status())
        assert statuses == [200] * len(waiting)


Break = Callable[[Authority], None]


def no_certificate(authority: Authority) -> None:
    authority.files.certificate.unlink()


def no_key(authority: Authority) -> None:
    authority.files.key.unlink()


def neither(authority: Authority) -> None:
    no_certificate(authority)
    no_key(authority)


def a_directory(authority: Authority) -> None:
    no_key(authority)
    authority.files.key.mkdir()


def anothers_key(authority: Authority) -> None:
    authority.files.key.write_bytes(authority.pair()[1])


def half_a_certificate(authority: Authority) -> None:
    path = authority.files.certificate
    path.write_bytes(path.read_bytes()[:200])


def half_a_key(authority: Authority) -> None:
    path = authority.files.key
    path.write_bytes(path.read_bytes()[:100])


def an_encrypted_key(authority: Authority) -> None:
    key = serialization.load_pem_private_key(authority.files.key.read_bytes(), password=None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
    authority.files.key.write_bytes(encrypted)


def empty_files(authority: Authority) -> None:
    authority.files.certificate.write_bytes(b"")
    authority.files.key.write_bytes(b"")


def no_text(authority: Authority) -> None:
    authority.files.key.write_bytes(bytes(range(256)))


def exchanged(authority: Authority) -> None:
    files = authority.files
    certificate, key = files.certificate.read_bytes(), files.key.read_bytes()
    files.certificate.write_bytes(key)
    files.key.write_bytes(certificate)


BROKEN = [
    pytest.param(no_certificate, ["{certificate}: No such file or directory"], id="no certificate"),
    pytest.param(no_key, ["{key}: No such file or directory"], id="no key"),
    pytest.param(
        neither, ["{certificate}: No such file or directory", "{key}: No such file or directory"], id="neither"
    ),
    pytest.param(a_directory, ["{key}: Is a directory"], id="a directory"),
    pytest.param(anothers_key, ["{key}: is not the key of the certificate in {certificate}"], id="another's key"),
    pytest.param(half_a_certificate, ["{certificate}: holds no certificate in PEM"], id="half a certificate"),
    pytest.param(half_a_key, ["{key}: holds no private key in PEM"], id="half a key"),
    pytest.param(
        an_encrypted_key, ["{key}: is encrypted; a key without a passphrase is needed"], id="an encrypted key"
    ),
    pytest.param(empty_files, ["{certificate}: holds no certificate in PEM"], id="empty files"),
    pytest.param(no_text, ["{key}: holds no private key in PEM"], id="no text"),
    pytest.param(exchanged, ["{certificate}: holds no certificate in PEM"], id="exchanged"),
]


class TestWhatCannotBeUsed:
    @pytest.mark.parametrize(("break_it", "problems"), BROKEN)
    async def test_at_the_start_it_is_an_error_that_names_the_file(
        self, authority: Authority, break_it: Break, problems: list[str]
    ) -> None:
        break_it(authority)
        with pytest.raises(UnfitCertificate) as raised:
            async with listening(certificate_files=authority.files):
                pass
        assert str(raised.value).splitlines() == named(problems, authority)

    @pytest.mark.parametrize(("break_it", "problems"), BROKEN)
    async def test_later_the_former_one_stays_and_why_is_logged(
        self, authority: Authority, log: Log, break_it: Break, problems: list[str]
    ) -> None:
        metrics = Metrics()
        believing = authority.believing()
        async with listening(certificate_files=authority.files, metrics=metrics) as opened:
            async with await Connection.to(opened, believing) as former:
                pass
            break_it(authority)
            await opened.renew()
            async with await Connection.to(opened, believing) as following:
                assert await following.status() == 200
                assert following.certificate == former.certificate
        (event,) = log.events("certificate not reloaded")
        assert (event["level"], event["problems"]) == ("error", named(problems, authority))
        assert expiry(metrics) == EXPIRY.timestamp()

    async def test_mended_it_is_used(self, authority: Authority, log: Log) -> None:
        async with listening(certificate_files=authority.files) as opened:
            anothers_key(authority)
            await opened.renew()
            authority.issue(LATER)
            await opened.renew()
        assert [event["event"] for event in log.events()] == ["certificate not reloaded", "certificate reloaded"]


def named(problems: list[str], authority: Authority) -> list[str]:
    return [problem.format(certificate=authority.files.certificate, key=authority.files.key) for problem in problems]
