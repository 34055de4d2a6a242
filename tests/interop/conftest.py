"""PYICCP_INTEROP=off (default) leaves these tests out, auto runs what is installed, require fails for what is not."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from interop.clients import LOCAL, NET
from interop.guest import Guest, GuestDied
from interop.kernel import image
from interop.spaces import Space

MODE = os.environ.get("PYICCP_INTEROP", "off")
if MODE not in ("off", "auto", "require"):
    raise pytest.UsageError(f"PYICCP_INTEROP={MODE}: say off, auto or require")

BUILD = Path(__file__).parents[2] / "build" / "interop"
RED = BUILD / "red"
"""Where the captures and logs of a failed test are kept."""
BOOTS = 3

Program = Callable[[str], str]
MakeSpace = Callable[[str], Space]


@pytest.fixture(scope="session")
def program() -> Program:
    """The path of an installed program; without it the test is skipped, or fails where it is required."""

    def find(name: str) -> str:
        if MODE == "off":
            pytest.skip("PYICCP_INTEROP=off")
        path = shutil.which(name)
        if path is None:
            (pytest.fail if MODE == "require" else pytest.skip)(f"{name} is not installed")
        return path

    return find


@pytest.fixture(scope="session")
def root(program: Program) -> None:
    """Namespaces need root."""
    program("ip")
    if os.geteuid() != 0:
        (pytest.fail if MODE == "require" else pytest.skip)("needs root")


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """For sockets, logs and captures of one test; kept when it fails."""
    yield from _kept_when_red(request)


@pytest.fixture(scope="module")
def story_folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The same for what all tests of a module read."""
    yield from _kept_when_red(request)


def _kept_when_red(request: pytest.FixtureRequest) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="w"))  # a unix socket's path has 107 octets
    failed = request.session.testsfailed
    yield made
    if request.session.testsfailed > failed:
        kept = RED / re.sub(r"\W+", "-", f"{request.node.name}-{made.name}")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(made, kept, ignore=lambda at, names: [n for n in names if (Path(at) / n).is_socket()])
        print(f"captures and logs: {kept}")
    shutil.rmtree(made)


@pytest.fixture
def space(root: None) -> Iterator[MakeSpace]:
    """Makes namespaces that go with the test."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(Space(name))


class Kennel:
    """The session's one guest; booted when first asked for, and again if it does not answer any more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._space = Space("kennel")
        self._guest: Guest | None = None

    def guest(self) -> Guest:
        for _ in range(BOOTS):
            if self._guest is not None and self._guest.well():
                return self._guest
            self._drop()
            try:
                self._guest = Guest(image(BUILD / "guest"), self._space, self._folder, f"{LOCAL}/{NET}")
            except GuestDied as error:
                problem = str(error)
        pytest.fail(f"the guest does not boot: {problem}")

    def _drop(self) -> None:
        if self._guest is not None:
            self._guest.end()
            self._guest = None

    def end(self) -> None:
        self._drop()
        self._space.__exit__()


@pytest.fixture(scope="session")
def kennel(program: Program, root: None) -> Iterator[Kennel]:
    for name in ("qemu-system-x86_64", "busybox", "apt-get", "dpkg"):
        program(name)
    made = Path(tempfile.mkdtemp(prefix="g"))
    kept = Kennel(made)
    yield kept
    kept.end()
    shutil.rmtree(made)
