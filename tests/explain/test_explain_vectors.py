"""`explain` on real captures: it names what their README says happened, when the wire shows it.

Times are those of the machines that made the captures (`date +%s.%N` when the command returned). Where an event shows
on the wire at once it is found within 50 ms; silence shows when a timeout ends, and is held against that.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from explain.labs import VECTORS, frames, of, pair, report, written
from pyiccp._report.document import to_json
from pyiccp._report.timeline import Report

NEAR = 0.05

EVENTS = [
    # capture, code, which of its times, when it happened
    ("lacp/s03_rate_mismatch.pcapng", "rate-mismatch", "until", 1795331455.597266),  # a asks for slow
    ("lacp/s04_active_passive.pcapng", "passive-passive", "time", 1795331403.453648),  # a becomes passive
    ("lacp/s06_link_flap.pcapng", "link-down", "until", 1795332325.355936),  # a2 up again
    ("lacp/s07_partner_loss_fast.pcapng", "partner-defaulted", "until", 1795331522.416531),  # b restarted
    ("lacp/s13_mclag.pcapng", "system-id-mismatch", "time", 1795331568.376238),  # c leaves the pair
    ("lacp/s13_mclag.pcapng", "identity-change", "time", 1795331568.376238),
    ("lacp/s13_mclag.pcapng", "system-id-mismatch", "until", 1795331574.566356),  # c back
    ("lacp/l01_bond_ovs_fast.pcapng", "partner-expired", "until", 1795331916.156915),  # carrier on
    ("lacp/l04_team_ovs_fast.pcapng", "partner-absent", "time", 1795331953.764802),  # OVS alone
    ("lacp/l04_team_ovs_fast.pcapng", "partner-expired", "until", 1795331970.359802),  # carrier on
    ("lacp/l06_bond_mclag.pcapng", "system-id-mismatch", "time", 1795332030.262701),  # split
    ("lacp/l06_bond_mclag.pcapng", "system-id-mismatch", "until", 1795332036.745999),  # healed
    ("lacp/l06_bond_mclag.pcapng", "key-mismatch", "time", 1795332045.598483),  # c key 200
    ("lacp/l06_bond_mclag.pcapng", "key-mismatch", "until", 1795332051.143761),  # c key 100
    ("stp/mstpd-ring2/all.pcapng", "stp-link-lost", "time", 1795331892.699143),  # ab1 down
    ("stp/mstpd-ring2/all.pcapng", "stp-link-lost", "until", 1795331899.199585),  # ab1 up
    ("stp/mstpd-ring3/all.pcapng", "stp-link-lost", "time", 1795331702.069872),  # ab down
    ("stp/mstpd-ring3/all.pcapng", "stp-link-lost", "until", 1795331711.204585),  # ab up
    ("stp/mstpd-ring3/all.pcapng", "stp-link-lost", "until", 1795331733.477207),  # ca up
    ("stp/ovs-ring3/all.pcapng", "stp-link-lost", "time", 1795331744.058259),  # ab down
    ("stp/ovs-ring3/all.pcapng", "stp-link-lost", "time", 1795331766.316831),  # ca down
    ("stp/ovs-ring3/all.pcapng", "stp-link-lost", "until", 1795331753.168944),  # ab up
    ("stp/mstpd-shared-segment-backup/all.pcapng", "stp-link-lost", "until", 1795332002.534188),  # a1 up
    ("stp/mstpd-shared-segment-backup/all.pcapng", "own-bpdu", "time", 1795331941.978631),  # two ports on a hub
]

SILENCE = [
    # capture, code, when it fell silent, the timeout that must end first, and by when a real sender says so
    ("lacp/s07_partner_loss_fast.pcapng", "partner-expired", 1795331509.639567, 2.0, 3.2),
    ("lacp/s07_partner_loss_fast.pcapng", "partner-defaulted", 1795331509.639567, 5.0, 6.2),
    ("lacp/s09_one_way_loss.pcapng", "one-way-loss", 1795331438.086801, 2.0, 4.1),
    ("lacp/s09_one_way_loss.pcapng", "partner-defaulted", 1795331438.086801, 5.0, 6.2),
    ("lacp/s13_mclag.pcapng", "partner-expired", 1795331580.652015, 2.0, 4.1),
    ("lacp/l01_bond_ovs_fast.pcapng", "partner-expired", 1795331910.039959, 2.0, 3.3),
    ("lacp/l04_team_ovs_fast.pcapng", "partner-expired", 1795331965.124594, 2.0, 3.3),
    ("stp/mstpd-ring2/all.pcapng", "stp-link-lost", 1795331909.102925, 3.4, 6.0),
    ("stp/mstpd-ring3/all.pcapng", "stp-link-lost", 1795331746.756008, 3.4, 6.0),
    ("stp/ovs-ring3/all.pcapng", "stp-link-lost", 1795331788.715272, 3.4, 6.0),
]

STORIES = {
    "lacp/s03_rate_mismatch.pcapng": {"rate-mismatch"},
    "lacp/s04_active_passive.pcapng": {"passive-passive", "peer-departs"},
    "lacp/s06_link_flap.pcapng": {"link-down", "link-flap", "peer-departs"},
    "lacp/s07_partner_loss_fast.pcapng": {"partner-expired", "partner-defaulted", "peer-departs"},
    "lacp/s09_one_way_loss.pcapng": {"one-way-loss", "partner-defaulted", "partner-expired", "peer-departs"},
    "lacp/s13_mclag.pcapng": {
        "system-id-mismatch", "identity-change", "partner-expired", "partner-defaulted", "peer-departs",
    },
    "lacp/l01_bond_ovs_fast.pcapng": {"partner-expired", "partner-defaulted", "peer-departs"},
    "lacp/l02_bond_bond_slow.pcapng": {"partner-absent"},
    "lacp/l04_team_ovs_fast.pcapng": {"partner-absent", "partner-expired", "partner-defaulted", "peer-departs"},
    "lacp/l06_bond_mclag.pcapng": {
        "system-id-mismatch", "key-mismatch", "identity-change", "partner-expired", "peer-departs",
    },
    "stp/mstpd-ring2/all.pcapng": {"stp-link-lost", "topology-changes"},
    "stp/mstpd-ring3/all.pcapng": {"stp-link-lost", "topology-changes", "count-to-infinity", "hold-count"},
    "stp/ovs-ring3/all.pcapng": {"stp-link-lost", "agreement-never-sent", "root-flaps"},
    "stp/kernel-stp-ring3/all.pcapng": {"stp-link-lost"},
    "stp/migration-rstp-root/all.pcapng": {"legacy-neighbour"},
    "stp/mstpd-shared-segment-backup/all.pcapng": {"own-bpdu", "stp-link-lost"},
    "sonic/rg_mismatch.pcap": {"rg-mismatch"},
}  # fmt: skip
"""What each README tells, and nothing else."""

_REPORTS: dict[str, Report] = {}


def told(path: str) -> Report:
    if path not in _REPORTS:
        _REPORTS[path] = report(VECTORS / path)
    return _REPORTS[path]


@pytest.mark.parametrize("path", STORIES)
def test_the_story_of_each_capture(path: str) -> None:
    found = {finding.code for finding in told(path).findings}
    optional = {"partner-expired"} if path == "lacp/s09_one_way_loss.pcapng" else set()
    assert found | optional == STORIES[path]


@pytest.mark.parametrize(("path", "code", "which", "when"), EVENTS)
def test_what_shows_at_once_is_found_within_50_ms(path: str, code: str, which: str, when: float) -> None:
    times = [finding.time_ns if which == "time" else finding.until_ns for finding in of(told(path), code)]
    assert min(abs(at / 1e9 - when) for at in times if at is not None) <= NEAR


@pytest.mark.parametrize(("path", "code", "when", "least", "most"), SILENCE)
def test_silence_is_found_when_its_timeout_ends(path: str, code: str, when: float, least: float, most: float) -> None:
    after = [finding.time_ns / 1e9 - when for finding in of(told(path), code)]
    assert any(least <= one <= most for one in after), after


def test_one_way_loss_names_the_deaf_end_and_frames_of_the_other() -> None:
    [finding] = of(told("lacp/s09_one_way_loss.pcapng"), "one-way-loss")
    assert finding.where == "02:0A:62:00:00:02 port 22"
    assert "does not hear 02:0A:61:00:00:02 port 12" in finding.message
    seen = frames((VECTORS / "lacp/s09_one_way_loss.pcapng").read_bytes())
    assert seen[finding.frames[0].number - 1][2][6:12].hex() == "020a62000002"
    assert seen[finding.frames[1].number - 1][2][6:12].hex() == "020a61000002"


def test_the_peers_departures_are_named() -> None:
    """spec of measured behaviour: OVS keeps S, C and D while EXPIRED, and while its partner is out of sync."""
    assert ["while EXPIRED" in one.message for one in of(told("lacp/s09_one_way_loss.pcapng"), "peer-departs")]
    kept = [one.message for one in of(told("lacp/s13_mclag.pcapng"), "peer-departs")]
    assert any("although its partner is out of sync" in message for message in kept)


def test_who_leaves_in_order_is_no_finding_but_stands_in_the_timeline() -> None:
    """l02: h removes eth1 from its bond; its last LACPDU gives Aggregation up."""
    steps = [step for lane in told("lacp/l02_bond_bond_slow.pcapng").lanes for step in lane.steps]
    [left] = [step for step in steps if "leaves the bond" in step.state]
    assert abs(left.time_ns / 1e9 - 1795331996.244604) < 0.15  # `ip link` takes that long inside the guest


def test_count_to_infinity_climbs_as_its_readme_says() -> None:
    [finding] = of(told("stp/mstpd-ring3/all.pcapng"), "count-to-infinity")
    assert "4000 → 6000 → 8000" in finding.message
    start = told("stp/mstpd-ring3/all.pcapng").start_ns
    assert abs((finding.time_ns - start) / 1e9 - 106.69) < NEAR


def test_every_topology_change_says_who_began_it() -> None:
    """mstpd-ring3, ab down: C opens its alternate port and tells."""
    ring = told("stp/mstpd-ring3/all.pcapng")
    begun = [
        (round((step.time_ns - ring.start_ns) / 1e9, 2), lane.group)
        for lane in ring.lanes
        for step in lane.steps
        if "topology change begins" in step.detail
    ]
    assert (16.99, "bridge 02:00:00:00:A2:00") in begun


# --- several captures


def split(capture: bytes, shift: int) -> tuple[bytes, bytes]:
    """One run as two machines captured it: all links at one, the first link at the other, whose clock is off."""
    found = frames(capture)
    return written(found), written((when + shift, where, octets) for when, where, octets in found if where == 0)


def test_captures_with_clocks_apart_are_aligned_by_their_content() -> None:
    whole = pair("8s hang Peer2", until="14s")
    one, other = split(whole, 7_000_000_123)
    alone, both = report(one), report(one, other)
    assert [(f.code, f.time_ns) for f in both.findings] == [(f.code, f.time_ns) for f in alone.findings]
    assert any("clock moved by -7.000000 s" in note for note in both.notes)
    assert both.frames == alone.frames


def test_captures_without_a_frame_in_common_say_so() -> None:
    told_both = report(VECTORS / "sonic/session.pcap", VECTORS / "lacp/s02_cold_fast.pcapng")
    assert any("no frame in common" in note for note in told_both.notes)


# --- the program


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    main = [sys.executable, "-c", "from pyiccp._cli import main; main()"]
    return subprocess.run([*main, *arguments], check=False, capture_output=True, text=True, timeout=120)


def test_the_json_of_the_contract() -> None:
    done = program("explain", str(VECTORS / "lacp/s09_one_way_loss.pcapng"), "--json")
    assert (done.returncode, done.stderr) == (1, "")
    result = json.loads(done.stdout)
    assert {"schema", "healthy", "systems", "timeline", "findings"} <= set(result)
    assert (result["schema"], result["healthy"]) == (1, False)
    first = result["findings"][0]
    wanted = {"code", "severity", "time", "frames", "where", "message", "evidence", "clause", "fix"}
    assert wanted <= set(first)
    assert (first["code"], first["severity"], first["frames"][0]) == ("one-way-loss", "error", 49)
    assert all(one["evidence"] in ("seen", "inferred", "unknown") for one in result["timeline"])
    assert result == json.loads(to_json(told("lacp/s09_one_way_loss.pcapng")))


@pytest.mark.long
def test_as_a_person_calls_it(tmp_path: Path) -> None:
    healthy = program("explain", str(VECTORS / "lacp/s02_cold_fast.pcapng"))
    assert healthy.returncode == 0
    assert "healthy: nothing to complain about" in healthy.stdout
    assert program("explain", str(tmp_path / "none.pcap")).returncode == 2
    (tmp_path / "text.pcap").write_text("nothing of the kind")
    broken = program("explain", str(tmp_path / "text.pcap"))
    assert broken.returncode == 2
    assert "pcap or pcapng" in broken.stderr
    (tmp_path / "a.rsc").write_text("/interface bridge add name=bridge1\n")
    done = program("explain", str(VECTORS / "lacp/s02_cold_fast.pcapng"), "--config", *[str(tmp_path / "a.rsc")] * 2)
    assert "config-no-mlag" in done.stdout
