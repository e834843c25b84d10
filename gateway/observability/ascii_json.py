"""Writing a line as JSON that every stream takes, whatever a provider's ids are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import msgspec

_to_json: Final = msgspec.json.Encoder().encode
_to_escaped_json: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def ascii_json(line: Mapping[str, object]) -> bytes:
    """The JSON of plain dicts, lists, texts and numbers, in ASCII, without a line break in it."""
    try:
        written = _to_json(line)
    except (OverflowError, UnicodeEncodeError):
        # Numbers and texts that only JSON's escapes and Python's integers can hold.
        return _to_escaped_json(line).encode("ascii")
    # The quick encoder escapes nothing that it need not.
    return written if written.isascii() else _to_escaped_json(line).encode("ascii")
