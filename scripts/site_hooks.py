"""What the site needs beyond docs/: the files outside of it that its pages link to come along, as pages of their own.

On a repository's host such a link leads to the file; the pages are written for both. Loaded by mkdocs, see mkdocs.yml.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENTS: Final = ROOT / "docs"

_EXAMPLES: Final = DOCUMENTS / "examples"
_ELSEWHERE: Final = "source"
"""The folder of the site that holds what is not in docs/."""
_NOT_SEARCHED: Final = "---\nsearch:\n  exclude: true\n---\n\n"
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\((?!https?:|mailto:|#)([^()#\s]+)(#[^()\s]*)?\)")
_LANGUAGES: Final = {".json": "json", ".py": "python", ".toml": "toml", ".yaml": "yaml"}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add a page for every file that is linked to, from a page or from such a file."""
    waiting = [Path(page.abs_src_path) for page in files.documentation_pages() if page.abs_src_path is not None]
    seen: set[Path] = set()
    while waiting:
        for target in _targets(waiting.pop()):
            if target in seen or not _is_elsewhere(target):
                continue
            seen.add(target)
            files.append(
                File.generated(config, _uri(target), content=_content(target), inclusion=InclusionLevel.NOT_IN_NAV)
            )
            if target.suffix == ".md":
                waiting.append(target)
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point the links of a document to where their targets are on the site."""
    document = _document(page.file.src_uri)
    if document is None:
        return markdown

    def pointed(link: re.Match[str]) -> str:
        text, target, place = link[1], _target(document, link[2]), link[3] or ""
        if target is None:
            return link[0]
        if target.is_dir():
            # There is no page that would show it.
            return text
        address = posixpath.relpath(_uri(target), posixpath.dirname(page.file.src_uri) or ".")
        return f"[{text}]({address}{place})"

    return _LINK.sub(pointed, markdown)


def _targets(document: Path) -> Iterator[Path]:
    """The files that a document links to."""
    for link in _LINK.finditer(document.read_text(encoding="utf-8")):
        target = _target(document, link[2])
        if target is not None and target.is_file():
            yield target


def _target(document: Path, link: str) -> Path | None:
    """What a relative link leads to: a folder's own document, where it has one; None where there is nothing."""
    target = (document.parent / link).resolve()
    if (target / "README.md").is_file():
        target /= "README.md"
    return target if target.exists() and target.is_relative_to(ROOT) else None


def _is_elsewhere(path: Path) -> bool:
    return not path.is_relative_to(DOCUMENTS) or path.is_relative_to(_EXAMPLES)


def _uri(path: Path) -> str:
    """Where a file's page is written from, as mkdocs counts it."""
    if not _is_elsewhere(path):
        return path.relative_to(DOCUMENTS).as_posix()
    name = path.relative_to(ROOT).as_posix()
    return f"{_ELSEWHERE}/{name}" if path.suffix == ".md" else f"{_ELSEWHERE}/{name}.md"


def _document(uri: str) -> Path | None:
    """The document that a page shows; None for a page that shows code."""
    folder, _, name = uri.partition("/")
    path = ROOT / name if folder == _ELSEWHERE else DOCUMENTS / uri
    return path if path.is_file() else None


def _content(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return _NOT_SEARCHED + text
    name = path.relative_to(ROOT).as_posix()
    return f"{_NOT_SEARCHED}# {name}\n\n````{_LANGUAGES.get(path.suffix, 'text')}\n{text}````\n"
