"""The documents are true: their commands are run by something, their examples load, their links lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from adapters import registry
from gateway.cli import COMMANDS, main
from gateway.contract import Action, Controller
from gateway.observability import Metrics
from gateway.verification.modules import ACCESS, MODULES
from gateway.verification.offer import ActionOffer, Offer
from tests.project.document_commands import RUN_BY
from tests.support.commands import ROOT, logged, running

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS: Final = ("adapters", "benchmarks", "config", "deploy", "docs", "gateway", "simulators", "tests")
DOCUMENTS: Final = sorted(
    [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/**/*.md"))], key=str
)

OPERATIONS: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
VERIFICATION: Final = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
SHELLS: Final = ("bash", "console", "shell", "shell-session", "zsh")
"""Other names for ``sh``, which is the one that is looked for."""


PERMISSIONS: Final = [
    ("chargebee", "docs/providers/chargebee.md"),
    ("paddle", "docs/providers/paddle.md"),
    ("stripe", "docs/providers/stripe.md"),
]
"""Where the owner reads which rights the key must have."""


def fenced(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def commands_in(blocks: list[str]) -> list[str]:
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+", " ", line.partition("  #")[0]).strip() for line in lines if line.strip()]


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)


@each_document
def test_every_command_is_run_by_a_test(document: Path) -> None:
    shown = commands_in(fenced("sh", document.read_text(encoding="utf-8")))
    run_by = RUN_BY.get(name_of(document), {})

    if isinstance(run_by, str):
        assert shown
    else:
        assert sorted(set(shown)) == sorted(run_by)


@each_document
def test_commands_are_marked_as_sh(document: Path) -> None:
    text = document.read_text(encoding="utf-8")

    assert [shell for shell in SHELLS if fenced(shell, text)] == []


def test_the_documents_whose_commands_are_run_exist() -> None:
    assert RUN_BY.keys() <= set(map(name_of, DOCUMENTS))


@pytest.mark.parametrize(
    "test",
    sorted({test for run_by in RUN_BY.values() for test in ([run_by] if isinstance(run_by, str) else run_by.values())}),
)
def test_the_tests_that_run_them_exist(test: str) -> None:
    file, _, name = test.partition("::")

    assert re.search(rf"^ *(async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


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


def test_what_is_verified_and_what_of_it_is_required_is_what_the_page_says() -> None:
    (table,) = re.findall(r"^\| module \|.*?\n\n", VERIFICATION, re.MULTILINE | re.DOTALL)
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:] if row]
    told = {name: need for names, _, need in rows for name in re.findall(r"`([^`]+)`", names)}
    everything = Offer(
        frozenset(Controller),
        {Controller.PRICES: "product", Controller.PRODUCTS: "family"},
        {action: ActionOffer() for action in Action},
    )
    modules = {
        module.name: (module.required(Offer.unknown()), module.required(everything)) for module in (ACCESS, *MODULES)
    }

    assert {
        name: {"yes": (True, True), "no": (False, False)}.get(need, (False, True)) for name, need in told.items()
    } == (modules)


def test_what_is_logged_of_asking_churnkey_is_what_the_page_says() -> None:
    (table,) = re.findall(r"^\| log line \|.*?\n\n", VERIFICATION, re.MULTILINE | re.DOTALL)
    source = (ROOT / "gateway" / "server" / "announcing.py").read_text(encoding="utf-8")

    assert re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE) == re.findall(r'_log\.\w+\("([^"]+)"', source)


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


@each_document
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
