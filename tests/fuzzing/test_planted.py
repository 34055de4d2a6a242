"""A bug in each decoder, each core and each reader, put there on purpose: the search that finds nothing finds it, with
the seed and no more inputs than `python -m fuzz --minutes 1` gives its harness on any machine (`Harness.least`).

The bugs of decoders are those that parsers have in the field: a length or a count that is believed, a type that is
looked up, text that is no text, a field that is forgotten. Those of cores and readers take a check away that is there,
some of them ones that were missing until a search found it (see test_stories.py).
"""

import importlib
import pkgutil
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from fuzz.engine import Found, search
from fuzz.harness import every

import pyiccp
from pyiccp._bridge.fdb import HostTable
from pyiccp._link.core import LinkCore
from pyiccp._mlag import core as mlag
from pyiccp._mlag import events as ev
from pyiccp._mlag.fences import Fences
from pyiccp._mlag.stp import TreeLog
from pyiccp._node import inbound, wiring
from pyiccp._service.control import Control
from pyiccp.capture import _control as control_module
from pyiccp.capture import _hexfile as hexfile
from pyiccp.capture import _plain as plain
from pyiccp.capture import _scanning as scanning_module
from pyiccp.iccp import _group as group
from pyiccp.iccp import _reading as reading
from pyiccp.iccp._mlacp import Mlacp
from pyiccp.lacp._core import LacpCore
from pyiccp.rstp._core import RstpCore
from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.wire._hexdump import unhexdump
from pyiccp.wire._link import Data, Segment
from pyiccp.wire.iccp._stream import PduStream, SonicStream
from pyiccp.wire.iccp._tree import TreeApplied, TreeBpdu, TreeGuardCleared, TreeLinkDown, TreeLinkUp
from pyiccp.wire.iccp.rg import SenderName

Patch = pytest.MonkeyPatch


def weak(patch: Patch, name: str, bug: Callable[[bytes, Any], Any]) -> None:
    """The decoder of *name* with *bug*, which sees the octets and the value, and may give another value."""
    sound = PROTOCOLS[name].decode

    def decode(octets: bytes) -> Any:
        value = sound(octets)
        return bug(octets, value) or value

    patch.setitem(PROTOCOLS, name, PROTOCOLS[name]._replace(decode=decode))


def _walk(octets: bytes, at: int) -> None:
    while at < len(octets) and octets[at]:
        at += max(octets[at + 1], 1)  # believes that behind a type there is a length


DECODERS: dict[str, tuple[Callable[[bytes, Any], Any], type[BaseException]]] = {
    "lacp": (lambda octets, value: _walk(octets, 2), IndexError),
    "marker": (lambda octets, value: struct.unpack_from(f">{octets[3]}B", octets) and None, struct.error),
    "stp": (lambda octets, value: {0: "config", 1: "rapid"}[value.version] and None, KeyError),
    "rstp": (lambda octets, value: bytes([getattr(value, "root_path_cost", 0) >> 16]) and None, ValueError),
    "mstp": (lambda octets, value: octets[int.from_bytes(octets[36:38], "big")] and None, IndexError),
    "pvst": (lambda octets, value: {0: "old", 2: "rapid"}[value.bpdu.version] and None, KeyError),
    "iccp": (
        lambda octets, value: (
            [tlv.name.encode() for one in value.messages for tlv in one.tlvs if isinstance(tlv, SenderName)] and None
        ),
        UnicodeEncodeError,
    ),
    "sonic-iccp": (lambda octets, value: value.tlvs[0] and None, IndexError),
    "pyiccp-link": (lambda octets, value: {0: "ours"}[value.minor] and None, KeyError),
    "pyiccp-keepalive": (lambda octets, value: ("poll", "answer")[value.kind] and None, IndexError),
}


def test_every_decoder_has_a_planted_bug() -> None:
    assert set(DECODERS) == set(PROTOCOLS)


def found(name: str) -> Found:
    inputs = every()[name].least
    outcome = search(every()[name], count=inputs)
    assert isinstance(outcome, Found), f"{inputs} inputs, and it was not found"
    return outcome


@pytest.mark.parametrize("name", DECODERS)
def test_it_is_found_in_a_decoder(name: str, monkeypatch: Patch) -> None:
    bug, error = DECODERS[name]
    weak(monkeypatch, name, bug)
    assert isinstance(found(f"decode-{name}").error, error)


