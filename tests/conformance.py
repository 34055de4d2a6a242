"""Lists of checks derived from a standard: what a run of their tests reports, and the page rendered from that.

A test says by `@pytest.mark.check("RX-07")` which check it is. Whoever has a list puts a `Recorder`'s hooks into the
conftest of its folder, and a `Checklist` into a script beside it.
"""

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
Report = Mapping[str, Mapping[str, Any]]


def report_of(name: str) -> Path:
    """Where a run of the tests of list *name* writes what it found."""
    return ROOT / "build" / f"conformance-{name}.json"


class Recorder:
    """Id, verdict and test of every check that ran in the folder `tests/NAME`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._results: dict[str, dict[str, Any]] = {}

    def configure(self, config: pytest.Config) -> None:
        config.addinivalue_line(
            "markers", "check(id, choice=None, partly=None): the check of a conformance list that this is"
        )

    @pytest.hookimpl(wrapper=True)
    def makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        report = yield
        if call.when == "call":
            says = getattr(item, "function", None).__doc__ or ""
            report.user_properties += [
                ("check", (mark.args[0], mark.kwargs.get("choice"), mark.kwargs.get("partly"), says))
                for mark in item.iter_markers("check")
            ]
        return report

    def logreport(self, report: pytest.TestReport) -> None:
        """Also called where the tests run in other processes: reports carry what their tests check."""
        if report.when != "call" or not report.nodeid.startswith(f"tests/{self._name}/"):
            return
        name = report.nodeid.split("[")[0]
        for one, choice, partly, says in (value for key, value in report.user_properties if key == "check"):
            fresh = {"choice": None, "partly": None, "passed": True, "tests": [], "says": []}
            result = self._results.setdefault(one, fresh)
            result["passed"] &= report.passed
            result["choice"], result["partly"] = result["choice"] or choice, result["partly"] or partly
            if name not in result["tests"]:
                result["tests"].append(name)
                result["says"].append(says)

    def sessionfinish(self, session: pytest.Session) -> None:
        if self._results and not hasattr(session.config, "workerinput"):
            for result in self._results.values():
                # In the order of the tests' names: processes finish as they like.
                pairs = sorted(zip(result["tests"], result["says"], strict=True))
                result["tests"], result["says"] = ([each[n] for each in pairs] for n in (0, 1))
            report = report_of(self._name)
            report.parent.mkdir(exist_ok=True)
            report.write_text(json.dumps(self._results, indent=1, sort_keys=True))


class Checklist(NamedTuple):
    """One list and its page, docs/conformance-NAME.md."""

    name: str
    title: str
    groups: Mapping[str, tuple[str, int]]
    """Prefix -> heading, and how many checks there are."""
    head: Sequence[str]
    """What the page says first."""
    form: str
    """An id of prefix and number, as `format` takes it."""
    listed: str
    """The same in the list it comes from, a row of a table, as a regular expression."""
    says: Callable[[Mapping[str, Any]], str]
    """What the tests of a check assert, in words."""
    not_implemented: Mapping[str, str] = {}

    @property
    def page(self) -> Path:
        return ROOT / "docs" / f"conformance-{self.name}.md"

    @property
    def ids(self) -> list[str]:
        """Every check of the list."""
        return [one for group in self.groups for one in self._of(group)]

    def _of(self, group: str) -> list[str]:
        return [self.form.format(group, number) for number in range(1, self.groups[group][1] + 1)]

    def render(self, report: Report) -> str:
        """The page for a complete report; SystemExit names what is missing or failed."""
        missing = [one for one in self.ids if one not in report and one not in self.not_implemented]
        failed = [one for one, result in report.items() if not result["passed"]]
        if missing or failed:
            run = f"run pytest tests/{self.name} whole first"
            raise SystemExit(f"not a page: missing {missing}, failed {failed}; {run}")
        choices = sum(1 for result in report.values() if result["choice"])
        partly = sum(1 for result in report.values() if result["partly"])
        lines = [
            f"# {self.title}",
            "",
            *self.head,
            "",
            f"{len(self.ids)} checks: {len(report) - choices - partly} pass, {choices} choices, {partly} in part, "
            f"{len(self.not_implemented)} not implemented.",
        ]
        for group, (heading, _) in self.groups.items():
            lines += ["", f"## {heading}", "", "| id | verdict | what is asserted | test |", "|---|---|---|---|"]
            lines += [self._row(one, report) for one in self._of(group)]
        return "\n".join(lines) + "\n"

    def _row(self, one: str, report: Report) -> str:
        if one in self.not_implemented:
            return f"| {one} | not implemented | {self.not_implemented[one]} | |"
        result = report[one]
        verdict = f"choice: {result['choice']}" if result["choice"] else "pass"
        if result["partly"]:
            verdict = f"in part: {result['partly']}"
        tests = ", ".join(f"`{name}`" for name in names_of(result))
        return f"| {one} | {_cell(verdict)} | {_cell(self.says(result))} | {tests} |"

    def compare(self, spec: Path) -> int:
        """0 if the list in *spec* has the same ids."""
        listed = re.findall(self.listed, spec.read_text(), re.MULTILINE)
        differ = sorted(set(listed) ^ set(self.ids))
        print(f"{len(listed)} in the list, {len(self.ids)} here; differ: {differ or 'none'}")
        return int(bool(differ))

    def main(self, usage: str) -> int:
        """The script beside the tests."""
        parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--spec", type=Path)
        arguments = parser.parse_args()
        if arguments.spec:
            return self.compare(arguments.spec)
        text = self.render(json.loads(report_of(self.name).read_text()))
        if arguments.check:
            return int(not self.page.exists() or self.page.read_text() != text)
        self.page.write_text(text)
        return 0


def names_of(result: Mapping[str, Any]) -> list[str]:
    """The tests' names, without their files."""
    return [name.split("::")[1] for name in sorted(result["tests"])]


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")
