"""Does this pair make sense? One table of checks for the running pair and for `lint` (M12).

Type 1 holds down what it concerns, type 2 warns. A check is a function that yields faults; the table gives each its
code and type. Checks that compare both nodes wait until the peer is known.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from pyiccp._mlag import checks_alone as alone
from pyiccp._mlag import checks_pair as pair
from pyiccp._mlag.profile import Fault, Held, Profile


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One thing that is wrong."""

    code: str
    type: int
    """1 = held down, 2 = a warning."""
    subject: str
    """The interface, bridge or setting it is about."""
    message: str
    fix: str
    holds: Held = ()
    """What a type 1 finding holds down."""


class Check(NamedTuple):
    """One row of the table."""

    code: str
    type: int
    alone: Callable[[Profile], Iterator[Fault]] | None = None
    pair: Callable[[Profile, Profile], Iterator[Fault]] | None = None

    def find(self, own: Profile, peer: Profile | None) -> Iterator[Fault]:
        """What is wrong, as far as it can be seen."""
        if self.alone is not None:
            yield from self.alone(own)
        if self.pair is not None and peer is not None:
            yield from self.pair(own, peer)

    def finding(self, fault: Fault) -> "Finding":
        """*fault* as this row's."""
        return Finding(
            self.code, self.type, fault.subject, fault.message, fault.fix, fault.holds if self.type == 1 else ()
        )


CHECKS: tuple[Check, ...] = (
    Check(
        "layout-major",
        1,
        pair=pair.must_be_equal("layout_major", "layout version", "run one major version on both nodes"),
    ),
    Check("domain", 1, pair=pair.must_be_equal("domain", "domain", "set one domain on both nodes")),
    Check("second-mlag-bridge", 1, alone=alone.other_mlag_bridge),
    Check("peer-port-mlag-id", 1, alone=alone.peer_port_mlag_id),
    Check("l3-hw-offloading", 1, alone=alone.l3_hw_offloading),
    Check("protocol-mode", 1, alone=alone.protocol_mode),
    Check("stp-mode", 1, pair=pair.stp_mode),
    Check("lacp-port-range", 1, pair=pair.same_numbers),
    Check("solo-identity", 1, pair=pair.same_solo_identity),
    Check("peer-port-vlan", 1, alone=alone.missing_vlan),
    Check("peer-port-mtu", 1, alone=alone.peer_port_mtu),
    Check("unmatched-mlag-id", 2, pair=pair.unmatched),
    Check("peer-port-pvid", 2, alone=alone.peer_port_pvid),
    Check("peer-port-untagged", 2, alone=alone.shared_untagged_vlan),
    Check("peer-port-orphan-vlan", 2, alone=alone.missing_orphan_vlan),
    Check("no-keepalive", 2, alone=alone.no_keepalive),
    Check("single-member-peer-port", 2, alone=alone.single_member),
    Check("not-synchronised", 2, alone=alone.not_synchronised),
    Check("too-many-hosts", 2, alone=alone.too_many_hosts),
    Check("stp-priority-step", 2, alone=alone.priority_step),
    Check("stp-priority", 2, pair=pair.bridge_differs("stp_priority", "priority")),
    Check("heartbeat", 2, pair=pair.bridge_differs("heartbeat", "mlag-heartbeat")),
    Check("path-cost", 2, pair=pair.halves_differ("path_cost", "path-cost")),
    Check("port-priority", 2, pair=pair.halves_differ("priority", "priority")),
    Check("edge", 2, pair=pair.halves_differ("edge", "edge")),
    Check("point-to-point", 2, pair=pair.known_halves_differ("point_to_point", "point-to-point")),
    Check("bpdu-guard", 2, pair=pair.known_halves_differ("bpdu_guard", "bpdu-guard")),
    Check(
        "bpdu-guard-disable-time",
        2,
        pair=pair.known_halves_differ("bpdu_guard_disable_time", "bpdu-guard-disable-time"),
    ),
    Check("auto-isolate", 2, pair=pair.known_halves_differ("auto_isolate", "auto-isolate")),
    Check("restricted-role", 2, pair=pair.known_halves_differ("restricted_role", "restricted-role")),
    Check("restricted-tcn", 2, pair=pair.known_halves_differ("restricted_tcn", "restricted-tcn")),
    Check("pvid", 2, pair=pair.halves_differ("pvid", "pvid")),
    Check("vlan-list", 2, pair=pair.vlans_differ),
    Check("lacp-rate", 2, pair=pair.halves_differ("lacp_rate", "lacp-rate")),
    Check("bond-mode", 2, pair=pair.halves_differ("mode", "mode")),
    Check("hash", 2, pair=pair.halves_differ("transmit_hash_policy", "transmit-hash-policy")),
)
"""M12, in the order in which findings are shown."""


def check(own: Profile, peer: Profile | None = None) -> tuple[Finding, ...]:
    """Everything wrong with *own*, alone and beside *peer*, in the order of the table."""
    return tuple(row.finding(fault) for row in CHECKS for fault in row.find(own, peer))


def check_beside(own: Profile, peer: Profile) -> tuple[Finding, ...]:
    """What *peer* adds to what is wrong with *own* alone."""
    return tuple(row.finding(fault) for row in CHECKS if row.pair is not None for fault in row.pair(own, peer))


def blocked(findings: tuple[Finding, ...]) -> str:
    """The message of the first finding that holds down all of MLAG, or ''."""
    return next((finding.message for finding in findings if finding.holds == "mlag"), "")


def held_bonds(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The bonds that findings hold down, each once."""
    return tuple(dict.fromkeys(bond for finding in findings if finding.holds != "mlag" for bond in finding.holds))
