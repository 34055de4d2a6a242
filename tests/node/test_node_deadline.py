"""The node remembers when it is next due; what it remembers is always what its cores would say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from node.labs import joined, node
from pyiccp._node.events import LinkCameUp, LinkWentDown
from pyiccp._sansio import milliseconds

STATIONS = [bytes.fromhex(f"0200000000{n:02x}") for n in range(4)]
PORTS = ["sfp-sfpplus1", "sfp-sfpplus2", "ether1"]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("frame"), st.sampled_from(PORTS), st.sampled_from(STATIONS)),
        st.tuples(st.just("down"), st.sampled_from(PORTS), st.just(b"")),
        st.tuples(st.just("up"), st.sampled_from(PORTS), st.just(b"")),
        st.tuples(st.just("wait"), st.just(""), st.just(b"")),
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["Peer1", "Client"]), steps)
def test_the_remembered_deadline_is_the_cores_own(name: str, operations: list[tuple[str, str, bytes]]) -> None:
    net = joined()
    it, now = node(net, name), net.now
    for what, port, station in operations:
        if what == "frame":
            it.forward(port, [b"\xff" * 6 + station + b"\x08\x00" + bytes(46)], now)
        elif what == "wait":
            now += milliseconds(137)
            it.advance(now)
        else:
            it.handle(LinkCameUp(port) if what == "up" else LinkWentDown(port), now)
        expected = min((due for core in it._cores() if (due := core.deadline) is not None), default=None)
        assert it.deadline == expected
