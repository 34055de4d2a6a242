"""docs/wire/pyiccp-1.md shows the layouts that the engines read."""

from pathlib import Path

import pytest

from pyiccp.wire import __main__ as program
from pyiccp.wire import _keepalive as keepalive
from pyiccp.wire import _link as link
from pyiccp.wire._catalogue import every
from pyiccp.wire._codec import Format
from pyiccp.wire._octets import octet_table
from pyiccp.wire.iccp import _fdb as fdb
from pyiccp.wire.iccp import _mlag as mlag
from pyiccp.wire.iccp import _tree as tree

PAGE = Path(__file__).parents[2] / "docs/wire/pyiccp-1.md"
OURS = (*link.FORMATS.values(), keepalive.Keepalive.FORMAT, *mlag.FORMATS, *tree.FORMATS, *fdb.FORMATS)


@pytest.mark.parametrize("form", OURS, ids=lambda form: form.name)
def test_the_page_shows_the_layout(form: Format) -> None:
    assert f"```\n{octet_table(form)}\n```" in PAGE.read_text()


def test_the_program_prints_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    program.main([])
    out = capsys.readouterr().out
    assert all(f"{form.name}" in out for form in every())
    program.main(["lacpdu"])
    assert "    18      1  actor.state" in capsys.readouterr().out
