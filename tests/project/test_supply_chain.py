"""What watches over the dependencies: the targets look at all of them, and the files for the public host are right."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

from tests.project.test_makefile import make
from tests.support.commands import ROOT

WORKFLOW: Final = ROOT / ".github" / "workflows" / "ci.yml"
DEPENDABOT: Final = ROOT / ".github" / "dependabot.yml"


def loaded(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe").load(path)
    return document


JOBS: Final[dict[str, Any]] = loaded(WORKFLOW)["jobs"]
STEPS: Final[list[dict[str, Any]]] = [step for job in JOBS.values() for step in job["steps"]]

each_job = pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)


def recipe(target: str) -> str:
    """What make would run for it, were everything installed that it needs."""
    return make(target, "--dry-run").stdout.replace("\\\n", " ")


def requirements_in(text: str) -> set[str]:
    return set(re.findall(r"requirements/[\w.]+\.txt", text))


def pinned(files: set[str]) -> set[str]:
    text = "".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    return set(re.findall(r"^[\w.-]+==\S+", text, re.MULTILINE))


def test_the_audit_looks_at_every_pin() -> None:
    command = next(line for line in recipe("audit").splitlines() if "pip_audit" in line)

    every = {f"requirements/{path.name}" for path in (ROOT / "requirements").glob("*.txt")}
    assert pinned(requirements_in(command)) == pinned(every)
    assert {"--strict", "--require-hashes", "--disable-pip"} <= set(command.split())


def test_the_list_is_of_what_the_image_installs() -> None:
    command = next(line for line in recipe("sbom").splitlines() if "cyclonedx_py" in line)

    assert requirements_in(command) == {"requirements/image.txt"}
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    (chosen,) = re.findall(r"^ARG REQUIREMENTS=(\w+)$", dockerfile, re.MULTILINE)
    installed = "".join(re.findall(r"/opt/gateway/bin/python -m pip install .*", dockerfile))
    assert requirements_in(installed.replace("${REQUIREMENTS}", chosen)) == {"requirements/image.txt"}


def test_the_image_can_be_built_without_the_extras() -> None:
    assert "redis" in "".join(pinned({"requirements/image.txt"}))
    assert pinned({"requirements/run.txt"}) < pinned({"requirements/image.txt"})


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-workflows", WORKFLOW), ("vendor.dependabot", DEPENDABOT)],
    ids=["workflow", "dependabot"],
)
def test_the_file_fits_the_hosts_schema(schema: str, file: Path) -> None:
    tool = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    command = [str(tool), "--builtin-schema", schema, str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_ci_runs_what_a_change_has_to_pass_on_every_python_that_is_promised() -> None:
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert JOBS["check"]["strategy"]["matrix"]["python"] == promised
    assert ".ci/run" in [step.get("run") for step in JOBS["check"]["steps"]]


def test_ci_makes_the_list_before_it_can_fail_over_a_vulnerability() -> None:
    commands = [step["run"] for step in JOBS["supply"]["steps"] if "run" in step]

    assert commands == ["make sbom", "make audit"]


def test_nothing_that_fails_is_passed_over() -> None:
    assert not any("continue-on-error" in part for part in (*JOBS.values(), *STEPS))


def test_ci_may_do_nothing_that_a_job_does_not_ask_for() -> None:
    assert loaded(WORKFLOW)["permissions"] == {}


@each_job
def test_a_job_may_only_read_and_not_for_ever(job: dict[str, Any]) -> None:
    assert job["permissions"] == {"contents": "read"}
    assert job["timeout-minutes"] <= 30


def test_the_actions_are_the_hosts_own_and_leave_no_credentials_behind() -> None:
    used = [step for step in STEPS if "uses" in step]

    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in used)
    checkouts = [step for step in used if step["uses"].startswith("actions/checkout@")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_nothing_that_others_write_becomes_part_of_a_command() -> None:
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_dependabot_looks_where_there_is_something() -> None:
    folders = {one["package-ecosystem"]: one["directory"] for one in loaded(DEPENDABOT)["updates"]}

    assert folders == {"pip": "/requirements", "github-actions": "/"}
    assert list((ROOT / "requirements").glob("*.txt"))
