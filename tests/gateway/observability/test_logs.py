"""The log: one line an event, whoever wrote it."""

from __future__ import annotations

import io
import logging
import sys
import warnings

import pytest
import structlog

from gateway.observability import LogFormat, begin_context, configure_logs
from tests.support.log import recorded_log


class SecretError(Exception):
    """An error whose text must not be logged."""


def fail_first(secret: str) -> None:
    local = f"a local with {secret}"
    raise SecretError(f"Ada Lovelace {secret} {local}")


def fail(secret: str) -> None:
    try:
        fail_first(secret)
    except SecretError as error:
        error.add_note("a note about Ada Lovelace")
        raise RuntimeError("for Ada Lovelace") from error


def test_an_event_is_a_line_of_json_with_the_time_in_utc() -> None:
    with recorded_log() as log:
        structlog.get_logger("gateway.x").info("something", customer_id="cus_1", count=3)
    (event,) = log.events()
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "something",
        "level": "info",
        "logger": "gateway.x",
        "customer_id": "cus_1",
        "count": 3,
    }


def test_what_others_have_set_up_before_writes_nothing_any_more() -> None:
    """A handler that was there would write the same lines past the redaction."""
    theirs, ours = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(theirs)
    with recorded_log():
        logging.getLogger().addHandler(handler)
        try:
            configure_logs(stream=ours)
            logging.getLogger("stripe").error("once")
        finally:
            logging.getLogger().removeHandler(handler)
    assert theirs.getvalue() == ""
    assert ours.getvalue().count("once") == 1


def test_the_context_of_a_request_is_in_every_event() -> None:
    with recorded_log() as log:
        begin_context(request_id="r1")
        structlog.get_logger("gateway.x").info("ours")
        logging.getLogger("other.package").warning("theirs")
    assert [event["request_id"] for event in log.events()] == ["r1", "r1"]


def test_other_packages_write_the_same_lines() -> None:
    with recorded_log() as log:
        logging.getLogger("other.package").warning("hello %s", "world")
    (event,) = log.events()
    assert event.pop("timestamp").endswith("Z")
    assert event == {"event": "hello world", "level": "warning", "logger": "other.package"}


@pytest.mark.parametrize(
    ("level", "ours", "theirs"),
    [
        (logging.DEBUG, ["debug", "info", "warning", "error"], ["info", "warning", "error"]),
        (logging.INFO, ["info", "warning", "error"], ["warning", "error"]),
        (logging.WARNING, ["warning", "error"], ["warning", "error"]),
        (logging.ERROR, ["error"], ["error"]),
    ],
    ids=["debug", "info", "warning", "error"],
)
def test_other_packages_are_never_heard_at_debug(level: int, ours: list[str], theirs: list[str]) -> None:
    with recorded_log(level=level) as log:
        for name in ("debug", "info", "warning", "error"):
            getattr(structlog.get_logger("gateway.x"), name)(name)
            getattr(logging.getLogger("other.package"), name)(name)
    assert [event["level"] for event in log.events() if event["logger"] == "gateway.x"] == ours
    assert [event["level"] for event in log.events() if event["logger"] == "other.package"] == theirs


@pytest.mark.parametrize("log_format", LogFormat)
def test_an_exception_is_its_types_and_places_without_any_text(log_format: LogFormat) -> None:
    with recorded_log(log_format=log_format) as log:
        try:
            fail("s3cr3t")
        except RuntimeError as error:
            structlog.get_logger("gateway.x").error("ours", exc_info=error)
            logging.getLogger("other.package").exception("theirs")
    for word in ("Lovelace", "s3cr3t", "a note", "a local"):
        assert word not in log.text
    assert "SecretError" in log.text
    assert "observability/test_logs.py:" in log.text


def test_the_cause_of_an_exception_follows_it() -> None:
    with recorded_log() as log:
        try:
            fail("s3cr3t")
        except RuntimeError as error:
            structlog.get_logger("gateway.x").error("failed", exc_info=error)
    outer, inner = log.events()[0]["exception"]
    assert outer["type"] == "RuntimeError"
    assert inner["type"].endswith("test_logs.SecretError")
    assert outer["frames"][-1].endswith(" fail")
    assert all(sys.prefix not in frame for frame in outer["frames"])


def test_a_cause_that_was_cut_off_stays_cut_off() -> None:
    with recorded_log() as log:
        try:
            try:
                fail("s3cr3t")
            except RuntimeError:
                raise ValueError from None
        except ValueError as error:
            structlog.get_logger("gateway.x").error("failed", exc_info=error)
    assert [one["type"] for one in log.events()[0]["exception"]] == ["ValueError"]


def test_exceptions_that_cause_each_other_end() -> None:
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    with recorded_log() as log:
        structlog.get_logger("gateway.x").error("failed", exc_info=first)
    assert len(log.events()[0]["exception"]) == 5


def test_of_another_packages_message_only_the_first_line_stays() -> None:
    with recorded_log() as log:
        logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: ValueError('Ada Lovelace')")
    assert log.events()[0]["event"] == "Task exception was never retrieved"


def test_secrets_are_taken_out_of_every_line() -> None:
    with recorded_log(secrets=["the-configured-secret"]) as log:
        structlog.get_logger("gateway.x").info("x", text="the-configured-secret", email="ada@example.com")
        logging.getLogger("other.package").warning("GET /v1/customers?email=ada%%40example.com the-configured-secret")
    assert "the-configured-secret" not in log.text
    assert "ada" not in log.text


def test_a_warning_of_python_is_a_line_as_well() -> None:
    with recorded_log() as log, warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("something is old", DeprecationWarning, stacklevel=1)
    assert log.events()[0]["logger"] == "py.warnings"


@pytest.mark.parametrize("text", ["\ud800", "\u2028", "line\nfeed", "\x1b[2J"], ids=ascii)
def test_whatever_is_logged_an_event_is_one_line(text: str) -> None:
    with recorded_log() as log:
        structlog.get_logger("gateway.x").info("x", value=text)
    assert log.text.isascii()
    assert log.text.count("\n") == 1
    assert log.events()[0]["value"] == text


class BrokenPipe(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_log_that_cannot_be_written_takes_nothing_with_it() -> None:
    with recorded_log() as log:
        log.stream.close()
        structlog.get_logger("gateway.x").info("to a closed stream")
    with recorded_log():
        configure_logs(stream=BrokenPipe())
        structlog.get_logger("gateway.x").info("to nobody")


def test_setting_up_again_does_not_write_twice() -> None:
    with recorded_log(), recorded_log() as log:
        logging.getLogger("other.package").warning("once")
        structlog.get_logger("gateway.x").info("once")
    assert len(log.events()) == 2
