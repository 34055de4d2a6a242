"""The checker's networks: what is promised on each, written down by hand, and that each comes to rest with it."""

import pytest

from lab.checked import at_rest, violation
from pyiccp._node.node import Node
from pyiccp._sansio import seconds
from pyiccp.lab._build import build
from pyiccp.lab._check import NAMES, NETWORKS
from pyiccp.lab._check.counterexample import passed, replay
from pyiccp.lab._check.course import Course, restored
from pyiccp.lab._check.invariants import Violation
from pyiccp.lab._check.kinds import KINDS, is_peer_link, possible, repairs
from pyiccp.lab._check.pool import search
from pyiccp.lab._check.reach import promised, wired_wrong
from pyiccp.lab._check.search import COPIES, Cause, Found, judged
from pyiccp.lab._check.trace import looks_like_a_crash, parse_trace
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import load, parse

PEER = "Peer1:sfp-sfpplus1"


@pytest.fixture(scope="module")
def starts() -> dict[str, bytes]:
    return {name: at_rest(load(NETWORKS / f"{name}.toml")) for name in NAMES}


def islands(network: Network) -> list[str]:
    """Hosts that are promised each other, each group in one word."""
    reach = {
        host: {host} | {target for source, target in promised(network) if source == host} for host in network.hosts
    }
    return sorted({"".join(sorted(group)) for group in reach.values()})


def after(start: bytes, trace: str) -> Network:
    """The network at rest after *trace*."""
    steps = parse_trace(trace)
    network = passed(start, steps)
    course = Course(network)
    course.run(steps[-1].fault)
    assert course.violation is None
    return network


@pytest.mark.parametrize("name", NAMES)
def test_everybody_is_promised_everybody_in_a_network_that_is_whole(starts: dict[str, bytes], name: str) -> None:
    network = restored(starts[name])
    everybody = ["".join(network.hosts)]
    assert islands(network) == (["h1", "h2h3", "h4"] if name == "crossed" else everybody)
    assert wired_wrong(network) == (name == "crossed")


PROMISES = [
    ("pair", f"rest: cut {PEER}", ["h1h2", "h3"]),
    ("pair", "rest: cut Client:sfp-sfpplus1", ["h1h2h3"]),
    ("pair", "rest: crash Peer1", ["h1h3", "h2"]),
    ("pair", f"rest: cut {PEER}; rest: cut Client:sfp-sfpplus1", ["h1", "h2", "h3"]),
    ("alone", f"rest: cut {PEER}; rest: cut Client:sfp-sfpplus1", ["h1h3", "h2"]),
    ("bonded", f"rest: cut {PEER}", ["h1h2h3"]),
    ("bonded", f"rest: cut {PEER}; rest: cut Peer1:sfp-sfpplus3", ["h1h2", "h3"]),
    ("third", f"rest: cut {PEER}", ["h1h2h3h4"]),
    ("third", "rest: crash Peer2", ["h1h2h4", "h3"]),
    ("third", "rest: cut Third:ether1; rest: cut Third:ether2", ["h1h2h3", "h4"]),
    ("third", "rest: silence-tx Third:ether1", ["h1h2h3", "h4"]),
    ("crossed", "rest: cut Client:sfp-sfpplus2; rest: cut Other:sfp-sfpplus2", ["h1h2h3h4"]),
    ("moving", "rest: move h3 Client:ether3", ["h1h2h3"]),
    ("moving", f"rest: cut {PEER}", ["h1h2", "h3"]),
    ("moving", f"rest: cut {PEER}; rest: move h3 Client:ether3", ["h1h2h3"]),
    ("moving", f"rest: cut {PEER}; rest: move h3 Peer1:ether1", ["h1h2h3"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "trace", "groups"), PROMISES)
def test_what_is_promised(starts: dict[str, bytes], name: str, trace: str, groups: list[str]) -> None:
    """That it is kept as well is checked on the way (`Course`)."""
    assert islands(after(starts[name], trace)) == groups


def test_orphans_of_an_isolated_node_may_be_suspended() -> None:
    """M7.1; the host with a cable and the third switch are its orphans, its own host is not."""
    texts = {name: (NETWORKS / f"{name}.toml").read_text() for name in ("moving", "third")}
    suspended = {
        name: text.replace("init-delay", 'orphan-ports = "suspend"\ninit-delay') for name, text in texts.items()
    }
    third, moving = (at_rest(parse(suspended[name], name, NETWORKS)) for name in ("third", "moving"))
    assert islands(after(third, f"rest: cut {PEER}")) == ["h1h2h4", "h3"]
    assert islands(after(moving, f"rest: cut {PEER}")) == ["h1h2", "h3"]


def test_a_host_moves_between_the_nodes_and_behind_a_bond_and_back(starts: dict[str, bytes]) -> None:
    start = starts["moving"]
    assert {str(event) for event in possible(restored(start), ("move",))} == {
        "move h3 Peer1:ether1",
        "move h3 Client:ether3",
    }
    trace = "; rest: ".join(("rest: move h3 Peer1:ether1", "move h3 Client:ether3", "move h3 Peer2:ether1"))
    assert violation(start, trace) == ""
    assert violation(start, "rest: move h3 Peer1:ether1; delay: crash Peer1") == ""


def test_a_host_is_in_nobodys_hand_for_ever(starts: dict[str, bytes]) -> None:
    """Two hosts on their way to one port: the later goes back."""
    text = (NETWORKS / "moving.toml").read_text()
    more = text.replace('on = "Peer1:bridge1"', "").replace(
        "[[keepalive]]", '[[link]]\nends = ["h2", "Peer1:ether1"]\n\n[[keepalive]]'
    )
    network = prepare(
        parse(
            '[lab]\nevents = ["5s move h2 Client:ether3", "5.1s move h3 Client:ether3"]\n' + more, "two.toml", NETWORKS
        )
    )
    network.run(seconds(8))
    assert [network.hosts[name].way.sink.name for name in ("h2", "h3")] == ["Client:ether3", "Peer2:ether1"]  # type: ignore[union-attr]
    assert "h3 stays: Client:ether3 is not free" in [moment.what for moment in network.timeline]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("5s move h3", "write where to"),
        ("5s move h9 Peer1:ether1", "no host 'h9'; hosts are h1, h2, h3"),
        ("5s move h2 Peer1:ether1", "h2 has no cable"),
        ("5s move h3 Peer1", "'Peer1' is no port of a node"),
        ("5s move h3 Peer1:sfp-sfpplus2", "Peer1:sfp-sfpplus2 is wired"),
    ],
)  # fmt: skip
def test_a_move_that_cannot_be_is_an_error(event: str, message: str) -> None:
    text = f'[lab]\nevents = ["{event}"]\n' + (NETWORKS / "moving.toml").read_text()
    with pytest.raises(Exception, match=message):
        build(parse(text, "wrong.toml", NETWORKS), Node)


