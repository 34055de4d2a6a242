"""The public face: what is exported is documented, what is documented exists, and the rest is private by its name."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
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
FACE = (*MODULES, *WITHIN)
BY_THEMSELVES = tuple(name for name in WITHIN if name.startswith(("pyiccp.wire.iccp.", "pyiccp.testing.")))
"""Those that are imported by their own names only: not everybody needs them, or has what they need."""
GIVEN = {
    "pyiccp._node.like": {"NodeLike"},  # a Node is one
    "pyiccp._node.config": {"Bond", "Bridge", "Hardware", "Mlag"},  # parse_config makes them of text
    "pyiccp._node.status": {"BondStatus", "BridgeStatus", "FindingStatus", "HostStatus", "MlagStatus"},
    "pyiccp.lab._scenario": {"Event", "FlowEntry", "HostEntry", "LinkEntry", "NodeEntry"},  # load and parse, of text
    "pyiccp.lab._toml_document": {"Document"},
    "pyiccp.lab._result": {"FlowResult", "MomentResult", "NodeResult"},
    "pyiccp.lab._faults": {"Fault"},
    "pyiccp.lacp._variables": {"Selected"},
    "pyiccp.lacp._speaker": {"Speaker"},  # of the lab's models of other vendors
    "pyiccp.wire._codec": {"Format", "Value"},  # what every value of the wire is made by
    "pyiccp.wire._framed": {"Head"},
    "pyiccp.wire.iccp._mlag": {"BondNumber"},
    "pyiccp.wire._lacp_extension": {"PortAlgorithm"},
    "pyiccp.wire._malformed": {"Fault"},
}
"""Types of what public names take or give that are no public names: nobody has to make one, or to know its name."""
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


@pytest.mark.parametrize("name", FACE)
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


def documented_of(name: str) -> Iterator[tuple[str, object]]:
    """What the page of module *name* shows: each exported name, and the members it lists of a class."""
    module, text = importlib.import_module(name), page(name) if name in MODULES else ""
    for each in module.__all__:
        value = getattr(module, each)
        if not isinstance(value, type):
            yield each, value
            continue
        if issubclass(value, msgspec.Struct | tuple):  # its fields are what it is
            yield each, value
        options = re.search(rf"^\.\. auto(?:class|exception):: {each}\n((?:   :.*\n)*)", text, re.MULTILINE)
        listed = re.search(r":members:(.*)", options[1]) if options else None
        names = listed[1].replace(",", " ").split() if listed else []
        if (listed and not names) or not options:
            names = [member for member in vars(value) if not member.startswith("_")]
        for member in ("__init__", *names):
            found = inspect.getattr_static(value, member, None)
            found = found.__func__ if isinstance(found, classmethod | staticmethod) else found
            found = found.fget if isinstance(found, property) else found
            if inspect.isfunction(found):
                yield f"{each}.{member}", found


def classes_in(hint: object) -> Iterator[type]:
    if isinstance(hint, type):
        yield hint
    for inner in typing.get_args(hint):
        for one in inner if isinstance(inner, list | tuple) else [inner]:
            yield from classes_in(one)


@pytest.mark.parametrize("name", FACE)
def test_what_a_public_name_takes_and_gives_is_public(name: str) -> None:
    """Who reads `state: State` on a page can import a `State`."""
    public = {id(getattr(module, each)) for module in map(importlib.import_module, FACE) for each in module.__all__}
    public |= {id(value) for value in vars(pyiccp.events).values()}
    for where, value in documented_of(name):
        if not isinstance(value, type) and not inspect.isfunction(value):
            continue
        for hint in typing.get_type_hints(value, localns={"Store": pyiccp.Store}).values():
            for found in classes_in(hint):
                if found.__module__.startswith("pyiccp.") and id(found) not in public:
                    assert found.__name__ in GIVEN.get(found.__module__, ()), f"{name}.{where}: {found}"


PAGES = [*DOCS.rglob("*.md"), *(DOCS / "examples").glob("*.py"), DOCS.parent / "README.md"]
PAGES = [path for path in PAGES if "generated" not in path.parts and path.stem not in ("decisions", "architecture")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_speak_of_public_names_only(path: Path) -> None:
    text = path.read_text()
    imported = re.findall(r"^ *from (pyiccp[\w.]*) import (.+)$", text, re.MULTILINE)
    names = [f"{module}.{name.split()[0]}" for module, several in imported for name in several.split(",")]
    for name in names + re.findall(r"`(pyiccp(?:\.\w+)+)(?:\(.*?\))?`", text):
        module, _, last = name.rpartition(".")
        if name not in FACE:
            assert module in FACE, name
            assert last in importlib.import_module(module).__all__, name


def test_what_is_not_public_has_a_name_that_says_so() -> None:
    """`_name.py` in a public package, `_name/` for a private one, and no second underscore within it."""
    found = {info.name for info in pkgutil.walk_packages(pyiccp.__path__, "pyiccp.")}
    assert set(FACE) - {"pyiccp"} <= found
    for name in found - set(FACE) - {"pyiccp.wire.__main__"}:
        hidden = [part for part in name.split(".") if part.startswith("_")]
        assert len(hidden) == 1, f"{name} is neither public nor private by its name"


def test_the_package_s_own_names_are_loaded_when_they_are_asked_for() -> None:
    code = (
        "import sys, pyiccp; before = set(sys.modules); pyiccp.Node; print('pyiccp._node.node' in before, pyiccp.Node)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False <class 'pyiccp._node.node.Node'>\n"
    assert set(dir(pyiccp)) == set(pyiccp.__all__)
    with pytest.raises(AttributeError, match="Nodes"):
        pyiccp.Nodes  # noqa: B018


def test_the_package_is_typed() -> None:
    assert (Path(pyiccp.__file__).parent / "py.typed").exists()
    assert '"py.typed"' in (DOCS.parent / "pyproject.toml").read_text()
