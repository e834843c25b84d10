"""Holding a body against a model of the contract: what is wrong, where exactly, and how much it matters.

Only places, names of members and kinds of values are told. The models are stricter than the documentation, since they
are what this gateway itself sends; what only they ask for becomes a remark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from gateway.contract import (
    ContractModel,
    Coupon,
    Customer,
    ErrorBody,
    Family,
    Features,
    Price,
    Product,
    Subscription,
)
from gateway.verification.documents import kind
from gateway.verification.naming import shown_key
from gateway.verification.report import Finding, Grade

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_DOCUMENTATION: Final = "https://docs.churnkey.co/integrations"
_PAGES: Final[Mapping[type[ContractModel], str]] = MappingProxyType(
    {
        Customer: "models/customer",
        Subscription: "models/subscription",
        Price: "models/price",
        Coupon: "models/coupon",
        Product: "models/product",
        Family: "models/family",
        Features: "publish",
        ErrorBody: "general",
    }
)

# A union's errors have the tag among the names of the members, right behind the member that is the union.
_UNIONS: Final = frozenset({"status", "amount", "duration", "value"})
_DISCRIMINATORS: Final = ("name", "model", "type")

_NO_ZONE: Final = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?")
_OUR_BOUNDS: Final = ("greater_than", "less_than", "finite_number")
_OF_MOMENTS: Final = "expected a date-time"
_TIME_ERRORS: Final = ("datetime", "date_")
_OPEN_UNITS: Final = ("day", "week")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")

_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "string_type": "a string",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "bool_type": "true or false",
        "tuple_type": "an array",
        "list_type": "an array",
        "dict_type": "an object",
        "model_type": "an object",
        "model_attributes_type": "an object",
        "string_too_short": "text that is not empty",
        "too_short": "at least one entry",
        "string_pattern_mismatch": "three letters of ISO 4217",
    }
)


def judge(value: object, model: type[ContractModel], where: str, *, own_rules: Grade = Grade.REMARK) -> list[Finding]:
    """What is wrong with a decoded body, or a part of one, that should be a `model`.

    `where` is what leads to it: a path, or the request and a colon with a blank. `own_rules` is how much the rules
    weigh that concern several members at once.
    """
    page = f"{_DOCUMENTATION}/{_PAGES[model]}"
    try:
        # Of the manifest's switches a word or a number would do; every number elsewhere is strict by itself. (False
        # would be none of that: it overrules the fields.)
        strict = True if model is Features else None
        model.model_validate_json(json.dumps(value), strict=strict, by_alias=True, by_name=False)
    except ValidationError as error:
        # An array with bad entries is reported as too short, too: they do not count as entries.
        details = [one for one in error.errors(include_url=False) if not (one["type"] == "too_short" and one["input"])]
        found = [replace(_finding(value, one, own_rules), advice=f"see {page}") for one in details]
    else:
        found = []
    return [replace(one, path=_joined(where, one.path)) for one in [*found, *_left_open(value, "")]]


def condensed(findings: Sequence[Finding]) -> list[Finding]:
    """The same with one of each kind: rows of a list tend to have the same thing wrong."""
    first: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        name = (finding.grade, re.sub(r"\[\d+\]", "[]", finding.path), finding.found, finding.expected)
        known = first.get(name)
        first[name] = finding if known is None else replace(known, alike=known.alike + 1 + finding.alike)
    return list(first.values())


def _joined(where: str, path: str) -> str:
    if where.endswith(": "):
        return f"{where}{path}" if path else where.removesuffix(": ")
    if not path or not where:
        return where or path
    return f"{where}{path}" if path.startswith("[") else f"{where}.{path}"


def _finding(value: object, error: ErrorDetails, own_rules: Grade) -> Finding:
    path = _path(value, error["loc"])
    context: Mapping[str, Any] = error.get("ctx", {})
    found = kind(error["input"])
    match error["type"]:
        case "missing":
            return Finding(Grade.FAILURE, path, "missing")
        case "extra_forbidden":
            return Finding(Grade.REMARK, path, "not in the documentation")
        case "union_tag_not_found":
            return Finding(Grade.FAILURE, _joined(path, _bare(context["discriminator"])), "missing")
        case "union_tag_invalid":
            place, tags = _joined(path, _bare(context["discriminator"])), _bare(context["expected_tags"])
            return Finding(Grade.FAILURE, place, "another word", f"one of {tags}")
        case "literal_error" | "enum":
            expected = _bare(re.sub(r"<\w+\.\w+: ('[^']*')>", r"\1", str(context["expected"])))
            return Finding(Grade.FAILURE, path, "another word" if found == "a string" else found, expected)
        case "value_error":
            return _value_error(path, error["input"], str(context["error"]), own_rules)
        case other if other.startswith(_OUR_BOUNDS):
            return Finding(Grade.REMARK, path, f"{found} out of bounds", _bound(context))
        case other if other.startswith(_TIME_ERRORS):
            return Finding(Grade.FAILURE, path, found, "a moment such as 2026-01-31T00:00:00.000Z")
        case other:
            expected = _KINDS.get(other, error["msg"].lower())
            found = "a string" if found == "a string" and other == "string_pattern_mismatch" else found
            return Finding(Grade.FAILURE, path, found, expected)


def _value_error(path: str, given: object, words: str, own_rules: Grade) -> Finding:
    """What a model's own rule says: of a moment, or of several members."""
    if not words.startswith(_OF_MOMENTS):
        return Finding(own_rules, path, words)
    if isinstance(given, str) and _NO_ZONE.fullmatch(given):
        # ISO 8601 it is, but what it means depends on where its reader is.
        return Finding(Grade.REMARK, path, "a moment without a time zone", "one that ends in Z")
    return Finding(Grade.FAILURE, path, kind(given), "a moment such as 2026-01-31T00:00:00.000Z")


