"""`pyiccp explain`: why is this bond not up?"""

from contextlib import ExitStack
from pathlib import Path

import click

from pyiccp._cli.files import named, text_of
from pyiccp._cli.output import emit
from pyiccp._node.config import ConfigError

_FILE = click.Path(path_type=Path, dir_okay=False)


class _WithConfigs(click.Command):
    """`--config A.rsc B.rsc`: the option takes what follows it up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spread: list[str] = []
        inside = False
        for arg in args:
            if arg == "--config":
                inside = True
                continue
            inside = inside and not arg.startswith("-") and arg.endswith(".rsc")
            spread += ["--config", arg] if inside else [arg]
        return super().parse_args(ctx, spread)


@click.command(cls=_WithConfigs, short_help="Say why a bond is not up: what captures prove.")
@click.argument("captures", nargs=-1, required=True, type=_FILE, metavar="CAPTURE…")
@click.option("--config", "configs", multiple=True, type=_FILE, metavar="A.rsc B.rsc", help="What lint holds against "
              "the configurations of the pair, and of its client as a third, counts too.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--html", type=_FILE, metavar="OUT.html", help="Write the report as one page without a network.")
def explain(captures: tuple[Path, ...], configs: tuple[Path, ...], as_json: bool, html: Path | None) -> None:
    """Say what captures prove about LACP, spanning tree and ICCP: who is there, what went wrong, when, and why.

    Captures are pcap or pcapng, of one link or of many; several are put on one clock by the frames that both saw.
    Every conclusion says whether it was seen, inferred or stays unknown. Exit code 1 when there is a finding.

    \b
    Examples:
      pyiccp explain trunk.pcapng
      pyiccp explain peer1.pcap peer2.pcap --config peer1.rsc peer2.rsc
      pyiccp explain trunk.pcapng --html report.html
      pyiccp explain trunk.pcapng --json | jq '.findings[] | .code, .message'
    """
    from pyiccp._explain.story import explain as tell
    from pyiccp._report.document import to_json
    from pyiccp._report.text import to_text
    from pyiccp.capture._packet import CaptureError

    texts = [(str(path), text_of(path)) for path in configs]
    with ExitStack() as stack:
        files = []
        for path in captures:
            with named(path):
                files.append((str(path), stack.enter_context(path.open("rb"))))
        try:
            report = tell(files, texts)
        except CaptureError as error:
            raise ConfigError(str(error), fix="captures are pcap or pcapng") from None
    if html is not None:
        from pyiccp._report.html import to_html

        with named(html):
            html.write_text(to_html(report), encoding="utf-8")
    emit(to_json(report) if as_json else to_text(report))
    if not report.healthy:
        raise click.exceptions.Exit(1)
