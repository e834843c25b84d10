"""A gateway process before providers of the benchmarks, and what it tells about itself."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.throughput import TOKEN, free_port, start
from benchmarks.upstream import KEY


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where a running gateway listens, and its process id."""

    port: int
    admin_port: int
    process: int

    def is_open(self, backend: str) -> bool:
        """Whether the circuit to the provider of this backend is open."""
        address = f"http://127.0.0.1:{self.admin_port}/metrics"
        with urllib.request.urlopen(address, timeout=5) as response:
            lines = response.read().decode().splitlines()
        wanted = (f'backend="{backend}"', 'state="open"')
        return any(
            "provider_circuit{" in line and all(label in line for label in wanted) and line.endswith(" 1.0")
            for line in lines
        )

    def memory(self) -> float:
        """Its resident memory in megabytes, as Linux tells it."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(kilobytes) / 1024


def serve(stack: ExitStack, folder: Path, limits: Mapping[str, tuple[str, Mapping[str, object]]]) -> Gateway:
    """Start a gateway until the stack is left. `limits` are the backends by name: the provider's address, and what
    stands below `limits:`."""
    for name, (address, below) in limits.items():
        document = {
            "backend": "stripe",
            "name": name,
            "integration_tokens": [TOKEN],
            "modes": {"test": {"api_key": KEY, "base_url": address}},
            "limits": below,
            "journal": str(folder / "journal.jsonl"),
        }
        (folder / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")
    port, admin = free_port(), free_port()
    ports = ("--port", str(port), "--admin-port", str(admin))
    return Gateway(port, admin, start(stack, port, "gateway", "serve", "--config", str(folder), *ports))


def start_upstream(stack: ExitStack, module: str, *arguments: str) -> str:
    """Start a provider of the benchmarks until the stack is left. Its address."""
    port = free_port()
    start(stack, port, module, "--port", str(port), *arguments)
    return f"http://127.0.0.1:{port}"
