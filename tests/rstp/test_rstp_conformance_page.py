"""The conformance list is complete, and its page shows it."""

import ast
from pathlib import Path

from rstp.conformance_page import CHECKS


def marked() -> set[str]:
    """The ids of all `@check(…)` and `@pytest.mark.check(…)` under this folder."""
    return {
        str(node.args[0].value)
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("check", "pytest.mark.check")
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def test_every_check_has_a_test_named_by_its_id() -> None:
    assert len(CHECKS.ids) == 137
    left_out = set(CHECKS.not_implemented)
    assert marked() | left_out == set(CHECKS.ids) and not marked() & left_out


def test_the_page_lists_every_check() -> None:
    text = CHECKS.page.read_text()
    assert all(f"| {one} |" in text for one in CHECKS.ids)
