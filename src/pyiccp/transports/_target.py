"""Devices under test: an interface that frames are thrown out of, a TCP port that octets are thrown at.

Neither may be reached by the interface of the default route: what is thrown there meets other people's machines.
"""

import socket
import struct
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from errno import EADDRNOTAVAIL, EINVAL, EMSGSIZE
from pathlib import Path
from time import monotonic, sleep

TIMEOUT = 5.0
"""Seconds for a connection, and for what the other end takes."""
DYING = 0.1
"""Seconds in which a connection that nobody will serve is reset."""
ANSWER = 0.02
"""Seconds of waiting for what the other end says to a unit."""
DIGEST = 0.05
"""Seconds in which a device behind a wire, which answers nothing, takes in what it was sent, or dies of it."""
_ROUTES = Path("/proc/net/route")
_ROUTES6 = Path("/proc/net/ipv6_route")
_UP, _REJECT = 0x1, 0x200
_NOWHERE = "lo"
_NOT_SENT = (EMSGSIZE, EINVAL)


class NotHere(ValueError):  # noqa: N818 - an answer to a person
    """A target that nothing may be sent to; the text says why."""


def default_interfaces() -> frozenset[str]:
    """Interfaces that have a default route, of IPv4 and IPv6."""
    found = set()
    if _ROUTES.exists():
        for line in _ROUTES.read_text().splitlines()[1:]:
            name, destination, _, flags, *_, mask = line.split()[:8]
            if destination == mask == "00000000" and int(flags, 16) & _UP:
                found.add(name)
    if _ROUTES6.exists():
        for line in _ROUTES6.read_text().splitlines():
            destination, width, *_, flags, name = line.split()
            if int(width, 16) == int(destination, 16) == 0 and not int(flags, 16) & _REJECT and name != _NOWHERE:
                found.add(name)
    return frozenset(found)


def check_interface(name: str) -> None:
    """NotHere unless frames may be thrown out of the interface *name*."""
    if name not in (known for _, known in socket.if_nameindex()):
        raise NotHere(f"there is no interface {name}")
    if name in default_interfaces():
        raise NotHere(f"{name} has the default route: fuzzing is for a link of its own, such as a veth")


def check_host(host: str, port: int) -> None:
    """NotHere when *host* is reached by way of the default route's interface, or not at all."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect(address)
            here = asked.getsockname()[0]
    except OSError as error:
        raise NotHere(f"{host}: {error.strerror or error}") from None
    for name in default_interfaces():
        if here in _addresses(name, family):
            raise NotHere(
                f"{host} is reached by {name}, which has the default route: fuzz what is on a link of its own"
            )


def _addresses(name: str, family: int) -> list[str]:
    if family == socket.AF_INET:
        import fcntl

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            try:
                answer = fcntl.ioctl(asked, 0x8915, struct.pack("256s", name.encode()[:15]))  # SIOCGIFADDR
            except OSError as error:
                if error.errno == EADDRNOTAVAIL:
                    return []
                raise
            return [socket.inet_ntoa(answer[20:24])]
    lines = Path("/proc/net/if_inet6").read_text().splitlines()
    rows = [line.split() for line in lines]
    return [socket.inet_ntop(socket.AF_INET6, bytes.fromhex(row[0])) for row in rows if row[5] == name]


class Watch:
    """How a device is, asked by a command, and how it is brought back, by another."""

    def __init__(self, monitor: str | None, restart: str | None, patience: float) -> None:
        """*monitor*: a shell command that ends with 0 while all is well; *restart*: one that starts the device again;
        *patience*: seconds that the device may take to be well again."""
        self._monitor, self._restart, self._patience = monitor, restart, patience

    def wrong(self) -> str:
        if self._monitor is None:
            return ""
        try:
            done = subprocess.run(self._monitor, shell=True, capture_output=True, timeout=self._patience, check=False)
        except subprocess.TimeoutExpired:
            return f"the monitor did not answer in {self._patience:g} s"
        if done.returncode == 0:
            return ""
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        return f"the monitor ended with {done.returncode}" + (f": {said[-1]}" if said else "")

    def restart(self) -> None:
        if self._restart is not None:
            subprocess.run(self._restart, shell=True, capture_output=True, check=False)

    def wait(self, wrong: Callable[[], str]) -> bool:
        """Until nothing is wrong any more, if that comes in time."""
        end = monotonic() + self._patience
        while wrong():
            if monotonic() >= end:
                return False
            sleep(0.05)
        return True


class Device:
    """What both kinds have in common."""

    kind = ""
    left_out = 0
    """Units that never left this machine."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def wrong(self) -> str:
        """What is wrong with the device now; '' when nothing is."""
        return self.watch.wrong()

    def revive(self) -> bool:
        """True when the device works, restarted if there is a command for that."""
        if self.wrong():
            self.watch.restart()
        return self.watch.wait(self.wrong)


class RawTarget(Device):
    """Whatever is at the other end of the interface *name*. Needs CAP_NET_RAW.

    Frames that the interface itself refuses, because they are longer than its MTU or have no whole header, say nothing
    about the device: they are left out."""

    kind = "raw"

    def __init__(self, name: str, watch: Watch) -> None:
        super().__init__(watch)
        check_interface(name)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.bind((name, 0))

    def send(self, units: Sequence[bytes]) -> None:
        for frame in units:
            try:
                self._socket.send(frame)
            except OSError as error:
                if error.errno not in _NOT_SENT:
                    raise
                self.left_out += 1
        sleep(DIGEST)


class TcpTarget(Device):
    """A server at *host*, *port*: each unit in a connection of its own. That it closes one is its right; that it takes
    none any more is not."""

    kind = "tcp"

    def __init__(self, host: str, port: int, watch: Watch) -> None:
        super().__init__(watch)
        check_host(host, port)
        self._address = (host, port)

    def send(self, units: Sequence[bytes]) -> None:
        for unit in units:
            with self._connected() as stream:
                try:
                    stream.sendall(unit)
                    stream.settimeout(ANSWER)
                    stream.recv(1 << 16)
                except (BrokenPipeError, ConnectionResetError, TimeoutError):
                    continue

    def wrong(self) -> str:
        try:
            with self._connected() as stream:
                # The backlog of a program that is just dying still takes a connection, and resets it.
                stream.settimeout(DYING)
                with suppress(TimeoutError):
                    stream.recv(1)
        except OSError as error:
            return f"it takes no connection: {error.strerror or error}"
        return super().wrong()

    def _connected(self) -> socket.socket:
        return socket.create_connection(self._address, TIMEOUT)
