"""Why a port does not carry data: one test for each reason of the closed list, with its sentence."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from lacp.lacp_harness import BETTER, US, WORSE, Dut, cd, dut, flags
from pyiccp._sansio import milliseconds
from pyiccp.lacp import Reason
from pyiccp.lacp.events import (
    DistributionHeld,
    DrainRequested,
    IdentityChanged,
    OutOfSyncHeld,
    PartnerRequired,
    PeerHeard,
    ReportDrained,
)
from pyiccp.wire._lacpdu import Participant


def no_link() -> Dut:
    return cd().down(1)


def lacp_disabled() -> Dut:
    device = cd()
    device.configure(1, enabled=False)
    return device


def no_partner() -> Dut:
    return dut(1).up(1).run(1)


def expired() -> Dut:
    return cd().run(3)


def expired_before_it_attached() -> Dut:
    device = dut(1).up(1)
    device.hear(1, device.peer(1))
    return device.run(1).down(1).up(1)


def defaulted() -> Dut:
    return dut(1).up(1).run(10)


def loopback() -> Dut:
    return dut(1).up(1).keep_hearing(1, 1, system=US)


def different_partner() -> Dut:
    device = cd().up(2)
    device.hear(2, device.peer(2, system=BETTER, key=8))
    return device


def partner_mismatch() -> Dut:
    device = cd()
    device.do(PartnerRequired("bond", Participant(0x8000, WORSE, 7)))
    return device


def duplicate_partner() -> Dut:
    device = cd()
    device.do(PeerHeard((device.peer(1).actor,), gives_way=True))
    return device


def too_few_links() -> Dut:
    return dut(min_links=2).up(1).keep_hearing(1, 1)


def standby() -> Dut:
    return cd(max_links=1).up(2).keep_hearing(1, 1, 2)


def held() -> Dut:
    return dut(1, hold_out_of_sync=True).up(1).keep_hearing(3, 1)


def awaiting_echo() -> Dut:
    device = cd(echo_guard=milliseconds(250))
    device.do(IdentityChanged("bond", US, 1, 1, 0))
    return device


def waiting() -> Dut:
    return dut(1).up(1).keep_hearing(1, 1)


def partner_does_not_see_us() -> Dut:
    return dut(1, key=17).up(1).keep_hearing(3, 1, view={"key": 9})


def partner_sees_nobody() -> Dut:
    nobody = {"system": bytes(6), "system_priority": 0, "key": 0, "port": 0, "port_priority": 0}
    return dut(1).up(1).keep_hearing(3, 1, view=nobody, state="ATG")


def partner_passive() -> Dut:
    return dut(1).up(1).keep_hearing(3, 1, state="TGSCD", view={"state": flags("TGS")})


def partner_out_of_sync() -> Dut:
    return dut(1).up(1).keep_hearing(3, 1, state="ATG")


def partner_not_collecting() -> Dut:
    return dut(1, independent=True).up(1).keep_hearing(3, 1, state="ATGS")


def distribution_held() -> Dut:
    device = cd(independent=True)
    device.do(DistributionHeld("bond", True))
    return device


CASES: list[tuple[Callable[[], Dut], int, Reason, str]] = [
    (no_link, 1, Reason.NO_LINK, "no link"),
    (lacp_disabled, 1, Reason.LACP_DISABLED, "LACP is disabled on this port"),
    (no_partner, 1, Reason.NO_PARTNER, "no LACPDU received yet"),
    (expired, 1, Reason.EXPIRED, "partner expired: its last LACPDU is older than the timeout"),
    (expired_before_it_attached, 1, Reason.EXPIRED, "partner expired: its last LACPDU is older than the timeout"),
    (defaulted, 1, Reason.DEFAULTED, "no partner: nothing but silence"),
    (
        loopback,
        1,
        Reason.LOOPBACK,
        "partner has our own system id 02:00:00:00:00:01: the cable comes back to us or to our peer",
    ),
    (
        different_partner,
        2,
        Reason.DIFFERENT_PARTNER,
        "partner 02:00:00:00:00:00 key 8 is not the one of the bond's active aggregate",
    ),
    (
        partner_mismatch,
        1,
        Reason.PARTNER_MISMATCH,
        "partner 02:00:00:00:00:FA key 7 is not the one that the pair has chosen for this bond",
    ),
    (
        duplicate_partner,
        1,
        Reason.DUPLICATE_PARTNER,
        "partner 02:00:00:00:00:FA key 7 port 1 is heard by our peer as well: a moved cable, or two clients as one",
    ),
    (too_few_links, 1, Reason.TOO_FEW_LINKS, "fewer links could be used than min-links demands"),
    (standby, 2, Reason.STANDBY, "standby: the bond has all the links it may use"),
    (held, 1, Reason.HELD, "held out of sync until the pair is ready"),
    (awaiting_echo, 1, Reason.AWAITING_ECHO, "waiting until the partner has seen our identity"),
    (waiting, 1, Reason.WAITING, "waiting for other links to join"),
    (
        partner_does_not_see_us,
        1,
        Reason.PARTNER_DOES_NOT_SEE_US,
        "partner does not see us: its view names key 9, ours is 17",
    ),
    (partner_sees_nobody, 1, Reason.PARTNER_DOES_NOT_SEE_US, "partner does not see us: its view names nobody"),
    (partner_passive, 1, Reason.PARTNER_PASSIVE, "partner is passive and does not know that we are active"),
    (partner_out_of_sync, 1, Reason.PARTNER_OUT_OF_SYNC, "partner is not in sync with us"),
    (partner_not_collecting, 1, Reason.PARTNER_NOT_COLLECTING, "partner does not collect yet"),
    (distribution_held, 1, Reason.DISTRIBUTION_HELD, "waiting for the peer to stop sending to this bond"),
]


@pytest.mark.parametrize(("story", "number", "why", "words"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_each_reason_has_its_sentence(story: Callable[[], Dut], number: int, why: Reason, words: str) -> None:
    view = story().view(number)
    assert view.reason is why and view.sentence == words
    assert not view.distributing


def test_every_reason_has_a_case_and_a_working_port_has_none() -> None:
    assert {why for _, _, why, _ in CASES} == set(Reason)
    assert cd().view(1).reason is None and cd().view(1).sentence is None


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ({"system": BETTER}, "system 02:00:00:00:00:00, ours is 02:00:00:00:00:01"),
        ({"system_priority": 5}, "system priority 5, ours is 32768"),
        ({"port": 5}, "port 5, ours is 1"),
        ({"port_priority": 5}, "port priority 5, ours is 128"),
        ({"state": flags("ATSCD")}, "an individual link, ours is not"),
    ],
)
def test_the_sentence_names_what_the_view_has_wrong(view: dict[str, object], words: str) -> None:
    device = dut(1).up(1).keep_hearing(3, 1, view=view)
    assert device.view(1).sentence == f"partner does not see us: its view names {words}"


def test_a_drain_that_is_called_off_reports_nothing_later() -> None:
    """1 drain, 2 released before its end: the port attaches again, 3 its link fails: that is no end of a drain."""
    device = cd(independent=True, collect_early=True)
    device.do(DrainRequested("bond"))
    device.do(OutOfSyncHeld("bond", False))
    device.keep_hearing(3, 1)
    assert device.view(1).distributing
    device.down(1)
    assert not device.of(ReportDrained)


SCRIPT = """
from lacp.lacp_harness import cd
device = cd(1, 2, 3, on=(1, 2), max_links=2)
device.up(3).down(1).run(1).up(1)
device.keep_hearing(9, 1, 2, 3)
print(device.core.fingerprint(device.now), device.log)
"""


def test_same_events_same_actions_under_any_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(("tests", "src"))},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
