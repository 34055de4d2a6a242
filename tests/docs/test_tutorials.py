"""Every tutorial and quick start, followed literally. The one on veth is in tests/interop."""

from pathlib import Path

import pytest

from docs.following import DOCS, faults, matches, steps

ON_WIRES = "node-on-veth.md"
PAGES = sorted([*(DOCS / "tutorials").glob("*.md"), DOCS / "quickstarts.md"])


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != ON_WIRES], ids=lambda page: page.stem)
def test_a_page_followed_literally_works(page: Path, tmp_path: Path) -> None:
    found = faults(page, tmp_path)
    assert not found, "\n\n".join(found) + f"\n\npython tests/docs/following.py --update docs/…/{page.name}"


def test_every_page_has_something_to_follow() -> None:
    assert len(PAGES) == 6
    for page in PAGES:
        assert len(steps(page)) >= 5, page


def test_a_page_that_tells_something_else_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```console\n$ echo one; echo two\none\n$ false\n$ false\n$ echo $?\n1\n```\n")
    found = faults(page, tmp_path)
    assert len(found) == 2 and "prints\none\ntwo" in found[0] and "exit code 1" in found[1]


def test_what_dots_stand_for() -> None:
    assert matches("a … c\n…\nz", "a b c\n1\n2\nz\n") and matches("a\n…\nz", "a\nz\n")
    assert not matches("a … c", "a b\nc\n") and not matches("", "something\n") and matches("", "")
