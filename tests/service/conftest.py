"""Three programs, for whoever tests the node as a service."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.programs import Three


@pytest.fixture
def three() -> Iterator[Three]:
    with tempfile.TemporaryDirectory(prefix="n") as name:
        programs = Three(Path(name))
        try:
            yield programs
        finally:
            programs.end()
