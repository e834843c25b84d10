"""The OpenAPI 3.1 document of what is served to Churnkey, made from the table of routes and the contract's models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from gateway import __version__
from gateway.contract import DEFAULT_LIMIT, LARGEST_LIMIT, MAX_LIMIT, ContractModel, ErrorBody, Mode, Page
from gateway.server import examples
from gateway.server.cursor import LONGEST_CURSOR
from gateway.server.documented import ERRORS, documented_errors
from gateway.server.errors import LONGEST_WAIT_S
from gateway.server.routes import DIRECT_ROOT, DIRECT_ROUTES, ROOT, ROUTES, Route
from gateway.server.steps.mode import HEADER as MODE
from gateway.server.steps.request_id import HEADER as REQUEST_ID

Json: TypeAlias = dict[str, Any]

_DESCRIPTION: Final = (
    "Churnkey's custom-provider contract as this gateway serves it. The API URL that is entered at Churnkey is one of "
    "the servers; Churnkey appends what stands under paths. What begins with /direct is for the owner's own "
    "application, and is there only where it is configured.\n\n"
    "Money is in whole minor units of its currency, moments are in UTC. A name whose value is absent is left out. "
    "Names that are not listed may appear in answers. Bodies of actions are documented in their canonical spelling; "
    "other spellings that Churnkey's documentation uses are read, too, and null is read as an absent name."
)

_ACTIONS_TAG: Final = "actions"
_FEATURES_TAG: Final = "features"
_DIRECT_TAG: Final = "direct"

# Plain texts, as JSON has them.
MODE_HEADER: Final = str(MODE)
REQUEST_ID_HEADER: Final = str(REQUEST_ID)

_ERROR_HEADERS: Final[dict[int, tuple[str, ...]]] = {401: ("WWW-Authenticate",), 503: ("Retry-After",)}

_PLACEHOLDER: Final = re.compile(r"{(\w+)}")
_PLACEHOLDERS: Final = {
    "email": "An e-mail address, percent-encoded.",
    "phone": "A phone number, percent-encoded.",
}


def openapi_document() -> Json:
    """The document, OpenAPI 3.1."""
    schemas = _Schemas((*ROUTES, *DIRECT_ROUTES))
    paths: dict[str, Json] = {}
    for route in ROUTES:
        operations = paths.setdefault(f"{ROOT}{route.path}", {})
        operations[route.method.lower()] = _operation(route, _tag(route), schemas)
    for route in DIRECT_ROUTES:
        operations = paths.setdefault(f"{DIRECT_ROOT}{route.path}", {})
        operations[route.method.lower()] = _operation(route, _DIRECT_TAG, schemas) | {"security": [{"appToken": []}]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Churnkey gateway",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {"url": "/{backend}", "variables": {"backend": {"default": "backend", "description": "A backend's name."}}},
            {"url": "/", "description": "The only backend, where there is one."},
        ],
        "security": [{"integrationToken": []}],
        "tags": _tags(),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "integrationToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The Integration Token that Churnkey shows for the custom provider.",
                },
                "appToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the owner's own application, for Direct mode alone.",
                },
            },
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "responses": {_response_name(status): _error_response(status, schemas) for status in sorted(ERRORS)},
            "schemas": schemas.definitions,
        },
    }


def openapi_json() -> bytes:
    """The document as it is served."""
    return json.dumps(openapi_document(), ensure_ascii=False, separators=(",", ":")).encode()


_PARAMETERS: Final[Json] = {
    "Mode": {
        "name": MODE_HEADER,
        "in": "header",
        "description": "Which of the provider's accounts is meant. Nothing ever falls from one to the other.",
        "schema": {"type": "string", "enum": [mode.value for mode in Mode], "default": Mode.LIVE.value},
    },
    "Limit": {
        "name": "limit",
        "in": "query",
        "description": f"Most rows on the page. More than {MAX_LIMIT} is read as {MAX_LIMIT}.",
        "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
    },
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "The `next` of this list's previous page. It is opaque; an empty one is none.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "maxLength": LONGEST_CURSOR},
    },
    "RequestId": {
        "name": REQUEST_ID_HEADER,
        "in": "header",
        "description": (
            "An id of the caller's own for this request, which the answer and the logs repeat: up to 128 of the "
            "characters A-Z, a-z, 0-9, dot, hyphen and underscore. Another one is replaced."
        ),
        "schema": {"type": "string"},
    },
}

_HEADERS: Final[Json] = {
    REQUEST_ID_HEADER: {
        "description": "The id of the request, as in the gateway's logs. The caller's own, where it sends one.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
    },
    "Cache-Control": {
        "description": "Nothing in between may keep an answer.",
        "required": True,
        "schema": {"type": "string", "const": "no-store"},
    },
    "Retry-After": {
        "description": "Whole seconds to wait: what the provider asked for, or one.",
        "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_WAIT_S},
    },
    "WWW-Authenticate": {
        "description": "How the token is sent.",
        "required": True,
        "schema": {"type": "string", "const": "Bearer"},
    },
}


def _tags() -> list[Json]:
    controllers = dict.fromkeys(route.controller.value for route in ROUTES if route.controller is not None)
    return [{"name": name} for name in (_FEATURES_TAG, *controllers, _ACTIONS_TAG, _DIRECT_TAG)]


def _tag(route: Route) -> str:
    if route.target is not None:
        return _ACTIONS_TAG
    return _FEATURES_TAG if route.controller is None else route.controller.value


def _operation(route: Route, tag: str, schemas: _Schemas) -> Json:
    operation: Json = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [tag],
        "parameters": _parameters(route),
        "responses": {
            "200": _success(route, schemas),
            **{
                str(status): {"$ref": f"#/components/responses/{_response_name(status)}"}
                for status in sorted(documented_errors(route))
            },
        },
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": _json(schemas.of(route.body, "validation"), examples.BODIES.get(route.body)),
        }
    return operation


def _parameters(route: Route) -> list[Json]:
    in_path: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PLACEHOLDERS.get(name, "An id as the billing provider writes it, percent-encoded."),
            "schema": {"type": "string", "minLength": 1},
            "example": examples.PARAMETERS[name],
        }
        for name in _PLACEHOLDER.findall(route.path)
    ]
    shared = ["Mode", "RequestId"]
    if route.answer is not None and issubclass(route.answer, Page):
        shared += ["Limit", "Cursor"]
    return in_path + [{"$ref": f"#/components/parameters/{name}"} for name in shared]


def _success(route: Route, schemas: _Schemas) -> Json:
    headers = _header_references()
    if route.answer is None:
        return {"description": "It is so. The body is empty.", "headers": headers}
    content = _json(schemas.of(route.answer, "serialization"), examples.BODIES.get(route.answer))
    return {"description": route.summary, "headers": headers, "content": content}


def _error_response(status: int, schemas: _Schemas) -> Json:
    return {
        "description": ERRORS[status],
        "headers": _header_references(*_ERROR_HEADERS.get(status, ())),
        "content": _json(
            schemas.of(ErrorBody, "serialization"), {"code": status, "message": examples.MESSAGES[status]}
        ),
    }


def _json(schema: Json, example: object) -> Json:
    media_type = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {"application/json": media_type}


def _header_references(*names: str) -> Json:
    """The headers that every answer has, and these."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (REQUEST_ID_HEADER, "Cache-Control", *names)}


