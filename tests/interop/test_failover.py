"""Real clients behind a real pair: cut, stopped, killed and returned, while 64 streams of pings go through.

A story per client and network runs once; the tests read what its captures hold. The control is the same client on one
Open vSwitch.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pytest

from interop.clients import Client, GuestClient, OvsClient, far_side
from interop.conftest import BUILD, Kennel, Program
from interop.networks import MACS, OneSwitch, Pair
from interop.pings import Verdict
from interop.spaces import Space, until
from interop.stories import LEAST, Share, Story

REPORT = BUILD / "failover.json"
PINGS = 5_000
HALF = PINGS // 2 + 100
CONTROL = 2 * HALF + 50
"""No shorter than a stop and its return together."""
CUT = 1_000
MARGIN = 0.1
SILENT_CRASH = 4.0
PATIENCE = 20.0
TRIES = 3
"""The first, and two repetitions if a run without a fault has lost something."""
QUIET = "nothing happens"


@dataclass(frozen=True)
class Told:
    """A story's outcome."""

    client: str
    network: str
    partner: str
    events: dict[str, Verdict]
    shares: dict[str, Share]


def leaves(story: Story, gone: int, clients: tuple[Client, ...]) -> None:
    """Wait until the *clients* go on by the other link alone."""
    until(
        f"link {gone} left its bond",
        lambda: all(client.bond()["carrying"] == {1 - gone} for client in clients),
        PATIENCE,
        lambda: story.network.said() + "".join(client.bond()["text"] for client in clients),
    )


def links(story: Story) -> None:
    """Each link of the client is cut at both ends, and mended."""
    near = story.near
    for link in range(2):
        cut, mend = partial(near.carrier, link, False), partial(near.carrier, link, True)
        story.fault(f"link {link + 1} cut", cut, partial(leaves, story, link, (near,)), CUT)
        story.happens(f"link {link + 1} mended", mend, story.settles, CUT)


def nodes(story: Story, pair: Pair) -> None:
    """Each node is stopped and started again, then killed; roles change with the primary's stop and never back."""
    for number, role, planned in (
        (1, "secondary", True),
        (0, "primary", True),
        (0, "secondary", False),
        (1, "primary", False),
    ):
        node = pair.nodes[number]
        name = f"{node.name} ({role})"
        assert node.status()["mlag"]["active-role"] == role
        gone = partial(leaves, story, number, (story.near, story.far))
        if planned:
            story.fault(f"{name} stopped", node.stop, gone, HALF)
        else:
            story.fault(f"{name} killed", node.kill, gone, CUT)
        after = "stop" if planned else "crash"
        story.happens(f"{name} back from its {after}", node.start, story.settles, HALF if planned else CUT)


def tell(client: Callable[[ExitStack, Path], Client], whole: bool, folder: Path) -> Told:
    """The story of one client on one network."""
    folder.mkdir()
    with ExitStack() as stack:
        spaces = [stack.enter_context(Space(name)) for name in (("far", "one", "two") if whole else ("far", "switch"))]
        near = client(stack, folder)
        stack.callback(near.end)
        far = far_side(spaces[0], folder)
        stack.callback(far.end)
        network = Pair((spaces[1], spaces[2]), folder) if whole else OneSwitch(spaces[1], folder)
        stack.callback(network.end)
        with Story(network, near, far, folder) as story:
            partner = near.bond()["partner"]
            story.fault(QUIET, lambda: None, lambda: None, CONTROL)
            links(story)
            if isinstance(network, Pair):
                nodes(story, network)
        shares = {end: story.shares(QUIET, end) for end in ("near", "far")}
        return Told(near.kind, network.name, partner, story.verdicts(), shares)


def guest_client(kennel: Kennel) -> Callable[[ExitStack, Path], Client]:
    return lambda stack, folder: GuestClient(kennel.guest())


def ovs_client(stack: ExitStack, folder: Path) -> Client:
    return OvsClient(stack.enter_context(Space("near")), folder)


@pytest.fixture(scope="module", params=["guest", "ovs"])
def told(request: pytest.FixtureRequest, program: Program, root: None, story_folder: Path) -> tuple[Told, Told]:
    """What happened on the pair, and on one switch. Both are repeated if one of them loses something by itself."""
    for name in ("ovs-vswitchd", "tcpdump", "sysctl"):
        program(name)
    guest = request.param == "guest"
    client = guest_client(request.getfixturevalue("kennel")) if guest else ovs_client
    for attempt in range(TRIES):
        at = story_folder / f"{request.param}{attempt}"
        at.mkdir()
        pair, control = tell(client, True, at / "pair"), tell(client, False, at / "switch")
        if pair.events[QUIET].lost == control.events[QUIET].lost == 0:
            break
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    report = json.loads(REPORT.read_text()) if REPORT.exists() else {}
    report[pair.client] = {"tries": attempt + 1, "pair": asdict(pair), "control": asdict(control)}
    REPORT.write_text(json.dumps(report, indent=1))
    return pair, control


def test_the_client_has_one_partner_and_both_halves_carry(told: tuple[Told, Told]) -> None:
    pair, _ = told
    assert pair.partner.upper() == MACS["Peer1"]
    for share in pair.shares.values():
        for counts in (share.requests, share.replies):
            assert min(counts) >= LEAST * sum(counts) > 0, pair.shares


def test_nothing_is_lost_when_nothing_happens(told: tuple[Told, Told]) -> None:
    for one in told:
        assert one.events[QUIET].sent >= PINGS
        assert one.events[QUIET].lost == 0, one


def test_nothing_ever_comes_twice(told: tuple[Told, Told]) -> None:
    pair, _ = told
    assert {what: verdict.duplicates for what, verdict in pair.events.items() if verdict.duplicates} == {}


def test_a_planned_stop_and_a_return_lose_nothing(told: tuple[Told, Told]) -> None:
    pair, _ = told
    gentle = {what: one for what, one in pair.events.items() if "stop" in what or "back" in what}
    assert len(gentle) == 6
    assert {what: one.lost for what, one in gentle.items() if one.lost} == {}
    for name in MACS:
        stopped, started = (one for what, one in gentle.items() if what.startswith(name) and "stop" in what)
        assert stopped.sent + started.sent >= PINGS


def test_a_cut_link_costs_no_more_than_on_one_switch(told: tuple[Told, Told]) -> None:
    pair, control = told
    for what, one in control.events.items():
        assert pair.events[what].silence <= one.silence + MARGIN, (what, pair.events[what], one)


def test_a_silent_crash_is_over_within_four_seconds(told: tuple[Told, Told]) -> None:
    pair, _ = told
    killed = [one for what, one in pair.events.items() if "killed" in what]
    assert len(killed) == 2
    for one in killed:
        assert 0 < one.silence <= SILENT_CRASH, one
