"""A bug in each decoder, each core and each reader, put there on purpose: the search that finds nothing finds it.

The bugs of decoders are those that parsers have in the field: a length or a count that is believed, a type that is
looked up, text that is no text, a field that is forgotten. Those of cores and readers take a check away that is there,
some of them ones that were missing until a search found it (see test_stories.py).
"""

import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from fuzz.engine import Found, search
from fuzz.harness import every

from pyiccp.bridge.fdb import HostTable
from pyiccp.capture import plain
from pyiccp.iccp import group, reading
from pyiccp.lacp.core import LacpCore
from pyiccp.link.core import LinkCore
from pyiccp.mlag import core as mlag
from pyiccp.mlag import events as ev
from pyiccp.node import node, wiring
from pyiccp.rstp.core import RstpCore
from pyiccp.service.control import Control
from pyiccp.testing.protocols import PROTOCOLS
from pyiccp.wire.iccp.rg import SenderName
from pyiccp.wire.iccp.stream import PduStream
from pyiccp.wire.link import Data, Segment

INPUTS = 6000
"""At most: most are found with less than a hundred, all of them within a minute's share of `python -m fuzz`."""
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


def found(name: str, inputs: int = INPUTS) -> Found:
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

    for module in (reading, group, __import__("pyiccp.iccp.core", fromlist=["read"])):
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
        assert {None: 0, 10: 1}[number] >= 0
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
    patch.setattr(node, "link_segment", lambda port, octets: Segment.decode(octets))


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
    patch.setattr(sys.modules["pyiccp.wire.dissect"], "max", lambda end, start: end, raising=False)


def control(patch: Patch) -> None:
    """Octets that are no UTF-8 are no JSON either, and msgspec says so by another exception."""
    sound = Control._reply

    def reply(self: Control, line: bytes) -> Any:
        line.decode()
        return sound(self, line)

    patch.setattr(Control, "_reply", reply)


def streams(patch: Patch) -> None:
    """Forgets what was too short to have a length."""
    sound = PduStream.feed

    def feed(self: PduStream, octets: bytes) -> Any:
        return [] if len(self.waiting) + len(octets) < 4 else sound(self, octets)

    patch.setattr(PduStream, "feed", feed)


CORES: dict[str, tuple[str, Callable[[Patch], None]]] = {
    "lacp": ("core-lacp", lacp),
    "rstp": ("core-rstp", rstp),
    "iccp": ("core-iccp", iccp),
    "link": ("core-link", link),
    "mlag": ("core-mlag", pair),
    "bridge": ("core-bridge", bridge),
    "node": ("node", whole_node),
    "routeros": ("routeros", routeros),
    "capture": ("capture", captures),
    "frame": ("decode-frame", frames),
    "control": ("control", control),
    "stream": ("stream-iccp", streams),
}


@pytest.mark.parametrize("name", CORES)
def test_it_is_found_in_a_core_or_a_reader(name: str, monkeypatch: Patch) -> None:
    harness, plant = CORES[name]
    plant(monkeypatch)
    found(harness)
