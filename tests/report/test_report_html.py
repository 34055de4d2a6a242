"""The HTML report: self-contained, deterministic, escaped; five pages are kept as they should look."""

import io
import re
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from explain.labs import VECTORS, frames, report, written
from pyiccp._report.findings import Finding, Ref
from pyiccp._report.html import to_html
from pyiccp._report.timeline import Report

FIXTURES = Path(__file__).parent / "fixtures"
PAGES = {
    "one-way-loss": partial(report, VECTORS / "lacp/s09_one_way_loss.pcapng"),
    "split-pair": partial(report, VECTORS / "lacp/s13_mclag.pcapng"),
    "count-to-infinity": partial(report, VECTORS / "stp/mstpd-ring3/all.pcapng"),
    "healthy": partial(report, VECTORS / "lacp/s02_cold_fast.pcapng"),
    "peer-hangs": partial(report, VECTORS / "lab/peer-hangs.pcapng"),
}


class Page(HTMLParser):
    """Ids, targets of links, and everything that could be loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in ("meta", "link", "br", "path", "circle"):
            self.open.append(tag)
        if "id" in values:
            self.ids.append(values["id"] or "")
        if tag == "a" and "href" in values:
            self.targets.append(values["href"] or "")
        self.loaded += [str(values[name]) for name in ("src", "srcset", "data", "action") if name in values]
        if tag == "link":
            self.loaded.append(values["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "circle"):
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_is_written(name: str) -> None:
    """`python -m report.test_report_html` in tests writes them anew after a change that is wanted."""
    assert to_html(PAGES[name]()) == (FIXTURES / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed_and_needs_no_network(name: str) -> None:
    text = (FIXTURES / f"{name}.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert page.loaded == ["data:,"]
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert len(page.ids) == len(set(page.ids))
    assert [target for target in page.targets if target.removeprefix("#") not in page.ids] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_finding_leads_to_its_lane_and_its_frames(name: str) -> None:
    told = PAGES[name]()
    text = to_html(told)
    for number, finding in enumerate(told.findings, 1):
        card = text.partition(f'id="f{number}"')[2].partition("</li>")[0]
        assert not finding.lane or 'href="#lane' in card
        for frame in finding.frames:
            assert f'href="#frame{frame.capture}-{frame.number}"' in card
        assert not finding.lane or f'href="#f{number}"' in text.partition('class="lanes"')[2]


def test_what_came_from_a_wire_is_escaped() -> None:
    bad = '"><script>alert(1)</script>&'
    finding = Finding(
        code="malformed",
        severity="error",
        time_ns=1,
        frames=(Ref(0, 1),),
        where=bad,
        message=bad,
        evidence=bad,
        clause=bad,
        fix=bad,
    )
    told = report(VECTORS / "lacp/s02_cold_fast.pcapng")
    lanes = tuple(replace(lane, title=bad, group=bad) for lane in told.lanes)
    text = to_html(replace(told, title=bad, findings=(finding,), lanes=lanes, notes=(bad,)))
    assert "<script>alert" not in text
    assert Page(text).open == []


def test_a_capture_of_nothing_has_a_page_too() -> None:
    told: Report = report(written([(1, 0, bytes(60))]))
    text = to_html(told)
    assert "Nobody was heard." in text
    assert Page(text).open == []


def test_a_long_capture_makes_a_page_that_a_browser_can_show() -> None:
    found = frames((VECTORS / "lacp/s04_active_passive.pcapng").read_bytes())
    span = found[-1][0] - found[0][0] + 1_000_000_000
    many = written((when + turn * span, where, octets) for turn in range(40) for when, where, octets in found)
    told = report(many)
    text = to_html(told)
    assert text.count('class="rung') <= 720
    assert len(text) < 2_000_000
    assert io.BytesIO(many)


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", "from pyiccp._cli import main; main()"]
    return subprocess.run([*call, *arguments], check=False, capture_output=True, text=True, timeout=120)


def test_explain_writes_the_page(tmp_path: Path) -> None:
    done = program("explain", str(VECTORS / "lacp/s09_one_way_loss.pcapng"), "--html", str(tmp_path / "x.html"))
    assert (done.returncode, done.stderr) == (1, "")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == (FIXTURES / "one-way-loss.html").read_text("utf-8")
    wrong = program("explain", str(VECTORS / "lacp/s02_cold_fast.pcapng"), "--html", str(tmp_path / "no/x.html"))
    assert wrong.returncode == 2


@pytest.mark.long
def test_lab_writes_the_page_with_what_was_done(tmp_path: Path) -> None:
    page = tmp_path / "lab.html"
    done = program("lab", "--until", "15s", "--event", "8s hang Peer2", "--html", str(page))
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert Page(text).open == []
    assert "what was done" in text
    assert "hang Peer2" in text
    assert "heartbeat-gap" in text


def main() -> None:
    FIXTURES.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (FIXTURES / f"{name}.html").write_text(to_html(make()), encoding="utf-8")


if __name__ == "__main__":
    main()
