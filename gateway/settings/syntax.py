"""What the YAML parser complains about, in words for the person who wrote the file. Its own words quote the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

ALIASES: Final = "anchors (&) and aliases (*) are not supported; a value that begins with & or * goes in quotes"
TAGS: Final = "tags (!) are not supported; a value that begins with ! goes in quotes"

_TAB: Final = "found character '\\t'"
_BY_PROBLEM: Final = {
    _TAB: "a tab stands here; YAML is indented with spaces",
    "found character": "a value that begins with @, ` or % goes in quotes",
    "found undefined tag handle": TAGS,
    "found unknown escape character": "a backslash inside \"...\" has a meaning of its own; use '...' instead",
    "found unexpected end of stream": "the quotes that open here are not closed",
    "found unexpected document separator": "the quotes that open here are not closed",
    "mapping values are not allowed": "a colon does not fit here; is the indentation wrong, or a space missing after "
    "the colon of the line above?",
    "could not find expected ':'": "this is not a key; is a colon missing, or the space after it?",
    "expected <block end>": "this does not fit the lines above; is the indentation wrong?",
}
_BY_CONTEXT: Final = {
    "while scanning an alias": ALIASES,
    "while scanning an anchor": ALIASES,
    "while scanning a tag": TAGS,
    "while parsing a tag": TAGS,
    "while parsing a flow": "the brackets do not match up here; is a comma missing? Inside { } and [ ] everything "
    "with brackets of its own goes in quotes, ${...} too",
}
_OTHERWISE: Final = "is not valid YAML here"


def explain(error: MarkedYAMLError) -> tuple[int | None, str, str]:
    """Line, no path, and message. The parser's own texts and marks hold excerpts of the file: none is passed on."""
    problem, context = error.problem or "", error.context or ""
    opening = "quoted scalar" in context
    mark = error.context_mark if opening and error.context_mark is not None else error.problem_mark
    return (mark.line + 1 if mark is not None else None), "", _message(problem, context)


def _message(problem: str, context: str) -> str:
    for known, messages in ((problem, _BY_PROBLEM), (context, _BY_CONTEXT)):
        for beginning, message in messages.items():
            if known.startswith(beginning):
                return message
    return _OTHERWISE
