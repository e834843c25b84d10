"""Running the command line as its own process, the way a user does."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_PATIENCE_S: Final = 120


@contextlib.contextmanager
def running(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """`churnkey-gateway` with these arguments, killed at the end if it is still there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def stopped_by(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """The exit code after a signal, and what was still to read on stderr."""
    process.send_signal(number)
    _, errors = process.communicate(timeout=_PATIENCE_S)
    return process.returncode, errors


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code of a process that ends by itself, and its stderr."""
    _, errors = process.communicate(timeout=_PATIENCE_S)
    return process.returncode, errors


def output_until(process: subprocess.Popen[str], last: str) -> str:
    """What it prints on stdout, down to the line that holds `last`."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if last in line:
            return "".join(lines)
    raise AssertionError(f"it ended before it said {last!r}: {''.join(lines)}{ended(process)[1]}")


def logged(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """The first JSON log line of this event on stderr."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        entry: dict[str, Any] = json.loads(line)
        if entry["event"] == event:
            return entry
    raise AssertionError(f"it ended before it logged {event!r}: {''.join(lines)}")


def run_curl(command: str) -> tuple[int, bytes]:
    """Status and body of a curl command as it is printed: by curl, or without it by urllib."""
    if shutil.which("curl") is None:
        return _without_curl(command)
    shell = subprocess.run(
        # Given again, an option of curl counts as it was given last.
        ["sh", "-c", rf"{command} -w '\n%{{http_code}}'"],
        capture_output=True,
        check=True,
        timeout=_PATIENCE_S,
    )
    body, _, status = shell.stdout.rpartition(b"\n")
    return int(status), body


def _without_curl(command: str) -> tuple[int, bytes]:
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    url, headers, data = "", {}, None
    for word in words:
        match word:
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                data = next(words).encode()
            case "-sSw":
                next(words)
            case _:
                url = word
    assert url.startswith("http://127.0.0.1:"), command
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - the line above allows one scheme
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as response:  # noqa: S310 - as above
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
