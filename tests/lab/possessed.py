"""A node of a lab whose link says what a test wants, in well-formed segments of the running session."""

from node.labs import node
from pyiccp._link.events import MessageQueued, Stream
from pyiccp._node.events import Action
from pyiccp.lab._network import Network
from pyiccp.wire.iccp._pdu import IccpPdu, Message

PEER_PORT = "sfp-sfpplus1"


def say(net: Network, name: str, octets: bytes) -> None:
    """*name* sends *octets* to its peer as a message of the urgent stream."""
    speaker, device = node(net, name), net.devices[name]
    out: list[Action] = []
    speaker._carry_out(speaker.pairing.link.handle(MessageQueued(Stream.URGENT, octets), net.now), net.now, out)
    net._act(device, out, net.now)
    net._rearm(device)


def say_message(net: Network, name: str, message: Message) -> None:
    say(net, name, IccpPdu(node(net, name).lsr_id, 0, (message,)).encode())


def arrive(net: Network, name: str, frame: bytes, port: str = PEER_PORT) -> None:
    """*frame* comes in by *port* of *name*, from nowhere."""
    net._forward(net.devices[name], port, [frame])
