"""What pyproject.toml promises, as far as files can say it; `.ci/packages` builds, installs and runs."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import pyiccp

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
PINS = dict(
    line.split("==") for line in (ROOT / "requirements-dev.txt").read_text().splitlines() if not line.startswith("#")
)


def wanted(extra: str) -> list[Requirement]:
    """What *extra* asks for, through the extras it names."""
    found = []
    for requirement in map(Requirement, EXTRAS[extra]):
        if requirement.name == PROJECT["name"]:
            found += [one for inner in sorted(requirement.extras) for one in wanted(inner)]
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize(
    "requirement",
    [*map(Requirement, PROJECT["dependencies"]), *wanted("dev"), *wanted("docs")],
    ids=lambda one: one.name,
)
def test_the_lock_pins_what_is_asked_for_within_its_bounds(requirement: Requirement) -> None:
    assert Version(PINS[requirement.name]) in requirement.specifier


@pytest.mark.parametrize("extra", ["capture", "testing", "node", "test", "dev", "docs"])
def test_every_bound_names_the_oldest_release_that_is_tested(extra: str) -> None:
    for requirement in [*map(Requirement, PROJECT["dependencies"]), *wanted(extra)]:
        assert any(one.operator == ">=" for one in requirement.specifier), requirement


def test_one_place_says_the_version() -> None:
    assert "version" in PROJECT["dynamic"]
    assert Version(pyiccp.__version__)


def test_a_change_is_one_file_of_a_kind_that_the_changelog_has() -> None:
    kinds = {
        one["directory"] for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["towncrier"]["type"]
    }
    for fragment in (ROOT / "changelog.d").glob("*.md"):
        if fragment.name != "README.md":
            kind = re.fullmatch(r"\+?[\w-]+\.(\w+)\.md", fragment.name)
            assert kind, fragment
            assert kind[1] in kinds, fragment


def test_the_lock_names_no_place_and_pins_every_line() -> None:
    for line in (ROOT / "requirements-dev.txt").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[a-z0-9-]+==[\w.]+", line), line
