"""PYICCP_INTEROP=off (default) leaves these tests out, auto runs what is installed, require fails for what is not."""

import os
import shutil
from collections.abc import Callable

import pytest

MODE = os.environ.get("PYICCP_INTEROP", "off")
if MODE not in ("off", "auto", "require"):
    raise pytest.UsageError(f"PYICCP_INTEROP={MODE}: say off, auto or require")


@pytest.fixture
def program() -> Callable[[str], str]:
    """The path of an installed program; without it the test is skipped, or fails where it is required."""

    def find(name: str) -> str:
        if MODE == "off":
            pytest.skip("PYICCP_INTEROP=off")
        path = shutil.which(name)
        if path is None:
            (pytest.fail if MODE == "require" else pytest.skip)(f"{name} is not installed")
        return path

    return find