def _bound(context: Mapping[str, Any]) -> str:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    return " and ".join(f"{words[name]} {limit:.16g}" for name, limit in context.items() if name in words)


def _bare(words: str) -> str:
    return words.replace("'", "")


def _path(value: object, location: Sequence[str | int]) -> str:
    """The place in the document, without the tags that the model's unions put into it."""
    path = ""
    current, previous = value, ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
            current = current[step] if isinstance(current, list) and step < len(current) else None
            previous = ""
            continue
        if previous in _UNIONS and isinstance(current, dict) and step in map(current.get, _DISCRIMINATORS):
            previous = ""
            continue
        path = _joined(path, shown_key(step))
        current = current.get(step) if isinstance(current, dict) else None
        previous = step
    return path


def _left_open(value: object, path: str) -> Iterator[Finding]:
    """What the models accept and the documentation does not settle."""
    if isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _left_open(entry, f"{path}[{number}]")
    elif isinstance(value, dict):
        if "fixed" in (value.get("model"), value.get("type")) and value.get("unit") is value.get("flat") is None:
            yield Finding(Grade.REMARK, path, "neither unit nor flat", "one of them", "as it is, it comes to nothing")
        for name, entry in value.items():
            place = _joined(path, shown_key(name))
            if name == "currency" and isinstance(entry, str) and entry != entry.lower():
                yield Finding(Grade.REMARK, place, "not in lower case", "", "Churnkey's samples have it in lower case")
            elif name == "country" and isinstance(entry, str) and not _COUNTRY.fullmatch(entry):
                yield Finding(Grade.REMARK, place, "another word", "two letters of ISO 3166-1, such as DE")
            elif name == "unit" and entry in _OPEN_UNITS:
                yield Finding(Grade.REMARK, place, entry, "month or year", "only these two are documented")
            elif name != "metadata":
                yield from _left_open(entry, place)