def _response_name(status: int) -> str:
    # Not the phrase of `http.HTTPStatus`, which is another one in every other Python.
    return f"Error{status}"


class _Schemas:
    """The schemas of all models that the routes name."""

    def __init__(self, routes: Iterable[Route]) -> None:
        models: dict[tuple[type[ContractModel], JsonSchemaMode], None] = {(ErrorBody, "serialization"): None}
        for route in routes:
            if route.answer is not None:
                models[route.answer, "serialization"] = None
            if route.body is not None:
                models[route.body, "validation"] = None
        references, generated = models_json_schema(
            list(models), ref_template="#/components/schemas/{model}", schema_generator=_WireSchema
        )
        self._references: dict[tuple[type[ContractModel], JsonSchemaMode], Json] = {}
        definitions: Json = generated["$defs"]
        for model, mode in models:
            reference: str = references[model, mode]["$ref"]
            name = reference.rpartition("/")[2]
            if issubclass(model, Page):
                # pydantic calls it Page_Customer_. Nothing but an answer refers to it, so it can be renamed here.
                page = definitions.pop(name)
                name = f"{name.strip('_').rpartition('_')[2]}Page"
                definitions[name] = page
            self._references[model, mode] = {"$ref": f"#/components/schemas/{name}"}
        closed = {references[model, mode]["$ref"].rpartition("/")[2] for model, mode in models if mode == "validation"}
        for name, definition in definitions.items():
            definition.pop("title", None)
            # Later versions may add names to an answer, and the manifest has some in two spellings. A request that
            # forbids other names is refused with them.
            if definition.get("additionalProperties") is False and name not in closed:
                del definition["additionalProperties"]
        self.definitions: Json = dict(sorted(definitions.items()))

    def of(self, model: type[ContractModel], mode: JsonSchemaMode) -> Json:
        """The reference to a model's schema."""
        return self._references[model, mode]


class _WireSchema(GenerateJsonSchema):
    """As pydantic describes the models, but for what is different on the wire."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """Leave out the titles that only repeat the name."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Say nothing of null: what has no value is left out."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out defaults of null, which stand for an absent name."""
        result = super().default_schema(schema)
        if result.get("default", ...) is None:
            del result["default"]
        return result
