"""`journal`: what was written, what is open, and what it exits with."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.gateway.journal.conftest import line, put

SETTINGS = """
backend: stripe
integration_tokens: [integration-token-of-the-tests]
modes: {test: {api_key: sk_test_ofTheTests}}
"""


def run(*arguments: str | Path, environment: dict[str, str] | None = None) -> Result:
    variables = {"CKGW_CONFIG": None, **(environment or {})}
    return CliRunner().invoke(main, ["journal", *map(str, arguments)], env=variables)


def subscriptions(result: Result) -> list[str]:
    return [row.split()[4] for row in result.stdout.splitlines()[1:]]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Three writes, one of them open."""
    path = tmp_path / "journal.jsonl"
    put(path, line(id="a"), line("ended", id="a"), line(id="b", subscription_id="sub_2"))
    put(path, line("not sent", id="c", outcome="refused"))
    return path


@pytest.fixture
def settings(tmp_path: Path, journal: Path) -> Path:
    """Settings that name the journal."""
    path = tmp_path / "backend.yaml"
    path.write_text(f"{SETTINGS}journal: {journal}\n", encoding="utf-8")
    return path


def test_everything_is_shown_and_exits_with_0(journal: Path) -> None:
    result = run("--file", journal)

    assert result.exit_code == 0
    assert subscriptions(result) == ["sub_1", "sub_2", "sub_1"]
    assert result.stderr == ""


def test_one_subscriptions_history_is_shown_alone(journal: Path) -> None:
    result = run("--file", journal, "--subscription", "sub_1")

    assert result.exit_code == 0
    assert subscriptions(result) == ["sub_1", "sub_1"]


def test_open_writes_are_shown_alone_and_exit_with_1(journal: Path) -> None:
    result = run("--file", journal, "--open")

    assert result.exit_code == 1
    assert subscriptions(result) == ["sub_2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(("--open", "--subscription", "sub_1"), "no write without an outcome\n", id="open"),
        pytest.param(("--subscription", "sub_9"), "no write on record\n", id="of a subscription"),
    ],
)
def test_nothing_to_show_is_said_and_exits_with_0(journal: Path, options: tuple[str, ...], said: str) -> None:
    result = run("--file", journal, *options)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", said)


def test_several_files_are_read_as_one(journal: Path, tmp_path: Path) -> None:
    later = tmp_path / "journal.jsonl.1"
    put(later, line("ended", id="b", subscription_id="sub_2"))

    assert run("--file", journal, "--file", later, "--open").exit_code == 0


def test_one_subscriptions_history_is_read_from_several_files(journal: Path, tmp_path: Path) -> None:
    later = tmp_path / "journal.jsonl.1"
    put(later, line("begun", id="d", subscription_id="sub_2"), line("begun", id="e", subscription_id="sub_9"))

    result = run("--subscription", "sub_2", "--file", journal, "--file", later)

    assert subscriptions(result) == ["sub_2", "sub_2"]


def test_lines_that_are_passed_over_are_counted(journal: Path) -> None:
    put(journal, "torn", "torn")

    result = run("--file", journal)

    assert result.exit_code == 0
    assert result.stderr == "passed over: 2 lines that are torn, or none of a journal\n"


@pytest.mark.parametrize("by", ["option", "directory", "environment"])
def test_the_settings_name_the_file(settings: Path, by: str) -> None:
    result = {
        "option": lambda: run("--open", "--config", settings),
        "directory": lambda: run("--open", "--config", settings.parent),
        "environment": lambda: run("--open", environment={"CKGW_CONFIG": str(settings)}),
    }[by]()

    assert result.exit_code == 1
    assert subscriptions(result) == ["sub_2"]


def test_a_file_that_two_backends_share_is_read_once(settings: Path) -> None:
    settings.with_name("two.yaml").write_text(f"{settings.read_text()}name: two\n", encoding="utf-8")

    assert subscriptions(run("--config", settings.parent)) == ["sub_1", "sub_2", "sub_1"]


def test_a_file_that_is_named_goes_before_the_settings(settings: Path, tmp_path: Path) -> None:
    (tmp_path / "other").touch()

    result = run("--file", tmp_path / "other", environment={"CKGW_CONFIG": str(settings)})

    assert result.stderr == "no write on record\n"


def test_bad_settings_exit_with_2(settings: Path) -> None:
    settings.write_text(f"{SETTINGS}journal: here.jsonl\n", encoding="utf-8")

    result = run("--config", settings)

    assert result.exit_code == 2
    assert result.stderr == f"{settings}:5: journal: must be stdout, none, or the absolute path of a file\n"


@pytest.mark.parametrize("journal", ["stdout", "none"])
def test_settings_without_a_file_exit_with_2(settings: Path, journal: str) -> None:
    settings.write_text(f"{SETTINGS}journal: {journal}\n", encoding="utf-8")

    result = run("--config", settings)

    assert result.exit_code == 2
    assert result.stderr.startswith("the settings name no file as a journal")


def test_neither_settings_nor_a_file_exit_with_2() -> None:
    assert run("--open").exit_code == 2


def test_a_file_that_cannot_be_read_exits_with_2(tmp_path: Path) -> None:
    result = run("--file", tmp_path / "nowhere")

    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/nowhere: cannot be read: No such file or directory\n"
