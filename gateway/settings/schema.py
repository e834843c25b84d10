"""The JSON Schema of a backend's YAML, for editors and for pipelines that check files before they are rolled out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from adapters import registry
from adapters.settings import switch
from gateway.settings.models import CommonSettings
from gateway.settings.validation import adapter_model

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_REFERENCES: Final[Schema] = {
    "FromVariable": {
        "type": "string",
        "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}",
        "description": "Text with ${VARIABLE} or ${VARIABLE:-default} in it.",
    },
    "FromFile": {
        "type": "object",
        "properties": {"file": {"type": "string", "description": "An absolute path."}},
        "required": ["file"],
        "additionalProperties": False,
        "description": "The text of a file, without one line break at its end.",
    },
}
_ALTERNATIVES: Final = [{"$ref": f"#/$defs/{name}"} for name in _REFERENCES]
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


def backend_schema(adapter_names: Iterable[str] | None = None) -> Schema:
    """The schema of one file, JSON Schema 2020-12, with a variant for each adapter: all installed ones, or those named.

    Raises `registry.UnknownAdapter` for a name that is not installed, `registry.BrokenAdapter` for one that cannot be
    used.
    """
    names = sorted(registry.names() if adapter_names is None else set(adapter_names))
    models = {name: adapter_model(name) for name in names}
    described: dict[type[BaseModel], None] = dict.fromkeys((CommonSettings, *models.values()))
    references, generated = models_json_schema(
        [(model, "validation") for model in described], schema_generator=_SettingsSchema
    )
    definitions: Schema = generated["$defs"]
    for definition in definitions.values():
        _allow_references(definition)
        if "enum" in definition:
            # Written for readers of the code; the fields that use it say what it means here.
            definition.pop("description", None)
    tops = {model: references[model, "validation"]["$ref"].rpartition("/")[2] for model in described}
    common = definitions[tops[CommonSettings]]
    variants = {name: _variant(name, common, definitions[tops[model]]) for name, model in models.items()}
    for top in tops.values():
        del definitions[top]
    return {
        "$schema": DIALECT,
        "title": "A backend of the Churnkey gateway",
        "type": "object",
        "properties": {
            "backend": {
                "description": common["properties"]["backend"]["description"],
                "anyOf": [{"enum": names}, {"$ref": "#/$defs/FromVariable"}],
            }
        },
        "required": ["backend"],
        "allOf": [
            {
                "if": {"properties": {"backend": {"const": name}}, "required": ["backend"]},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in names
        ],
        "$defs": {**_REFERENCES, **variants, **definitions},
    }


def _variant(name: str, common: Schema, adapter: Schema) -> Schema:
    """The keys of the gateway and those of one adapter, side by side as in the file."""
    properties = {**common["properties"], **adapter["properties"]}
    properties["backend"] = {"const": name, "description": common["properties"]["backend"]["description"]}
    return {
        "type": "object",
        "description": adapter.get("description", ""),
        "properties": properties,
        "required": sorted({*common.get("required", ()), *adapter.get("required", ())}),
        "additionalProperties": False,
    }


def _allow_references(schema: Schema) -> None:
    """Let a variable or a file stand wherever a scalar can, and say so in place."""
    for property_ in schema.get("properties", {}).values():
        _allow_references(property_)
    if "items" in schema:
        _allow_references(schema["items"])
    alternatives = schema.get("anyOf", ())
    scalars = [alternative for alternative in alternatives if _is_scalar(alternative)]
    for alternative in alternatives:
        if alternative not in scalars:
            _allow_references(alternative)
    if scalars:
        schema["anyOf"] = [*alternatives, *_ALTERNATIVES]
    elif _is_scalar(schema):
        prose: Schema = {key: schema.pop(key) for key in ("description", "default") if key in schema}
        scalar = dict(schema)
        schema.clear()
        schema.update({**prose, "anyOf": [scalar, *_ALTERNATIVES]})


def _is_scalar(schema: Schema) -> bool:
    return schema.get("type") in _SCALARS or "const" in schema or "enum" in schema


class _SettingsSchema(GenerateJsonSchema):
    """As pydantic describes the models, but for what the loader treats in its own way."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """Leave out the titles that only repeat the key."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Say nothing of null: in the file, a key without a value is an error."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out defaults that are sections, whose own keys have theirs, or that stand for an absent key."""
        result = super().default_schema(schema)
        if isinstance(result.get("default"), dict | None):
            result.pop("default", None)
        return result

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """Let true and false stand for a section that can be switched."""
        section = super().function_before_schema(schema)
        if schema["function"]["function"] is switch:
            return {"anyOf": [{"type": "boolean"}, section]}
        return section