def test_a_peer_link_of_two_cables_is_lost_with_the_second(starts: dict[str, bytes]) -> None:
    """M0.2."""
    network = restored(starts["bonded"])
    ends = tuple(link.sides[0].name for link in network.links if is_peer_link(link))
    assert ends == (PEER, "Peer1:sfp-sfpplus3")
    one = parse_trace(f"rest: cut {PEER}; delay: cut keepalive")
    assert not looks_like_a_crash(one, ends, seconds(1))
    both = parse_trace(f"rest: cut {PEER}; delay: cut Peer1:sfp-sfpplus3; delay: cut keepalive")
    assert looks_like_a_crash(both, ends, seconds(1))


def test_a_silent_cable_between_bridges_is_mended_by_plugging_it_in_anew(starts: dict[str, bytes]) -> None:
    network = after(starts["third"], "rest: silence Third:ether1")
    mended = []
    while events := repairs(network):
        mended.append(str(events[0]))
        Course(network).run(events[0], wanted=False)
    assert mended == ["cut Third:ether1", "heal Third:ether1", "mend Third:ether1"]


def test_a_frame_in_flight_when_the_tree_opens_a_port_is_counted_apart(starts: dict[str, bytes]) -> None:
    """M0.4: by the third switch and by the peer link, 50 us apart."""
    steps = parse_trace("rest: cut Client:sfp-sfpplus2; delay: cut Third:ether1")
    course = Course(passed(starts["third"], steps))
    course.run(steps[-1].fault)
    assert course.violation is None and len(course.points) > 1
    assert course.apart and {each.kind for each in course.apart} <= set(COPIES)


@pytest.mark.parametrize("heal", ["heal", "cut"])
def test_what_802_1d_does_at_a_cable_that_comes_back_is_told_apart(starts: dict[str, bytes], heal: str) -> None:
    """Both ends forward by then, and loop until the next BPDU; not when the cable is pulled out first."""
    found = replay(starts["third"], parse_trace(f"rest: silence Third:ether1; rest: {heal} Third:ether1"))
    if heal == "cut":
        assert found is None
        return
    assert found is not None and found.violation.kind in ("duplicate", "loop", "reflection")
    network = restored(starts["third"])
    assert judged(network, found).cause is Cause.SPANNING_TREE
    later = Violation(found.violation.kind, "", found.violation.at + seconds(3))
    assert judged(network, Found(found.trace, later)).cause is Cause.MLAG


@pytest.mark.parametrize("name", ["alone", "bonded", "moving"])
def test_single_cuts_and_moves(starts: dict[str, bytes], name: str) -> None:
    """All kinds on all networks: `.ci/run`."""
    report = search(starts[name], 1, ("cut", "keepalive", "move"))
    assert not report.found and report.runs == len(possible(restored(starts[name]), ("cut", "keepalive", "move")))
    assert set(KINDS) > {"cut", "keepalive", "move"}
