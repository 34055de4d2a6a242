"""Frames that no bridge forwards, and datagrams of the keepalive: for which core they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyiccp._link import events as link
from pyiccp._mlag import events as mlag
from pyiccp._node.control import link_segment
from pyiccp._node.events import Action
from pyiccp._node.plane import is_link_segment
from pyiccp._sansio import Instant
from pyiccp.lacp._frames import classify_pdu
from pyiccp.rstp import events as rstp
from pyiccp.rstp._frames import BRIDGE_GROUP, classify
from pyiccp.wire._ethernet import SLOW_PROTOCOLS_TYPE
from pyiccp.wire._keepalive import Keepalive
from pyiccp.wire._link import Envelope
from pyiccp.wire._mac import SLOW_PROTOCOLS, Mac
from pyiccp.wire._malformed import Malformed

if TYPE_CHECKING:
    from pyiccp._node.node import Node

_SLOW_TYPE = SLOW_PROTOCOLS_TYPE.to_bytes(2, "big")


def control_frame(node: Node, port: str, frame: bytes, now: Instant, out: list[Action]) -> Sequence[Any]:
    """*frame* to a reserved address came in by the physical *port*: ours, or nobody's."""
    if frame[12:14] == _SLOW_TYPE and frame[:6] == SLOW_PROTOCOLS:
        trunk = node.plane.trunk_of.get(port)
        return node.lacp.handle(classify_pdu(port, frame[14:]), now) if trunk is not None and trunk.lacp else ()
    on_peer_port = node.mlag is not None and port in node.members
    if frame[:6] == BRIDGE_GROUP:
        return _bridge_on_peer_port(node, port, frame, now) if on_peer_port else _bpdu(node, port, frame, now)
    return _peer_segment(node, port, frame, now, out) if on_peer_port and is_link_segment(frame) else ()


def keepalive(node: Node, octets: bytes, now: Instant) -> Sequence[Any]:
    """A datagram of the keepalive path; what is none is noise."""
    if node.mlag is None:
        return ()
    try:
        value = Keepalive.decode(octets)
    except Malformed:
        return ()
    return node.mlag.handle(mlag.KeepaliveReceived(value), now)


def _bridge_on_peer_port(node: Node, port: str, frame: bytes, now: Instant) -> Sequence[Any]:
    """M3.2."""
    if node.mlag is None or not isinstance(classify(port, frame), rstp.BpduReceived):
        return ()
    return node.mlag.handle(mlag.BridgeHeard(), now)


def _bpdu(node: Node, port: str, frame: bytes, now: Instant) -> Sequence[Any]:
    interface = node.plane.interface_of(port)
    if interface is None or not node.in_a_tree(interface):
        return ()
    event = classify(interface, frame)
    if isinstance(event, rstp.BpduReceived):
        if interface in node.tree_of:
            node.tree_links.add(interface)  # it proves that there is a link
        elif interface not in node.tree_links and not node.tree_link_up(interface):
            node.early[interface] = event, now
            return ()
        return node.tell_tree(event, now)
    return node.tree_of[interface].handle(event, now) if event is not None and interface in node.tree_of else ()


def _peer_segment(node: Node, port: str, frame: bytes, now: Instant, out: list[Action]) -> Sequence[Any]:
    pairing = node.pairing
    if frame[6:12] == node.plane.macs[port]:
        return ()  # our own voice: the cable comes back to us
    segment = link_segment(port, frame[14:])
    if isinstance(segment, link.ForeignReceived):
        return pairing.link.handle(segment, now)
    if isinstance(segment.body, Envelope):
        if node.config.mlag is None or node.plane.interface_of(port) is None or not pairing.link.accepts(segment):
            return ()
        return node.plane.open_envelope(node.config.mlag.peer_port, segment.body, now, out)
    why, actions = pairing.check_seal(frame[14:], now)
    event = link.SealRefused(port, why) if why else link.SegmentReceived(port, segment, Mac(frame[6:12]))
    return [*actions, *pairing.link.handle(event, now)]
