"""Reading a JSON object whose field names are not certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

from gateway.contract.errors import RequestError

T = TypeVar("T")


def fold(text: str) -> str:
    """Return ``text`` without case, ``-`` and ``_``, so that ``end_of_period`` and ``endOfPeriod`` compare
    equal.

    Text beyond ASCII is returned as it is: lower-casing it can produce ASCII letters that nobody wrote.
    """
    return text.replace("-", "").replace("_", "").lower() if text.isascii() else text


class _FoldedNames(dict[str, str]):
    """The names that are looked for, folded: a few dozen in the whole program."""

    def __missing__(self, name: str) -> str:
        folded = self[name] = fold(name)
        return folded


_FOLDED: Final = _FoldedNames()


class Fields:
    """The fields of one JSON object, looked up by folded name.

    ``null`` counts as absent, since writers in some languages send it for what they left out. Several
    spellings of one field are fine as long as they say the same; where they differ nothing tells which one
    was meant, so that is an error.
    """

    def __init__(self, values: Mapping[str, tuple[object, ...]], path: str) -> None:
        """Hold ``values`` by folded name; ``path`` precedes the names in errors. Use ``Fields.of``."""
        self._values = values
        self._path = path

    @classmethod
    def of(cls, document: object, name: str = "") -> Fields:
        """Return the fields of ``document``, the value of the field ``name`` (nothing: it is the whole body).

        Raises:
            RequestError: it is not an object.
        """
        if not isinstance(document, dict):
            raise RequestError(name or "body", "expected a JSON object")
        entries: dict[str, object] = document
        values: dict[str, tuple[object, ...]] = {}
        for key, value in entries.items():
            # Most names come as they are looked for. Others are not kept: nobody knows what is in them.
            folded = _FOLDED.get(key) or fold(key)
            values[folded] = (*values[folded], value) if folded in values else (value,)
        return cls(values, f"{name}." if name else "")

    def __iter__(self) -> Iterator[str]:
        """Yield every folded name, also those of what is ``null``."""
        return iter(self._values)

    def affirms(self, fits: Callable[[str], object]) -> bool:
        """Tell whether any folded name that ``fits`` has the value ``true``."""
        for name, values in self._values.items():
            for value in values:
                if value is True and fits(name):
                    return True
        return False

    def gives(self, *names: str) -> bool:
        """Tell whether any of ``names`` is there with a value."""
        for name in names:
            for value in self._values.get(_FOLDED[name], ()):
                if value is not None:
                    return True
        return False

    def optional(self, name: str, read: Callable[[str, object], T], *spellings: str) -> T | None:
        """Return the field ``name``, which may also be spelt as one of ``spellings``, or None when it is
        absent.

        ``read`` gets the name to use in errors, and a value; what it returns must be hashable.

        Raises:
            RequestError: ``read`` refuses a value, or two spellings say different things.
        """
        given = self._values.get(_FOLDED[name], ())
        for spelling in spellings:
            given += self._values.get(_FOLDED[spelling], ())
        if len(given) == 1:
            # Nothing that it could differ from.
            return None if given[0] is None else read(self._path + name, given[0])
        full_name = self._path + name
        readings = [read(full_name, value) for value in given if value is not None]
        if len(readings) > 1 and len(set(readings)) > 1:
            raise RequestError(full_name, "given more than once, with different values")
        return readings[0] if readings else None

    def required(self, name: str, read: Callable[[str, object], T], *spellings: str) -> T:
        """Return the field ``name`` as ``optional`` does.

        Raises:
            RequestError: as ``optional``, and when the field is absent.
        """
        reading = self.optional(name, read, *spellings)
        if reading is None:
            raise RequestError(self._path + name, "required")
        return reading
