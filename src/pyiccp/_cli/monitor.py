"""`pyiccp monitor`: what a running node shows, in RouterOS' layouts or as JSON."""

import json
import sys
from pathlib import Path
from time import sleep

import click

from pyiccp._cli.asking import asking, control_option
from pyiccp._cli.output import emit
from pyiccp._service.client import ask_picture
from pyiccp._service.paths import answer, overview
from pyiccp._service.picture import Picture, status_json

WATCH = 1.0
"""Seconds between two looks."""


@click.command(short_help="Show a running node.")
@click.argument("path", nargs=-1, metavar="[PATH]")
@control_option
@click.option("--json", "as_json", is_flag=True, help="The whole status as JSON.")
@click.option("--watch", is_flag=True, help="A live screen until Ctrl-C; into a pipe, again every second.")
def monitor(path: tuple[str, ...], control: Path, as_json: bool, watch: bool) -> None:
    """Show a running node: everything on one screen, or what a RouterOS command would print.

    \b
    Examples:
      pyiccp monitor --control /run/peer1.sock
      pyiccp monitor /interface/bridge/mlag/monitor
      pyiccp monitor /interface bonding monitor client-bond
      pyiccp monitor /interface/bridge/host/print --watch
    """
    command = " ".join(path)
    with asking(control):
        text = _text(ask_picture(control), command, as_json)
        if not watch:
            emit(text)
        elif as_json or not sys.stdout.isatty():
            while True:
                emit(text)
                sleep(WATCH)
                text = _text(ask_picture(control), command, as_json)
        else:
            _live(control, command, text)


def _live(control: Path, command: str, text: str) -> None:
    """One screen, drawn anew every second; the terminal is as it was afterwards."""
    from rich.live import Live
    from rich.text import Text

    with Live(Text(text), screen=True, auto_refresh=False) as screen:
        while True:
            sleep(WATCH)
            screen.update(Text(_text(ask_picture(control), command, False)), refresh=True)


def _text(picture: Picture, command: str, as_json: bool) -> str:
    if as_json:
        return json.dumps(status_json(picture), indent=2, ensure_ascii=False) + "\n"
    return (answer(picture, command) if command else overview(picture)) + "\n"
