"""`check` beside the billing accounts: the certificate, the journal, the Redis, Direct mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from tests.support.certificates import EXPIRY, Authority
from tests.support.checking import CHARGEBEE, Checked, run_check
from tests.support.redis_server import RedisServer

DIRECT = "direct: {app_tokens: [app-token-of-the-check], app_id: app_1, api_key: cancel-flow-key-of-the-check}\n"


class Gateway:
    """A backend about which there is nothing to find, and what `check` says of it and of what is added."""

    def __init__(self, path: Path, address: str) -> None:
        self._path = path
        self._address = address

    async def check(self, *options: str, more: str = "") -> Checked:
        self._path.write_text(CHARGEBEE.settings(self._address, more=more), encoding="utf-8")
        return Checked(await run_check(self._path, "--json", *options))


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    simulator = CHARGEBEE.simulator({CHARGEBEE.key: CHARGEBEE.account()})
    async with TestServer(simulator.application()) as server:
        yield Gateway(tmp_path / "backend.yaml", str(server.make_url("")))


async def test_what_is_not_configured_is_not_looked_at(gateway: Gateway) -> None:
    seen = await gateway.check()

    assert seen.exit_code == 0
    assert not seen.rows.keys() & {"certificate", "journal", "state", "direct"}


class TestTheCertificate:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path)

    @staticmethod
    def options(authority: Authority) -> tuple[str, ...]:
        return ("--tls-certificate", str(authority.files.certificate), "--tls-key", str(authority.files.key))

    async def test_one_that_fits_is_fine_and_belongs_to_no_backend(
        self, gateway: Gateway, authority: Authority
    ) -> None:
        authority.issue()
        seen = await gateway.check(*self.options(authority))

        assert (seen.exit_code, seen.rows["certificate"].result) == (0, "ok")
        assert f"{EXPIRY:%Y-%m-%d %H:%M} UTC" in seen.rows["certificate"].what
        assert '"backend": null' in seen.result.stdout

    async def test_it_is_looked_at_where_the_variables_of_serve_name_it(
        self, gateway: Gateway, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        authority.issue()
        monkeypatch.setenv("CKGW_TLS_CERTIFICATE", str(authority.files.certificate))
        monkeypatch.setenv("CKGW_TLS_KEY", str(authority.files.key))

        assert (await gateway.check()).rows["certificate"].result == "ok"

    @pytest.mark.parametrize(
        ("days", "result", "exit_code", "words"),
        [
            pytest.param(-1, "finding", 1, "expired on", id="expired"),
            pytest.param(6, "remark", 0, "expires on", id="within a week"),
            pytest.param(8, "ok", 0, "valid until", id="later than that"),
        ],
    )
    async def test_it_tells_when_it_expires(
        self, gateway: Gateway, authority: Authority, days: int, result: str, exit_code: int, words: str
    ) -> None:
        authority.issue(datetime.now(UTC).replace(microsecond=0) + timedelta(days=days))
        seen = await gateway.check(*self.options(authority))

        assert (seen.exit_code, seen.rows["certificate"].result) == (exit_code, result)
        assert words in seen.rows["certificate"].what

    async def test_files_that_cannot_be_used_are_found(self, gateway: Gateway, authority: Authority) -> None:
        authority.issue()
        certificate, _ = authority.pair()
        authority.files.certificate.write_bytes(certificate)
        seen = await gateway.check(*self.options(authority))

        assert (seen.exit_code, seen.findings) == (1, {"certificate"})
        assert "is not the key of the certificate" in seen.rows["certificate"].what
        assert "PRIVATE KEY" not in seen.result.output

    async def test_one_file_alone_is_a_mistake_as_it_is_for_serve(self, gateway: Gateway, authority: Authority) -> None:
        seen = await gateway.check("--tls-key", str(authority.files.key))

        assert seen.exit_code == 2
        assert "belong together" in seen.result.output


class TestTheJournal:
    async def test_one_that_can_be_written_is_fine_and_is_not_made(self, gateway: Gateway, tmp_path: Path) -> None:
        file = tmp_path / "journal.jsonl"
        seen = await gateway.check(more=f"journal: {file}\n")

        assert (seen.exit_code, seen.rows["journal"].result) == (0, "ok")
        assert not file.exists()

    async def test_one_that_is_there_stays_as_it_is(self, gateway: Gateway, tmp_path: Path) -> None:
        file = tmp_path / "journal.jsonl"
        file.write_text("earlier\n", encoding="utf-8")
        seen = await gateway.check(more=f"journal: {file}\n")

        assert (seen.rows["journal"].result, file.read_text(encoding="utf-8")) == ("ok", "earlier\n")

    @pytest.mark.parametrize(
        ("place", "words"),
        [
            pytest.param("nowhere/journal.jsonl", "its directory is not there", id="no directory"),
            pytest.param("", "irectory", id="a directory"),
        ],
    )
    async def test_one_that_could_not_be_opened_is_found(
        self, gateway: Gateway, tmp_path: Path, place: str, words: str
    ) -> None:
        seen = await gateway.check(more=f"journal: {tmp_path / place}\n")

        assert (seen.exit_code, seen.findings) == (1, {"journal"})
        assert words in seen.rows["journal"].what


class TestTheRedis:
    async def test_one_that_answers_is_fine_and_keeps_nothing(self, gateway: Gateway, redis: RedisServer) -> None:
        seen = await gateway.check(more=f"state: {redis.address}\n")

        assert (seen.exit_code, seen.rows["state"].result) == (0, "ok")
        assert redis.keys() == []

    async def test_one_that_is_not_there_is_found_and_its_password_not_shown(
        self, gateway: Gateway, refused_port: int
    ) -> None:
        address = f"redis://:password-of-the-check@127.0.0.1:{refused_port}/0"
        seen = await gateway.check(more=f"state: {address}\n")

        assert (seen.exit_code, seen.findings) == (1, {"state"})
        assert f"127.0.0.1:{refused_port}/0 is of no use" in seen.rows["state"].what
        assert "password-of-the-check" not in seen.result.output

    async def test_one_that_takes_no_writes_is_found(self, gateway: Gateway, mortal_redis: RedisServer) -> None:
        mortal_redis.client.replicaof("127.0.0.1", 1)
        seen = await gateway.check(more=f"state: {mortal_redis.address}\n")

        assert (seen.exit_code, seen.findings) == (1, {"state"})


async def test_of_direct_mode_it_says_what_only_its_owner_can_tell(gateway: Gateway) -> None:
    seen = await gateway.check(more=DIRECT)

    assert (seen.exit_code, seen.rows["direct"].result) == (0, "remark")
    assert "Settings > Organization" in str(seen.rows["direct"].advice)
    assert not any(secret in seen.result.output for secret in ("app-token-of-the-check", "cancel-flow-key"))