def lacp(patch: Patch) -> None:
    """Looks up our port by the number that the partner tells of it."""
    sound = LacpCore._HANDLERS

    def received(self: LacpCore, event: Any) -> Any:
        numbers = {port.config.number for port in self.ports.values()}
        if event.pdu.partner.port and event.pdu.partner.port & 0xFFF not in numbers:
            raise KeyError(event.pdu.partner.port)
        return sound[type(event)](self, event)

    from pyiccp.lacp.events import LacpduReceived

    patch.setattr(LacpCore, "_HANDLERS", {**sound, LacpduReceived: received})


def rstp(patch: Patch) -> None:
    """Takes the difference of two ages of the peer's for a span."""
    from pyiccp.rstp.events import BpduReceived

    sound = RstpCore._HANDLERS

    def received(self: RstpCore, event: Any) -> Any:
        if hasattr(event.bpdu, "max_age") and event.bpdu.message_age > event.bpdu.max_age:
            raise ValueError("a span below nothing")
        return sound[type(event)](self, event)

    patch.setattr(RstpCore, "_HANDLERS", {**sound, BpduReceived: received})


def iccp(patch: Patch) -> None:
    """Believes that an RG message starts with the RG ID."""
    sound = reading.read

    def read(message: Any) -> Any:
        assert message.tlvs[0].rg_id >= 0
        return sound(message)

    for module in (reading, group, __import__("pyiccp.iccp._core", fromlist=["read"])):
        if hasattr(module, "read"):
            patch.setattr(module, "read", read)


def link(patch: Patch) -> None:
    """Looks up a stream by the peer's number."""
    sound = LinkCore._segment_received

    def received(self: LinkCore, event: Any, now: int) -> None:
        if isinstance(event.segment.body, Data):
            assert ("urgent", "bulk")[event.segment.body.stream]
        sound(self, event, now)

    patch.setattr(LinkCore, "_segment_received", received)


def pair(patch: Patch) -> None:
    """Looks up a bond by the mlag-id that the peer tells."""
    sound = mlag._HANDLERS

    def said(pair: Any, event: Any, now: int) -> Any:
        number = getattr(event.value, "mlag_id", None)
        assert {None: 0, 0: 0, 10: 1}[number] >= 0
        return sound[ev.PeerSaid](pair, event, now)

    patch.setattr(mlag, "_HANDLERS", {**sound, ev.PeerSaid: said})


def bridge(patch: Patch) -> None:
    """Takes every host that the peer has."""
    sound = HostTable.__init__

    def made(self: HostTable, config: Any, vlans: Any) -> None:
        sound(self, config, vlans)
        self.limit = None

    patch.setattr(HostTable, "__init__", made)


def whole_node(patch: Patch) -> None:
    """Lets out what the decoder of segments says of hostile ones."""
    patch.setattr(inbound, "link_segment", lambda port, octets: Segment.decode(octets))


def fences(patch: Patch) -> None:
    """Believes that the peer fences bonds that we have."""
    sound = Fences.received

    def received(self: Fences, member: str, fence: Any, members: tuple[str, ...]) -> Any:
        assert fence.mlag_id in {half.mlag_id for half in self.halves.values()}
        return sound(self, member, fence, members)

    patch.setattr(Fences, "received", received)


def mlacp(patch: Patch) -> None:
    """Keeps the peer's objects in a list, by their number."""
    sound = Mlacp._apply

    def apply(self: Mlacp, tlv: Any) -> Any:
        assert range(64)[getattr(tlv, "roid", 0)] >= 0
        return sound(self, tlv)

    patch.setattr(Mlacp, "_apply", apply)


def tree(patch: Patch) -> None:
    """Looks up the port that the peer says something of."""
    sound = TreeLog._heard

    def heard(self: TreeLog, value: Any, now: int) -> Any:
        if isinstance(value, TreeLinkUp | TreeLinkDown | TreeBpdu | TreeApplied | TreeGuardCleared):
            assert self.halves.marks[value.port]
        return sound(self, value, now)

    patch.setattr(TreeLog, "_heard", heard)


