"""Pages: links lead somewhere, what is drawn from the code shows all of it, the terminal what is printed."""

import html
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from docs.generate import commands, cores, machines, octets, terminal

from docs.following import DOCS
from pyiccp._cli.program import VERBS
from pyiccp.iccp import _connection as connection
from pyiccp.lacp._receive import RECEIVE
from pyiccp.wire._catalogue import every

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
PAGES = [page for page in PAGES if "generated" not in page.parts]
_LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)|\{download\}`[^`<]*<([^>]+)>`")
_URL = re.compile(r"https?://[^\s<>\"'`)\]]+")
OUTSIDE = {
    "http://www.w3.org/2000/svg": "the name of SVG in XML: nobody fetches it",
    "https://json-schema.org/draft/2020-12/schema": "the name of the dialect of `pyiccp schema`: nobody fetches it",
}
"""Every address in what we write, and what it is. A link to a place of others goes in here by hand, once somebody has
looked at it: a build asks nobody, and `sphinx-build -b linkcheck` asks where there is a network."""
GENERATED = {name: text for module in (machines, octets, cores, commands) for name, text in module.pages().items()}


def heading_anchors(text: str) -> set[str]:
    """As MyST and GitHub make them of headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for pair in _LINK.findall(page.read_text()):
        target = pair[0] or pair[1]
        if target in OUTSIDE:
            continue
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if DOCS / "generated" in file.parents:
            text = GENERATED[str(file.relative_to(DOCS / "generated"))]
        else:
            assert file.exists(), f"{page.name}: {target}"
            text = file.read_text() if anchor else ""
        assert not anchor or anchor in heading_anchors(text), f"{page.name}: {target}"


def test_every_address_outside_is_a_known_one() -> None:
    found = {}
    for file in (
        *PAGES,
        *DOCS.rglob("*.py"),
        *DOCS.rglob("*.svg"),
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "fuzz").rglob("*.md"),
    ):
        found |= dict.fromkeys(_URL.findall(file.read_text()), file.name)
    assert found.keys() == OUTSIDE.keys(), found
    for url in OUTSIDE:
        parts = urlsplit(url)
        assert parts.hostname and re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", parts.hostname) and parts.path, url


def test_no_page_loads_anything_from_elsewhere() -> None:
    loads = re.compile(r"""(?:src|href)=["']https?:|@import|@font-face|url\(["']?https?:""")
    for file in (*PAGES, *(DOCS / "_static").iterdir()):
        assert not loads.search(file.read_text()), file
    assert not any(loads.search(text) for text in GENERATED.values())


def test_a_figure_has_every_arrow_of_its_table() -> None:
    figures = [figure for _, _, make in machines.PAGES.values() for figure in make()]
    assert len(figures) == 6 + 9 + 3
    for figure in figures:
        drawn = html.unescape(machines.figure(figure.title, figure.rows))
        for row in figure.rows:
            assert f">{row.condition}</text>" in drawn and f">→ {row.target}</text>" in drawn, (figure.title, row)
    assert machines.rows_of(RECEIVE)[1] == ("ANYWHERE", "port_moved", "INITIALIZE")
    assert len(machines.rows_of(RECEIVE)) == 1 + len(RECEIVE.arrows)


def test_an_input_with_one_row_in_all_states_is_one_open_arrow() -> None:
    rows = machines.rows_of_table(connection.TABLE)
    assert [row for row in rows if row.source == "ANYWHERE"] == [("ANYWHERE", "LDP_DOWN", "NONEXISTENT")]
    states = {state for state, _ in connection.TABLE}
    assert len(rows) == len(connection.TABLE) - len(states) + 1


def test_every_machine_of_the_cores_has_a_figure() -> None:
    """A machine that somebody adds is found by its declaration."""
    declared = sum(
        len(re.findall(r"^\w+: Machine\[\w+\] = Machine\(", file.read_text(), re.MULTILINE))
        for core in ("lacp", "rstp")
        for file in (ROOT / "src/pyiccp" / core).glob("*.py")
    )
    assert declared == len(machines.lacp()) + len(machines.rstp())


def test_every_format_is_on_a_page_with_all_its_fields() -> None:
    text = "\n".join(octets.pages().values())
    for form in every():
        assert text.count(f"## {form.name}\n") >= 1, form.name
        drawn = octets.diagram(form)
        for field in form.layout.fields if form.layout else ():
            assert f">{field.name}" in drawn, (form.name, field.name)


def test_a_long_field_keeps_its_place() -> None:
    cells = octets._cells(next(form for form in every() if form.name == "LACPDU"))
    assert all(offset % octets.WIDE == at % octets.WIDE for at, (_, offset) in enumerate(cells))
    assert cells[-1] == ("reserved", 109)


def test_every_core_and_every_verb_is_on_its_page() -> None:
    text = cores.pages()["cores.md"]
    for name in ("LacpduReceived", "BpduReceived", "SegmentReceived", "TlvsQueued", "HostsReceived", "SendFence"):
        assert f"| `{name}` |" in text
    lines = commands.pages()["cli.md"]
    for verb in VERBS:
        assert f"## `pyiccp {verb}`\n" in lines
    assert (
        lines.count("-h, --help") == lines.count("Options:\n")
        and "### `pyiccp lab check`" in lines
        and "### `pyiccp fuzz send`" in lines
    )


@pytest.mark.long
def test_the_terminal_shows_what_the_program_prints() -> None:
    svg = terminal.TARGET.read_text()
    shown = [html.unescape(word) for word in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
    words = " ".join(" ".join(shown).replace("\xa0", " ").split())
    for command, output in terminal.session():
        for line in (f"$ {command}", *re.sub(r"\x1b\[[\d;]*m", "", output).splitlines()):
            assert " ".join(line.split()) in words, f"{line!r}: python -m docs.generate.terminal"
