"""What the options of ``serve`` are read as."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

import click

from gateway.commands.options import PORT
from gateway.server.clients import Proxy, read_proxy

_NONE: Final = "none"
_MODE: Final = re.compile("0?[0-7]{3}")


class PublicPort(click.ParamType[int | None]):
    """A port, or ``none``, which is None."""

    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number. Fails for what is no port."""
        if value == _NONE:
            return None
        port: int = PORT.convert(value, param, ctx)
        return port


class FileMode(click.ParamType[int]):
    """The permissions of a file as chmod writes them: octal digits."""

    name = "mode"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Fails for what is no mode, and for the bits that permit nothing."""
        if not _MODE.fullmatch(str(value)):
            self.fail(f"{value!r} is not a mode such as 660", param, ctx)
        return int(str(value), 8)


class ProxyType(click.ParamType[Proxy]):
    """A network, an address, or ``unix``. In a variable there are commas between several."""

    name = "proxy"
    envvar_list_splitter: ClassVar[str] = ","

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Proxy:
        """What it stands for. Fails for what is none of them."""
        try:
            return read_proxy(str(value).strip())
        except ValueError as error:
            self.fail(str(error), param, ctx)
