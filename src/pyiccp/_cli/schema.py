"""`pyiccp schema`: what the JSON of `monitor --json` looks like."""

import json

import click

from pyiccp._cli.output import emit


@click.command(short_help="Print the JSON Schema of `pyiccp monitor --json`.")
def schema() -> None:
    """Print the JSON Schema of `pyiccp monitor --json`.

    \b
    Example:
      pyiccp schema > node-status.schema.json
    """
    from pyiccp._service.schema import status_schema

    emit(json.dumps(status_schema(), indent=2) + "\n")
