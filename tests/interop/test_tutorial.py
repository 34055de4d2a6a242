"""The tutorial on veth, followed literally: three nodes in namespaces of the names that it gives."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docs.following import DOCS, faults

SPACES = ("mlag-peer1", "mlag-peer2", "mlag-client")


@pytest.fixture
def clean(root: None, program: Callable[[str], str], folder: Path) -> Iterator[Path]:
    """A folder, and nothing of the tutorial's left over behind it."""
    for name in ("ip", "ping"):
        program(name)
    there = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout.split()
    assert not set(SPACES) & set(there), "somebody else follows this tutorial"
    yield folder
    for file in folder.glob("*.pid"):
        try:
            os.kill(int(file.read_text()), signal.SIGKILL)
        except ProcessLookupError:
            continue
    for space in SPACES:
        subprocess.run(["ip", "netns", "delete", space], capture_output=True, check=False)


def test_the_tutorial_on_veth_works(clean: Path) -> None:
    found = faults(DOCS / "tutorials" / "node-on-veth.md", clean)
    assert not found, "\n\n".join(found)
