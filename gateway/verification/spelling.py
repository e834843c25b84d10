"""A manifest with one key for each thing. The documentation spells some of them in two ways, and both will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway.contract import Action
from gateway.verification.documents import JsonObject, is_object, kind
from gateway.verification.report import Finding, Grade

ACTION_KEYS: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.CANCEL: "cancel",
        Action.PAUSE: "pause",
        Action.EXTEND_TRIAL: "extendTrial",
        Action.APPLY_COUPON: "applyCoupon",
        Action.CHANGE_PRICE: "changePrice",
    }
)
"""As the SDK's modules are named. The other spelling is the action's own name, the last segment of its path."""

OPTION_GROUPS: Final = ("schedules", "startDates", "durations")

_END_OF_PERIOD: Final = ("end-of-period", "end_of_period", "endOfPeriod")
_SWITCH_OFTEN_LEFT_OUT: Final = (Action.CANCEL, Action.PAUSE)


def in_one_spelling(document: object, found: list[Finding]) -> object:
    """The manifest with the keys of `gateway.contract.Features`. What is odd about the spelling is added to `found`."""
    if not is_object(document) or not is_object(document.get("actions")):
        return document
    actions: JsonObject = dict(document["actions"])
    for action, key in ACTION_KEYS.items():
        given = _taken(actions, (key, action.value), "features.actions", found)
        if (plain := _plain_action(action, given, f"features.actions.{key}", found)) is not None:
            actions[key] = plain
    return {**document, "actions": actions}


def _plain_action(action: Action, given: object, path: str, found: list[Finding]) -> object:
    if given is False:
        found.append(Finding(Grade.REMARK, path, kind(given), "an object with enabled: false"))
        return None
    if not is_object(given):
        return given
    plain = dict(given)
    for group in OPTION_GROUPS:
        if is_object(plain.get(group)):
            plain[group] = dict(plain[group])
            end_of_period = _taken(plain[group], _END_OF_PERIOD, f"{path}.{group}", found)
            if end_of_period is not None:
                plain[group][_END_OF_PERIOD[0]] = end_of_period
    if "enabled" not in plain and action in _SWITCH_OFTEN_LEFT_OUT:
        # Some samples of these two have no such member.
        found.append(Finding(Grade.REMARK, f"{path}.enabled", "missing", "true", "say it, as the other actions do"))
        plain["enabled"] = True
    if plain.get("enabled") is False:
        # What it could do if it were on need not agree with anything.
        return {"enabled": False}
    return plain


def _taken(entries: JsonObject, spellings: Sequence[str], path: str, found: list[Finding]) -> object:
    """Take out what stands under any of these keys; None if nothing does."""
    given = {key: entries.pop(key) for key in dict.fromkeys(spellings) if key in entries}
    values = list(given.values())
    if any(value != values[0] for value in values):
        found.append(
            Finding(
                Grade.FAILURE,
                path,
                f"{' and '.join(given)} differ",
                "the same under both",
                "nobody can tell which counts",
            )
        )
    return values[0] if values else None
