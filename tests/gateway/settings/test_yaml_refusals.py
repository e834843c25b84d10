"""What is refused before any setting is looked at: files that are not the YAML of one backend."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.settings import SettingsError, load
from gateway.settings.source import read
from tests.gateway.settings.conftest import MINIMAL, Load, Problems

ALIASES = "anchors (&) and aliases (*) are not supported; a value that begins with & or * goes in quotes"
TAGS = "tags (!) are not supported; a value that begins with ! goes in quotes"
BRACKETS = (
    "the brackets do not match up here; is a comma missing? Inside { } and [ ] everything with brackets of its own "
    "goes in quotes, ${...} too"
)
COLON = "a colon does not fit here; is the indentation wrong, or a space missing after the colon of the line above?"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", ["backend.yaml: is empty"], id="empty"),
        pytest.param("# nothing\n---\n", ["backend.yaml: is empty"], id="only comments"),
        pytest.param("\n- a\n", ["backend.yaml:2: must be a mapping (key: value) at the top"], id="a list"),
        pytest.param("stripe\n", ["backend.yaml:1: must be a mapping (key: value) at the top"], id="a word"),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            ["backend.yaml:2: a second document begins here (---); there can be only one"],
            id="two documents",
        ),
        pytest.param(
            "%YAML 1.1\n---\na: yes\n",
            ["backend.yaml:2: directives (%YAML, %TAG) are not supported"],
            id="a directive",
        ),
        pytest.param("a:\n\tb: 1\n", ["backend.yaml:2: a tab stands here; YAML is indented with spaces"], id="a tab"),
        pytest.param("a: *x\n", [f"backend.yaml:1: {ALIASES}"], id="an alias to nothing"),
        pytest.param("a: &x 1\n", [f"backend.yaml:1: {ALIASES}"], id="an anchor"),
        pytest.param("a: [*]\n", [f"backend.yaml:1: {ALIASES}"], id="an unquoted star"),
        pytest.param(
            "a: &x {c: 1}\nb:\n  <<: *x\n",
            [f"backend.yaml:1: {ALIASES}", f"backend.yaml:3: {ALIASES}"],
            id="a merge key with an alias",
        ),
        pytest.param("a: !secret x\n", [f"backend.yaml:1: {TAGS}"], id="a tag"),
        pytest.param("a: !!python/name:os.system x\n", [f"backend.yaml:1: {TAGS}"], id="a tag of a language"),
        pytest.param("a: !pass!word\n", [f"backend.yaml:1: {TAGS}"], id="an unquoted exclamation mark"),
        pytest.param("a: @x\n", ["backend.yaml:1: a value that begins with @, ` or % goes in quotes"], id="an at sign"),
        pytest.param("a: {b: ${X}}\n", [f"backend.yaml:1: {BRACKETS}"], id="an unquoted variable in braces"),
        pytest.param("a: [1\nb: 2\n", [f"backend.yaml:2: {BRACKETS}"], id="a bracket left open"),
        pytest.param(
            "a: 1\nb: 'x\nc: 2\n", ["backend.yaml:2: the quotes that open here are not closed"], id="quotes left open"
        ),
        pytest.param(
            'a: "C:\\key"\n',
            ["backend.yaml:1: a backslash inside \"...\" has a meaning of its own; use '...' instead"],
            id="a backslash",
        ),
        pytest.param("a:b\nc: 1\n", [f"backend.yaml:2: {COLON}"], id="a key over two lines"),
        pytest.param('"a\n  b": 1\n', [f"backend.yaml:2: {COLON}"], id="a quoted key over two lines"),
        pytest.param(
            "a: 1\nb\n",
            ["backend.yaml:3: this is not a key; is a colon missing, or the space after it?"],
            id="a key without a colon",
        ),
        pytest.param(
            "a:\n  b: 1\n c: 2\n",
            ["backend.yaml:3: this does not fit the lines above; is the indentation wrong?"],
            id="odd indentation",
        ),
        pytest.param(
            "a: 1\nb: \x01\n",
            ["backend.yaml:2: a control character stands here, which YAML does not allow"],
            id="a control character",
        ),
        pytest.param(b"a: 1\nb: \xff\n", ["backend.yaml:2: is not UTF-8"], id="another encoding"),
        pytest.param(b"a: " + b"x" * 256 * 1024, ["backend.yaml: is larger than 256 KiB"], id="a large file"),
        pytest.param("a: " + "[" * 17, ["backend.yaml:1: is nested more than 16 deep"], id="deep nesting"),
        pytest.param("[" * 250_000, ["backend.yaml:1: is nested more than 16 deep"], id="a tower of brackets"),
    ],
)
def test_says_where_and_what(problems: Problems, content: str | bytes, expected: list[str]) -> None:
    assert problems(content) == expected


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        pytest.param(
            "name: a\nname: b\n", ["backend.yaml:5: name: the key is there already, in line 4"], id="a key twice"
        ),
        pytest.param(
            "limits:\n  deadline_s: 5\n  max_in_flight: 1\n  deadline_s: 6\n",
            ["backend.yaml:7: limits.deadline_s: the key is there already, in line 5"],
            id="a key twice in a section",
        ),
        pytest.param(
            "1: a\n",
            ["backend.yaml:4: a key must be text; in quotes where it is a number, true, false or empty"],
            id="a number as a key",
        ),
        pytest.param(
            "limits: {true: 1}\n",
            ["backend.yaml:4: limits: a key must be text; in quotes where it is a number, true, false or empty"],
            id="a switch as a key",
        ),
        pytest.param(
            "? [a, b]\n: 1\n",
            ["backend.yaml:4: a key must be text; in quotes where it is a number, true, false or empty"],
            id="a list as a key",
        ),
        pytest.param(
            "limits: {<<: {deadline_s: 5}}\n",
            ["backend.yaml:4: limits: merge keys (<<) are not supported"],
            id="a merge key",
        ),
        pytest.param(
            f"limits: {{deadline_s: {'9' * 5000}}}\n",
            [
                "backend.yaml:4: limits.deadline_s: is not a number that can be used; text of digits goes in quotes",
            ],
            id="a number of 5000 digits",
        ),
    ],
)
def test_reads_on_where_the_rest_still_makes_sense(problems: Problems, added: str, expected: list[str]) -> None:
    assert problems(MINIMAL + added) == expected


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="nothing"),
        pytest.param("~", id="a tilde"),
        pytest.param("null", id="null"),
        pytest.param("# deadline_s: 5", id="all of it commented out"),
    ],
)
@pytest.mark.parametrize("key", ["limits", "policy", "actions", "name", "catalogue_ttl_s"])
def test_a_key_without_a_value_is_never_taken_for_a_default(problems: Problems, key: str, value: str) -> None:
    message = f"backend.yaml:4: {key}: has no value; give it one, or leave the key out"
    assert problems(f"{MINIMAL}{key}: {value}\n") == [message]


def test_an_allow_list_without_a_value_does_not_allow_everything(problems: Problems) -> None:
    assert problems(f"{MINIMAL}policy:\n  coupons:\n    allow:\n") == [
        "backend.yaml:6: policy.coupons.allow: has no value; give it one, or leave the key out"
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(MINIMAL.replace("\n", "\r\n"), id="windows line ends"),
        pytest.param("\ufeff" + MINIMAL, id="a byte order mark"),
        pytest.param("---\n" + MINIMAL + "...\n", id="document marks"),
        pytest.param(MINIMAL + "limits: {}\npolicy: {}\nactions: {}\n", id="sections with nothing in them"),
        pytest.param(MINIMAL + "name: 'no'\n", id="a word that older YAML took for false"),
    ],
)
def test_accepts_what_editors_and_people_leave_behind(load_text: Load, content: str) -> None:
    assert load_text(content).backend == "stripe"


def test_counts_windows_lines_once(problems: Problems) -> None:
    assert problems((MINIMAL + "nam: x\n").replace("\n", "\r\n")) == [
        "backend.yaml:4: nam: unknown key; did you mean name?"
    ]


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\.yaml: cannot be read: File name too long$"):
        load([tmp_path / f"{'x' * 300}.yaml"], {})


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.yaml: there is no such file$"):
        load([tmp_path / "missing.yaml"], {})


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "backend.yaml"
    os.mkfifo(pipe)
    with pytest.raises(SettingsError, match=r"is not a regular file$"):
        load([pipe], {})


def test_links_in_a_circle_are_an_error(tmp_path: Path) -> None:
    circle = tmp_path / "backend.yaml"
    circle.symlink_to(circle)
    with pytest.raises(SettingsError, match=r"backend\.yaml: there is no such file$"):
        load([circle], {})


FRAGMENTS = ["a", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", '"', "'", "|", ">", "!", "!<%ff>", "&a", "*a", "? "]
FRAGMENTS += [
    "#",
    "%YAML 1.",
    "%TAG ! !",
    "---",
    "...",
    "\t",
    "\\",
    "\\UFFFFFFFF",
    "\\x",
    "1",
    "0x",
    "0b",
    "1_",
    "1e",
    ".",
    "<<",
]


@given(
    content=st.one_of(
        st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join).map(str.encode),
        st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.binary(),
    )
)
@settings(max_examples=300, deadline=None)
def test_no_content_makes_reading_fail_in_another_way(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "backend.yaml"
        file.write_bytes(content)
        document, found = read(file)
    assert document is not None or found
