"""What every kind of event may cost, written by hand before any run: M14 of the MLAG rules, in frames of 1 ms flows."""

import msgspec

HEARTBEATS = 900
"""3 hb: the session's liveness with its defaults."""
ASK_TIME = 1000


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of event."""

    path: int
    """Frames a flow may lose whose path needs no change of the spanning tree."""
    changed: int | None = None
    """The same where a switch must change its way; None: there is no such flow."""
    dead: int | None = None
    """Milliseconds for which the streams on a half that died in silence may be lost; `path` then is for all others."""
    identities: int = 0
    """Changes of the partner's identity that the client may see."""
    roots: int = 0
    """Changes of the root that a neighbouring bridge may see."""
    alone: int = 0
    """How often the client may be left alone: its bond without a link, or with none but such to another system."""


BOUNDS = {
    "planned stop": Bound(path=0, changed=2),
    "return of a node": Bound(path=0, changed=2),
    # M1.2: a solo identity is never adopted, so both take the pair's again: the client sees the survivor change once
    # more. M14's line on a return knows of no solo survivor; what it says of frames holds. Another identity is another
    # system to LACP, so the client's bond is a link to somebody else from one instant to the next.
    "return of a node, survivor solo": Bound(path=0, changed=2, identities=1, roots=1, alone=1),
    "return of a link": Bound(path=0, changed=2),
    "return of the keepalive": Bound(path=0),
    "loss of the keepalive": Bound(path=0),
    "member cut": Bound(path=1),
    "peer-link member cut": Bound(path=1),
    "peer-link member silent": Bound(path=HEARTBEATS),
    "crash": Bound(path=3, changed=HEARTBEATS + ASK_TIME + 3),
    # The client's only half starts anew under the solo identity: LACP keeps it out of the bond for two seconds.
    "crash of the primary, no keepalive": Bound(path=3000, changed=3000, identities=1, roots=1, alone=1),
    # M14's "one bridge-id change at neighbours" is the survivor's own name. Here the root is the client, and for LACP's
    # two seconds there is no way to it, neither for the survivor nor for the third switch: 802.1D 17.3.1 has those that
    # are left elect a root among themselves, and take the client's word again when it is back. One change each way.
    "crash of the primary, no keepalive, the root behind the bond": Bound(
        path=3000, changed=3000, identities=1, roots=2, alone=1
    ),
    "crash of the secondary, no keepalive": Bound(path=3, changed=HEARTBEATS + 3),
    "silent member": Bound(path=0, dead=3100),
    "silent crash": Bound(path=0, dead=3100, changed=6100),
    "silent member, slow LACP": Bound(path=0, dead=90_100),
    # Detection, here 3 hb, and 3 s.
    "silent crash of the primary, no keepalive": Bound(
        path=HEARTBEATS + 3000, changed=HEARTBEATS + 3000, identities=1, roots=1, alone=1
    ),
    "one-way member": Bound(path=0, dead=3100),
    "one-way member, coupled client": Bound(path=0, dead=6100),
    # Secondary's bonds out within two round trips of the keepalive, 0.2 ms: what was on the wire, and one frame more.
    "peer link cut": Bound(path=2, changed=2),
    "peer link silent": Bound(path=HEARTBEATS + 2, changed=HEARTBEATS + 2),
    # No answer to wait for: the secondary goes at once (M6.1), back under its solo identity.
    "peer link cut, no keepalive": Bound(path=2, changed=2),
    # M3.1: what was forwarding on the joining node discards for the 20 ms that frames may be inside neighbours.
    "return of the peer link": Bound(path=0, changed=25),
    "uplink cut": Bound(path=1, changed=2),
    # Sums of their parts.
    "peer link and member cut": Bound(path=3),
    # The primary is alive and keeps the pair's identity, so the secondary gives way (M6.1), and its half was the last.
    "peer link and the primary's member cut": Bound(path=3, alone=1),
    "both members cut": Bound(path=1, alone=1),
    # The half of the node that is left is the one whose member is cut.
    "crash and member cut": Bound(path=4, alone=1),
    "crash, then keepalive lost": Bound(path=3),
    "keepalive lost, then crash of the primary": Bound(path=3000, identities=1, roots=1),
    "keepalive lost and member cut": Bound(path=1),
    "planned stop and keepalive lost": Bound(path=0),
}
