"""Kubernetes objects as the tests look at them."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML

from gateway.server import generations, run
from gateway.settings import LimitSettings
from tests.support.commands import ROOT

KUBERNETES: Final = ROOT / "deploy" / "kubernetes"
OLDEST, NEWEST = "1.30", "1.37"
"""The versions that the manifests are for, the first being where `preStop.sleep` is on by default."""

LONGEST_DRAIN_S: Final = (
    LimitSettings().deadline_s + generations._BEYOND_DEADLINE_S + run._ANSWERING_S + run._ADMIN_SHUTDOWN_S
)
"""How long a process may take to end after SIGTERM, with the deadline that is the default."""

Object: TypeAlias = dict[str, Any]
Objects: TypeAlias = dict[str, Object]
"""By kind."""


def parsed(text: str) -> Any:
    """One YAML document, read as Kubernetes reads it: by YAML 1.1."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    return yaml.load(text)


def folder(name: str) -> Objects:
    """Everything that a kustomization has, those it is built on included. Each kind is there once."""
    found: list[Object] = list(_resources(KUBERNETES / name))
    by_kind = {one["kind"]: one for one in found}
    assert len(by_kind) == len(found)
    return by_kind


def _resources(path: Path) -> Iterator[Object]:
    if path.is_dir():
        for name in parsed((path / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]:
            yield from _resources(path / name)
    else:
        yield parsed(path.read_text(encoding="utf-8"))


def gateway_in(objects: Objects) -> Object:
    """The gateway's container."""
    containers = objects["Deployment"]["spec"]["template"]["spec"]["containers"]
    (found,) = (one for one in containers if one["name"] == "churnkey-gateway")
    container: Object = found
    return container


def validated(files: Iterable[Path], version: str) -> str:
    """What is wrong with these files by the schemas of a version of Kubernetes; "" where nothing is."""
    tool = Path(sysconfig.get_path("scripts")) / "kubernetes-validate"
    command = [sys.executable, str(tool), "--kubernetes-version", version, "--strict", "--quiet", *map(str, files)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0 or result.stdout + result.stderr, "it failed and said nothing"
    return "" if result.returncode == 0 else result.stdout + result.stderr
