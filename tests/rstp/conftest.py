"""The harness lies beside the tests; what the conformance page is rendered from is written down."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from rstp.mutants import mutate

sys.path.insert(0, str(Path(__file__).parent))

REPORT = Path(__file__).parents[2] / "build" / "conformance-rstp.json"

_results: dict[str, dict[str, Any]] = {}


def pytest_configure(config: pytest.Config) -> None:
    if mutant := os.environ.get("PYICCP_RSTP_MUTANT"):
        mutate(mutant)
    config.addinivalue_line(
        "markers", "check(id, choice=None, partly=None): the check of the conformance list that this is"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if call.when == "call":
        for mark in item.iter_markers("check"):
            result = _results.setdefault(
                mark.args[0], {"choice": None, "partly": None, "passed": True, "tests": [], "says": []}
            )
            result["passed"] &= report.passed
            for key in ("choice", "partly"):
                result[key] = result[key] or mark.kwargs.get(key)
            name = item.nodeid.split("[")[0]
            if name not in result["tests"]:
                result["tests"].append(name)
                result["says"].append(getattr(item, "function", None).__doc__ or "")
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _results:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(_results, indent=1, sort_keys=True))
