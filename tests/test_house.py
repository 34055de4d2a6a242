"""What importing costs, and what the house must not contain."""

import ast
import re
import subprocess
import sys
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent.parent / "src" / "pyiccp"


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import pyiccp", "import pyiccp.wire", "import pyiccp._node.node"])
def test_importing_a_floor_loads_no_event_loop_no_terminal_no_arrays(statement: str) -> None:
    assert not loaded_by(statement) & {"trio", "rich", "numpy", "click", "hypothesis", "asyncio"}


def test_cryptography_is_no_dependency() -> None:
    assert "cryptography" not in loaded_by("import pyiccp._cli")


def test_every_package_says_what_it_is_and_no_file_outgrows_its_room() -> None:
    for path in SOURCES.rglob("*.py"):
        text = path.read_text()
        assert len(text.splitlines()) <= 450, f"{path} holds more than one concept"
        if text.strip():
            assert text.startswith(('"""', "#!", "r'''")), f"{path} has no docstring"


def test_files_that_code_speaks_of_are_there() -> None:
    root = SOURCES.parents[1]
    for path in (one for room in ("src", "tests", "fuzz", "bench", "docs") for one in (root / room).rglob("*.py")):
        for name in re.findall(r"(?<![\w/.*{-])(?:\w+/)+\w+\.py\b", path.read_text()):
            places = [root / name, SOURCES / name, path.parent / name]
            assert any(place.exists() for place in places), f"{path} speaks of {name}"


def imported_by(path: Path, modules: Collection[str]) -> set[str]:
    """Those of *modules* that *path* imports with itself: not those for types only, nor within functions."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            each = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in modules else str(node.module) for name in each}
    return found & set(modules)


def test_no_import_goes_round() -> None:
    """`lint-imports` holds the floors; this is about the rooms of one floor."""
    names = {
        ".".join(path.relative_to(SOURCES.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in SOURCES.rglob("*.py")
    }
    graph = {name: imported_by(path, names) for name, path in names.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(names) > 300
