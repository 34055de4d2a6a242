"""`NAME=KIND:WHERE` of the command line, and the transports that it means."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pyiccp._node.config import ConfigError
from pyiccp.transports._base import Transport
from pyiccp.transports._pcap import Replay
from pyiccp.transports._raw import RawPort
from pyiccp.transports._tap import TapPort
from pyiccp.transports._unixgram import UnixDatagram
from pyiccp.transports._unixstream import UnixStream

LONGEST_PATH = 107
"""Octets of a unix socket's path."""
_FORMS = (
    "raw:IFACE, tap:IFACE, tapfd:NUMBER, pcap:FILE, "
    "unixgram:LOCAL:REMOTE, unixstream:PATH (listens) or unixstream-to:PATH (connects)"
)


def parse_port(text: str) -> tuple[str, Transport]:
    """The port's name and its cable, not opened yet."""
    name, equals, where = text.partition("=")
    kind, colon, rest = where.partition(":")
    if not (name and equals and colon and rest) or kind not in _KINDS:
        raise ConfigError(f"--port {text!r} is not NAME=KIND:WHERE", property="port", fix=f"kinds are {_FORMS}")
    return name, _KINDS[kind](text, rest)


def socket_path(text: str, path: str) -> Path:
    """*path*, if a unix socket can have it."""
    if not path or len(path.encode()) > LONGEST_PATH:
        raise ConfigError(f"{text!r}: a unix socket's path has 1 to {LONGEST_PATH} octets", property="port")
    return Path(path)


def _datagram(text: str, rest: str) -> Transport:
    local, _, remote = rest.partition(":")
    return UnixDatagram(socket_path(text, local), socket_path(text, remote))


def _descriptor(text: str, rest: str) -> Transport:
    if not rest.isdecimal():
        raise ConfigError(f"{text!r}: {rest} is no file descriptor", property="port", fix="tapfd:3, for instance")
    return TapPort(file=int(rest))


_KINDS: Mapping[str, Callable[[str, str], Transport]] = MappingProxyType(
    {
        "raw": lambda text, rest: RawPort(rest),
        "tap": lambda text, rest: TapPort(rest),
        "tapfd": _descriptor,
        "pcap": lambda text, rest: Replay(Path(rest)),
        "unixgram": _datagram,
        "unixstream": lambda text, rest: UnixStream(socket_path(text, rest)),
        "unixstream-to": lambda text, rest: UnixStream(socket_path(text, rest), listen=False),
    }
)
