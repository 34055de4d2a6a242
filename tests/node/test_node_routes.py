"""The one place where a core's action becomes another core's event knows every action there is."""

from types import ModuleType
from typing import get_args

import pytest

from pyiccp._bridge import events as bridge
from pyiccp._link import events as link
from pyiccp._mlag import events as mlag
from pyiccp._node.routes import ROUTES
from pyiccp.iccp import events as iccp
from pyiccp.lacp import events as lacp
from pyiccp.rstp import events as rstp


@pytest.mark.parametrize("core", [bridge, iccp, lacp, link, mlag, rstp], ids=lambda core: core.__name__)
def test_every_action_of_every_core_has_a_route(core: ModuleType) -> None:
    actions = get_args(core.Action)
    assert len(actions) >= 4
    assert [action.__name__ for action in actions if action not in ROUTES] == []
