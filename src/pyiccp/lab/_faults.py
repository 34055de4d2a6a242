"""Events of a scenario: `20s cut Peer1:sfp-sfpplus2`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from pyiccp._sansio import Instant
from pyiccp.lab._moving import move
from pyiccp.lab._toml_document import suggestion
from pyiccp.lab._units import parse_duration

if TYPE_CHECKING:
    from pyiccp.lab._device import Device
    from pyiccp.lab._links import Link
    from pyiccp.lab._network import Network

END_VERBS = ("cut", "mend", "silence", "heal", "silence-rx", "silence-tx")
HOST_VERBS = ("move",)
NODE_VERBS = ("crash", "hang", "freeze", "thaw", "stop", "start", "clear-guards", "flush")
KEEPALIVE = "keepalive"


class Fault(msgspec.Struct, frozen=True, gc=False):
    """Something done to the network: to a link (named by one end), to a node, to the keepalive paths, or to a host."""

    verb: str
    target: str
    fresh: bool = False
    to: str = ""
    """Where a host moves: NODE:PORT."""

    def __str__(self) -> str:
        return f"{self.verb} {self.target}" + (" fresh" if self.fresh else "") + (f" {self.to}" if self.to else "")


def parse_event(text: str) -> tuple[Instant, Fault]:
    """`TIME VERB TARGET [fresh]`, `TIME move HOST NODE:PORT`; ValueError says what is wrong."""
    words = text.split()
    if len(words) < 3:
        raise ValueError(f"{text!r} is not an event; write time, verb and target: '20s cut Peer1:sfp-sfpplus2'")
    return parse_duration(words[0]), parse_fault(words[1:])


def parse_fault(words: Sequence[str]) -> Fault:
    """What *words* (two at least) say is done; ValueError says what is wrong with them."""
    verb, target, *rest = words
    if verb not in END_VERBS + NODE_VERBS + HOST_VERBS:
        raise ValueError(f"unknown event {verb!r}; {suggestion(verb, END_VERBS + NODE_VERBS + HOST_VERBS)}")
    if verb in HOST_VERBS:
        if len(rest) != 1:
            raise ValueError(f"{verb} {target}: write where to: '{verb} {target} Peer2:ether2'")
        return Fault(verb, target, to=rest[0])
    if rest not in ([], ["fresh"]) or (rest and verb != "start"):
        raise ValueError(
            f"{' '.join(rest)!r} after {target!r} means nothing; only 'start NODE fresh' has a fourth word"
        )
    return Fault(verb, target, bool(rest))


def check_target(network: "Network", fault: Fault) -> None:
    """ValueError when *fault* names nothing in *network*."""
    if fault.verb in NODE_VERBS:
        if fault.target not in network.devices:
            raise ValueError(f"{fault.verb}: no node {fault.target!r}; nodes are {', '.join(network.devices)}")
    elif fault.verb in HOST_VERBS:
        _check_move(network, fault)
    elif fault.target == KEEPALIVE:
        if fault.verb not in ("cut", "mend"):
            raise ValueError(f"{fault.verb}: a keepalive can only be cut and mended")
        if not network.keepalives:
            raise ValueError(f"{fault.verb}: there is no [[keepalive]]")
    elif not any(fault.target == side.name for link in network.links for side in link.sides):
        ends = ", ".join(side.name for link in network.links for side in link.sides)
        raise ValueError(f"{fault.verb}: no link ends at {fault.target!r}; ends are {ends}")


def _check_move(network: "Network", fault: Fault) -> None:
    host = network.hosts.get(fault.target)
    if host is None:
        raise ValueError(f"{fault.verb}: no host {fault.target!r}; hosts are {', '.join(network.hosts)}")
    if host.way is None:
        raise ValueError(f"{fault.verb}: {host.name} has no cable; wire it to a port with a [[link]]")
    name, _, port = fault.to.partition(":")
    device = network.devices.get(name)
    if device is None or port not in device.config.ports:
        raise ValueError(f"{fault.verb}: {fault.to!r} is no port of a node; write NODE:PORT")
    wired = device.ways.get(port)
    if wired is not None and not any(side.host for side in wired.link.sides):
        raise ValueError(f"{fault.verb}: {fault.to} is wired")


def apply(network: "Network", fault: Fault) -> None:
    """Do it now."""
    if fault.verb in NODE_VERBS:
        _to_node(network, network.devices[fault.target], fault)
    elif fault.verb in HOST_VERBS:
        device, _, port = fault.to.partition(":")
        move(network, network.hosts[fault.target], network.devices[device], port)
    elif fault.target == KEEPALIVE:
        for path in network.keepalives:
            path.cut = fault.verb == "cut"
    else:
        for link in network.links:
            for end, side in enumerate(link.sides):
                if side.name == fault.target:
                    _to_link(network, link, end, fault.verb)


def _to_node(network: "Network", device: "Device", fault: Fault) -> None:
    match fault.verb:
        case "crash":
            network.power_off(device)
        case "hang":
            network.hang(device)
        case "freeze":
            network.freeze(device)
        case "thaw":
            network.thaw(device)
        case "stop":
            network.stop(device)
        case "start":
            network.boot(device, fault.fresh)
        case "clear-guards":
            network.clear_guards(device)
        case "flush":
            network.flush(device)


def _to_link(network: "Network", link: "Link", end: int, verb: str) -> None:
    out, back = link.ways[end], link.ways[1 - end]
    match verb:
        case "cut" | "mend":
            link.cut = verb == "cut"
            network.refresh(link)
        case "silence" | "heal":
            out.silent = back.silent = verb == "silence"
        case "silence-tx":
            out.silent = True
        case "silence-rx":
            back.silent = True
