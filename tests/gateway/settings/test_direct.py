"""The section of Direct mode: off without it, and its tokens apart from Churnkey's."""

from __future__ import annotations

import pytest

from tests.gateway.settings.conftest import MINIMAL, Load, Problems

APP = "direct: {app_id: app_1, api_key: ck-api-key-1, app_tokens: [app-token-1]}"


def test_it_is_off_without_its_section(load_text: Load) -> None:
    assert load_text(MINIMAL).direct is None


def test_its_values_may_come_from_variables(load_text: Load) -> None:
    text = MINIMAL + 'direct: {app_id: app_1, api_key: "${KEY}", app_tokens: ["${OLD}", "${NEW}"]}\n'
    settings = load_text(text, {"KEY": "ck-api-key-1", "OLD": "app-token-1", "NEW": "app-token-2"})
    assert settings.direct is not None
    assert settings.direct.app_id == "app_1"
    assert settings.direct.api_key.get_secret_value() == "ck-api-key-1"
    assert [one.get_secret_value() for one in settings.direct.app_tokens] == ["app-token-1", "app-token-2"]


def test_its_secrets_are_shown_nowhere(load_text: Load) -> None:
    shown = repr(load_text(f"{MINIMAL}{APP}\n"))
    assert "ck-api-key-1" not in shown
    assert "app-token-1" not in shown


@pytest.mark.parametrize(
    ("section", "place"),
    [
        pytest.param("{}", ["app_tokens: is required", "app_id: is required", "api_key: is required"], id="empty"),
        pytest.param("{app_id: a, api_key: b}", ["app_tokens: is required"], id="no tokens"),
        pytest.param(
            "{app_id: a, api_key: b, app_tokens: []}", ["app_tokens: must have 1 or more entries"], id="empty tokens"
        ),
        pytest.param(
            "{app_id: a, api_key: b, app_tokens: [one, two, three]}",
            ["app_tokens: must have 2 entries or fewer"],
            id="three tokens",
        ),
        pytest.param(
            "{app_id: a, api_key: b, app_tokens: [one, one]}",
            ["app_tokens: the two tokens must differ"],
            id="the same token twice",
        ),
        pytest.param(
            "{app_id: ä, api_key: b, app_tokens: [one]}",
            ["app_id: must match pattern '^[!-~]{1,128}$'"],
            id="an app id that no token could carry",
        ),
        pytest.param(
            '{app_id: a, api_key: "b c", app_tokens: [one]}',
            ["api_key: must be printable ASCII without spaces or line breaks"],
            id="a space in the key",
        ),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(problems: Problems, section: str, place: list[str]) -> None:
    assert problems(f"{MINIMAL}direct: {section}\n") == [f"backend.yaml:4: direct.{one}" for one in place]


@pytest.mark.parametrize(("tokens", "number"), [("[churnkey-token-1]", 0), ("[app-token-1, churnkey-token-1]", 1)])
def test_churnkeys_token_cannot_be_the_applications_too(problems: Problems, tokens: str, number: int) -> None:
    (problem,) = problems(f"{MINIMAL}direct: {{app_id: a, api_key: b, app_tokens: {tokens}}}\n")
    assert problem.startswith(f"backend.yaml:4: direct.app_tokens[{number}]: must be another token")
    assert "churnkey-token-1" not in problem
