"""What a PromQL expression names, as a real parser of the language reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import promql_parser
from promql_parser import AggregateExpr, BinaryExpr, Expr, MatchOp, MatrixSelector, VectorSelector

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Selector:
    """One selection of series."""

    name: str
    matchers: tuple[tuple[MatchOp, str, str], ...]
    """How, which label, against what."""

    def finds(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects a series of its name with these labels. A label that is not there is "", by Prometheus."""
        return all(_matches(how, labels.get(label, ""), value) for how, label, value in self.matchers)


@dataclass(slots=True)
class Named:
    """What an expression selects, and by which labels it groups or joins, for each of its selectors."""

    selectors: list[Selector] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)


def read(expression: str) -> Named:
    """What the expression names. Raises `ValueError` where it is not PromQL."""
    named = Named()

    def visit(expr: Expr) -> bool:
        match expr:
            case MatrixSelector():
                _select(named, expr.vector_selector)
            case VectorSelector():
                _select(named, expr)
            case AggregateExpr() if expr.modifier is not None:
                named.labels.update(expr.modifier.labels)
            case BinaryExpr() if expr.modifier is not None and expr.modifier.matching is not None:
                named.labels.update(expr.modifier.matching.labels)
        return True

    promql_parser.walk(promql_parser.parse(expression), pre_visit=visit)
    return named


def _select(named: Named, selector: VectorSelector) -> None:
    matchers = tuple((one.op, one.name, one.value) for one in selector.matchers.matchers)
    found = Selector(selector.name or "", matchers)
    # The parser shows what stands inside a range once by itself and once with its range.
    if found not in named.selectors:
        named.selectors.append(found)


def _matches(how: MatchOp, actual: str, wanted: str) -> bool:
    if how in (MatchOp.Equal, MatchOp.NotEqual):
        return (actual == wanted) is (how == MatchOp.Equal)
    return (re.fullmatch(wanted, actual) is not None) is (how == MatchOp.Re)
