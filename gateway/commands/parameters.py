"""What the options of ``serve`` are read as, and those that ``check`` has as well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Final

import click

from gateway.commands.options import PORT, Command
from gateway.server import CertificateFiles
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


def tls_options(command: Command) -> Command:
    """``--tls-certificate`` and ``--tls-key``, for `certificate_files`."""
    key = click.option(
        "--tls-key",
        type=click.Path(path_type=Path),
        envvar="CKGW_TLS_KEY",
        show_envvar=True,
        metavar="FILE",
        help="Private key of that certificate, PEM, without a passphrase.",
    )
    certificate = click.option(
        "--tls-certificate",
        type=click.Path(path_type=Path),
        envvar="CKGW_TLS_CERTIFICATE",
        show_envvar=True,
        metavar="FILE",
        help="Certificate for the port with its chain, PEM. With it the port speaks TLS alone.",
    )
    return certificate(key(command))


def certificate_files(certificate: Path | None, key: Path | None) -> CertificateFiles | None:
    """Both files, or None where neither is given. Raises `click.UsageError` for one of them."""
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise click.UsageError("--tls-certificate and --tls-key belong together")
    return CertificateFiles(certificate, key)
