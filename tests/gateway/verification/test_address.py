"""The address, however it is entered."""

from __future__ import annotations

import pytest

from gateway.verification import BadAddress, read_address


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://billing.example.com", "https://billing.example.com/churnkey"),
        ("https://billing.example.com/", "https://billing.example.com/churnkey"),
        ("https://billing.example.com/churnkey", "https://billing.example.com/churnkey"),
        ("https://billing.example.com/churnkey/", "https://billing.example.com/churnkey"),
        (" https://billing.example.com/api/v1/ ", "https://billing.example.com/api/v1/churnkey"),
        ("http://127.0.0.1:8080/billing", "http://127.0.0.1:8080/billing/churnkey"),
        ("http://[::1]:8080", "http://[::1]:8080/churnkey"),
        ("https://billing.example.com/mychurnkey", "https://billing.example.com/mychurnkey/churnkey"),
        ("HTTPS://Billing.Example.com", "https://billing.example.com/churnkey"),
    ],
)
def test_churnkey_s_part_is_appended_once(written: str, address: str) -> None:
    assert read_address(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "",
        "billing.example.com",
        "ftp://billing.example.com",
        "https://",
        "https://ada:secret@billing.example.com",
        "https://billing.example.com/?key=secret",
        "https://billing.example.com/#secret",
        "https://billing.example.com:port",
        "http://[::1",
    ],
)
def test_what_cannot_be_an_address_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(BadAddress) as error:
        read_address(written)

    assert "secret" not in str(error.value)
