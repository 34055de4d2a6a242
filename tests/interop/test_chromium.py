"""The five pages in a real browser: what must be there is there, its console is quiet, nothing sticks out at 360 px.

Screenshots stay under build/report for people to look at.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[[str], str]
FIXTURES = sorted((Path(__file__).parents[1] / "report/fixtures").glob("*.html"))
SHOTS = Path(__file__).parents[2] / "build/report"
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
MEASURE = """<script>
addEventListener("load", () => {
  const page = document.documentElement;
  page.dataset.overflow = String(page.scrollWidth - page.clientWidth);
  const button = document.querySelector(".finding button");
  if (button) button.click();
  page.dataset.zoomed = document.querySelector("#zoomed")?.textContent ?? "";
  page.dataset.dark = String(matchMedia("(prefers-color-scheme: dark)").matches);
  const reached = [...document.querySelectorAll("a[href], button, [tabindex]")].filter((one) => one.tabIndex >= 0);
  page.dataset.reached = String(reached.length);
});
</script>"""


def browse(chromium: str, profile: Path, page: Path, width: int, *more: str) -> subprocess.CompletedProcess[str]:
    command = [chromium, *QUIET, f"--user-data-dir={profile}", f"--window-size={width},1400", *more, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


def test_there_are_five_pages() -> None:
    assert len(FIXTURES) == 5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1920])
@pytest.mark.parametrize("page", FIXTURES, ids=lambda page: page.stem)
def test_a_page_in_a_browser(program: Program, tmp_path: Path, page: Path, width: int, dark: bool) -> None:
    chromium = program("chromium")
    text = page.read_text(encoding="utf-8")
    copy = tmp_path / page.name
    copy.write_text(text.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    scheme = ["--force-dark-mode"] if dark else []
    done = browse(chromium, tmp_path / "one", copy, width, "--dump-dom", "--enable-logging=stderr", *scheme)
    dom = done.stdout
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert re.search(r'data-overflow="(-?\d+)"', dom)[1] == "0"  # type: ignore[index]
    assert f'data-dark="{"true" if dark else "false"}"' in dom
    findings = text.count('<li class="finding')
    assert dom.count('<li class="finding') == findings
    assert dom.count('class="lane"') >= 4
    assert dom.count('class="rung') > 4
    assert "<svg" in dom
    assert dom.count('class="tick') == 5
    if findings:
        assert re.search(r'data-zoomed="[\d.]+ s to [\d.]+ s"', dom), "the button of a finding zooms the time axis"
    assert int(re.search(r'data-reached="(\d+)"', dom)[1]) > 10  # type: ignore[index]
    SHOTS.mkdir(parents=True, exist_ok=True)
    shot = SHOTS / f"{page.stem}-{width}-{'dark' if dark else 'light'}.png"
    shot.unlink(missing_ok=True)
    browse(chromium, tmp_path / "two", page, width, f"--screenshot={shot}", *scheme)
    assert shot.stat().st_size > 10_000
