"""The command line, from `--help` of every command, and the schema of the status."""

import json
from collections.abc import Iterator
from typing import Any

import click

from pyiccp._cli.program import pyiccp
from pyiccp._service.schema import status_schema

WIDTH = 90


def helped(
    command: click.Command, words: tuple[str, ...], parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """(command line, its help) of *command* and of all below it."""
    wide: dict[str, Any] = {"terminal_width": WIDTH, "max_content_width": WIDTH, **command.context_settings}
    context = click.Context(command, info_name=words[-1], parent=parent, **wide)
    yield " ".join(words), command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from helped(inner, (*words, name), context)


def pages() -> dict[str, str]:
    """cli.md and schema.md"""
    parts = [
        "# Command line",
        "What `--help` says, of every command. Exit codes are everywhere: 0 done, 1 the answer is bad, 2 usage or "
        "configuration, 3 no permission or no such tool, 130 Ctrl-C. Data goes to stdout, progress and warnings to "
        "stderr; `NO_COLOR` is honoured.",
    ]
    for line, text in helped(pyiccp, ("pyiccp",)):
        level = "##" if line.count(" ") < 2 else "###"
        parts += [f"{level} `{line}`", f"```text\n{text.rstrip()}\n```"]
    schema = json.dumps(status_schema(), indent=2)
    said = [
        "# JSON schema of a node's status",
        "`pyiccp schema` prints it; `pyiccp monitor --json`, the control socket's `status` and `nodes.NAME` of "
        "`pyiccp lab --json` are made of these types. Keys are in kebab-case, addresses in upper case with colons, "
        "times in seconds, and what there is not is `null`.",
        f"```json\n{schema}\n```",
    ]
    return {"cli.md": "\n\n".join(parts) + "\n", "schema.md": "\n\n".join(said) + "\n"}
