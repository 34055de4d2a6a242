"""The group of verbs and what they have in common: exit codes, errors."""

import sys

import click

from pyiccp import __version__
from pyiccp.cli.lab import lab
from pyiccp.node.config import ConfigError

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pyiccp")
def pyiccp() -> None:
    """Two switches that an LACP client sees as one (MLAG): protocol cores, a lab, a node.

    \b
    Examples:
      pyiccp lab                    run the vendor's quick setup on a virtual clock
      pyiccp lab my.toml --json     run a network of your own
    """


pyiccp.add_command(lab)


def main() -> None:
    """Run the program and leave with 0 done, 1 bad answer, 2 usage or configuration, 130 Ctrl-C."""
    try:
        code = pyiccp.main(standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ConfigError as error:
        print(f"pyiccp: {error}", file=sys.stderr)
        code = EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        code = EXIT_INTERRUPTED
    sys.exit(code)
