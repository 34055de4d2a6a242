"""`pyiccp monitor`: what a running node shows, in RouterOS' layouts or as JSON."""

import json
from pathlib import Path
from time import sleep

import click

from pyiccp.cli.asking import asking, control_option
from pyiccp.cli.output import emit
from pyiccp.service.client import ask_picture
from pyiccp.service.paths import answer, overview
from pyiccp.service.picture import Picture, status_json

WATCH = 1.0
"""Seconds between two looks."""


@click.command()
@click.argument("path", nargs=-1, metavar="[PATH]")
@control_option
@click.option("--json", "as_json", is_flag=True, help="The whole status as JSON.")
@click.option("--watch", is_flag=True, help="Again every second, until Ctrl-C.")
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
    while True:
        with asking(control):
            picture = ask_picture(control)
        text = _text(picture, command, as_json)
        if not watch:
            emit(text)
            return
        emit("\x1b[H\x1b[2J" + text)
        sleep(WATCH)


def _text(picture: Picture, command: str, as_json: bool) -> str:
    if as_json:
        return json.dumps(status_json(picture), indent=2, ensure_ascii=False) + "\n"
    return (answer(picture, command) if command else overview(picture)) + "\n"
