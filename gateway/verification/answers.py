"""What an answer should be: a body under 200, or a refusal in the contract's error body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import ErrorBody
from gateway.verification.documents import is_object, parse
from gateway.verification.judging import judge

if TYPE_CHECKING:
    from collections.abc import Collection

    from gateway.verification.client import Answer
    from gateway.verification.visit import Notes

_ERRORS_PAGE: Final = "answer errors as JSON with code and message, see https://docs.churnkey.co/integrations/general"
_REDIRECTS: Final = range(300, 400)


def document_in(answer: Answer, notes: Notes, advice: str = "") -> object:
    """The JSON in an answer that should be 200. Raises `CheckEnded`, having noted why, where there is none."""
    if answer.status != 200:
        notes.stop(answer.request, told(answer), "200", advice if answer.status not in _REDIRECTS else _FINAL)
    return _json_in(answer, notes)


_FINAL: Final = "a redirect is not followed, the token would go along: enter the address that it leads to"


def told(answer: Answer) -> str:
    """The status, in words."""
    return f"answered {answer.status}, a redirect" if answer.status in _REDIRECTS else f"answered {answer.status}"


def refused(
    answer: Answer, notes: Notes, statuses: Collection[int], advice: str, *, also: Collection[int] = ()
) -> None:
    """Note what is wrong with an answer that should be an error of one of these statuses.

    One of `also` is less usual, and gets a remark.
    """
    expected = " or ".join(str(status) for status in statuses)
    if answer.status in also:
        notes.remark(answer.request, told(answer), expected, advice)
    elif answer.status not in statuses:
        notes.fail(answer.request, told(answer), expected, advice if answer.status not in _REDIRECTS else _FINAL)
        # The body of whatever it was instead says nothing.
        return
    _judge_error(answer, notes)


def is_error_body(answer: Answer) -> bool:
    """Whether the body is an object with code and message, whatever they say."""
    try:
        document = parse(answer.body)
    except ValueError:
        return False
    return is_object(document) and {"code", "message"} <= document.keys()


def _judge_error(answer: Answer, notes: Notes) -> None:
    where = f"{answer.request}: body of the {answer.status}"
    try:
        document = parse(answer.body)
    except ValueError:
        notes.fail(where, _no_json(answer), "an object with code and message", _ERRORS_PAGE)
        return
    notes.add(judge(document, ErrorBody, f"{where}: "))
    if is_object(document) and isinstance(document.get("code"), int) and document["code"] != answer.status:
        notes.fail(f"{where}: code", "another number", "the status of the answer", _ERRORS_PAGE)


def _json_in(answer: Answer, notes: Notes) -> object:
    try:
        document = parse(answer.body)
    except ValueError:
        notes.stop(answer.request, _no_json(answer), "JSON")
    if not answer.says_json:
        notes.remark(answer.request, "another Content-Type", "application/json")
    return document


def _no_json(answer: Answer) -> str:
    if answer.compressed:
        return "compressed, which was not asked for"
    if not answer.body:
        return "nothing"
    return "HTML" if "html" in answer.content_type else "no JSON"
