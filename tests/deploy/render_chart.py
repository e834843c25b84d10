"""Renders the chart with Helm's own library: `python -m tests.deploy.render_chart CHART RELEASE < values.json`.

A process of its own: the library brings another language's runtime along, with its signal handlers.
"""

from __future__ import annotations

import json
import sys

from helm_python import Chart, HelmError, lint


def main() -> int:
    """Print the manifests by template as JSON; or on stderr why there are none, and answer 1."""
    path, release = sys.argv[1:]
    values = json.load(sys.stdin)
    try:
        with Chart.load(path) as chart:
            chart.validate_schema(values)
            rendered = chart.render(values, name=release, namespace="default", is_install=True, revision=1)
        report = lint(path, values, strict=True, kube_version="v1.30.0")
    except HelmError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if report["errors"]:
        sys.stderr.write(f"{report}\n")
        return 1
    json.dump(rendered, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
