"""RouterOS commands, as typed in either dialect, answered from a node's picture."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from pyiccp._node.config import ConfigError
from pyiccp._routeros import monitor, prints
from pyiccp._service.picture import Picture

Answer = Callable[[Picture, Sequence[str]], str]


def answer(picture: Picture, command: str) -> str:
    """The text of *command*: `/interface/bridge/mlag/monitor`, `/interface bonding monitor client-bond`, …"""
    words = command.replace("/", " ").split()
    for length in range(len(words), 0, -1):
        if (found := _COMMANDS.get(" ".join(words[:length]))) is not None:
            return found(picture, words[length:])
    known = ", ".join("/" + name.replace(" ", "/") for name in _COMMANDS)
    raise ConfigError(f"no command {command!r}", property="path", fix=f"there are {known}")


def overview(picture: Picture) -> str:
    """One screen: the pair, bonds with a reason for each port that carries nothing, bridges, counters, hosts: what may
    grow long comes last, as a live screen is cut below."""
    status = picture.status
    parts = [monitor.mlag_monitor(status)] if status.mlag is not None else []
    if status.keepalive is not None:
        parts.append(f"keepalive: {status.keepalive}")
    if status.maintenance:
        parts.append("maintenance: this node's halves of bonds are out of service")
    parts.append("\n".join(f"warning: {warning}" for warning in status.warnings))
    for name, bond in status.bonds.items():
        lines = [f"{name}:", monitor.bonding_monitor(bond)]
        for port, view in bond.ports.items():
            reason = f" ({view.reason})" if view.reason else ""
            lines.append(f"    {port}: {view.state}{reason}")
        parts.append("\n".join(lines))
    parts += [f"{name}:\n{monitor.bridge_monitor(bridge)}" for name, bridge in status.bridges.items()]
    parts.append(
        "\n".join(
            f"{name}: {port.queued} queued, {port.dropped} dropped, {port.lost} lost, {port.missed} missed"
            for name, port in picture.ports.items()
        )
    )
    parts.append(monitor.host_print(status))
    return "\n\n".join(part for part in parts if part)


def _mlag(picture: Picture, names: Sequence[str]) -> str:
    return monitor.mlag_monitor(picture.status)


def _bonding(picture: Picture, names: Sequence[str]) -> str:
    bonds = picture.status.bonds
    chosen = _chosen(tuple(bonds), names)
    if len(chosen) == 1:
        return monitor.bonding_monitor(bonds[chosen[0]])
    return monitor.bondings_monitor([bonds[name] for name in chosen])


def _slaves(picture: Picture, names: Sequence[str]) -> str:
    bonds = picture.status.bonds
    return "\n".join(monitor.monitor_slaves(bonds[name]) for name in _chosen(tuple(bonds), names))


def _bridge(picture: Picture, names: Sequence[str]) -> str:
    bridges = picture.status.bridges
    return "\n".join(monitor.bridge_monitor(bridges[name]) for name in _chosen(tuple(bridges), names))


def _hosts(picture: Picture, names: Sequence[str]) -> str:
    return monitor.host_print(picture.status)


def _ports(picture: Picture, names: Sequence[str]) -> str:
    running = picture.status.bridges
    return "\n".join(prints.port_print(each, running[each.name]) for each in picture.bridges if each.name in running)


def _port_monitor(picture: Picture, names: Sequence[str]) -> str:
    ports = {name: port for bridge in picture.status.bridges.values() for name, port in bridge.ports.items()}
    return "\n\n".join(monitor.port_monitor(ports[name]) for name in _chosen(tuple(ports), names))


def _vlans(picture: Picture, names: Sequence[str]) -> str:
    running = picture.status.bridges
    return "\n".join(prints.vlan_print(each, running[each.name]) for each in picture.bridges if each.name in running)


def _chosen(known: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """The interfaces meant by *names*: none or `[find]` are all."""
    if not names or names[0] == "[find]":
        return known
    chosen = [name for word in names for name in word.split(",")]
    for name in chosen:
        if name not in known:
            raise ConfigError(f"no such item: {name}", property="path", fix=f"there are {', '.join(known)}")
    return chosen


_COMMANDS: Mapping[str, Answer] = MappingProxyType(
    {
        "interface bridge mlag monitor": _mlag,
        "interface bonding monitor": _bonding,
        "interface bonding monitor-slaves": _slaves,
        "interface bridge monitor": _bridge,
        "interface bridge host print": _hosts,
        "interface bridge port monitor": _port_monitor,
        "interface bridge port print": _ports,
        "interface bridge vlan print": _vlans,
    }
)
