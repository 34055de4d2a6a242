"""The group of verbs and what they have in common: exit codes and errors."""

import sys
from importlib import import_module

import click

from pyiccp._cli.version import show_version

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
VERBS = ("lab", "decode", "explain", "lint", "migrate", "wireshark", "node", "monitor", "ctl", "schema", "fuzz")
"""Each is a command of its name in a module of its name."""


class Verbs(click.Group):
    """Loads a verb when it is asked for: none pays for what another needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(f"pyiccp._cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-V", "--version", is_flag=True, is_eager=True, expose_value=False, callback=show_version,
    help="Print the version, those of the layouts on the wire, and those of the libraries.",
)  # fmt: skip
def pyiccp() -> None:
    """Two switches that an LACP client takes for one (MLAG): a lab, a node, and tools for captures and configurations.

    \b
    Examples:
      pyiccp lab                             run the vendor's quick setup on a virtual clock
      pyiccp lab --event "10s crash Peer1"   what a fault costs
      pyiccp explain trunk.pcapng            why is this bond not up?
      pyiccp lint peer1.rsc peer2.rsc        what is wrong with these configurations?

    Every command has examples in its own --help.
    """


def main() -> None:
    """Run the program and leave with 0 done, 1 bad answer, 2 usage or configuration, 130 Ctrl-C."""
    try:
        code = _run()
    except (click.Abort, KeyboardInterrupt):
        code = EXIT_INTERRUPTED
    sys.exit(code)


def _run() -> int:
    from pyiccp._node.config import ConfigError

    try:
        return int(pyiccp.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ConfigError as error:
        print(f"pyiccp: {error}", file=sys.stderr)
        return EXIT_USAGE
