"""What the conformance page is rendered from: id, verdict and test of every check that ran."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lacp.mutants import mutate

REPORT = Path(__file__).parents[2] / "build" / "conformance-lacp.json"

_results: dict[str, dict[str, Any]] = {}


def pytest_configure(config: pytest.Config) -> None:
    if mutant := os.environ.get("PYICCP_LACP_MUTANT"):
        mutate(mutant)
    config.addinivalue_line(
        "markers", "check(id, choice=None, partly=None): the check of the LACP conformance list that this is"
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
            for kind in ("choice", "partly"):
                result[kind] = result.get(kind) or mark.kwargs.get(kind)
            name = item.nodeid.split("[")[0]
            if name not in result["tests"]:
                result["tests"].append(name)
                result["says"].append(getattr(item, "function", None).__doc__ or "")
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _results:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(_results, indent=1, sort_keys=True))
