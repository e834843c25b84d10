"""Run all measurements, one after another: `python -m benchmarks`."""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = (
    "benchmarks.event_loop",
    "benchmarks.blocking",
    "benchmarks.throughput",
    "benchmarks.dead_backend",
    "benchmarks.memory",
)


def main() -> None:
    """Exit with the worst of their exit codes."""
    codes = []
    for measurement in MEASUREMENTS:
        print(f"\n{measurement}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", measurement], check=False).returncode)
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
