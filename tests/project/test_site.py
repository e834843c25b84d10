"""The documentation as a site: complete, without loose ends, and without anything from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.commands import ROOT

_PATIENCE_S: Final = 120
_IGNORED: Final = shutil.ignore_patterns(".*", "build", "dist", "tests", "__pycache__", "*.egg-info")
_LOADING: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser loads by itself, by the attribute that names it."""


class Resources(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses."""
        named = dict(attrs)
        if (address := named.get(_LOADING.get(tag, ""))) is not None:
            self.loaded.append(address)
        if tag == "a" and (address := named.get("href")) is not None:
            self.links.append(address)


def build(project: Path, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=project,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the repository, to spoil."""
    return shutil.copytree(ROOT, tmp_path / "project", ignore=_IGNORED)


def pages(site: Path) -> list[Path]:
    found = sorted(site.glob("**/*.html"))
    assert len(found) > 30
    return found


def text_of(page: Path) -> str:
    return re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loaded = {address for page in pages(site) for address in Resources(page).loaded}
    styles = "".join(path.read_text(encoding="utf-8") for path in site.glob("**/*.css"))

    assert loaded
    assert [address for address in loaded if urlsplit(address).netloc or urlsplit(address).scheme] == []
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", styles) == []


def test_every_link_within_the_site_leads_to_a_file(site: Path) -> None:
    for page in pages(site):
        if page.name == "404.html":
            # Its links are from the top of wherever the site is put.
            continue
        for link in Resources(page).links:
            parts = urlsplit(link)
            if parts.scheme or not parts.path:
                continue
            target = page.parent / unquote(parts.path)
            assert (target / "index.html" if target.is_dir() else target).is_file(), f"{page}: {link}"


@pytest.mark.parametrize(
    ("page", "shown", "words"),
    [
        ("providers/paddle/index.html", "source/config/paddle.yaml/index.html", "backend: paddle"),
        ("providers/paddle/index.html", "source/adapters/paddle/index.html", "The Paddle adapter"),
        ("index.html", "source/CONTRIBUTING/index.html", "A mistake bills a stranger."),
        ("verification/index.html", "source/docs/examples/custom_provider.py/index.html", "import annotations"),
    ],
    ids=["settings", "a folder's own document", "a document at the top", "an example"],
)
def test_a_file_outside_of_the_documents_comes_along(site: Path, page: str, shown: str, words: str) -> None:
    links = [(site / page).parent / unquote(urlsplit(link).path) for link in Resources(site / page).links]

    assert (site / shown).parent in [link.resolve() for link in links]
    assert words in text_of(site / shown)


def test_a_folder_without_a_document_is_named_without_a_link(site: Path) -> None:
    page = site / "adding-an-adapter" / "index.html"

    assert "docs/examples/acme_billing" in text_of(page)
    assert [link for link in Resources(page).links if "acme_billing" in link] == []


@pytest.mark.parametrize(
    ("page", "text", "complaint"),
    [
        ("security.md", "[there](nowhere.md)", "contains a link 'nowhere.md'"),
        ("security.md", "[there](operations.md#nowhere)", "does not contain an anchor '#nowhere'"),
        ("../CONTRIBUTING.md", "[there](docs/nowhere.md)", "contains a link 'docs/nowhere.md'"),
        ("in-no-menu.md", "# A page that nobody finds", "in-no-menu.md"),
    ],
    ids=["a link", "an anchor", "a link of a document outside", "a page in no menu"],
)
def test_a_loose_end_fails_the_build(project: Path, tmp_path: Path, page: str, text: str, complaint: str) -> None:
    with (project / "docs" / page).open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")

    built = build(project, tmp_path / "site")

    assert built.returncode == 1
    assert complaint in built.stderr
    assert built.stderr.count("WARNING") == 1
