"""`pyiccp ctl`: tell a running node what to do."""

from pathlib import Path

import click

from pyiccp.cli.asking import asking, control_option
from pyiccp.service.client import ask


@click.command()
@click.argument("verb", type=click.Choice(["stop"]))
@control_option
def ctl(verb: str, control: Path) -> None:
    """Tell a running node what to do.

    \b
    Verbs:
      stop     a planned stop: bonds are drained, the peer is told (as SIGTERM)
    \b
    Example:
      pyiccp ctl stop --control /run/peer1.sock
    """
    with asking(control):
        ask(control, verb)
