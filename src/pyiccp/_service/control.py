"""The control socket: one JSON line asked, one answered; for the same user and root only."""

import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import trio

from pyiccp._node.config import ConfigError
from pyiccp.transports._base import bound_socket
from pyiccp.transports._unixgram import make_room, remove_socket

LONGEST_REQUEST = 4096
PATIENCE = 5.0
"""Seconds that an asker may take for its line, and for reading the answer."""
AT_ONCE = 16
"""Askers at a time; more are turned away."""
_CREDENTIALS = struct.Struct("iII")

Verb = Callable[[str | None], Any]
"""Given what the request is about, if it says so; ConfigError is an answer, too."""


def listen(path: Path) -> trio.SocketListener:
    """A listener at *path* that only this user and root can even connect to. OSError while another program listens."""
    make_room(path, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made = bound_socket(socket.AF_UNIX, socket.SOCK_STREAM, str(path))
    finally:
        os.umask(before)
    made.listen(AT_ONCE)
    return trio.SocketListener(trio.socket.from_stdlib_socket(made))


class Control:
    """Answers `{"ask": VERB}`, or `{"ask": VERB, "of": INTERFACE}`, with `{"ok": …}` or `{"error": …}`."""

    def __init__(self, verbs: Mapping[str, Verb]) -> None:
        self.verbs = verbs
        self._asking = 0

    async def serve(self, path: Path, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Answer at *path* until cancelled."""
        listener = listen(path)
        try:
            task_status.started()
            await trio.serve_listeners(self._answer, [listener])
        finally:
            remove_socket(path)

    async def _answer(self, stream: trio.SocketStream) -> None:
        async with stream:
            if not _trusted(stream) or self._asking >= AT_ONCE:
                return
            self._asking += 1
            try:
                with trio.move_on_after(PATIENCE):
                    line = await _line(stream)
                    await stream.send_all(msgspec.json.encode(self._reply(line)) + b"\n")
            except trio.BrokenResourceError:
                pass  # whoever asked has gone away
            finally:
                self._asking -= 1

    def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return {"error": f"not a request: {error}"}
        asked, of = request.get("ask"), request.get("of")
        verb = self.verbs.get(asked) if isinstance(asked, str) else None
        if verb is None:
            return {"error": f"no verb {asked!r}; there are {', '.join(self.verbs)}"}
        if not isinstance(of, str | None):
            return {"error": "`of` is the name of an interface"}
        try:
            return {"ok": verb(of)}
        except ConfigError as error:
            return {"error": str(error)}


async def _line(stream: trio.SocketStream) -> bytes:
    line = b""
    while b"\n" not in line and len(line) < LONGEST_REQUEST:
        octets = await stream.receive_some(LONGEST_REQUEST)
        if not octets:
            break
        line += octets
    return line


def _trusted(stream: trio.SocketStream) -> bool:
    octets = stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(octets)
    return uid in (0, os.geteuid())
