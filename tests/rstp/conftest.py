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
        says = getattr(item, "function", None).__doc__ or ""
        report.user_properties += [
            ("check", (mark.args[0], mark.kwargs.get("choice"), mark.kwargs.get("partly"), says))
            for mark in item.iter_markers("check")
        ]
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Also called where the tests run in other processes: reports carry what their tests check."""
    if report.when != "call" or not report.nodeid.startswith("tests/rstp/"):
        return
    name = report.nodeid.split("[")[0]
    for one, choice, partly, says in (value for key, value in report.user_properties if key == "check"):
        result = _results.setdefault(one, {"choice": None, "partly": None, "passed": True, "tests": [], "says": []})
        result["passed"] &= report.passed
        result["choice"], result["partly"] = result["choice"] or choice, result["partly"] or partly
        if name not in result["tests"]:
            result["tests"].append(name)
            result["says"].append(says)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _results and not hasattr(session.config, "workerinput"):
        for result in _results.values():
            # In the order of the tests' names: processes finish as they like.
            pairs = sorted(zip(result["tests"], result["says"], strict=True))
            result["tests"], result["says"] = ([each[n] for each in pairs] for n in (0, 1))
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(_results, indent=1, sort_keys=True))
