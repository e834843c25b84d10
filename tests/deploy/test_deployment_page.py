"""The page on deployment is true: its commands are run, or what they start is."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.deploy.manifests import folder
from tests.deploy.test_compose import DOCUMENT
from tests.deploy.test_kubernetes import WAYS
from tests.support.commands import ROOT

PAGE: Final = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")

ELSEWHERE: Final = ("curl ", "docker ", "kubectl ", "helm ")
"""How commands begin that need what no test may need."""


def commands() -> list[str]:
    """All commands of the page, in its order."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def test_the_commands_make_secrets_that_the_gateway_can_read_and_other_people_cannot(tmp_path: Path) -> None:
    here = [command for command in commands() if not command.startswith(ELSEWHERE)]
    (tmp_path / "deploy" / "compose").mkdir(parents=True)
    values = {
        "CK_INTEGRATION_TOKEN": "churnkey token",
        "STRIPE_LIVE_KEY": "sk_live_$1",
        "STRIPE_TEST_KEY": "sk_test_%s",
    }

    subprocess.run(["sh", "-eu"], input="\n".join(here), text=True, cwd=tmp_path, env=os.environ | values, check=True)

    made = {name: tmp_path / "deploy" / secret["file"] for name, secret in DOCUMENT["secrets"].items()}
    assert {name: path.read_text(encoding="utf-8") for name, path in made.items()} == {
        "integration_token": "churnkey token",
        "stripe_live_key": "sk_live_$1",
        "stripe_test_key": "sk_test_%s",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.values()} == {0o444}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in made.values()} == {0o700}


@pytest.mark.parametrize(
    "file",
    ["deploy/compose.yaml", *(f"deploy/kubernetes/{way}" for way in WAYS)],
)
def test_every_way_is_on_the_page(file: str) -> None:
    assert f"](../{file})" in PAGE


def test_the_secret_of_the_certificate_is_called_what_the_page_says() -> None:
    pod = folder("standalone-tls")["Deployment"]["spec"]["template"]["spec"]
    (name,) = (volume["secret"]["secretName"] for volume in pod["volumes"] if volume["name"] == "tls")
    assert f"called `{name}` in the manifests" in PAGE


def test_the_seconds_that_it_names_are_those_of_the_manifests() -> None:
    text = (ROOT / "deploy" / "kubernetes" / "standalone" / "deployment.yaml").read_text(encoding="utf-8")
    assert "terminationGracePeriodSeconds: 35\n" in text
    assert "in the manifests it is 35, for the `deadline_s` of 20" in PAGE
    assert "preStop: {sleep: {seconds: 5}}" in text
    assert "five seconds in which requests are still taken" in PAGE
