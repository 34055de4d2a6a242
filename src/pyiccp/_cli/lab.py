"""`pyiccp lab`: a network on a virtual clock."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

from pyiccp._cli.files import named
from pyiccp._cli.lab_check import check
from pyiccp._cli.lab_compare import compare
from pyiccp._cli.output import emit
from pyiccp._cli.progress import progress_of
from pyiccp._node.config import ConfigError
from pyiccp.lab._result import Result, to_json
from pyiccp.lab._run import CAPTURE_NAME
from pyiccp.lab._run import run as run_scenario
from pyiccp.lab._scenario import QUICKSTART, Scenario, command_line_events, load
from pyiccp.lab._text import to_text
from pyiccp.lab._units import parse_duration


class Lab(click.Group):
    """`pyiccp lab [SCENARIO]` runs a network; a first word that is a command of its own goes there."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args and args[0] in self.commands else ["run", *args])


@click.group(cls=Lab, add_help_option=False, short_help="Run a network on a virtual clock; search it for holes.")
def lab() -> None:
    """Run a network on a virtual clock; `lab check` searches one for holes, `lab compare` compares policies."""


lab.add_command(check)
lab.add_command(compare)


@lab.command(short_help="Run a network and print what became of it.")
@click.argument("scenario", required=False, type=click.Path(path_type=Path), metavar="[SCENARIO.toml]")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--until", metavar="TIME", help="Virtual time to run, e.g. 60s.")
@click.option(
    "--event", "events", multiple=True, metavar="EVENT", help='One more event, e.g. "20s cut Peer1:sfp-sfpplus2".'
)
@click.option(
    "--pcap",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Capture every link into DIR/lab.pcapng.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.html",
    help="Write what explain says of the run as one page.",
)
@click.option("--seed", type=int, metavar="N", help="Seed of the links' losses.")
@click.option("--copy-quickstart", "copy_to", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write the packaged quick setup into DIR and stop.")  # fmt: skip
def run(
    scenario: Path | None,
    as_json: bool,
    until: str | None,
    events: tuple[str, ...],
    pcap: Path | None,
    html: Path | None,
    seed: int | None,
    copy_to: Path | None,
) -> None:
    """Run a network on a virtual clock, from RouterOS configuration text.

    Without a scenario: the quick setup of the vendor's MLAG page. Prints monitors, flows and a timeline.
    Exit code 1 when a frame looped, came twice or came back to its sender.

    \b
    Events (TIME VERB TARGET):
      cut|mend NODE:PORT              both ends lose carrier, get it back
      silence|heal NODE:PORT          carrier stays, frames vanish both ways
      silence-rx|silence-tx NODE:PORT only those towards, or from, this end
      crash|hang NODE                 carrier drops; or stays, with the state lost
      freeze|thaw NODE                the program stands still, goes on
      stop NODE                       planned
      start NODE [fresh]              again; fresh: without what it remembered
      cut|mend keepalive
    \b
    Examples:
      pyiccp lab
      pyiccp lab --until 40s --event "10s crash Peer1" --event "25s start Peer1"
      pyiccp lab check --help
      pyiccp lab compare --help
      pyiccp lab --event "10s hang Peer1" --html report.html
      pyiccp lab --copy-quickstart here && pyiccp lab here/lab.toml --pcap captures
    """
    if copy_to is not None:
        _copy(copy_to)
        return
    chosen = _adjusted(load(scenario), until, events, seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory())) if html is not None and pcap is None else pcap
        with progress_of(chosen.until) as progress, named(folder or ""):
            result = run_scenario(chosen, pcap=folder, progress=progress)
        if html is not None and folder is not None:
            _page(html, folder / CAPTURE_NAME, result, "quick setup" if scenario is None else scenario.name)
    emit(to_json(result) if as_json else to_text(result))
    if result.bad:
        raise click.exceptions.Exit(1)


def _page(target: Path, capture: Path, result: Result, title: str) -> None:
    """The run as `explain` sees it, and beside it what was done."""
    from pyiccp._explain.story import explain
    from pyiccp._report.html import to_html

    events = [(round(one.at * 1e9), one.what) for one in result.timeline if one.node == "lab"]
    with capture.open("rb") as file:
        report = explain([(capture.name, file)], events=events)
    with named(target):
        target.write_text(to_html(msgspec.structs.replace(report, title=title)), encoding="utf-8")


def _adjusted(scenario: Scenario, until: str | None, events: tuple[str, ...], seed: int | None) -> Scenario:
    """*scenario* with what the command line says instead or besides."""
    try:
        span = scenario.until if until is None else parse_duration(until)
    except ValueError as error:
        raise ConfigError(f"--until: {error}", property="until") from None
    return msgspec.structs.replace(
        scenario,
        until=span,
        seed=scenario.seed if seed is None else seed,
        events=(*scenario.events, *command_line_events(events)),
    )


def _copy(folder: Path) -> None:
    with named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(QUICKSTART.iterdir()):
            if source.suffix not in (".rsc", ".toml"):
                continue
            target = folder / source.name
            if target.exists():
                raise ConfigError(f"{target} exists already; nothing is overwritten")
            shutil.copyfile(source, target)
            emit(f"{target}\n")
