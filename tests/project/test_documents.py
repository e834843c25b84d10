"""The documents are true: their commands are run by something, their examples load, their links lead somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from adapters import registry
from gateway.cli import COMMANDS, main
from gateway.observability import Metrics
from tests.support.commands import ROOT, logged, running

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("adapters/**/*.md")], key=str)

RUN_BY: Final = {
    "make demo": "tests/gateway/test_demo.py::test_a_reading_that_is_suggested_answers_what_is_documented",
    "make test": "tests/project/test_ci.py::test_it_runs_the_readmes_test_command_and_then_the_checks",
    ".venv/bin/churnkey-gateway check --config stripe.yaml": (
        "tests/gateway/test_check.py::test_an_account_with_nothing_to_look_at_exits_with_0"
    ),
    ".venv/bin/churnkey-gateway manifest --config stripe.yaml": (
        "tests/project/test_documents.py::test_the_example_of_the_settings_can_be_served"
    ),
    ".venv/bin/churnkey-gateway serve --config stripe.yaml": (
        "tests/project/test_documents.py::test_the_example_of_the_settings_can_be_served"
    ),
    # Without Docker only what goes into the image can be looked at.
    "docker build --tag churnkey-gateway .": "tests/project/test_documents.py::test_the_image_is_made_of_what_is_there",
    'docker run --publish 8080:8080 --volume "$PWD/stripe.yaml:/etc/churnkey-gateway/stripe.yaml:ro" --env '
    "CK_INTEGRATION_TOKEN --env STRIPE_LIVE_KEY --env STRIPE_TEST_KEY churnkey-gateway": (
        "tests/project/test_documents.py::test_the_image_serves_the_directory_that_the_readme_mounts_into"
    ),
}
"""Every shell command of the README, and the test that runs it or what it starts."""

OPERATIONS: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
RUN_BY_OF_OPERATIONS: Final = {
    "churnkey-gateway check --config /etc/churnkey-gateway": (
        "tests/gateway/test_check.py::test_a_key_that_is_refused_is_told_and_not_shown"
    ),
    "curl -sS http://127.0.0.1:9090/readyz": (
        "tests/gateway/server/test_serving.py::test_a_process_that_has_started_serves_and_is_ready"
    ),
    "curl -sS http://127.0.0.1:9090/metrics": (
        "tests/gateway/server/test_serving.py::test_what_is_counted_can_be_scraped_and_names_nobody"
    ),
    'kill -HUP "$GATEWAY_PID"': (
        "tests/gateway/test_reload_command.py::test_the_commands_that_operators_are_told_do_what_they_are_told"
    ),
    'kill -TERM "$GATEWAY_PID"': (
        "tests/gateway/test_reload_command.py::test_the_commands_that_operators_are_told_do_what_they_are_told"
    ),
    "churnkey-gateway journal --open --config /etc/churnkey-gateway": (
        "tests/contract/test_crash.py::test_asked_again_it_is_done_once"
    ),
    "churnkey-gateway journal --subscription sub_123 --file journal.jsonl --file journal.jsonl.1": (
        "tests/gateway/test_journal_command.py::test_one_subscriptions_history_is_read_from_several_files"
    ),
}
"""The same of the page for operators."""

VERIFICATION: Final = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
RUN_BY_OF_VERIFICATION: Final = {
    "export CK_INTEGRATION_TOKEN=...": (
        "tests/gateway/verification/test_command.py::test_it_exits_with_0_where_every_required_module_passes"
    ),
    "churnkey-gateway verify --url https://billing.example.com": (
        "tests/gateway/verification/test_command.py::test_it_exits_with_0_where_every_required_module_passes"
    ),
    "churnkey-gateway verify --url https://billing.example.com --mode live": (
        "tests/gateway/verification/test_command.py::test_live_is_written_to_where_it_is_forced"
    ),
    "churnkey-gateway check --config /etc/churnkey-gateway": (
        "tests/gateway/test_check.py::test_an_account_with_nothing_to_look_at_exits_with_0"
    ),
    "churnkey-gateway verify --notify-churnkey --config /etc/churnkey-gateway": (
        "tests/gateway/verification/test_notify_command.py::test_each_backend_is_asked_for_with_its_key"
    ),
}
"""The same of the page on verification."""


PERMISSIONS: Final = [
    ("chargebee", "docs/providers/chargebee.md"),
    ("paddle", "docs/providers/paddle.md"),
    ("stripe", "adapters/stripe/README.md"),
]
"""Where the owner reads which rights the key must have."""


def fenced(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def commands_in(blocks: list[str]) -> list[str]:
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+", " ", line.partition("  #")[0]).strip() for line in lines if line.strip()]


@pytest.mark.parametrize(
    ("document", "run_by"),
    [(README, RUN_BY), (OPERATIONS, RUN_BY_OF_OPERATIONS), (VERIFICATION, RUN_BY_OF_VERIFICATION)],
    ids=["README.md", "operations.md", "verification.md"],
)
def test_every_command_is_run_by_a_test(document: str, run_by: Mapping[str, str]) -> None:
    assert sorted(set(commands_in(fenced("sh", document)))) == sorted(run_by)


@pytest.mark.parametrize(
    "test", sorted({*RUN_BY.values(), *RUN_BY_OF_OPERATIONS.values(), *RUN_BY_OF_VERIFICATION.values()})
)
def test_the_tests_that_run_them_exist(test: str) -> None:
    file, _, name = test.partition("::")

    assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("title", "command"), [("Quick start", "make demo"), ("Test", "make test")])
def test_quick_start_and_test_are_one_command_each(title: str, command: str) -> None:
    assert commands_in(fenced("sh", section(title))) == [command]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", "".join(fenced("sh"))))))
def test_the_make_targets_of_the_readme_exist(target: str) -> None:
    assert re.search(rf"^{target}: .*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_example_of_the_settings_can_be_served(tmp_path: Path) -> None:
    (example,) = fenced("yaml")
    settings = tmp_path / "stripe.yaml"
    settings.write_text(example, encoding="utf-8")
    environment = {
        "CK_INTEGRATION_TOKEN": "integration-token-of-the-tests",
        "STRIPE_LIVE_KEY": "sk_live_ofTheTests",
        "STRIPE_TEST_KEY": "sk_test_ofTheTests",
    }

    manifest = CliRunner().invoke(main, ["manifest", "--config", str(settings)], env=environment)
    with running(
        "serve", "--config", str(settings), "--port", "0", "--admin-port", "0", environment=environment
    ) as process:
        started = logged(process, "started")

    assert manifest.exit_code == 0
    assert json.loads(manifest.stdout)["actions"]["pause"]["enabled"] is True
    assert started["backends"] == {"stripe": ["live", "test"]}


def test_what_operators_are_to_look_for_is_what_the_gateway_tells() -> None:
    (table,) = re.findall(r"^\| what fails .*?\n\n", OPERATIONS, re.MULTILINE | re.DOTALL)
    told = {name for row in table.splitlines()[2:] if row for name in re.findall(r"`([^`]+)`", row.split("|")[4])}
    metrics = {name for name in told if name.startswith("churnkey_gateway_")}
    source = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("gateway/**/*.py"))
    registered = {
        name
        for family in Metrics().registry.collect()
        for name in (family.name, f"{family.name}_total" if family.type == "counter" else family.name)
    }
    options = {"journal --open", "timestamp", "unknown", "outcome", "Credentials"}

    assert metrics <= registered
    assert [name for name in sorted(told - metrics - options) if f'"{name}"' not in source] == []


def test_the_table_of_commands_is_complete() -> None:
    assert re.findall(r"^\| `([a-z]+)` \|", section("Commands"), re.MULTILINE) == list(COMMANDS)


def test_every_variable_that_sets_an_option_is_named() -> None:
    used = {
        variable
        for file in (ROOT / "gateway" / "commands").glob("*.py")
        for variable in re.findall(r'envvar="(\w+)"', file.read_text(encoding="utf-8"))
    }

    assert set(re.findall(r"CKGW_\w+", README)) == used


def test_the_image_is_made_of_what_is_there() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    admitted = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = [
        source.rstrip("/")
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
        for source in sources.split()
    ]

    assert sorted(copied) == sorted(admitted)
    assert all((ROOT / source).exists() for source in copied)
    assert re.findall(r"requirements/\w+\.txt", dockerfile)
    assert all((ROOT / file).is_file() for file in re.findall(r"requirements/\w+\.txt", dockerfile))


def test_the_image_serves_the_directory_that_the_readme_mounts_into() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "CKGW_CONFIG=/etc/churnkey-gateway\n" in dockerfile
    assert 'ENTRYPOINT ["churnkey-gateway"]\nCMD ["serve"]' in dockerfile
    assert re.search(r"^USER [1-9]\d*:", dockerfile, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize(("adapter", "page"), PERMISSIONS)
def test_the_table_of_permissions_names_those_that_check_asks_for(adapter: str, page: str) -> None:
    rows = re.findall(
        r"^\| ([\w `.]+(?:: (?:read|write))?) \|", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE
    )

    assert {right.name for right in registry.find(adapter).rights} <= {row.strip("`") for row in rows}


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"

    listed = re.findall(r"^\| \[(\d{4})\]\((\d{4})-", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert all(shown == linked for shown, linked in listed)
    assert [shown for shown, _ in listed] == sorted(path.name[:4] for path in folder.glob("[0-9]*.md"))
