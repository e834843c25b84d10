"""Whether two bodies tell the same."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.verification.documents import is_object
from gateway.verification.naming import shown_key


def differences(one: object, other: object, path: str = "") -> Iterator[str]:
    """The places where both say something, and not the same. A list may leave out what costs too much for each row."""
    if is_object(one) and is_object(other):
        for name, value in one.items():
            if value is not None and other.get(name) is not None:
                yield from differences(value, other[name], f"{path}.{shown_key(name)}" if path else shown_key(name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}[{number}]")
    elif one != other:
        yield path
