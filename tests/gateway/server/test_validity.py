"""Reading when a certificate expires."""

from __future__ import annotations

import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.server.validity import expiry_of
from tests.support.certificates import Authority


@pytest.mark.parametrize(
    "expires_at",
    [
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2000, 2, 29, 12, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 10, 20, 30, tzinfo=UTC),
        datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2050, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
    ids=str,
)
def test_it_is_what_the_certificate_was_issued_with(tmp_path: Path, expires_at: datetime) -> None:
    certificate, _ = Authority(tmp_path).pair(expires_at)
    first = certificate.decode().partition("-----END CERTIFICATE-----\n")
    assert expiry_of(ssl.PEM_cert_to_DER_cert(first[0] + first[1])) == expires_at


@given(content=st.binary(max_size=200) | st.binary(max_size=100).map(lambda rest: b"\x30\x82" + rest))
def test_anything_else_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError):
        expiry_of(content)


def test_a_certificate_that_is_cut_off_or_bent_somewhere_is_read_or_refused(tmp_path: Path) -> None:
    whole = ssl.PEM_cert_to_DER_cert(
        Authority(tmp_path).pair()[0].decode().partition("-----END")[0] + "-----END CERTIFICATE-----"
    )
    for at in range(len(whole)):
        with pytest.raises(ValueError):
            expiry_of(whole[:at])
        for bent in (0x00, 0x7F, 0x80, 0xFF):
            with suppress(ValueError):
                expiry_of(whole[:at] + bytes([bent]) + whole[at + 1 :])
