"""The chart, rendered by Helm: the command where it is on the PATH, else Helm's library where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import Any, Final

import pytest

from tests.deploy.manifests import Objects, parsed
from tests.support.commands import ROOT

CHART: Final = ROOT / "deploy" / "helm" / "churnkey-gateway"
_COMMAND: Final = shutil.which("helm")

needs_helm: Final = pytest.mark.skipif(
    _COMMAND is None and find_spec("helm_python") is None,
    reason="helm is not on the PATH, and its library has no wheel for this machine",
)


class Refused(Exception):
    """Helm does not render the chart with these values; the message is Helm's."""


def example() -> Any:
    """The values of the example."""
    return parsed((CHART / "ci" / "example-values.yaml").read_text(encoding="utf-8"))


def documents(values: dict[str, Any], release: str = "churnkey-gateway") -> list[str]:
    """The YAML documents of all templates. Raises `Refused`."""
    if _COMMAND is not None:
        rendered = _run([_COMMAND, "template", release, str(CHART), "--values", "-"], values)
    else:
        by_template = json.loads(_run([sys.executable, "-m", "tests.deploy.render_chart", str(CHART), release], values))
        rendered = "\n---\n".join(text for name, text in by_template.items() if name.endswith(".yaml"))
    return [document for document in rendered.split("---\n") if parsed(document) is not None]


def rendered(values: dict[str, Any], release: str = "churnkey-gateway") -> Objects:
    """The objects. Raises `Refused`."""
    return {one["kind"]: one for one in map(parsed, documents(values, release))}


def _run(command: list[str], values: dict[str, Any]) -> str:
    # JSON is YAML.
    result = subprocess.run(
        command, cwd=ROOT, input=json.dumps(values), capture_output=True, text=True, check=False, timeout=120
    )
    if result.returncode != 0:
        raise Refused(result.stderr)
    return result.stdout
