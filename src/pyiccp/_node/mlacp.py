"""What this node's bonds look like to the peer, in mLACP's words (RFC 7275 7.2)."""

from pyiccp._mlag.core import MlagCore
from pyiccp._node.config import NodeConfig
from pyiccp._node.wiring import bond_mac, dual_homed, port_mac
from pyiccp.iccp.events import MlacpChanged
from pyiccp.lacp._speaker import Speaker
from pyiccp.lacp._variables import Selected
from pyiccp.lacp._views import AggregatorView, PortView
from pyiccp.wire._mac import ZERO
from pyiccp.wire.iccp import mlacp

_NAME_OCTETS = 20
_SPEED = 10000
_SELECTED = {
    Selected.SELECTED: mlacp.Selected.SELECTED,
    Selected.UNSELECTED: mlacp.Selected.UNSELECTED,
    Selected.STANDBY: mlacp.Selected.STANDBY,
}


def roid(mlag_id: int) -> int:
    """Redundant object id of a bond: the mlag-id moved by one, because 0 is reserved in one and legal in the other."""
    return mlag_id + 1


def mlag_id(roid: int) -> int:
    """The other way round."""
    return roid - 1


def describe(config: NodeConfig, lacp: Speaker, mlag: MlagCore) -> MlacpChanged:
    """Everything that mLACP is to tell from now on."""
    pair = mlag.pair
    system = mlacp.SystemConfig(pair.identity.system, _priority(config), pair.store.node or 0)
    aggregators = []
    ports = []
    for index, bond in enumerate(dual_homed(config), 1):
        if bond.name not in lacp.aggregators or bond.mlag_id is None:
            continue
        view = lacp.aggregator(bond.name)
        mac = bond_mac(config, bond)
        aggregators.append(
            (
                mlacp.AggregatorConfig(roid(bond.mlag_id), index, mac, view.key, name=_cut(bond.name)),
                _aggregator_state(view, index),
            )
        )
        for slave in bond.slaves:
            port = lacp.port(slave)
            flags = mlacp.PRIORITY_SET | (mlacp.SYNCHRONIZED if slave == bond.slaves[-1] else 0)
            settings = mlacp.PortConfig(
                port.actor.port,
                port_mac(config, slave),
                port.actor.key,
                priority=port.actor.port_priority,
                speed=_SPEED,
                flags=flags,
                name=_cut(slave),
            )
            ports.append((settings, _port_state(port, index)))
    return MlacpChanged(system, tuple(aggregators), tuple(ports))


def _priority(config: NodeConfig) -> int:
    return min((bond.lacp_system_priority for bond in dual_homed(config)), default=65535)


def _aggregator_state(view: AggregatorView, index: int) -> mlacp.AggregatorState:
    partner = view.partner
    up = mlacp.Condition.UP if view.active_ports else mlacp.Condition.DOWN
    if partner is None:
        return mlacp.AggregatorState(ZERO, 0, 0, index, view.key, up)
    return mlacp.AggregatorState(partner.system, partner.system_priority, partner.key, index, view.key, up)


def _port_state(port: PortView, index: int) -> mlacp.PortState:
    partner = port.partner
    return mlacp.PortState(
        partner.system,
        partner.system_priority,
        partner.port,
        partner.port_priority,
        partner.key,
        partner.state,
        port.actor.state,
        port.actor.port,
        port.actor.key,
        _SELECTED[port.selected],
        mlacp.Condition.UP if port.port_enabled else mlacp.Condition.DOWN,
        index,
    )


def _cut(name: str) -> str:
    """*name* in at most twenty octets of UTF-8."""
    return name.encode()[:_NAME_OCTETS].decode(errors="ignore")
