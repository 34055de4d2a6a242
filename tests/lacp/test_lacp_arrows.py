"""The arrows of the figures, transcribed by clause, compared with the tables both ways; and each of them taken."""

import pickle
from typing import Any

import pytest

from lacp.lacp_harness import Dut, cd, dut
from lacp.mutants import TABLES
from pyiccp.lacp.events import DistributionHeld, LacpduReceived
from pyiccp.wire._lacpdu import Participant

Row = tuple[str, str, str]
ANY = "ANYWHERE"

# --- 802.1AX-2014 6.4.12 (43.4.12, 5.4.12): Receive. What follows DEPARTS is ours, see docs/departures.md.
RECEIVE: list[Row] = [
    (ANY, "not_port_enabled", "PORT_DISABLED"),  # !BEGIN and !port_enabled and !port_moved
    ("INITIALIZE", "UCT", "PORT_DISABLED"),
    ("PORT_DISABLED", "port_enabled_and_LACP_Enabled", "EXPIRED"),
    ("PORT_DISABLED", "port_enabled_and_not_LACP_Enabled", "LACP_DISABLED"),
    ("EXPIRED", "LACPDU_received", "CURRENT"),
    ("EXPIRED", "current_while_expired", "DEFAULTED"),
    ("LACP_DISABLED", "LACP_Enabled", "PORT_DISABLED"),
    ("DEFAULTED", "LACPDU_received", "CURRENT"),
    ("DEFAULTED", "partner_admin_changed", "DEFAULTED"),
    ("CURRENT", "LACPDU_received", "CURRENT"),
    ("CURRENT", "current_while_expired", "EXPIRED"),
]
RECEIVE_DEPARTS: list[Row] = [
    (ANY, "port_moved", "INITIALIZE"),  # printed: PORT_DISABLED only
    ("EXPIRED", "not_LACP_Enabled", "PORT_DISABLED"),
    ("DEFAULTED", "not_LACP_Enabled", "PORT_DISABLED"),
    ("CURRENT", "not_LACP_Enabled", "PORT_DISABLED"),
]
# --- 6.4.13: Periodic
PERIODIC: list[Row] = [
    (ANY, "no_periodic", "NO_PERIODIC"),  # BEGIN or !LACP_Enabled or !port_enabled or both passive
    ("NO_PERIODIC", "not_no_periodic", "FAST_PERIODIC"),  # printed UCT, under the open arrow
    ("FAST_PERIODIC", "periodic_timer_expired", "PERIODIC_TX"),
    ("FAST_PERIODIC", "partner_long_timeout", "SLOW_PERIODIC"),
    ("SLOW_PERIODIC", "periodic_timer_expired", "PERIODIC_TX"),
    ("SLOW_PERIODIC", "partner_short_timeout", "PERIODIC_TX"),
    ("PERIODIC_TX", "partner_short_timeout", "FAST_PERIODIC"),
    ("PERIODIC_TX", "partner_long_timeout", "SLOW_PERIODIC"),
]
# --- 6.4.15: Mux, coupled control. The suffix _and_not_held / _or_held is ours (M4.2).
COUPLED: list[Row] = [
    ("DETACHED", "SELECTED_or_STANDBY", "WAITING"),
    ("WAITING", "SELECTED_and_Ready", "ATTACHED"),
    ("WAITING", "UNSELECTED", "DETACHED"),
    ("ATTACHED", "SELECTED_and_partner_in_sync_and_not_held", "COLLECTING_DISTRIBUTING"),
    ("ATTACHED", "UNSELECTED_or_STANDBY", "DETACHED"),
    ("COLLECTING_DISTRIBUTING", "not_in_sync_or_held", "ATTACHED"),
]
# --- 6.4.15: Mux, independent control
INDEPENDENT: list[Row] = [
    ("DETACHED", "SELECTED_or_STANDBY", "WAITING"),
    ("WAITING", "SELECTED_and_Ready", "ATTACHED"),
    ("WAITING", "UNSELECTED", "DETACHED"),
    ("ATTACHED", "SELECTED_and_partner_in_sync", "COLLECTING"),
    ("ATTACHED", "UNSELECTED_or_STANDBY", "DETACHED"),
    ("COLLECTING", "SELECTED_and_partner_ready_and_not_held", "DISTRIBUTING"),
    ("COLLECTING", "not_in_sync", "ATTACHED"),
    ("DISTRIBUTING", "not_collecting_or_held", "COLLECTING"),
]


def churn(who: str) -> list[Row]:
    """6.4.17: Churn detection of the actor or the partner."""
    end = who.lower()
    return [
        (ANY, "not_port_enabled", f"{who}_CHURN_MONITOR"),
        (f"NO_{who}_CHURN", f"{end}_out_of_sync", f"{who}_CHURN_MONITOR"),
        (f"{who}_CHURN_MONITOR", f"{end}_in_sync", f"NO_{who}_CHURN"),
        (f"{who}_CHURN_MONITOR", f"{end}_churn_timer_expired", f"{who}_CHURN"),
        (f"{who}_CHURN", f"{end}_in_sync", f"NO_{who}_CHURN"),
    ]


