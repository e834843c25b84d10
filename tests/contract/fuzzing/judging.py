"""Two of Schemathesis's checks are stricter than the document: what of their findings counts.

A request that satisfies its schema may still be refused: for what is not offered, for a date that has passed, for a
state that does not allow it. What must not happen is that it is called malformed. And a body is documented in one
spelling while several are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator

from gateway.server.openapi import openapi_document

_DOCUMENT: Final = openapi_document()

# What is malformed is told as `limit: expected a whole number from 1`; everything else in sentences. One document for
# every provider cannot say what one of them requires, and no schema that a cursor has to be one of the gateway's own.
_MALFORMED: Final = re.compile(r"(?!cursor: )[A-Za-z.-]+: .*(?<!\.)(?<! with this billing provider)")


def is_malformed(error: Mapping[str, Any]) -> bool:
    """Whether an error says that the request could not be understood."""
    return _MALFORMED.fullmatch(error["message"]) is not None


def is_another_spelling(path: str, body: object) -> bool:
    """Whether a body satisfies the schema once it is spelt as documented: null is absent, and only true unpauses."""
    if not isinstance(body, dict):
        return False
    schema = _DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": _DOCUMENT["components"]})
    return validator.is_valid(_canonical(body))


def _canonical(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _canonical(value) if isinstance(value, dict) else value
        for name, value in body.items()
        if value is not None and (name != "unpause" or value is True)
    }
