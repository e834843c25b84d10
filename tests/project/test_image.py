"""The image, without Docker: its install steps are executed, and what they make runs as it will run in a container."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession

from gateway import __version__
from tests.support.commands import ROOT, logged, stopped_by
from tests.support.dockerfile import Build, Instruction, Unreachable, environment_of, stages

TOKEN: Final = "token-of-the-tests"
EVERYWHERE: Final = "0.0.0.0:"
BUILD, FINAL = stages()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can look into, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="image-"))
    path.chmod(0o755)
    yield path
    _writable(path, True)
    shutil.rmtree(path)


@pytest.fixture
def stranger() -> dict[str, Any]:
    """How a process becomes the user of the image, as far as whoever runs the tests may do that."""
    if os.geteuid() != 0:
        return {}
    user, _, group = only("USER").rest.partition(":")
    return {"user": int(user), "group": int(group), "extra_groups": []}


@pytest.fixture
def python(stranger: dict[str, Any]) -> str:
    """An interpreter that the stranger may run: that of the tests may lie in somebody's home directory."""
    for candidate in (str(Path(sys.executable).resolve()), shutil.which("python3", path="/usr/local/bin:/usr/bin")):
        fits = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
        if candidate is not None:
            with suppress(OSError, subprocess.CalledProcessError):
                subprocess.run([candidate, "-c", fits], check=True, cwd="/", stderr=subprocess.DEVNULL, **stranger)
                return candidate
    pytest.skip("there is no Python 3.11 with venv that another user may run")


@pytest.mark.thorough
async def test_what_it_installs_serves_as_a_stranger_from_a_tree_that_nobody_can_write_to(
    folder: Path, python: str, stranger: dict[str, Any], refused_port: int
) -> None:
    build = Build(folder, python)
    try:
        await asyncio.to_thread(build.run, BUILD)
    except Unreachable:
        pytest.skip("the package index cannot be reached; what goes into the image is looked at in test_documents.py")
    environment = runtime_environment(build, settings_in(folder, refused_port))
    _writable(folder, False)
    before = contents(folder)

    with started(environment, folder, stranger) as process:
        begun = await asyncio.to_thread(logged, process, "started")
        public, admin = begun["listening"], begun["admin"]
        # For Churnkey on all addresses, for the operator inside of the container alone.
        assert public.startswith(EVERYWHERE)
        assert admin.startswith("127.0.0.1:")
        async with ClientSession(headers={"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "test"}) as session:
            for path in ("/healthz", "/readyz"):
                assert (await session.get(f"http://{admin}{path}")).status == 200
            manifest = await session.get(f"http://127.0.0.1:{public.removeprefix(EVERYWHERE)}/churnkey/features")
            assert (manifest.status, (await manifest.json())["actions"]["cancel"]["enabled"]) == (200, True)
        assert health(environment, admin, stranger, folder) == 0
        code, _ = stopped_by(process, signal.SIGTERM)

    assert code == 0
    assert health(environment, admin, stranger, folder) == 1
    assert contents(folder) == before
    assert not (build.placed("/opt/gateway/bin") / "pip").exists()


def test_no_step_runs_as_root_once_the_files_are_there() -> None:
    names = [one.name for one in FINAL]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in {"COPY", "RUN"})
    assert "RUN" not in names


def test_the_image_says_what_it_is_and_of_which_version() -> None:
    labels = dict(word.split("=", 1) for word in only("LABEL").words)
    prefix = "org.opencontainers.image."
    assert labels.keys() == {f"{prefix}{name}" for name in ("title", "description", "version", "licenses")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert labels[f"{prefix}title"] == project["name"]
    assert labels[f"{prefix}version"] == project["version"] == __version__
    assert labels[f"{prefix}licenses"] == project["license"]


def test_what_comes_from_the_package_index_is_held_to_its_hashes() -> None:
    installs = [
        command
        for step in BUILD
        if step.name == "RUN"
        for command in step.rest.split("&&")
        if "pip install" in command or "pip wheel" in command or "pip download" in command
    ]
    assert len(installs) > 3
    for command in installs:
        reaches_nothing = {"--no-index", "--no-deps"} <= set(command.split())
        # Built from the tree, by a backend that was installed by its hashes.
        is_of_the_tree = {"--no-build-isolation", "--no-deps", "."} <= set(command.split())
        assert "--require-hashes" in command or reaches_nothing or is_of_the_tree, command


def test_the_python_of_the_image_is_one_that_is_tested() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (version,) = re.findall(r"^ARG PYTHON_IMAGE=python:(\d+\.\d+)-slim$", text, re.MULTILINE)
    assert f'Python :: {version}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2


def test_only_what_is_named_is_sent_to_the_builder() -> None:
    """Secrets lie beside the sources: those of the compose file, a `.env`."""
    first, *rest = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert first == "*"
    assert all(line.startswith(("!", "**/")) for line in rest)


# -- what a container would do ---------------------------------------------------------------------------------


def only(name: str) -> Instruction:
    """The one instruction of this name in the final stage."""
    (found,) = (one for one in FINAL if one.name == name)
    return found


def settings_in(folder: Path, provider_port: int) -> Path:
    """A directory of settings, as it would be mounted. Nobody answers in the provider's place: nobody is asked."""
    path = folder / "etc" / "churnkey-gateway"
    path.mkdir(parents=True)
    (path / "stripe.yaml").write_text(
        f"backend: stripe\nintegration_tokens: [{TOKEN}]\n"
        f"modes: {{test: {{api_key: sk_test_1, base_url: 'http://127.0.0.1:{provider_port}'}}}}\n",
        encoding="utf-8",
    )
    return path


def runtime_environment(build: Build, settings: Path) -> dict[str, str]:
    """The variables of the final stage and no others, but for ports that are free."""
    environment = environment_of(FINAL)
    assert build.placed(environment["CKGW_CONFIG"]) == settings
    prefix, _, rest = environment["PATH"].partition(":")
    assert rest == "$PATH"
    return {
        **environment,
        "CKGW_CONFIG": str(settings),
        "PATH": f"{build.placed(prefix)}{os.pathsep}{os.environ['PATH']}",
        "CKGW_PORT": "0",
        "CKGW_ADMIN_PORT": "0",
    }


@contextmanager
def started(environment: dict[str, str], folder: Path, user: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """What the container runs, in a directory that cannot be written to either."""
    process = subprocess.Popen(
        [*found_by(environment, only("ENTRYPOINT").words), *only("CMD").words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **user,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def health(environment: dict[str, str], admin: str, user: dict[str, Any], folder: Path) -> int:
    """The exit code of the health check."""
    _, _, command = only("HEALTHCHECK").rest.partition("CMD ")
    words = found_by(environment, Instruction("CMD", command).words)
    variables = {**environment, "CKGW_ADMIN_PORT": admin.rpartition(":")[2]}
    checked = subprocess.run(words, cwd=folder, env=variables, capture_output=True, check=False, timeout=120, **user)
    return checked.returncode


def found_by(environment: dict[str, str], words: list[str]) -> list[str]:
    """The command with its program as the image's PATH finds it."""
    program = shutil.which(words[0], path=environment["PATH"])
    assert program is not None, words
    return [program, *words[1:]]


def contents(folder: Path) -> dict[str, float]:
    """Everything in the folder, and when it was last written to."""
    return {str(path): path.lstat().st_mtime for path in folder.rglob("*")}


def _writable(folder: Path, is_writable: bool) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IWUSR if is_writable else mode & ~0o222)
