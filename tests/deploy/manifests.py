"""Kubernetes objects as the tests look at them."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
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
    return deepcopy(_parsed_once(text))


@cache
def _parsed_once(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    return yaml.load(text)


def folder(name: str) -> Objects:
    """Everything that a kustomization has, those it is built on included, patched. Each kind is there once."""
    found: list[Object] = list(_resources(KUBERNETES / name))
    by_kind = {one["kind"]: one for one in found}
    assert len(by_kind) == len(found)
    return by_kind


def kustomization(name: str) -> Object:
    """What the kustomization of a folder says itself."""
    read: Object = parsed((KUBERNETES / name / "kustomization.yaml").read_text(encoding="utf-8"))
    return read


def _resources(path: Path) -> Iterator[Object]:
    if not path.is_dir():
        yield parsed(path.read_text(encoding="utf-8"))
        return
    told = kustomization(str(path.relative_to(KUBERNETES)))
    patches = [parsed((path / one["path"]).read_text(encoding="utf-8")) for one in told.get("patches", ())]
    for name in told["resources"]:
        for resource in _resources((path / name).resolve()):
            patched = resource
            for patch in patches:
                if patch["kind"] == resource["kind"]:
                    assert patch["metadata"]["name"] == resource["metadata"]["name"]
                    patched = _merged(patched, patch)
            yield patched


_KEYS: Final = {"containers": "name", "env": "name", "volumes": "name", "volumeMounts": "mountPath"}
"""What the entries of a list are told apart by where it is merged. Source: the Kubernetes API, `patchMergeKey`."""


def _merged(there: Any, patch: Any, name: str = "") -> Any:
    """A strategic merge patch, as far as the patches here go; test_kubernetes.py holds it to kubectl's."""
    if isinstance(there, dict) and isinstance(patch, dict):
        return there | {key: _merged(there.get(key), value, key) for key, value in patch.items()}
    if not isinstance(there, list):
        return patch
    key = "containerPort" if name == "ports" and "containerPort" in there[0] else _KEYS.get(name, "port")
    if any(key not in one for one in (*there, *patch)):
        return patch
    patched = {one[key]: one for one in patch}
    known = {one[key] for one in there}
    merged = [_merged(one, patched[one[key]]) if one[key] in patched else one for one in there]
    return [one for one in (*(one for one in patch if one[key] not in known), *merged) if "$patch" not in one]


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
