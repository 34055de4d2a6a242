"""Any text is a configuration, or a ConfigError that says where; what was read can be linted, and runs as a node."""

from functools import lru_cache
from random import Random

from fuzz.vectors import VECTORS
from pyiccp._node.config import ConfigError
from pyiccp._node.node import Node
from pyiccp._routeros.config import node_config, parse_config
from pyiccp._routeros.lint import lint
from pyiccp.lab._scenario import QUICKSTART
from pyiccp.testing._tree import Seed
from pyiccp.wire._mac import Mac
from pyiccp.wire._tree import TreeNode

EXPORTS = VECTORS.parent / "routeros" / "exports"
_MAC = Mac(b"\2\0\0\0\0\1")


def run(octets: bytes) -> None:
    text = octets.decode("utf-8", "replace")
    try:
        configuration = parse_config(text, "fuzz.rsc")
        config = node_config(configuration, name="fuzz", mac=_MAC)
        node = Node(config)
    except ConfigError as error:
        assert str(error)
    else:
        node.start(0)
        node.status(0)
    lint([("fuzz.rsc", text)], None).bad  # noqa: B018


@lru_cache(None)
def _texts() -> tuple[bytes, ...]:
    packaged = (path.read_bytes() for path in sorted(QUICKSTART.glob("*.rsc")))
    return (*packaged, *(path.read_bytes() for path in sorted(EXPORTS.glob("*.rsc"))))


def _seeds(rng: Random) -> list[Seed]:
    """Texts, cut into words and lines, so that these go, come twice and change places."""
    return [Seed(text, _lines(text)) for text in _texts()]


def _lines(text: bytes) -> list[TreeNode]:
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        words, here = [], at
        for word in line.split(b" "):
            size = min(len(word) + 1, at + len(line) - here)
            if size:
                words.append(TreeNode(here, size, "word", word, (TreeNode(here, size, "text", word),)))
            here += size
        found.append(TreeNode(at, len(line), "line", None, tuple(words)))
        at += len(line)
    return found


HARNESSES = (("routeros", _seeds, run, 400),)