def scanning(patch: Patch) -> None:
    """Does not look behind the second tag."""
    sound = control_module.is_control

    def is_control(frame: bytes) -> bool:
        return sound(frame) and frame[16:18] not in (b"\x81\0", b"\x88\xa8", b"\x91\0")

    patch.setattr(scanning_module, "is_control", is_control)


def dumps(patch: Patch) -> None:
    """Lets out what the reader of a line says."""
    patch.setattr(hexfile, "unhex", lambda lines, first: unhexdump("\n".join(lines)))


def routeros(patch: Patch) -> None:
    """A bond with an mlag-id is one of the pair's, whatever its mode."""

    def dual_homed(config: Any) -> Sequence[Any]:
        if config.mlag is None:
            return ()
        return tuple(one for one in config.bonds if one.mlag_id is not None and one.name != config.mlag.peer_port)

    patch.setattr(wiring, "dual_homed", dual_homed)


def captures(patch: Patch) -> None:
    """Names that are no UTF-8 go into JSON as they are."""
    patch.setattr(plain, "printable", lambda text: text)


def frames(patch: Patch) -> None:
    """An 802.3 length that ends before the BPDU starts is believed."""
    patch.setattr(sys.modules["pyiccp.wire._dissect"], "max", lambda end, start: end, raising=False)


def control(patch: Patch) -> None:
    """Octets that are no UTF-8 are no JSON either, and msgspec says so by another exception."""
    sound = Control._reply

    def reply(self: Control, line: bytes) -> Any:
        line.decode()
        return sound(self, line)

    patch.setattr(Control, "_reply", reply)


def short(kind: type[Any]) -> Callable[[Patch], None]:
    """A stream that forgets what was too short to have a length."""
    sound = kind.feed

    def feed(self: Any, octets: bytes) -> Any:
        return [] if len(self.waiting) + len(octets) < 4 else sound(self, octets)

    return lambda patch: patch.setattr(kind, "feed", feed)


CORES: dict[str, tuple[str, Callable[[Patch], None]]] = {
    "LacpCore": ("core-lacp", lacp),
    "RstpCore": ("core-rstp", rstp),
    "IccpCore": ("core-iccp", iccp),
    "LinkCore": ("core-link", link),
    "MlagCore": ("core-mlag", pair),
    "BridgeCore": ("core-bridge", bridge),
    "Node": ("node", whole_node),
    "TreeLog": ("core-tree", tree),
}
"""By the name of the class."""

OTHERS: dict[str, tuple[str, Callable[[Patch], None]]] = {
    "fences": ("core-mlag", fences),
    "mlacp": ("core-iccp", mlacp),
    "routeros": ("routeros", routeros),
    "capture": ("capture", captures),
    "scan": ("capture-scan", scanning),
    "hex": ("capture-hex", dumps),
    "frame": ("decode-frame", frames),
    "control": ("control", control),
    "stream": ("stream-iccp", short(PduStream)),
    "sonic": ("stream-sonic", short(SonicStream)),
}


def test_every_core_has_a_planted_bug() -> None:
    """What has events, a clock and a deadline is a core, wherever it is."""
    cores = set()
    for info in pkgutil.walk_packages(pyiccp.__path__, "pyiccp."):
        if info.name.startswith(("pyiccp._cli", "pyiccp.lab", "pyiccp.transports")):
            continue  # these drive cores
        for name, one in vars(importlib.import_module(info.name)).items():
            own = isinstance(one, type) and one.__module__ == info.name and not is_protocol(one)
            if own and all(hasattr(one, wanted) for wanted in ("handle", "advance", "deadline")):
                cores.add(name)
    assert cores == set(CORES)


def is_protocol(one: type) -> bool:
    return bool(getattr(one, "_is_protocol", False))


def test_every_harness_has_a_planted_bug() -> None:
    planted = {harness for harness, _ in (*CORES.values(), *OTHERS.values())}
    assert planted | {f"decode-{name}" for name in DECODERS} == set(every())


@pytest.mark.parametrize("name", [*CORES, *OTHERS])
def test_it_is_found_in_a_core_or_a_reader(name: str, monkeypatch: Patch) -> None:
    harness, plant = (CORES | OTHERS)[name]
    plant(monkeypatch)
    found(harness)
