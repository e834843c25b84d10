"""The address, however it is entered."""

from __future__ import annotations

import pytest

from gateway.verification import BadAddress, read_address
from gateway.verification.address import is_in_the_clear


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


@pytest.mark.parametrize(
    ("address", "in_the_clear"),
    [
        ("https://billing.example.com/churnkey", False),
        ("http://billing.example.com/churnkey", True),
        ("http://192.168.1.5/churnkey", True),
        ("http://127.0.0.1:8080/churnkey", False),
        ("http://[::1]:8080/churnkey", False),
        ("http://localhost:8080/churnkey", False),
    ],
)
def test_a_token_in_the_clear_on_a_network_is_noticed(address: str, in_the_clear: bool) -> None:
    assert is_in_the_clear(address) is in_the_clear
