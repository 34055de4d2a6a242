"""`pyiccp ctl`: tell a running node what to do."""

from pathlib import Path

import click

from pyiccp._cli.asking import asking, control_option
from pyiccp._node.config import ConfigError
from pyiccp._service.client import ask

VERBS = ("stop", "enter-maintenance", "leave-maintenance", "flush", "clear-guards")
ABOUT_A_PORT = ("flush", "clear-guards")


@click.command(short_help="Tell a running node what to do.")
@click.argument("verb", type=click.Choice(VERBS))
@click.argument("interface", required=False)
@control_option
def ctl(verb: str, interface: str | None, control: Path) -> None:
    """Tell a running node what to do.

    \b
    Verbs:
      stop                a planned stop: bonds are drained, the peer is told (as SIGTERM)
      enter-maintenance   drain this node's halves of bonds and keep them out, without stopping
      leave-maintenance   take them in again, as after a restart
      flush [PORT]        forget learned hosts, of one port of a bridge or all, on both nodes
      clear-guards [PORT] enable ports again that BPDU guard has disabled
    \b
    Examples:
      pyiccp ctl stop --control /run/peer1.sock
      pyiccp ctl flush client-bond --control /run/peer1.sock
    """
    if interface is not None and verb not in ABOUT_A_PORT:
        raise ConfigError(f"{verb} is about the whole node", fix=f"leave {interface} out")
    with asking(control):
        ask(control, verb, interface)
