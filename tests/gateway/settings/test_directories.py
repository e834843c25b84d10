"""Several files at once, and directories of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import SettingsError, load
from tests.gateway.settings.conftest import MINIMAL


def _write(directory: Path, **files: str) -> None:
    for name, backend in files.items():
        (directory / name.replace("_", ".")).write_text(f"{MINIMAL}name: {backend}\n")


def _names(*paths: Path) -> list[str]:
    return [settings.name for settings in load(paths, {})]


def _message(*paths: Path, directory: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(paths, {})
    return str(caught.value).replace(f"{directory}", ".").splitlines()


def test_a_directory_stands_for_its_yaml_files_by_name(tmp_path: Path) -> None:
    _write(tmp_path, b_yaml="two", a_yml="one", c_yaml="three")
    (tmp_path / "notes.txt").write_text("not settings")
    (tmp_path / "backend.schema.json").write_text("{}")
    (tmp_path / ".draft.yaml").write_text("not: settings")
    assert _names(tmp_path) == ["one", "two", "three"]


def test_files_keep_the_order_they_are_given_in(tmp_path: Path) -> None:
    _write(tmp_path, b_yaml="two", a_yaml="one")
    assert _names(tmp_path / "b.yaml", tmp_path / "a.yaml") == ["two", "one"]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    _write(tmp_path, a_yaml="one", b_yaml="two")
    (tmp_path / "c.yaml").symlink_to(tmp_path / "a.yaml")
    assert _names(tmp_path / "b.yaml", tmp_path) == ["two", "one"]


def test_a_directory_that_is_mounted_as_links_is_read_through_them(tmp_path: Path) -> None:
    # The way Kubernetes mounts a ConfigMap.
    (tmp_path / "..data").mkdir()
    _write(tmp_path / "..data", a_yaml="one")
    (tmp_path / "a.yaml").symlink_to(Path("..data") / "a.yaml")
    assert _names(tmp_path) == ["one"]


def test_a_directory_without_settings_is_an_error(tmp_path: Path) -> None:
    assert _message(tmp_path, directory=tmp_path) == [".: there is no *.yaml and no *.yml in this directory"]


def test_a_directory_that_is_called_like_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    assert _message(tmp_path, directory=tmp_path) == ["./a.yaml: is not a regular file"]


@pytest.mark.parametrize(
    ("second", "place"),
    [
        pytest.param("backend: stripe\nname: stripe\n", "2: name", id="given"),
        pytest.param("# no name\nbackend: stripe\n", "2: backend", id="by default"),
    ],
)
def test_two_files_cannot_have_one_name(tmp_path: Path, second: str, place: str) -> None:
    (tmp_path / "a.yaml").write_text(MINIMAL)
    (tmp_path / "b.yaml").write_text(second + MINIMAL.partition("\n")[2])
    assert _message(tmp_path, directory=tmp_path) == [
        f"./b.yaml:{place}: ./a.yaml has a backend of this name already; give one of them another `name`"
    ]


def test_the_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    (tmp_path / "b.yaml").write_text(f"{MINIMAL}name: ${{NAME}}\nlimits: 1\n")
    (tmp_path / "c.yaml").write_text(f"{MINIMAL}zzz: 1\n")
    lines = _message(tmp_path, tmp_path / "d.yaml", directory=tmp_path)
    assert [line.split(": ")[0] for line in lines] == [
        "./a.yaml:2",
        "./b.yaml:4",
        "./b.yaml:5",
        "./c.yaml:4",
        "./d.yaml",
    ]


def test_the_environment_is_read_when_settings_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text(f"{MINIMAL}name: ${{CKGW_TEST_NAME}}\n")
    monkeypatch.setenv("CKGW_TEST_NAME", "from-outside")
    (settings,) = load([tmp_path])
    assert settings.name == "from-outside"
