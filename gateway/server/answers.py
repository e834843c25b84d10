"""Answers: JSON, nothing, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy

from gateway.contract import ErrorBody

if TYPE_CHECKING:
    from collections.abc import Mapping

# Nothing in between may keep an answer: it is somebody's billing data, or an error that will pass. Read-only, so that
# each answer has a copy, whatever aiohttp takes for its own.
_HEADERS: Final = CIMultiDictProxy(CIMultiDict({hdrs.CACHE_CONTROL: "no-store"}))
_JSON_HEADERS: Final = CIMultiDictProxy(CIMultiDict({hdrs.CONTENT_TYPE: "application/json; charset=utf-8", **_HEADERS}))


def json_answer(body: str | bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer whose body is JSON already."""
    answer = web.Response(body=body.encode() if isinstance(body, str) else body, status=status, headers=_JSON_HEADERS)
    if headers is not None:
        answer.headers.update(headers)
    return answer


def empty_answer() -> web.Response:
    """The answer to an action that succeeded: 200 without a body (proven: Churnkey documentation, action pages)."""
    return web.Response(headers=_HEADERS)


def error_answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Churnkey's error body under the same status."""
    return json_answer(ErrorBody(code=status, message=message).to_json(), status=status, headers=headers)
