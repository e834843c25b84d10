"""`state:`, which names a Redis, perhaps with its password."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gateway.observability import secrets_in
from gateway.shared.address import shown
from tests.gateway.settings.conftest import MINIMAL, Load, Problems

PASSWORD = "hunter%2Ftwo"


@pytest.mark.parametrize("added", ["", "state: memory\n"], ids=["absent", "memory"])
def test_it_is_this_processs_own_unless_a_redis_is_named(load_text: Load, added: str) -> None:
    assert load_text(f"{MINIMAL}{added}").state is None


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("redis://redis", "redis"),
        (f"redis://:{PASSWORD}@redis:6379/0", "redis:6379/0"),
        (f"rediss://gateway:{PASSWORD}@redis:6380/3", "redis:6380/3"),
        ("rediss://redis:6380/0?ssl_ca_certs=/etc/ca.pem", "redis:6380/0"),
        ("redis://[::1]:6379", "[::1]:6379"),
        ("unix:///run/redis.sock", "/run/redis.sock"),
        (f"unix://:{PASSWORD}@/run/redis.sock?db=2", "/run/redis.sock"),
    ],
)
def test_it_may_be_an_address_of_which_the_log_says_only_the_place(
    load_text: Load, tmp_path: Path, address: str, place: str
) -> None:
    (tmp_path / "redis").write_text(f"{address}\n")
    settings = load_text(f"{MINIMAL}state: {{file: {tmp_path}/redis}}\n")
    assert settings.state is not None
    assert settings.state.get_secret_value() == address
    assert shown(address) == place
    assert PASSWORD not in f"{settings!r} {settings.model_dump_json()}"


def test_its_password_is_a_secret_of_its_own_however_it_is_written(load_text: Load) -> None:
    settings = load_text(f"{MINIMAL}state: 'redis://:{PASSWORD}@redis:6379/0'\n")
    assert {f"redis://:{PASSWORD}@redis:6379/0", PASSWORD, "hunter/two"} <= set(secrets_in(settings))


@pytest.mark.parametrize(
    "address",
    [
        f"redis://:{PASSWORD}@redis:port",
        f"redis://:{PASSWORD}@[redis",
        f"http://:{PASSWORD}@redis",
        f"redis://:{PASSWORD}@redis/0?password={PASSWORD}",
    ],
)
def test_an_error_does_not_repeat_it(problems: Problems, address: str) -> None:
    (problem,) = problems(f"{MINIMAL}state: '{address}'\n")
    assert PASSWORD not in problem


def test_without_the_extra_it_says_what_to_install(problems: Problems, monkeypatch: pytest.MonkeyPatch) -> None:
    # As the import machinery has it where a package is not installed.
    monkeypatch.setitem(sys.modules, "redis", None)
    assert problems(f"{MINIMAL}state: 'redis://redis'\n") == [
        "backend.yaml:4: state: needs what is not installed: pip install 'churnkey-gateway[redis]'"
    ]
