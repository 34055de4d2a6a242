"""What the conformance page is rendered from is written down; a mutant may stand in for a machine."""

import os

import pytest

from conformance import Recorder
from lacp.mutants import mutate

_recorder = Recorder("lacp")
pytest_runtest_makereport = _recorder.makereport
pytest_runtest_logreport = _recorder.logreport
pytest_sessionfinish = _recorder.sessionfinish


def pytest_configure(config: pytest.Config) -> None:
    if mutant := os.environ.get("PYICCP_LACP_MUTANT"):
        mutate(mutant)
    _recorder.configure(config)
