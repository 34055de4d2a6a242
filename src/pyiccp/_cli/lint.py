"""`pyiccp lint`: what is wrong with the configurations of a pair, before it runs."""

import json
from pathlib import Path

import click

from pyiccp._cli.files import text_of
from pyiccp._cli.output import emit
from pyiccp._routeros.lint import SCHEMA, LintFinding
from pyiccp._routeros.lint import lint as check

_FILE = click.Path(path_type=Path, dir_okay=False)
_LABELS = {"type-1": "type 1", "type-2": "type 2", "advice": "advice"}


@click.command(short_help="Check the configurations of a pair before it runs.")
@click.argument("peer1", type=_FILE, metavar="PEER1.rsc")
@click.argument("peer2", type=_FILE, metavar="[PEER2.rsc]", required=False)
@click.argument("client", type=_FILE, metavar="[CLIENT.rsc]", required=False)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--keepalive", is_flag=True, help="The nodes will have a keepalive path beside the peer port.")
def lint(peer1: Path, peer2: Path | None, client: Path | None, as_json: bool, keepalive: bool) -> None:
    """Say what is wrong with the configurations of an MLAG pair, and of its client.

    The checks are those of the running nodes, with file, line and the RouterOS lines that mend it. Exit code 1 when
    something would be held down (type 1).

    \b
    Severities:
      type 1   what it concerns is held down, or the node refuses the text
      type 2   it runs, and something is wrong or will surprise
      advice   it could be better
    \b
    Examples:
      pyiccp lint peer1.rsc peer2.rsc
      pyiccp lint peer1.rsc peer2.rsc client.rsc --json | jq '.findings[].code'
    """
    peers = [_text(path) for path in (peer1, peer2) if path is not None]
    report = check(peers, None if client is None else _text(client), keepalive=keepalive)
    if as_json:
        found = [{name: getattr(one, name) for name in one.__struct_fields__} for one in report.findings]
        emit(json.dumps({"schema": SCHEMA, "findings": found}, indent=2, ensure_ascii=False) + "\n")
    else:
        emit("\n".join(_lines(report.findings)) + "\n")
    if report.bad:
        raise click.exceptions.Exit(1)


def _text(path: Path) -> tuple[str, str]:
    return str(path), text_of(path)


def _lines(findings: tuple[LintFinding, ...]) -> list[str]:
    lines = []
    for one in findings:
        lines.append(f"{one.file}:{one.line}: {_LABELS[one.severity]}: {one.message} [{one.code}]")
        lines += [f"    {line}" for line in one.fix.splitlines()]
    counts = [sum(one.severity == severity for one in findings) for severity in _LABELS]
    said = [f"{count} of {label}" for count, label in zip(counts, _LABELS.values(), strict=True) if count]
    return [*lines, ", ".join(said) if said else "nothing to complain about"]
