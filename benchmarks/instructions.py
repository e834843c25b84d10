"""Machine instructions of one request: what it costs, whatever else the machine does meanwhile.

    python -m benchmarks.instructions [--requests 320]

The same servers, cases and connections as in `benchmarks.throughput`. Each server runs twice below valgrind's
cachegrind, which counts instructions, with a few requests and with so many more: what is between is the requests'. It
tells a change of some hundredths from noise, which seconds do not. What the system does for the process is not counted.
valgrind has to be on the PATH.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import load
from benchmarks.throughput import CASES, free_port, settings_text, start

CONNECTIONS: Final = 16
WARM_UP: Final = 160
_PATIENCE_S: Final = 120
_TOTAL: Final = re.compile(r"I\s+refs:\s+([\d,]+)")


def _instructions(server: Sequence[str], port: int, messages: Sequence[bytes], requests: int) -> int:
    """All that the server executes from its start to its end, with so many requests in between."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        counted = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
        process = subprocess.Popen(
            [*counted, f"--log-file={told}", sys.executable, "-m", *server],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await_listening(port)
            asyncio.run(load.send(port, messages, connections=CONNECTIONS, requests=requests))
        finally:
            process.terminate()
            process.wait()
        found = _TOTAL.search(told.read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("valgrind did not tell")
    return int(found[1].replace(",", ""))


def _await_listening(port: int) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def main() -> None:
    """Print thousands of instructions for a request, by case and server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=320)
    requests = parser.parse_args().requests
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not on the PATH")
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        upstream, port, admin = free_port(), free_port(), free_port()
        address = f"http://127.0.0.1:{upstream}"
        start(stack, upstream, "benchmarks.upstream", "--port", str(upstream))
        settings = Path(folder) / "stripe.yaml"
        settings.write_text(settings_text(address))
        bare = ("benchmarks.passthrough", "--upstream", address, "--port", str(port), "--by")
        serve = ("gateway", "serve", "--config", str(settings), "--port", str(port), "--admin-port", str(admin))
        servers = {"pass-through": (*bare, "session"), "calls only": (*bare, "calls"), "gateway": serve}
        for name, (messages, _) in CASES.items():
            for title, server in servers.items():
                few = _instructions(server, port, messages, WARM_UP)
                many = _instructions(server, port, messages, WARM_UP + requests)
                print(f"{name:24}{title:16}{(many - few) / requests / 1000:8.0f} thousand", flush=True)


if __name__ == "__main__":
    main()
