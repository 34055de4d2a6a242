"""A root that is dead, and whose name is still passed round a loop with an ever greater age (count to infinity).

Departs from 17.21.25: the standard lets such a claim circle until its age exceeds Max Age, at the pace of the transmit
limit: half a minute in a full mesh. A bridge that sees the age of one and the same root rise again and again within
seconds takes what is passed round for what it is and drops it for as long; a way to that root that is as short as the
one it had is believed at any time.
"""

from pyiccp._sansio import seconds
from pyiccp.rstp._variables import Bridge, InfoIs, Port
from pyiccp.rstp._vectors import next_age

RISES = 2
"""How often the age of one root may rise before it is dropped; a detour after a carrier loss did so once in all
meshes tried."""
CALM = seconds(3)


def drop_counted_up(bridge: Bridge) -> None:
    """Age out what ports hold of a root whose age has risen too often."""
    if bridge.risingWhile.zero or bridge.rises < RISES:
        return
    for port in bridge.ports.values():
        if (
            port.infoIs is InfoIs.Received
            and port.portPriority.RootID == bridge.risingRoot
            and next_age(port.portTimes.MessageAge) > bridge.risingFrom
        ):
            port.rcvdInfoWhile.stop()


def watch_age(bridge: Bridge, root: Port) -> None:
    """*root* is about to be the root port: does the age of its root rise?"""
    identifier, age = root.portPriority.RootID, next_age(root.portTimes.MessageAge)
    if identifier == bridge.risingRoot:
        if age > bridge.risingAge:
            if bridge.risingWhile.zero:
                bridge.rises, bridge.risingFrom = 0, bridge.risingAge
            bridge.rises += 1
            bridge.risingWhile.start(CALM)
        bridge.risingAge = age
    elif bridge.risingWhile.zero:
        bridge.risingRoot, bridge.risingAge = identifier, age
