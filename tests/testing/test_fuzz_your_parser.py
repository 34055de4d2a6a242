"""The example finds every class of crash that its toy parser has, and in how many inputs."""

import runpy
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "fuzz_your_parser.py"


def test_the_example_finds_all_six_classes(capsys: pytest.CaptureFixture[str]) -> None:
    module = runpy.run_path(str(EXAMPLE))
    found = module["main"](4000)
    assert set(found) == {"IndexError", "error", "ZeroDivisionError", "KeyError", "Hang", "UnicodeDecodeError"}
    assert all(len(octets) <= 80 for octets in found.values())
    assert all(module["crash"](octets) == kind for kind, octets in found.items())
    assert "6 classes of crashes" in capsys.readouterr().out


def test_it_uses_the_public_interface_only() -> None:
    lines = [line for line in EXAMPLE.read_text().splitlines() if "pyiccp" in line and "import" in line]
    assert lines == ["from pyiccp.testing import PROTOCOLS, Mutator, minimise, shrink"]
