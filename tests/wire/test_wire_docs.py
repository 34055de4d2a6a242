"""docs/wire/pyiccp-1.md shows the layouts that the engines read."""

from pathlib import Path

import pytest

from pyiccp.wire import __main__ as program
from pyiccp.wire import keepalive, link
from pyiccp.wire.catalogue import every
from pyiccp.wire.codec import Format
from pyiccp.wire.iccp import fdb, mlag, tree
from pyiccp.wire.octets import octet_table

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
