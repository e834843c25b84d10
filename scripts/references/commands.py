"""Every command and option, from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

import click

from gateway.cli import main
from references.tables import NO, code, codes, page, prose, table

_TITLE: Final = "Command line"
_INTRODUCTION: Final = """
`churnkey-gateway COMMAND [OPTION ...]`. `--help` after a command says the same, and `--version` in place of one tells
the version. Logs go to stderr. Where nothing else is said, 0 is success, 1 a failure, 2 bad settings or bad usage.
"""
_HEADINGS: Final = ("option", "variable", "default", "meaning")


def commands() -> str:
    """The page, in the order of the help."""
    context = click.Context(main, info_name="churnkey-gateway")
    return page(_TITLE, _INTRODUCTION, [part for name in main.list_commands(context) for part in _parts(name, context)])


def _parts(name: str, above: click.Context) -> Iterator[str]:
    command = main.get_command(above, name)
    if command is None:
        raise LookupError(name)
    context = click.Context(command, parent=above, info_name=name)
    yield f"## {name}"
    yield from (prose(paragraph) for paragraph in (command.help or "").split("\n\n"))
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        yield table(_HEADINGS, (_row(option, context) for option in options))


def _row(option: click.Option, context: click.Context) -> tuple[str, str, str, str]:
    value = "" if option.is_flag else f" {_value(option, context)}"
    default = "required" if option.required else _default(option, context)
    variable = code(option.envvar) if isinstance(option.envvar, str) else NO
    meaning = prose(option.help or "")
    if isinstance(option.type, click.Choice):
        meaning += f" One of {codes(_word(choice) for choice in option.type.choices)}."
    return code(option.opts[0] + value), variable, default, meaning


def _value(option: click.Option, context: click.Context) -> str:
    if option.metavar is not None:
        return option.metavar
    return "CHOICE" if isinstance(option.type, click.Choice) else option.type.name.split()[0].upper()


def _default(option: click.Option, context: click.Context) -> str:
    if not option.show_default:
        return NO
    shown = option.show_default if isinstance(option.show_default, str) else option.get_default(context, call=True)
    return code(_word(shown))


def _word(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else value)
