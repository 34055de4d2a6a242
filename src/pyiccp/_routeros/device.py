"""One text as `lint` sees it: what it says, where each thing is written, and the node that it makes."""

import msgspec

from pyiccp._mlag.profile import Profile
from pyiccp._node.config import NodeConfig, Source, Tuning
from pyiccp._node.findings import profile
from pyiccp._routeros.config import Configuration, node_config, parse_config
from pyiccp._routeros.menus import BONDING, BRIDGE, BRIDGE_PORT, BRIDGE_VLAN, MLAG, Menu
from pyiccp._routeros.script import parse_script
from pyiccp._routeros.tables import Entry, Tables, carry_out
from pyiccp.wire._mac import Mac

_NAMELESS = Configuration().identity
"""What a device calls itself that nobody has named."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed text."""

    file: str
    name: str
    """As messages call it: its identity, or the name of its file."""
    configuration: Configuration
    tables: Tables
    config: NodeConfig

    @property
    def profile(self) -> Profile | None:
        """What M12 compares; None without MLAG."""
        return profile(self.config)

    @property
    def old_dialect(self) -> bool:
        """MLAG stands in a menu of its own, as up to RouterOS 7.21."""
        [entry] = self.tables[MLAG]
        return bool(entry.sources)

    def entry(self, menu: Menu, property: str, name: str) -> Entry | None:
        """The entry of *menu* whose *property* is *name*."""
        return next((entry for entry in self.tables[menu] if entry[property] == name), None)

    def bridge_entry(self, bridge: str) -> Entry | None:
        """The entry of a bridge."""
        return self.entry(BRIDGE, "name", bridge)

    def port_entry(self, interface: str) -> Entry | None:
        """The entry that makes *interface* a port of a bridge."""
        return self.entry(BRIDGE_PORT, "interface", interface)

    def bond_entry(self, name: str) -> Entry | None:
        """The entry of a bond."""
        return self.entry(BONDING, "name", name)

    def vlan_entries(self, bridge: str, vlan: int) -> list[Entry]:
        """The entries of *bridge* that name *vlan*."""
        return [entry for entry in self.tables[BRIDGE_VLAN] if entry["bridge"] == bridge and vlan in entry["vlan-ids"]]

    @property
    def mlag_source(self) -> Source:
        """Where the peer port is named."""
        return self.config.mlag.source if self.config.mlag is not None else Source(self.file, 1)


def read_device(text: str, file: str, mac: Mac, tuning: Tuning) -> Device:
    """The device that *text* configures; ConfigError for what a node would refuse.

    *mac* stands in for the hardware's address, which no export tells.
    """
    configuration = parse_config(text, file)
    stem = file.replace("\\", "/").rpartition("/")[2].removesuffix(".rsc")
    name = stem if configuration.identity == _NAMELESS and stem else configuration.identity
    return Device(
        file=file,
        name=name,
        configuration=configuration,
        tables=carry_out(parse_script(text, file)),
        config=node_config(configuration, name=name, mac=mac, tuning=tuning),
    )
