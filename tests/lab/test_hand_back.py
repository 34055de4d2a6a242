"""A survivor that went on under its solo identity gives its bonds back to the pair (M1.2): what neighbours see of it.

1. There is no keepalive; the primary crashes, and the secondary goes on under its solo identity.
2. The primary returns, its half waits beside the survivor's under the pair's identity, as long as LACP demands.
3. The survivor takes the pair's identity again. The client leaves its half and takes the other, within one round trip;
   in that round trip no half was up, so the pair's tree lost its port, the third switch its root, and what either said
   of it went round by the third switch until the other half was up: nine changes of the root in half a millisecond.
"""

import pytest

from lab.third import network
from pyiccp.sansio import seconds
from redundancy.watch import Watch


@pytest.mark.parametrize("root", ["pair", "third", "client"])
def test_neighbours_see_one_change_of_the_bridges_name_and_no_other_root(root: str) -> None:
    net = network("10s crash Peer1", "15s start Peer1", root=root, keepalive=False)
    net.run(seconds(15) - 1)
    watch = Watch(net)
    net.run(seconds(24))
    renamed = 1 if root == "pair" else 0
    assert watch.roots == {"Third": renamed, "Client": renamed}
    assert watch.alone == {"Third": 0, "Client": 1}
    assert watch.identities == 1
