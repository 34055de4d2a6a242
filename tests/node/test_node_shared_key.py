"""Two whole nodes and a shared key (`mlag-shared-key`)."""

from pathlib import Path

import pytest

from node.labs import CLIENT, KEEPALIVE, PEER, SCENARIO, node
from pyiccp._link.seal import FORGED, UNSEALED
from pyiccp._node.config import ConfigError
from pyiccp._node.events import Transmit
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse
from pyiccp.wire._link import Heartbeat, Seal, parts

KEY = "correct horse battery staple"
MACS = {"Peer1": '"74:4D:28:11:70:6B"', "Peer2": '"74:4D:28:16:2C:91"'}


def network(peer1: str | None, peer2: str | None) -> Network:
    """The document's pair after three seconds, each node with its key."""
    text = SCENARIO.format(peer1=PEER, peer2=PEER, client=CLIENT, keepalive=KEEPALIVE)
    for mac, key in ((MACS["Peer1"], peer1), (MACS["Peer2"], peer2)):
        if key is not None:
            text = text.replace(f"mac = {mac}", f'mac = {mac}\nmlag-shared-key = "{key}"')
    net = prepare(parse(text, "test.toml", Path()))
    net.run(seconds(3))
    return net


def states(net: Network) -> list[str]:
    """What both say of their session."""
    return [status.status for name in MACS if (status := node(net, name).status(net.now).mlag) is not None]


def test_with_one_key_the_pair_is_connected_and_remembers_the_peers_start() -> None:
    net = network(KEY, KEY)
    assert states(net) == ["connected"] * 2
    for name in MACS:
        mlag = node(net, name).mlag
        assert mlag is not None and mlag.pair.store.replay == 1


def test_with_different_keys_there_is_no_session_and_both_say_why() -> None:
    assert states(network(KEY, KEY[::-1])) == [FORGED] * 2


def test_a_node_without_a_key_is_refused_and_can_be_given_it_first() -> None:
    """The one without reads on: a seal is padding to it. The one with it waits for the other's."""
    net = network(KEY, None)
    assert states(net)[0] == UNSEALED
    assert states(net)[1] == "connecting"


def test_refused_frames_are_counted_and_do_not_end_a_session() -> None:
    net = network(KEY, KEY)
    peer = node(net, "Peer1")
    link = peer.pairing.link
    heartbeat = link.segment(Heartbeat(9, 9)).encode()
    frame = b"\x01\x80\xc2\x00\x00\x0e\x02\x00\x00\x00\x00\x66\x88\xb5" + heartbeat.ljust(46, b"\0")
    for _ in range(100):
        peer.forward("sfp-sfpplus1", (frame,), net.now)
    assert link.counters["refused by their seal"] == 100
    assert states(net) == ["connected"] * 2


def test_no_frame_of_the_session_leaves_without_a_seal() -> None:
    net = network(KEY, KEY)
    peer = node(net, "Peer1")
    due = peer.deadline
    assert due is not None
    actions = peer.advance(due + seconds(0.1))
    sent = [action.frame for action in actions if isinstance(action, Transmit) and action.port == "sfp-sfpplus1"]
    control = [frame for frame in sent if isinstance(frame, bytes) and frame[12:14] == b"\x88\xb5"]
    assert control and all(Seal.find(parts(frame[14:])[1]) is not None for frame in control)


def test_a_short_key_is_a_configuration_error_that_does_not_repeat_it() -> None:
    with pytest.raises(ConfigError, match="mlag-shared-key") as caught:
        network("hunter2", None)
    assert "hunter2" not in str(caught.value)
