"""What a spanning tree cannot be configured to be is refused with its place, its properties and what to write."""

import pytest

from pyiccp._node.config import ConfigError
from pyiccp._node.node import Node
from pyiccp._routeros.config import node_config, parse_config
from pyiccp.wire._mac import mac

PLAIN = "/interface bridge add name=bridge1 max-message-age=20s forward-delay=5s\n"
PAIR = """
/interface bridge port add bridge=bridge1 interface=ether2
/interface bridge mlag set bridge=bridge1 peer-port=ether2
"""


@pytest.mark.parametrize("script", [PLAIN, PLAIN + PAIR])
def test_times_that_do_not_fit_each_other(script: str) -> None:
    """802.1D-2004 17.14; each alone is in its range."""
    config = node_config(parse_config(script, "s.rsc"), name="S", mac=mac("02:00:00:00:01:00"))
    with pytest.raises(ConfigError) as refused:
        Node(config)
    assert (refused.value.file, refused.value.line, refused.value.property) == ("s.rsc", 1, "forward-delay")
    assert "max-message-age is above 2 x (forward-delay - 1s)" in str(refused.value)
    assert refused.value.fix == "set forward-delay=11s or more, or max-message-age=8s or less"
