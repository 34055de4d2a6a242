"""`pyiccp --version` as a person calls it."""

import platform

import pytest
from click.testing import CliRunner

from pyiccp import __version__
from pyiccp._cli.program import pyiccp
from pyiccp._service.picture import SCHEMA
from pyiccp.wire._link import MAJOR, MINOR


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_comes_with_those_of_the_layouts(option: str) -> None:
    done = CliRunner().invoke(pyiccp, [option])
    assert done.exit_code == 0
    first, layouts, stands_on = done.output.splitlines()
    assert first == f"pyiccp {__version__}"
    assert f"link pyiccp-{MAJOR}.{MINOR}," in layouts
    assert layouts.endswith(f"node status schema {SCHEMA}")
    assert stands_on.startswith(f"Python {platform.python_version()}, construct 2.")
