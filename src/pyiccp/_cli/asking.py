"""What `monitor` and `ctl` share: the option of the socket, and what can go wrong behind it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pyiccp._node.config import ConfigError
from pyiccp._service.client import Refused

EXIT_BAD, EXIT_NO_PERMISSION = 1, 3

control_option = click.option(
    "--control",
    required=True,
    envvar="PYICCP_CONTROL",
    type=click.Path(path_type=Path),
    metavar="SOCKET",
    help="The node's control socket; or set PYICCP_CONTROL.",
)


@contextmanager
def asking(control: Path) -> Iterator[None]:
    """Turns a node that is not there into a message and an exit code."""
    try:
        yield
    except PermissionError:
        print(f"pyiccp: {control} listens to its own user and to root only", file=sys.stderr)
        raise click.exceptions.Exit(EXIT_NO_PERMISSION) from None
    except OSError as error:
        raise ConfigError(f"no node answers at {control}: {error.strerror or error}", property="control") from None
    except Refused as refused:
        print(f"pyiccp: {refused}", file=sys.stderr)
        raise click.exceptions.Exit(EXIT_BAD) from None
