"""Meshes in which ports once closed a loop for an instant, found by random search; each tells what happened.

A story is a network, and what happens to it: seconds that pass, `b1=d000` (another priority), `-b1.3` (carrier lost).
"""

from typing import Any, NamedTuple

import pytest
from rstp_harness import INF, SUP, US, WORSE, D, Dut, T, letters
from rstp_network import Network

from pyiccp._sansio import milliseconds
from pyiccp.rstp import Role
from pyiccp.rstp.events import BpduReceived, LinkCameUp


class Story(NamedTuple):
    text: str
    priorities: str
    """`/stp` = forced to 802.1D-1998."""
    costs: str
    """Where they are not 2000."""
    events: str


STALE_AGREEMENT = Story(
    "b1.1-b0.1 b2.1-b1.2 b3.1-b0.2 b3.2-b0.3 b1.3-b1.4",
    "b0=d000 b1=2000 b2=3000 b3=e000/stp",
    "b0.2=1 b0.3=200000 b1.2=200000 b1.3=200000 b1.4=200000 b3.2=200000",
    "7 b1=d000 40 b2=8000 7",
)
"""1. b1 has a cable between its ports 3 and 4. Its root b2 gives up its priority; the old claim still goes round by b3.
2. Both ports hear what the other offered a moment ago, find it better, and agree to it (Backup).
3. Both become Designated and offer the new root; the agreements to the old offers are still on the wire.
4. Each took the other's for an answer, and both opened: a bridge connected to itself."""

CLOCK_BEFORE_NEWS = Story(
    "b1.1-b0.1 b2.1-b1.2 b3.1-b2.2 b4.1-b1.3 b5.1-b4.2 b6.1-b0.2 b7.1-b3.2 b8.1-b7.2 b9.1-b5.2 "
    "b3.3-b5.3 b1.4-b9.2-b9.3 b0.3-b1.5-b8.2 b4.3-b1.6",
    "b0=1000/stp b1=7000 b2=d000/stp b3=4000/stp b4=7000 b5=1000 b6=5000 b7=e000 b8=2000 b9=4000",
    "b1.1=20000 b1.2=20000 b1.4=20000 b1.5=200000 b1.6=20000 b2.1=1 b3.1=1 b4.1=200000 b4.3=200000 b5.2=200000 "
    "b5.3=20000 b7.1=200000 b8.1=1 b8.2=1 b9.1=200000 b9.2=20000 b9.3=1",
    "1.5 b7=b000 0.0001 -b7.1 1.5 -b5.1 0.0002 -b1.1 1.5 b9=8000 0.01 b0=e000 150",
)
"""1. The root b0 gives up its priority; its old claim goes round by way of shared segments and legacy bridges, slowly.
2. Ports on shared segments open by the clock: 2 s discarding and 2 s learning (17.20.4).
3. Four seconds later the claim still circles: what they open on is old information, and a loop closed."""

CLOCK_BEFORE_NEWS_AFTER_A_CUT = Story(
    "b1.1-b0.1 b2.1-b1.2 b3.1-b2.2 b4.1-b3.2 b5.1-b1.3 b6.1-b5.2 b7.1-b1.4 b8.1-b2.3 b9.1-b7.2 b10.1-b8.2 "
    "b6.2-b4.2-b7.3 b5.3-b3.3 b3.4-b1.5 b3.5-b1.6-b6.3",
    "b0=3000 b1=4000 b2=4000 b3=2000 b4=5000 b5=1000 b6=0000 b7=1000 b8=2000 b9=4000 b10=4000",
    "b0.1=1 b1.3=200000 b1.4=200000 b1.6=200000 b2.1=200000 b2.2=20000 b3.3=20000 b3.4=200000 b4.2=20000 b5.1=20000 "
    "b5.3=1 b6.1=1 b6.2=20000 b6.3=1 b7.3=20000 b8.1=200000 b8.2=200000 b9.1=20000 b10.1=200000",
    "0.0002 b6=f000 0.0002 b1=c000 7 b3=b000 0.01 b0=8000 0.0002 -b1.1 0.01 -b3.4 150",
)
"""The same where the root's claim was 18 s old when the clock ran out."""


