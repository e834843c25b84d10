"""Files to load, and packages to install, in a directory of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Protocol, TypeAlias
from uuid import uuid4

import pytest

from gateway.settings import BackendSettings, SettingsError, load

MINIMAL = """\
backend: stripe
integration_tokens: [churnkey-token-1]
modes: {test: {api_key: rk_test_0123456789}}
"""
"""Three lines that are enough; what a test adds begins in line 4."""


class Load(Protocol):
    """The settings that one file with this content stands for."""

    def __call__(self, content: str | bytes, environment: Mapping[str, str] | None = None) -> BackendSettings: ...


class Problems(Protocol):
    """The lines of the error for one file with this content."""

    def __call__(self, content: str | bytes, environment: Mapping[str, str] | None = None) -> list[str]: ...


Install: TypeAlias = Callable[[str, str], None]
"""Install a distribution that registers an adapter under this name: the class `Adapter` in a module of this source."""


@pytest.fixture
def load_text(tmp_path: Path) -> Load:
    """Load one file with this content."""

    def load_one(content: str | bytes, environment: Mapping[str, str] | None = None) -> BackendSettings:
        file = tmp_path / "backend.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        (settings,) = load([file], environment or {})
        return settings

    return load_one


@pytest.fixture
def problems(tmp_path: Path, load_text: Load) -> Problems:
    """The lines of the error for one file with this content."""

    def collect(content: str | bytes, environment: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            load_text(content, environment)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return collect


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Distributions are installed in the test's own directory, which is searched for modules."""
    monkeypatch.syspath_prepend(tmp_path)

    def install_one(adapter: str, source: str) -> None:
        module = f"adapter_{uuid4().hex}"
        information = tmp_path / f"{module}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (information / "entry_points.txt").write_text(f"[churnkey_gateway.adapters]\n{adapter} = {module}:Adapter\n")
        (tmp_path / f"{module}.py").write_text(dedent(source))

    return install_one
