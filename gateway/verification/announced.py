"""Remembers which manifest Churnkey was last told of, so that it is told again only when there is another one."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def digest(manifests: Mapping[str, object]) -> str:
    """What tells the manifests of one backend, by mode, from others."""
    text = json.dumps(manifests, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Announced:
    """The digests of the announced manifests by backend, in a file; without a file, in this process alone.

    A file that cannot be read counts as empty, and one that cannot be written is passed over: announcing once too often
    does no harm.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._digests = {} if file is None else _read(file)

    def is_new(self, backend: str, manifest: str) -> bool:
        """Whether another manifest of this backend was announced last, or none."""
        return self._digests.get(backend) != manifest

    def remember(self, backend: str, manifest: str) -> None:
        """This one was announced."""
        self._digests[backend] = manifest
        if self._file is not None:
            with suppress(OSError):
                _write(self._file, self._digests)


def _read(file: Path) -> dict[str, str]:
    try:
        content: object = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {str(name): value for name, value in content.items() if isinstance(value, str)}


def _write(file: Path, digests: Mapping[str, str]) -> None:
    """In one step: whoever reads it sees the old content or the new."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(digests, sort_keys=True), encoding="utf-8")
        beside.replace(file)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
