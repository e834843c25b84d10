"""Answers: JSON, nothing, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from gateway.contract import ErrorBody

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTENT_TYPE: Final = "application/json; charset=utf-8"


def json_answer(body: str | bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer whose body is JSON already."""
    # Nothing in between may keep it: it is somebody's billing data, or an error that will pass.
    return web.Response(
        body=body.encode() if isinstance(body, str) else body,
        status=status,
        headers={"Content-Type": _CONTENT_TYPE, "Cache-Control": "no-store", **(headers or {})},
    )


def empty_answer() -> web.Response:
    """The answer to an action that succeeded: 200 without a body (proven: Churnkey documentation, action pages)."""
    return web.Response(headers={"Cache-Control": "no-store"})


def error_answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Churnkey's error body under the same status."""
    return json_answer(ErrorBody(code=status, message=message).to_json(), status=status, headers=headers)
