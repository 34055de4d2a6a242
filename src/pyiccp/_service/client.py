"""The other side of the control socket, for programs that ask once and go."""

import socket
from pathlib import Path
from typing import Any

import msgspec

from pyiccp._service.picture import Picture

PATIENCE = 5.0


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The node did not do what was asked; the text says why."""


class _Answer(msgspec.Struct):
    ok: msgspec.Raw = msgspec.Raw(b"null")
    error: str | None = None


def ask(path: Path, verb: str, of: str | None = None) -> msgspec.Raw:
    """What the node at *path* answers to *verb* about interface *of*, still as JSON. OSError when nobody is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.settimeout(PATIENCE)
        stream.connect(str(path))
        stream.sendall(msgspec.json.encode({"ask": verb, "of": of}) + b"\n")
        with stream.makefile("rb") as lines:
            line = lines.readline()
    if not line:
        raise Refused("the node gave no answer: it listens to its own user and to root only")
    answer = msgspec.json.decode(line, type=_Answer)
    if answer.error is not None:
        raise Refused(answer.error)
    return answer.ok


def ask_picture(path: Path) -> Picture:
    """The node's picture."""
    return msgspec.json.decode(ask(path, "picture"), type=Picture)


def ask_plain(path: Path, verb: str) -> Any:
    """The answer to *verb* as plain values."""
    return msgspec.json.decode(ask(path, verb))
