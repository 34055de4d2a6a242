"""A hostile peer and everything else: the client's bond and its flows do not notice (issue 7)."""

import random
from collections.abc import Iterator

import pytest

from lab.possessed import arrive, say, say_message
from lab.quick import lost, node, scenario, started
from pyiccp._sansio import milliseconds, seconds
from pyiccp.lab._network import Network
from pyiccp.lab._result import result_of
from pyiccp.wire.iccp._pdu import (
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_NOTIFICATION,
    IccpStatus,
    Message,
)
from pyiccp.wire.iccp.mlacp import SyncRequest
from pyiccp.wire.iccp.rg import Nak, RgId, SenderName

LINK = bytes.fromhex("0180c200000e 744d28162c92 88b5")
HTTP = b"GET / HTTP/1.1\r\nHost: pe1\r\n\r\n"
TLS = bytes.fromhex("16030100c8010000c40303") + bytes(200)
HEAD = bytes.fromhex("000100")
LENGTHS = tuple(bytes.fromhex("0001") + length.to_bytes(2, "big") + bytes(40) for length in (0, 3, 0xFFFF))
GROUP = RgId(1)


def settled() -> Network:
    """The quick setup, its flows running."""
    network = started(scenario(until="14s"))
    network.run(seconds(6))
    return network


def unharmed(network: Network) -> None:
    """Nothing lost, both ports in the bond, one session."""
    network.run(seconds(16))
    result = result_of(network)
    assert not any(lost(result).values()), lost(result)
    assert len(result.nodes["Client"].bonds["bond1"].active_ports) == 2
    assert [each.mlag.status for each in result.nodes.values() if each.mlag] == ["connected", "connected"]
    assert not result.loops


def noise() -> Iterator[bytes]:
    """Frames on the peer cable that are none of the peer's."""
    dice = random.Random(7)
    for _ in range(300):
        yield LINK + dice.randbytes(dice.randrange(1500))
        yield dice.randbytes(dice.randrange(1500))
    for octets in (HTTP, TLS, HEAD, *LENGTHS, b"", bytes(1486), b"\xff" * 1486):
        yield LINK + octets


def test_noise_on_the_peer_port_delays_nobody() -> None:
    """One frame under our EtherType that was no segment used to shut the gate: the client lost 0.9 s."""
    network = settled()
    for frame in noise():
        arrive(network, "Peer1", frame)
        network.run(network.now + milliseconds(1))
    unharmed(network)


def cut_frames(network: Network) -> list[bytes]:
    """What Peer2 really says in a second."""
    heard: list[bytes] = []

    def keep(way: object, frame: bytes, at: int) -> None:
        if frame[12:14] == LINK[12:14] and frame[6:12] == LINK[6:12]:
            heard.append(frame)

    network.wires.capture = keep
    network.run(network.now + seconds(1))
    network.wires.capture = None
    return heard


def test_frames_of_the_peer_said_again_and_cut_at_every_octet_delay_nobody() -> None:
    network = settled()
    for frame in cut_frames(network)[:4]:
        for length in range(14, len(frame)):
            arrive(network, "Peer1", frame[:length])
        for _ in range(100):
            arrive(network, "Peer1", frame)
        network.run(network.now + milliseconds(1))
    unharmed(network)


def named(kind: int, *tlvs: bytes) -> bytes:
    """A message of the redundancy group with *tlvs*, in a PDU."""
    body = bytes.fromhex("00001000 0005000400000001") + b"".join(tlvs)
    message = kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body
    return b"\0\1" + (6 + len(message)).to_bytes(2, "big") + bytes.fromhex("0a2c16920000") + message


def tlv(kind: int, head: bytes, name: bytes, said: int | None = None) -> bytes:
    """*said*: how long the name is said to be in the octet before it; None = there is no such octet."""
    value = head + (b"" if said is None else bytes((said,))) + name
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


