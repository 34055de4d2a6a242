"""The harness lies beside the tests; what the conformance page is rendered from is written down."""

import os
import sys
from pathlib import Path

import pytest

from conformance import Recorder
from rstp.mutants import mutate

sys.path.insert(0, str(Path(__file__).parent))

_recorder = Recorder("rstp")
pytest_runtest_makereport = _recorder.makereport
pytest_runtest_logreport = _recorder.logreport
pytest_sessionfinish = _recorder.sessionfinish


def pytest_configure(config: pytest.Config) -> None:
    if mutant := os.environ.get("PYICCP_RSTP_MUTANT"):
        mutate(mutant)
    _recorder.configure(config)