MIND_CHANGED = Story(
    "b1.1-b0.1 b2.1-b0.2 b3.1-b1.2 b4.1-b1.3 b5.1-b2.2 b6.1-b4.2 b7.1-b1.4 b8.1-b3.2 b9.1-b0.3 b10.1-b3.3 "
    "b11.1-b2.3 b6.2-b1.5 b2.4-b5.2 b3.4-b3.5 b2.5-b4.3-b4.4 b6.3-b5.3-b2.6 b11.2-b1.6 b3.6-b0.4 b9.2-b7.2 "
    "b4.5-b8.2-b4.6 b0.5-b3.7-b0.6",
    "b0=a000 b1=6000 b2=d000 b3=9000 b4=d000 b5=f000 b6=0000 b7=b000 b8=e000/stp b9=7000 b10=d000 b11=9000",
    "b0.1=1 b0.2=200000 b0.3=20000 b0.4=200000 b0.6=20000 b1.1=200000 b1.3=20000 b1.4=20000 b1.5=20000 b1.6=200000 "
    "b2.2=20000 b2.5=20000 b3.2=20000 b3.3=1 b3.4=1 b3.6=1 b3.7=200000 b4.1=200000 b4.2=20000 b4.3=200000 b4.4=20000 "
    "b4.5=200000 b5.1=200000 b5.2=1 b6.1=1 b6.2=1 b7.1=1 b7.2=20000 b8.1=20000 b8.2=200000 b9.2=200000 b11.2=20000",
    "1.5 -b6.3 0.0002 b2=4000 1.5 b5=1000 0.0001 b7=2000 7 -b6.2 0.0002 -b6.1 1",
)
"""1. The root b6 loses its last link. Between b0.4 and b3.6 offers cross.
2. b0.4 agrees to what b3.6 offered, and in the same instant hears better from elsewhere: it is Designated and proposes.
3. b3.6 does likewise. Each opened on the agreement of the other, which the proposal behind it had taken back."""


def told(story: Story) -> Network:
    def words(text: str) -> dict[str, str]:
        return dict(word.split("=") for word in text.split())

    bridges: dict[str, dict[str, Any]] = {
        name: {"priority": int(value.split("/")[0], 16), "force_version": 0 if "/" in value else 2}
        for name, value in words(story.priorities).items()
    }
    costs = {port: {"path_cost": int(cost)} for port, cost in words(story.costs).items()}
    every = {"path_cost": 2000, "auto_edge": False}
    network = Network(story.text, settings=bridges, every_port=every, port_settings=costs).up()
    for word in story.events.split():
        if word.startswith("-"):
            network.cut(word[1:])
        elif "=" in word:
            bridge, priority = word.split("=")
            network.priority(bridge, int(priority, 16))
        else:
            network.run(float(word))
    return network


@pytest.mark.parametrize("story", [STALE_AGREEMENT, CLOCK_BEFORE_NEWS, CLOCK_BEFORE_NEWS_AFTER_A_CUT, MIND_CHANGED])
def test_no_loop_at_any_step(story: Story) -> None:
    network = told(story)
    assert not network.loops, network.loops[0]
    network.run(150)
    assert not network.loops
    network.at_rest()


def test_news_that_are_worse_start_the_clock_anew() -> None:
    """1. A port on a shared segment waits its 20 s. 2. At 19 s the root gets worse. 3. It waits for 2 s more."""
    dut = Dut(port={"auto_edge": False}).up(1)
    dut.do(LinkCameUp("p2", 10_000, False))
    dut.keep(19, p1=D(SUP, cost=0))
    dut.do(BpduReceived("p1", D(SUP, cost=90000)))
    assert dut.learned(2) == []
    dut.keep(1.9, p1=D(SUP, cost=90000))
    assert dut.learned(2) == []
    dut.keep(4, p1=D(SUP, cost=90000))
    assert [round(at, 3) for at, _ in dut.learned(2)] == [21.0]
    assert [round(at, 3) for at, _ in dut.switched(2)] == [23.0]
    assert dut.core.view().root != US


def test_a_claim_that_a_backup_port_cannot_take_back() -> None:
    """A mesh of the soak: 1. Two ports of b1 on one segment told of the root, a moment after it was lost, as old news
    from elsewhere: port 4 last. 2. b1 learned the truth, and port 4 became a Backup port, which says nothing. 3. Port 3
    told of another root. b5 did not believe it for three hello times, and opened by the clock."""
    dut = Dut(port={"auto_edge": False}).up(1, point_to_point=False)
    dut.hear(1, D(SUP, port=0x8004))
    assert dut.view(1).designated_root == SUP
    dut.hear(1, D(INF, bridge=T, port=0x8003))
    assert dut.role(1) is Role.Designated
    dut.hear(1, D(SUP, port=0x8004))
    dut.hear(1, D(SUP, port=0x8005))
    assert dut.view(1).designated_port == 0x8004, "the same root as near: nothing is replaced"


