"""`pyiccp migrate`: a configuration in the dialect of RouterOS 7.22 and newer."""

import sys
from pathlib import Path

import click

from pyiccp._cli.files import text_of
from pyiccp._cli.output import emit
from pyiccp._routeros.migrate import migrate as rewrite


@click.command(short_help="Rewrite a configuration for RouterOS 7.22 and newer.")
@click.argument("old", type=click.Path(path_type=Path, dir_okay=False), metavar="OLD.rsc")
def migrate(old: Path) -> None:
    """Print OLD.rsc with MLAG as RouterOS 7.22 and newer write it: as properties of the bridge.

    Nothing else of the text is touched; both texts configure the same device, which is checked.

    \b
    Example:
      pyiccp migrate peer1.rsc > peer1-new.rsc
    """
    text = text_of(old)
    new = rewrite(text, str(old))
    if new == text:
        print(f"note: {old} does not use /interface bridge mlag: nothing to change", file=sys.stderr)
    emit(new)
