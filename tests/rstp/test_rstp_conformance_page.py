"""The conformance list is complete, and its page shows it."""

import ast
from pathlib import Path

from rstp.conformance_page import NOT_IMPLEMENTED, PAGE, ids


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
    assert len(ids()) == 137
    assert marked() | set(NOT_IMPLEMENTED) == set(ids()) and not marked() & set(NOT_IMPLEMENTED)


def test_the_page_lists_every_check() -> None:
    text = PAGE.read_text()
    assert all(f"| {one} |" in text for one in ids())