def test_the_bridge_above_does_not_agree() -> None:
    """A mesh with late BPDUs: 1. b3 counts on b0 by one link, b0 on b3 by another: both pass a dead root on. 2. b0
    agrees to b3's offer, and b3's port opened: a loop, until the news came by the first link as well."""
    dut = Dut(port={"auto_edge": False}).up(1, 2)
    dut.hear(1, D(SUP))
    offer = dut.view(2).designated_cost
    dut.hear(2, D(SUP, "ALF:R", cost=offer + 20000))
    assert not dut.view(2).forwarding
    dut.hear(2, D(SUP, "ALF:R", cost=offer + 20000, bridge=WORSE))
    assert dut.view(2).forwarding


def test_worse_that_a_port_says_it_says_to_the_whole_segment() -> None:
    """A mesh of the soak: 1. Two ports of b4 and one of b2 on a segment; b2's leads to the root. 2. b2 loses the root;
    one of b4's ports hears it, the other misses it. 3. The first becomes Designated and opens after four seconds, the
    other still counts on b2, for six: a bridge connected to itself."""
    dut = Dut(port={"auto_edge": False}).up(1, 2, 3, point_to_point=False)
    dut.hear(1, D(SUP))
    dut.hear(2, D(SUP))
    dut.hear(3, D(SUP, port=0x8002))
    assert [dut.role(n) for n in (1, 2, 3)] == [Role.Root, Role.Alternate, Role.Alternate]
    dut.hear(2, D(INF, cost=0))
    assert [dut.view(n).designated_root for n in (1, 2)] == [SUP, SUP], "by port 3, the other port of the bridge"
    assert [dut.role(n) for n in (1, 2, 3)] == [Role.Designated, Role.Designated, Role.Root]


def test_where_bpdus_overtake_each_other_an_agreement_is_asked_for_twice() -> None:
    """A mesh whose BPDUs overtake each other: 1. b9 gave its agreement to b3's offer. 2. Old news of b3 came late: b9
    took them for new, became Designated and proposed. 3. An agreement that b3 had given long before came later still,
    and was taken for the answer: both ends forwarded."""
    dut = Dut(port={"auto_edge": False}, misordering=milliseconds(50)).up(1)
    agreement = D(US, "ALF:R", cost=20000, bridge=WORSE)
    dut.run(0.05).hear(1, agreement)
    assert not dut.view(1).forwarding
    assert [round(at, 3) for at, _ in dut.timed(1)] == [0.0]
    dut.run(0.05)
    assert [(round(at, 3), letters(bpdu.flags)) for at, bpdu in dut.timed(1)][1:] == [(0.1, "P:D")]
    dut.hear(1, agreement)
    assert dut.view(1).forwarding
    dut.run(0.08).hear(1, D(WORSE, "P:D", cost=0, bridge=WORSE))
    assert not dut.view(1).forwarding, "its giver had changed its mind, and that took long"
    dut.run(0.01).hear(1, agreement)
    assert not dut.view(1).forwarding, "what it said last may have overtaken this"


def test_a_port_does_not_open_beside_another_of_its_bridge() -> None:
    """A mesh whose BPDUs overtake each other: 1. Two ports of b1 on a segment; old news of b2 reached one of them late,
    it counted on b2 for six seconds. 2. The other had heard better since: Designated, it opened after four. 3. All the
    time the first heard the second, and could have known."""
    dut = Dut(port={"auto_edge": False}).up(1, 2, point_to_point=False)
    dut.hear(1, D(SUP, "P:D"))
    assert [dut.role(n) for n in (1, 2)] == [Role.Root, Role.Designated]
    for _ in range(12):
        dut.keep(2, p1=D(SUP))
        dut.hear(1, dut.out(2)[-1])
    assert dut.learned(2) == [], "a cable between them: nobody else answers"
    dut.keep(30, p1=D(SUP))
    assert dut.view(2).forwarding, "no longer on that segment"
    dut.hear(1, dut.out(2)[-1])
    assert not dut.view(2).forwarding
