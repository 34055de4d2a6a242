"""`pyiccp --version`: the program, the layouts that two of them must agree on, and what it stands on."""

import platform
from importlib.metadata import PackageNotFoundError, version

import click

from pyiccp import __version__

STANDS_ON = ("construct", "msgspec", "trio", "numpy")


def version_text() -> str:
    """Three lines; nodes pair if the first number behind `link` and behind `pair` is the same on both."""
    from pyiccp._mlag.pair import MAJOR as PAIR_MAJOR
    from pyiccp._mlag.pair import MINOR as PAIR_MINOR
    from pyiccp._service.picture import SCHEMA
    from pyiccp.iccp._group import VERSION as APPLICATION
    from pyiccp.wire._link import MAJOR, MINOR

    return "\n".join(
        (
            f"pyiccp {__version__}",
            f"layouts: link pyiccp-{MAJOR}.{MINOR}, pair {PAIR_MAJOR}.{PAIR_MINOR}, "
            f"ICCP applications {APPLICATION}, node status schema {SCHEMA}",
            ", ".join((f"Python {platform.python_version()}", *map(_installed, STANDS_ON))),
        )
    )


def show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Callback of the option: print and leave."""
    if wanted and not context.resilient_parsing:
        click.echo(version_text())
        context.exit()


def _installed(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"
