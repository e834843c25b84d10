"""Keeping secrets and personal data out of the logs, whoever wrote them there.

The last step before an event is written: nothing is logged on purpose that needs it, and what slips through all the
same, in an exception's note or a library's message, is taken out here by its key or by what it looks like.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence, Set
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, SecretStr

REDACTED: Final = "[redacted]"

_LONGEST_TEXT: Final = 4096
_DEEPEST: Final = 8
_SHORTEST_SECRET: Final = 6
_LONGEST_REMEMBERED: Final = 64
_LONGEST_REMEMBERED_AT_ONCE: Final = 1024
_MOST_REMEMBERED: Final = 512

_SENSITIVE_KEY: Final = re.compile(
    r"authori[sz]ation|credential|token|secret|passw|api.?key|cookie|signature|e.?mail|phone|address|street|postal"
    r"|(?:^|_|-)(?:first|last|full|given|family|user|customer)?[_-]?name$",
    re.IGNORECASE,
)

# Providers' keys by their documented prefixes, and the credentials of HTTP. Each with words one of which, in any case,
# is in all that it takes out: where none is, it need not be searched for.
_SECRET_LOOKING: Final[Mapping[str, tuple[str, ...]]] = {
    r"\b(?:bearer|basic)\s+[\w.~+/=-]+": ("bearer", "basic"),
    r"\b(?:sk|rk|pk)_(?:live|test)_\w+": ("live_", "test_"),
    r"\b(?:live|test)_[a-z0-9]{20,}": ("live_", "test_"),
    r"\bwhsec_[\w+/=]+": ("whsec_",),
    r"\bpdl_\w+": ("pdl_",),
}
# Plain or URL-encoded. The repetitions are bounded so that a long text is not searched quadratically.
_EMAIL: Final = re.compile(r"[^\s@\"<>()\[\]\\,;:]{1,256}(?:@|%40)[^\s@\"<>()\[\]\\,;:]{1,256}")
_IN_EMAILS: Final = ("@", "%40")

_NEEDS_NO_LOOK: Final = frozenset({type(None), bool, int, float})
# The usual kinds come first: asking about an abstract one takes longer than all the rest.
_MAPPINGS: Final = (dict, Mapping)
_SEVERAL: Final = (list, Sequence, Set)

_Names: TypeAlias = tuple[tuple[str, bool], ...]
"""The keys of a mapping, cleaned, each with whether its value is sensitive whatever it looks like."""


class Redaction:
    """A processor of structlog that cleans the whole event, and anything else it is given.

    `secrets` are the values of the configuration; one shorter than six characters is a word, not a secret, and stays.
    Containers become plain dicts and lists, and objects become their text, so that nothing is rendered later that was
    not looked at. Texts are cut at 4096 characters, nesting at eight levels.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self.know(secrets)

    def know(self, secrets: Iterable[str]) -> None:
        """Take these out as well from now on. Nothing is ever forgotten: a key that was replaced may still be one."""
        told = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        self._known |= told | {quote(secret, safe="") for secret in told}
        # The longest first: a secret that begins another must not leave the other's end behind.
        alternatives = [re.escape(secret) for secret in sorted(self._known, key=len, reverse=True)]
        exact = "|".join(alternatives) or "(?!)"
        self._sensitive = re.compile(f"{exact}|(?i:{'|'.join(_SECRET_LOOKING)})")
        # After that: what was remembered was looked at without the new ones.
        # Searching is the dearest part of writing a line, and most of what a line says was said a moment ago: names of
        # fields, routes, backends, the ids of the same request. A line of one kind has the same fields each time.
        self._remembered = lru_cache(_MOST_REMEMBERED)(self._search)
        self._remembered_names: dict[tuple[object, ...], _Names] = {}
        words = {*itertools.chain(*_SECRET_LOOKING.values()), *_IN_EMAILS, *(one.lower() for one in self._known)}
        # Where a word is, the words within it are too.
        self._words = tuple(one for one in words if not any(other in one for other in words - {one}))
        # Last: whoever finds them empty looks for the new ones.
        self._harmless_keys: set[object] = set()
        self._harmless: set[str] = set()

    def __call__(self, logger: object, method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
        """The event, cleaned."""
        return self.clean(event)

    def clean(self, event: Mapping[str, object]) -> dict[str, object]:
        """The event, cleaned, for whoever is not structlog; the same dict where nothing is taken out of it."""
        entries = event if type(event) is dict else dict(event)
        return entries if self._stays(entries) else self._entries(entries, 0)

    def text(self, text: str) -> str:
        """The text with everything replaced that looks like a secret or an address."""
        return self._remembered(text) if len(text) <= _LONGEST_REMEMBERED else self._search(text)

    def _stays(self, entries: dict[str, object]) -> bool:
        """Whether nothing is taken out, by a look at all texts at once. Nearly every line is like that. It may be False
        for such a line, which is then looked through; it is never True for any other."""
        texts: list[str] = []
        # Taken first: a secret may be told in another thread meanwhile, and what was looked at without it must not be
        # remembered beside what is looked at with it.
        harmless = self._harmless
        if not self._is_plain(entries, texts, 0):
            return False
        if not texts:
            return True
        whole = "\n".join(texts)
        # Beyond ASCII there are letters that are others in another case. What is too long is cut.
        if len(whole) > _LONGEST_TEXT or not whole.isascii():
            return False
        lowered = whole.lower()
        for word in self._words:
            if word in lowered:
                return False
        if len(whole) <= _LONGEST_REMEMBERED_AT_ONCE:
            if len(harmless) >= _MOST_REMEMBERED:
                harmless.clear()
            harmless.update(texts)
        return True

    def _is_plain(self, container: dict[str, object] | list[object], texts: list[str], depth: int) -> bool:
        """Whether all in it is of plain kinds, under harmless keys. Adds the texts that are still to be looked at."""
        harmless = self._harmless
        values: Iterable[object] = container
        if type(container) is dict:
            if not self._harmless_keys.issuperset(container) and not self._are_harmless(container):
                return False
            values = container.values()
        for value in values:
            if type(value) is str:
                if value not in harmless:
                    texts.append(value)
            elif type(value) in _NEEDS_NO_LOOK:
                continue
            elif type(value) is dict or type(value) is list:
                if depth >= _DEEPEST or not self._is_plain(value, texts, depth + 1):
                    return False
            else:
                return False
        return True

    def _are_harmless(self, keys: Iterable[object]) -> bool:
        """Whether all of these keys stay as they are, and none is sensitive."""
        # Taken first, as the texts.
        harmless = self._harmless_keys
        for key in keys:
            # Of other kinds some are equal that read differently, such as 1 and True.
            if type(key) is not str or self._name(key) != (key, False):
                return False
        if len(harmless) >= _MOST_REMEMBERED:
            harmless.clear()
        harmless.update(keys)
        return True

    def _search(self, text: str) -> str:
        cleaned = self._sensitive.sub(REDACTED, text)
        if "@" in cleaned or "%40" in cleaned:
            cleaned = _EMAIL.sub(REDACTED, cleaned)
        # Cut afterwards: half a secret at the end would not be recognised.
        return cleaned[:_LONGEST_TEXT]

    def _names(self, entries: Mapping[Any, object]) -> _Names:
        keys = tuple(entries)
        # Taken first, as the texts.
        remembered = self._remembered_names
        names = remembered.get(keys)
        if names is None:
            names = tuple(self._name(key if isinstance(key, str) else _text_of(key)) for key in keys)
            # Of other kinds some are equal that read differently, such as 1 and True.
            if all(type(key) is str for key in keys):
                if len(remembered) >= _MOST_REMEMBERED:
                    remembered.clear()
                remembered[keys] = names
        return names

    def _name(self, key: str) -> tuple[str, bool]:
        return self._search(key), _SENSITIVE_KEY.search(key) is not None

    def _entries(self, entries: Mapping[Any, object], depth: int) -> dict[str, object]:
        cleaned: dict[str, object] = {}
        for (name, is_sensitive), value in zip(self._names(entries), entries.values(), strict=True):
            if is_sensitive and value is not None and not isinstance(value, bool):
                cleaned[name] = REDACTED
            elif type(value) is str and len(value) <= _LONGEST_REMEMBERED:
                cleaned[name] = self._remembered(value)
            elif type(value) in _NEEDS_NO_LOOK:
                cleaned[name] = value
            else:
                cleaned[name] = self._clean(value, depth)
        return cleaned

    def _clean(self, value: object, depth: int) -> object:
        if isinstance(value, str):
            return self.text(value)
        if type(value) in _NEEDS_NO_LOOK:
            return value
        if depth >= _DEEPEST:
            return "..."
        if isinstance(value, _MAPPINGS):
            return self._entries(value, depth + 1)
        if isinstance(value, _SEVERAL) and not isinstance(value, bytes | bytearray | memoryview):
            return [self._clean(one, depth + 1) for one in value]
        return self.text(_text_of(value))


def _text_of(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - an object that cannot even say what it is must not cost the line
        return f"<{type(value).__name__}>"


def secrets_in(*settings: BaseModel) -> Iterator[str]:
    """Every secret in these settings, however deep."""
    for model in settings:
        for name in type(model).model_fields:
            yield from _secrets_of(getattr(model, name))


def _passwords_of(secret: str) -> Iterator[str]:
    """The password in an address, which may also come up alone: as it is written, and as it is meant."""
    with suppress(ValueError):
        password = urlsplit(secret).password if "://" in secret else None
        if password:
            yield password
            yield unquote(password)


def _secrets_of(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            secret = value.get_secret_value()
            yield secret
            yield from _passwords_of(secret)
        case BaseModel():
            yield from secrets_in(value)
        case dict():
            yield from (secret for one in value.values() for secret in _secrets_of(one))
        case tuple() | list() | set() | frozenset():
            yield from (secret for one in value for secret in _secrets_of(one))
