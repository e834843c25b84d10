"""Turns the content of a file into typed settings, and what the models refuse into problems with a line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from adapters import registry
from adapters.settings import AdapterSettings, Secret
from gateway.settings.document import UNUSABLE, Document, Location, Value
from gateway.settings.errors import Problem
from gateway.settings.models import BackendSettings, CommonSettings
from gateway.settings.wording import reworded, unknown_key

M = TypeVar("M", bound=BaseModel)


def adapter_model(name: str) -> type[AdapterSettings]:
    """The model of the keys that only this adapter has. Raises `UnknownAdapter`, `BrokenAdapter`."""
    model = registry.find(name).settings_model
    clash = sorted(model.model_fields.keys() & BackendSettings.model_fields.keys())
    if clash:
        raise registry.BrokenAdapter(name, f"has settings called {', '.join(clash)}, which the gateway has already")
    return model


def validate(document: Document, content: dict[str, Value]) -> tuple[BackendSettings | None, list[Problem]]:
    """The settings that `content` stands for, or why it stands for none. `document` knows the lines."""
    validation = _Validation(document, content)
    return validation.settings(), validation.problems


class _Validation:
    def __init__(self, document: Document, content: dict[str, Value]) -> None:
        self._document = document
        self._content = content
        self._unusable = frozenset(_unusable(content, ()))
        self.problems: list[Problem] = []

    def settings(self) -> BackendSettings | None:
        model = self._adapter_model()
        common = self._model(CommonSettings)
        if model is None:
            return None
        adapter = self._model(model)
        known = CommonSettings.model_fields.keys() | model.model_fields.keys()
        for key in self._content.keys() - known:
            self._report((key,), unknown_key(key, known))
        if common is not None and common.policy.max_immediate_charge is not None:
            self._refuse_guard_that_cannot_hold(common.backend)
        if common is not None and common.direct is not None:
            self._refuse_shared_tokens(common.integration_tokens, common.direct.app_tokens)
        if common is None or adapter is None or self.problems:
            return None
        return BackendSettings.model_validate({**dict(common), "adapter": adapter})

    def _refuse_guard_that_cannot_hold(self, backend: str) -> None:
        if not registry.find(backend).capabilities.previews_charges:
            self._report(
                ("policy", "max_immediate_charge"),
                "cannot be held: this adapter does not know what a change would charge; remove it, and bound what "
                "may be changed to with `policy.prices`",
            )

    def _refuse_shared_tokens(self, integration_tokens: Collection[Secret], app_tokens: Iterable[Secret]) -> None:
        for number, token in enumerate(app_tokens):
            if token in integration_tokens:
                self._report(
                    ("direct", "app_tokens", number),
                    "must be another token: Churnkey has this one, and your application must not act as Churnkey",
                )

    def _adapter_model(self) -> type[AdapterSettings] | None:
        name = self._content.get("backend")
        # Anything else is a problem that the common model reports.
        if not isinstance(name, str) or not name:
            return None
        try:
            return adapter_model(name)
        except registry.UnknownAdapter as error:
            installed = ", ".join(error.known) or "none"
            self._report(("backend",), f"there is no such adapter; installed: {installed}")
        except registry.BrokenAdapter as error:
            self._report(("backend",), f"this adapter cannot be used: it {error.reason}")
        return None

    def _model(self, model: type[M]) -> M | None:
        part = {key: value for key, value in self._content.items() if key in model.model_fields}
        try:
            return model.model_validate(part)
        except ValidationError as error:
            refusals = error.errors(include_url=False, include_input=False)
        bad = {*self._unusable, *(refusal["loc"] for refusal in refusals)}
        for refusal in refusals:
            location = refusal["loc"]
            if not self._reported(location) and not _follows(refusal, bad):
                self._report(location, reworded(refusal, model, _at(part, location)))
        return None

    def _reported(self, location: Location) -> bool:
        return any(location[:length] in self._unusable for length in range(1, len(location) + 1))

    def _report(self, location: Location, message: str) -> None:
        self.problems.append(self._document.problem(location, message))


def _unusable(value: Value, location: Location) -> Iterator[Location]:
    if value is UNUSABLE:
        yield location
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unusable(item, (*location, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unusable(item, (*location, index))


def _follows(refusal: ErrorDetails, bad: Collection[Location]) -> bool:
    """Whether this says no more than that something else is wrong, which is reported by itself."""
    if refusal["type"] == "too_short":
        # pydantic counts the entries that are left when those that are wrong have been taken out.
        location = refusal["loc"]
        return any(len(other) > len(location) and other[: len(location)] == location for other in bad)
    return refusal["type"] == "default_factory_not_called"


def _at(value: Value, location: Location) -> Value:
    """What stands at a place, or the nearest thing around it."""
    for part in location:
        if isinstance(value, dict) and part in value:
            value = value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            break
    return value
