"""Configuration text -> the configuration of a node.

`export`, `export terse` and `export verbose` of one device give one equal configuration; what differs between them
(lines, and the menus outside the model that they list) takes no part in comparison.
"""

import msgspec

from pyiccp._node.config import Bond, Bridge, Hardware, Mlag, NodeConfig, Tuning
from pyiccp._routeros import build
from pyiccp._routeros.interfaces import Interfaces, natural, refuse_old_name, speed_of
from pyiccp._routeros.menus import ETHERNET, IDENTITY, SWITCH
from pyiccp._routeros.script import parse_script
from pyiccp._routeros.tables import Tables, carry_out
from pyiccp.wire._mac import Mac

_MENUS_NAMED = 3


class Configuration(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What one text says about one device."""

    identity: str = "MikroTik"
    bonds: tuple[Bond, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    mlag: Mlag | None = None
    l3_hw_offloading: bool = False
    ports: tuple[str, ...] = ()
    """Ports of the hardware that the text uses, renames or disables, in natural order."""
    disabled_ports: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    """(default name, name)."""
    speeds: tuple[tuple[str, int], ...] = ()
    """Mbit/s of ports whose speed is set by hand."""
    hardware: Hardware = Hardware()
    notes: tuple[str, ...] = ()
    """What was left out and why. About the text, not the device: takes no part in comparison."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Configuration) and self._device() == other._device()

    def __hash__(self) -> int:
        return hash(self._device())

    def _device(self) -> tuple[object, ...]:
        return tuple(getattr(self, field) for field in self.__struct_fields__ if field != "notes")


def parse_config(text: str, file: str = "") -> Configuration:
    """Read *text*, an export or commands as typed; ConfigError with file, line, property and fix for what is wrong."""
    tables = carry_out(parse_script(text, file))
    interfaces = Interfaces(tables)
    bonds = build.bonds(tables, interfaces)
    bridges = build.bridges(tables, interfaces, bonds)
    mlag = build.mlag(tables, interfaces, bridges)
    [identity] = tables[IDENTITY]
    return Configuration(
        identity=identity["name"],
        bonds=bonds,
        bridges=bridges,
        mlag=mlag,
        l3_hw_offloading=any(entry["l3-hw-offloading"] for entry in tables[SWITCH]),
        ports=tuple(sorted(interfaces.ports, key=natural)),
        disabled_ports=tuple(sorted((e["name"] for e in tables[ETHERNET] if e["disabled"]), key=natural)),
        renamed=tuple(sorted(interfaces.renamed.items())),
        speeds=tuple(
            (entry["name"], entry["speed"])
            for entry in sorted(tables[ETHERNET], key=lambda entry: natural(entry["name"]))
            if entry["speed"] and not entry["auto-negotiation"]
        ),
        hardware=Hardware(
            tuple((entry["name"], entry["l2mtu"]) for entry in tables[ETHERNET] if entry["l2mtu"] is not None)
        ),
        notes=(*interfaces.notes, *_outside(tables)),
    )


def node_config(
    configuration: Configuration,
    *,
    name: str,
    mac: Mac,
    extra_ports: tuple[str, ...] = (),
    tuning: Tuning | None = None,
) -> NodeConfig:
    """The device *name* with base address *mac*; *extra_ports* are ports that only its cables know of."""
    defined = {bond.name for bond in configuration.bonds} | {bridge.name for bridge in configuration.bridges}
    for port in extra_ports:
        refuse_old_name(configuration.renamed, port)
    used = dict.fromkeys((*configuration.ports, *(port for port in extra_ports if port not in defined)))
    ports = sorted(used, key=natural)
    default_names = {new: default for default, new in configuration.renamed}
    by_hand = dict(configuration.speeds)
    speeds = ((port, by_hand.get(port) or speed_of(default_names.get(port, port))) for port in ports)
    return NodeConfig(
        name=name,
        mac=mac,
        ports=tuple(ports),
        speeds=tuple((port, speed) for port, speed in speeds if speed != 10_000),
        hardware=configuration.hardware,
        bonds=configuration.bonds,
        bridges=configuration.bridges,
        mlag=configuration.mlag,
        l3_hw_offloading=configuration.l3_hw_offloading,
        disabled_ports=configuration.disabled_ports,
        tuning=tuning or Tuning(),
    )


def _outside(tables: Tables) -> tuple[str, ...]:
    menus = list(tables.unmodelled)
    if not menus:
        return ()
    listed = ", ".join(menus[:_MENUS_NAMED]) + (", …" if len(menus) > _MENUS_NAMED else "")
    return (f"{len(menus)} menu{'s' if len(menus) > 1 else ''} not modelled: {listed}",)