AGGREGATOR = bytes.fromhex("000000000000000b 0001 744d28162c92 0011 0000 00")
PORT = bytes.fromhex("9001 744d28162c92 0011 0000 00002710 00")
NAMES = {
    "unterminated": (b"a" * 80, b"a" * 20),
    "terminated inside": (b"a\0b" + b"\0" * 77, b"a\0b\0"),
    "over-long": (b"a" * 81, b"a" * 21),
    "as long as a message may be": (b"a" * 4000, b"a" * 255),
    "no UTF-8": (b"\xff\xfe" * 40, b"\xc3" * 20),
    "cut inside a letter": ("\u20ac".encode()[:2] * 40, "\u20ac".encode()[:2] * 10),
    "control characters": (b"\x1b[2J\r\n", b"\x1b[2J\r\n"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_unterminated_and_over_long_names_delay_nobody(kind: str) -> None:
    """Names that end with their TLV, in it, behind it, and nowhere: as the sender's, an aggregator's and a port's."""
    network = settled()
    sender, short = NAMES[kind]
    claimed = (len(short), len(short) + 1, 0, 255)
    messages = [named(RG_CONNECT, tlv(1, b"", sender))]
    for head, code in ((AGGREGATOR, 0x36), (PORT, 0x33)):
        messages += [named(RG_APPLICATION_DATA, tlv(code, head, short, said % 256)) for said in claimed]
    for message in messages:
        say(network, "Peer2", message)
        network.run(network.now + milliseconds(5))
    core = node(network, "Peer1").pairing.iccp
    assert core.established
    fits = len(short) <= 20  # then it is a name, whatever it is made of; who prints it makes it harmless
    (aggregator, _) = core.peer_aggregators[0x0B]
    assert aggregator.name == (short.decode(errors="surrogateescape") if fits else "client-bond")
    assert core.counters["malformed"] == (6 if fits else 9)
    unharmed(network)


def grumble(count: int) -> Iterator[Message]:
    """What a peer may send without end: refused, answered at a pace, or dropped."""
    for number in range(1000, 1000 + count):
        yield Message(RG_NOTIFICATION, number, (GROUP, SenderName("Peer2"), Nak(IccpStatus.REJECTED_MESSAGE, 1, ())))
        yield Message(RG_APPLICATION_DATA, number, (GROUP, *(SyncRequest(each) for each in range(10))))
        yield Message(0x3E00, number, ())


def test_a_peer_that_grumbles_without_end_keeps_its_session_and_delays_nobody() -> None:
    """1,000 NAKs, 10,000 sync requests, 1,000 unknown messages."""
    network = settled()
    for number, message in enumerate(grumble(1000)):
        say_message(network, "Peer2", message)
        if number % 2 == 0:
            network.run(network.now + milliseconds(1))
    unharmed(network)
    assert node(network, "Peer1").pairing.iccp.counters["NAK received"] == 1000


def test_a_peer_of_another_group_is_left_and_what_is_not_behind_it_loses_nothing() -> None:
    """The peer believes the refusals and leaves: the hosts of its orphan ports are cut off until it is back."""
    network = settled()
    for number in range(1000, 2000):
        say_message(network, "Peer2", Message(RG_CONNECT, number, (RgId(99), SenderName("x" * 80))))
        network.run(network.now + milliseconds(1))
    network.run(seconds(16))
    result = result_of(network)
    assert lost(result)["h1>h2"] == lost(result)["h2>h1"] == 0
    assert [each.mlag.status for each in result.nodes.values() if each.mlag] == ["connected", "connected"]
    assert len(result.nodes["Client"].bonds["bond1"].active_ports) == 2


@pytest.mark.parametrize("octets", [HTTP, TLS, HEAD, *LENGTHS], ids=["http", "tls", "head", "0", "3", "65535"])
def test_octets_that_are_no_message_end_the_session_with_a_counted_reason_and_it_comes_back(octets: bytes) -> None:
    """Nothing of the client's bond at the primary is touched; the pair is whole again by itself."""
    network = settled()
    say(network, "Peer2", octets)
    network.run(network.now + milliseconds(1))
    first = node(network, "Peer1")
    assert any(key.startswith("fatal") for key in first.pairing.iccp.counters)
    network.run(network.now + seconds(30))
    result = result_of(network)
    assert [each.mlag.status for each in result.nodes.values() if each.mlag] == ["connected", "connected"]
    assert len(result.nodes["Client"].bonds["bond1"].active_ports) == 2
    assert not result.loops
    assert not any(flow.duplicated or flow.reflected for flow in result.flows)
