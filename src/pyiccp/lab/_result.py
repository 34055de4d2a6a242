"""What a run has shown, as one value: the JSON of `pyiccp lab --json` and the source of its text."""

from collections.abc import Mapping

import msgspec

from pyiccp._node.status import BondStatus, BridgeStatus, HostStatus, MlagStatus, NodeStatus, plain
from pyiccp.lab._device import Device
from pyiccp.lab._flows import Direction
from pyiccp.lab._network import Network
from pyiccp.lab._units import seconds_of

SCHEMA = 1


class NodeResult(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """One device at the end."""

    state: str
    """`running`, `frozen`, `hung` or `off`; without a running node the rest is empty."""
    mlag: MlagStatus | None
    bonds: dict[str, BondStatus]
    bridge: BridgeStatus | None
    """The bridge of the MLAG, or else the first one."""
    bridges: dict[str, BridgeStatus]
    hosts: tuple[HostStatus, ...]


class FlowResult(
    msgspec.Struct, frozen=True, kw_only=True, rename={"source": "from", "target": "to", "longest_gap": "longest-gap"}
):
    """One direction of a flow."""

    source: str
    target: str
    sent: int
    received: int
    """Different frames; copies are counted beside it."""
    lost: int
    duplicated: int
    reflected: int
    reordered: int
    longest_gap: float


class MomentResult(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline."""

    at: float
    node: str
    what: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a run."""

    schema: int = SCHEMA
    time: float
    nodes: dict[str, NodeResult]
    flows: tuple[FlowResult, ...]
    loops: int
    warnings: tuple[str, ...]
    timeline: tuple[MomentResult, ...]

    @property
    def bad(self) -> bool:
        """Whether a frame looped, came twice or came back to its sender (mlag.md M13)."""
        return bool(self.loops) or any(flow.duplicated or flow.reflected for flow in self.flows)


def result_of(network: Network) -> Result:
    """Take stock of *network* as it is now."""
    statuses = {
        device.name: device.node.status(network.now) for device in network.devices.values() if device.node is not None
    }
    return Result(
        time=seconds_of(network.now),
        nodes={device.name: _node(device, statuses) for device in network.devices.values()},
        flows=tuple(_flow(direction) for direction in network.directions),
        loops=network.wires.loops,
        warnings=(
            *network.warnings,
            *(f"{name}: {warning}" for name, status in statuses.items() for warning in status.warnings),
        ),
        timeline=tuple(
            MomentResult(at=seconds_of(moment.at), node=moment.node, what=moment.what) for moment in network.timeline
        ),
    )


def to_json(result: Result) -> str:
    """The result as indented JSON; addresses in upper case with colons."""
    document = plain(msgspec.to_builtins(result, builtin_types=(bytes,)))
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _node(device: Device, statuses: Mapping[str, NodeStatus]) -> NodeResult:
    status = statuses.get(device.name)
    if status is None:
        return NodeResult(state=device.state, mlag=None, bonds={}, bridge=None, bridges={}, hosts=())
    main = device.config.mlag.bridge if device.config.mlag is not None else None
    return NodeResult(
        state=device.state,
        mlag=status.mlag,
        bonds=status.bonds,
        bridge=status.bridges.get(main or "") or next(iter(status.bridges.values()), None),
        bridges=status.bridges,
        hosts=status.hosts,
    )


def _flow(direction: Direction) -> FlowResult:
    return FlowResult(
        source=direction.source.name,
        target=direction.sink.name,
        sent=direction.sent,
        received=direction.received,
        lost=direction.lost,
        duplicated=direction.duplicated,
        reflected=direction.reflected,
        reordered=direction.reordered,
        longest_gap=seconds_of(direction.longest_gap),
    )
