"""The public face: what is exported is documented, what is documented exists, and the rest says that it is internal."""

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import pyiccp
from docs.following import DOCS

PACKAGES = ("wire", "lacp", "rstp", "iccp", "lab", "capture", "testing", "transports")
MODULES = ("pyiccp", *(f"pyiccp.{name}" for name in PACKAGES), "pyiccp.wire.iccp")
WITHIN = (
    "pyiccp.lacp.events",
    "pyiccp.rstp.events",
    "pyiccp.iccp.events",
    *(f"pyiccp.wire.iccp.{name}" for name in ("codes", "ldp", "rg", "pwred", "mlacp", "stp", "sonic")),
    "pyiccp.testing.strategies",
    "pyiccp.testing.conversations",
    "pyiccp.transports.kit",
)
"""Public modules of public packages: documented whole."""
BY_THEMSELVES = tuple(name for name in WITHIN if name.startswith(("pyiccp.wire.iccp.", "pyiccp.testing.")))
"""Those that are imported by their own names only: not everybody needs them, or has what they need."""
_DIRECTIVE = re.compile(r"^\.\. (?:auto(?:class|function|exception|data)|py:(?:data|class)):: (\S+)$", re.MULTILINE)
_WHOLE = re.compile(r"^\.\. automodule:: (\S+)\n((?:   :.*\n)*)", re.MULTILINE)


def page(module: str) -> str:
    name = module.removeprefix("pyiccp.").replace(".", "-")
    return (DOCS / "api" / f"{name}.md").read_text()


@pytest.mark.parametrize("name", MODULES)
def test_what_is_exported_is_documented_and_nothing_else(name: str) -> None:
    text = page(name)
    documented = _DIRECTIVE.findall(text)
    whole = [module for module, options in _WHOLE.findall(text) if ":members:" in options]
    documented += [module.removeprefix(f"{name}.") for module in whole if module not in BY_THEMSELVES]
    assert len(documented) == len(set(documented)), "documented twice"
    assert set(documented) == set(importlib.import_module(name).__all__)


@pytest.mark.parametrize("name", [*MODULES, *WITHIN])
def test_every_exported_name_exists_and_is_exported_once(name: str) -> None:
    module = importlib.import_module(name)
    assert len(module.__all__) == len(set(module.__all__))
    for each in module.__all__:
        assert getattr(module, each) is not None, f"{name}.{each}"


def test_modules_documented_whole_are_on_their_pages() -> None:
    found = {module for name in MODULES for module, options in _WHOLE.findall(page(name)) if ":members:" in options}
    assert found == set(WITHIN)


def own_names(module: ModuleType) -> set[str]:
    """Classes and functions that *module* itself defines, without an underscore."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", "") == module.__name__
    }


@pytest.mark.parametrize("name", [name for name in WITHIN if name != "pyiccp.transports.kit"])
def test_a_public_module_hides_what_it_does_not_export(name: str) -> None:
    module = importlib.import_module(name)
    assert own_names(module) <= set(module.__all__) | {"opened"}


def test_other_packages_say_that_they_are_internal() -> None:
    found = {info.name for info in pkgutil.iter_modules(pyiccp.__path__)}
    for name in sorted(found - set(PACKAGES)):
        text = importlib.import_module(f"pyiccp.{name}").__doc__ or ""
        assert re.search(r"^Internal\b", text, re.MULTILINE), f"pyiccp.{name} is neither public nor internal"


def test_the_package_s_own_names_are_loaded_when_they_are_asked_for() -> None:
    code = (
        "import sys, pyiccp; before = set(sys.modules); pyiccp.Node; print('pyiccp.node.node' in before, pyiccp.Node)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False <class 'pyiccp.node.node.Node'>\n"
    assert set(dir(pyiccp)) == set(pyiccp.__all__)
    with pytest.raises(AttributeError, match="Nodes"):
        pyiccp.Nodes  # noqa: B018


def test_the_package_is_typed() -> None:
    assert (Path(pyiccp.__file__).parent / "py.typed").exists()
    assert '"py.typed"' in (DOCS.parent / "pyproject.toml").read_text()
