"""Files that the command line names: what cannot be read or written says so in one line, exit code 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyiccp._node.config import ConfigError


@contextmanager
def named(path: str | Path) -> Iterator[None]:
    """An OSError within is about *path*, or about the file inside it that it names itself."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{error.filename or path}: {error.strerror or error}") from None


def text_of(path: Path) -> str:
    """What *path* says, which must be text."""
    with named(path):
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} is not text: octet {error.start} is no UTF-8") from None
