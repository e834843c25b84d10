"""Every key of a backend's YAML, from the schema that is made from the settings models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from gateway.settings import backend_schema
from references.tables import NO, code, page, prose, table

Schema: TypeAlias = Mapping[str, Any]

_TITLE: Final = "Configuration"
_INTRODUCTION: Final = """
One YAML file for each backend. [Quick start](../quick-start.md) has a short one, and `config/` a whole one for each
provider, with every option explained in its place: [Stripe](../../config/stripe.yaml),
[Chargebee](../../config/chargebee.yaml), [Paddle](../../config/paddle.yaml). An editor completes the keys from
[backend.schema.json](../../config/backend.schema.json).

`${VARIABLE}`, `${VARIABLE:-default}` and `{file: /run/secrets/key}` may stand in place of any value. A key that is not
known is an error, and so is a variable that is not set. A section with a key `enabled` may be `true` or `false`, which
is short for that key alone. `modes` needs `live` or `test`, or both.
"""
_HEADINGS: Final = ("key", "value", "default", "meaning")
_REFERENCES: Final = ("#/$defs/FromVariable", "#/$defs/FromFile")


@dataclass(frozen=True, slots=True)
class Key:
    """One key, with its path from the top of the file."""

    path: tuple[str, ...]
    value: str
    default: str
    meaning: str
    is_section: bool

    @property
    def row(self) -> tuple[str, str, str, str]:
        """The key as it stands in a table."""
        return code(".".join(self.path)), self.value, self.default, self.meaning


def configuration(adapters: Sequence[str]) -> str:
    """The page: what is the same for all of these adapters, then what only one of them has, or has in its own way."""
    schema = backend_schema(adapters)
    definitions: Mapping[str, Schema] = schema["$defs"]
    keys = {name: list(_keys(definitions[name], definitions, ())) for name in adapters}
    backend = Key(
        ("backend",), _any_of(map(code, adapters)), "required", keys[adapters[0]][0].meaning, is_section=False
    )
    own = {name: {key.path: key for key in found if key.path != ("backend",)} for name, found in keys.items()}
    first, *others = own.values()
    shared = [key for path, key in first.items() if all(other.get(path) == key for other in others)]
    parts = ["## All backends", *_tables([backend, *shared])]
    for name, found in own.items():
        parts += [
            f"## {name.title()}",
            table(_HEADINGS, (key.row for key in found.values() if key not in shared and not key.is_section)),
        ]
    return page(_TITLE, _INTRODUCTION, parts)


def _tables(keys: Sequence[Key]) -> Iterator[str]:
    """A table for each section of the file, and one before them for what stands in none."""
    yield table(_HEADINGS, (key.row for key in keys if len(key.path) == 1 and not key.is_section))
    for section in sorted({key.path[0] for key in keys if len(key.path) > 1}):
        yield f"### {section}"
        yield from (key.meaning for key in keys if key.path == (section,))
        yield table(_HEADINGS, (key.row for key in keys if key.path[0] == section and len(key.path) > 1))


def _keys(section: Schema, definitions: Mapping[str, Schema], above: tuple[str, ...]) -> Iterator[Key]:
    required = section.get("required", ())
    for name, schema in section["properties"].items():
        path = (*above, name)
        below = _section(schema, definitions)
        meaning = schema.get("description") or (below or {}).get("description", "")
        default = "required" if name in required else _default(schema)
        yield Key(path, _value(schema, definitions), default, prose(meaning), is_section=below is not None)
        if below is not None:
            yield from _keys(below, definitions, path)


def _section(schema: Schema, definitions: Mapping[str, Schema]) -> Schema | None:
    """The section that a key holds, None for any other value."""
    return next((one for one in _alternatives(schema, definitions) if "properties" in one), None)


def _alternatives(schema: Schema, definitions: Mapping[str, Schema]) -> Iterator[Schema]:
    """What a value may be, without the variable or file that may stand in the place of any."""
    reference = schema.get("$ref")
    if reference is not None and reference not in _REFERENCES:
        yield from _alternatives(definitions[reference.rpartition("/")[2]], definitions)
    elif reference is None:
        for alternative in schema.get("anyOf", ()):
            yield from _alternatives(alternative, definitions)
        if "anyOf" not in schema:
            yield schema


def _default(schema: Schema) -> str:
    if "default" not in schema:
        return NO
    value = schema["default"]
    return code(str(value).lower() if isinstance(value, bool) else value)


def _value(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    """What may stand for the key, in words."""
    words = [_one_value(one, definitions) for one in _alternatives(schema, definitions)]
    if len(words) > 1 and "section" in words:
        return "on or off"
    return " or ".join(words)


def _one_value(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    if "properties" in schema:
        return "section"
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return _any_of(map(code, schema["enum"]))
    match schema["type"]:
        case "array":
            return f"list of {_value(schema['items'], definitions)}{_range(schema, 'minItems', 'maxItems')}"
        case "object":
            (value,) = schema["patternProperties"].values()
            return f"mapping to {_value(value, definitions)}"
        case "integer":
            return f"whole number{_range(schema, 'minimum', 'maximum')}"
        case "number":
            return f"number{_range(schema, 'minimum', 'maximum')}"
        case "boolean":
            return _any_of([code("true"), code("false")])
        case _:
            return "secret" if schema.get("format") == "password" else "text"


def _range(schema: Schema, least: str, most: str) -> str:
    """The bounds, where there are any."""
    low, high, above = schema.get(least), schema.get(most), schema.get("exclusiveMinimum")
    bounds = []
    if above is not None:
        bounds.append(f"above {above}")
    if low is not None:
        bounds.append(f"at least {low}")
    if high is not None:
        bounds.append(f"at most {high}")
    return "".join(f", {bound}" for bound in bounds)


def _any_of(words: Iterable[str]) -> str:
    return " or ".join(words)