def churn_departs(who: str) -> list[Row]:
    """A STANDBY port is not watched (CHN-07); the timer counts from when the port is."""
    end = who.lower()
    return [
        (f"{who}_CHURN_MONITOR", f"{end}_watch_begins", f"{who}_CHURN_MONITOR"),
        (f"{who}_CHURN_MONITOR", f"{end}_watch_ends", f"{who}_CHURN_MONITOR"),
        (f"{who}_CHURN", "excused", f"{who}_CHURN_MONITOR"),
    ]


FIGURES = {
    "receive": RECEIVE + RECEIVE_DEPARTS,
    "periodic": PERIODIC,
    "mux coupled": COUPLED,
    "mux independent": INDEPENDENT,
    "actor churn": churn("ACTOR") + churn_departs("ACTOR"),
    "partner churn": churn("PARTNER") + churn_departs("PARTNER"),
}


def rows(table: str) -> list[Row]:
    return [
        (arrow.source.__name__ if arrow.source else ANY, arrow.condition.__name__, arrow.target.__name__)
        for arrow in TABLES[table].arrows
    ]


@pytest.mark.parametrize("table", TABLES)
def test_the_table_has_the_arrows_of_the_figure_and_no_others(table: str) -> None:
    assert sorted(rows(table)) == sorted(FIGURES[table])


def every_arrow(independent: bool) -> set[tuple[str, str, str, str]]:
    """(machine, from, to, condition) of all transitions taken by handle and advance in a script of incidents."""
    taken: set[tuple[str, str, str, str]] = set()

    def watch(device: Dut) -> Dut:
        device.core.trace = lambda port, machine, source, target, condition: taken.add(
            (machine, source, target, condition)
        )
        return device

    def lone(**over: Any) -> Dut:
        return watch(dut(ports={1: over}, independent=independent))

    def running(**over: Any) -> Dut:
        return watch(cd(independent=independent, **over))

    device = lone().up(1)  # up, silence, churn, link lost in churn, and again
    device.run(70).down(1).run(1).up(1).run(2).down(1)
    device = lone().up(1).run(70)  # churn ends with a late partner
    device.hear(1, device.peer(1))
    device.run(2.5)
    device = lone().up(1)  # expiry, default, partner at last, disabled in each box
    device.configure(1, enabled=False)
    device.configure(1, enabled=True)
    device.run(4).configure(1, enabled=False)
    device.configure(1, enabled=True)
    device.run(4).configure(1, partner=Participant(key=5))
    device.hear(1, device.peer(1))
    device.configure(1, enabled=False)
    device.down(1)
    device.configure(1, enabled=True)
    device = running()  # all the partner can say
    for state in ("ATGS", "ATG", "ATGSCD", "AGSCD", "ATGSCD"):
        device.hear(1, device.peer(1, state=state))
        device.run(0.1)
    device.do(DistributionHeld("bond", True))
    device.do(DistributionHeld("bond", False))
    device.hear(1, device.peer(1, key=9))
    device.hear(1, device.peer(1, key=10))
    device.keep_hearing(70, 1, key=10, state="ATG")
    device.hear(1, device.peer(1, key=10))
    device.hear(1, device.peer(1, key=10, state="AG"))
    device.hear(1, device.peer(1, key=10))
    device = running().up(2)  # the partner moves; both passive
    device.hear(2, device.peer(2, port=1))
    device = running()
    device.configure(1, active=False)
    device.do(LacpduReceived("p1", device.peer(1, state="TGSCD")))
    device.run(7).down(1)
    device = running(max_links=1, ports={1: {"priority": 0x90}})  # displaced: STANDBY
    device.up(2).keep_hearing(70, 1, 2)
    device.down(2).keep_hearing(3, 1)
    device = watch(dut(max_links=1, ports={1: {"priority": 0x90}}, independent=independent)).up(1)
    device.run(70).up(2)  # in churn, then STANDBY
    device.hear(2, device.peer(2))
    device.hear(1, device.peer(1, state="ATG"))
    return taken


@pytest.mark.parametrize("independent", [False, True])
def test_every_arrow_is_taken(independent: bool) -> None:
    taken = every_arrow(independent)
    skipped = "mux coupled" if independent else "mux independent"
    for table, machine in TABLES.items():
        if table == skipped:
            continue
        seen = {(source, target, condition) for name, source, target, condition in taken if name == machine.name}
        for source, condition, target in rows(table):
            matches = [row for row in seen if row[1:] == (target, condition) and source in (ANY, row[0])]
            assert matches, f"{table}: {source} --{condition}--> {target} was never taken"


def test_trace_is_not_pickled() -> None:
    assert pickle.loads(pickle.dumps(cd().core)).trace is None
