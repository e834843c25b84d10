"""The JSON Schema of a backend's file: it accepts what the loader accepts, as far as it can know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from adapters import registry
from gateway.settings import backend_schema
from tests.gateway.settings.conftest import MINIMAL

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = backend_schema(registry.built_in_names())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def test_the_committed_schema_is_up_to_date() -> None:
    committed = json.loads((CONFIG / "backend.schema.json").read_text())
    assert committed == backend_schema(registry.built_in_names())


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.yaml")), ids=lambda path: path.name)
def test_the_shipped_files_are_valid(validator: Draft202012Validator, path: Path) -> None:
    assert list(validator.iter_errors(_parsed(path.read_text()))) == []


@pytest.mark.parametrize(
    "added",
    [
        pytest.param("", id="nothing more"),
        pytest.param("actions: {pause: false, cancel: {enabled: false}}", id="switched actions"),
        pytest.param("actions: {pause: '${PAUSE}'}", id="an action by a variable"),
        pytest.param("limits: {deadline_s: '${DEADLINE:-20}', max_in_flight: {file: /x}}", id="numbers from elsewhere"),
        pytest.param(
            "policy: {dry_run: '${DRY}', prices: {allow: ['price_*', {file: /x}]}}", id="entries from elsewhere"
        ),
        pytest.param("intervals: '${INTERVALS}'", id="a choice by a variable"),
        pytest.param("name: '${NAME}'", id="a name by a variable"),
        pytest.param("controllers: {families: true}", id="a switched list"),
        pytest.param("journal: none", id="no journal"),
        pytest.param("journal: /var/lib/gateway/journal.jsonl", id="a journal in a file"),
        pytest.param("journal: '${JOURNAL}'", id="a journal by a variable"),
        pytest.param("state: memory", id="a state in memory"),
        pytest.param("state: 'rediss://:secret@redis:6379/0'", id="a state in Redis"),
        pytest.param("state: 'unix:///run/redis.sock?db=1'", id="a state behind a socket"),
        pytest.param("state: {file: /run/secrets/redis}", id="a state from a file"),
    ],
)
def test_accepts(validator: Draft202012Validator, added: str) -> None:
    assert list(validator.iter_errors(_parsed(f"{MINIMAL}{added}\n"))) == []


@pytest.mark.parametrize(
    "added",
    [
        pytest.param("nam: a", id="an unknown key"),
        pytest.param("limits: {max_inflight: 1}", id="an unknown key in a section"),
        pytest.param("actions: {pause: {behaviour: void}}", id="an unknown key of the adapter's"),
        pytest.param("limits: {deadline_s: 0}", id="a number out of bounds"),
        pytest.param("limits: {requests_per_second: -1}", id="a rate out of bounds"),
        pytest.param("limits: {breaker: {failures: 0}}", id="a breaker out of bounds"),
        pytest.param("limits: {deadline_s: soon}", id="a word as a number"),
        pytest.param("limits: {deadline_s: {file: /x, more: 1}}", id="a file and more"),
        pytest.param("limits:", id="a section without a value"),
        pytest.param("limits: {requests_per_second: }", id="a number without a value"),
        pytest.param("policy: {coupons: {allow: }}", id="an allow-list without a value"),
        pytest.param("policy: {coupons: {allow: A}}", id="a word as a list"),
        pytest.param("intervals: close", id="an unknown word"),
        pytest.param("journal: journal.jsonl", id="a journal in a relative path"),
        pytest.param("journal: {path: /x}", id="a journal as a section"),
        pytest.param("state: redis", id="a state nowhere"),
        pytest.param("name: Stripe", id="a capital in a name"),
        pytest.param("adapter: {}", id="a key of ours alone"),
    ],
)
def test_refuses(validator: Draft202012Validator, added: str) -> None:
    assert list(validator.iter_errors(_parsed(f"{MINIMAL}{added}\n"))) != []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("name: a", id="no backend"),
        pytest.param("backend: nobody", id="an unknown backend"),
        pytest.param("backend: stripe", id="no credentials"),
        pytest.param("[]", id="a list"),
    ],
)
def test_refuses_as_a_whole(validator: Draft202012Validator, content: str) -> None:
    assert list(validator.iter_errors(_parsed(content))) != []


def _without_description(schema: dict[str, Any], definitions: dict[str, Any], path: str) -> list[str]:
    missing = []
    for key, value in schema.get("properties", {}).items():
        alternatives = [value, *value.get("anyOf", ())]
        targets = [
            definitions[alternative["$ref"].rpartition("/")[2]] for alternative in alternatives if "$ref" in alternative
        ]
        if not any("description" in described for described in (value, *targets)):
            missing.append(f"{path}{key}")
        for target in targets:
            missing += _without_description(target, definitions, f"{path}{key}.")
    return missing


def test_every_key_is_described(validator: Draft202012Validator) -> None:
    schema = validator.schema
    assert isinstance(schema, dict)
    definitions = schema["$defs"]
    for name in registry.built_in_names():
        assert _without_description(definitions[name], definitions, "") == []
