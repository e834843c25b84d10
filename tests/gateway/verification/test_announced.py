"""Which manifest Churnkey was told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.verification.announced import Announced, digest

ONE, OTHER = digest({"live": {"actions": ["cancel"]}}), digest({"live": {"actions": []}})


def test_the_order_of_keys_makes_no_other_manifest() -> None:
    assert digest({"live": {"a": 1, "b": 2}, "test": {}}) == digest({"test": {}, "live": {"b": 2, "a": 1}})
    assert ONE != OTHER


@pytest.mark.parametrize("in_a_file", [False, True], ids=["in memory", "in a file"])
def test_a_manifest_is_new_until_it_was_announced(tmp_path: Path, in_a_file: bool) -> None:
    announced = Announced(tmp_path / "announced.json" if in_a_file else None)
    assert announced.is_new("stripe", ONE)
    announced.remember("stripe", ONE)
    assert not announced.is_new("stripe", ONE)
    assert announced.is_new("stripe", OTHER)
    assert announced.is_new("paddle", ONE)


def test_a_file_is_remembered_by_the_next_process(tmp_path: Path) -> None:
    Announced(tmp_path / "announced.json").remember("stripe", ONE)
    Announced(tmp_path / "announced.json").remember("paddle", OTHER)
    later = Announced(tmp_path / "announced.json")
    assert not later.is_new("stripe", ONE)
    assert not later.is_new("paddle", OTHER)
    assert [file.name for file in tmp_path.iterdir()] == ["announced.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"stripe": 5}', b"\xff"])
def test_a_file_that_makes_no_sense_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "announced.json"
    file.write_bytes(content)
    announced = Announced(file)
    assert announced.is_new("stripe", ONE)
    announced.remember("stripe", ONE)
    assert not Announced(file).is_new("stripe", ONE)


def test_a_file_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    announced = Announced(tmp_path / "no such folder" / "announced.json")
    announced.remember("stripe", ONE)
    assert not announced.is_new("stripe", ONE)
