"""Which interfaces a device has: those its menus define, and the physical ports that it names."""

import re

from pyiccp._node.config import ConfigError
from pyiccp._routeros.menus import BONDING, BRIDGE, ETHERNET, INTERFACE_LIST, LIST_MEMBER, VLAN
from pyiccp._routeros.tables import Entry, Tables
from pyiccp._routeros.values import suggestion

_PORT_NAME = re.compile(
    r"(ether|combo|sfp28-|sfp56-|sfp-sfpplus|sfpplus|sfp|qsfpplus|qsfp28-|qsfp56-dd-|qsfp56-)[0-9]+(-[0-9]+)*"
)
_PORT_LIKE = re.compile(r"(ether|combo|sfp|qsfp)")
_SPEEDS = {
    "ether": 1_000,
    "combo": 1_000,
    "sfp": 1_000,
    "sfp28-": 25_000,
    "sfp56-": 50_000,
    "qsfpplus": 40_000,
    "qsfp28-": 100_000,
    "qsfp56-": 200_000,
    "qsfp56-dd-": 400_000,
}
"""Mbit/s by the name that the vendor prints on the case, where it is not 10 Gbit/s."""


def natural(name: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """A sort key that puts ether2 before ether10 before sfp-sfpplus1."""
    return tuple((text, int(number or 0)) for text, number in re.findall(r"([^0-9]*)([0-9]{0,18})", name)), name


def speed_of(default_name: str) -> int:
    """Mbit/s of a port that nobody has set a speed for."""
    found = _PORT_NAME.fullmatch(default_name)
    return _SPEEDS.get(found[1], 10_000) if found else 10_000


class Interfaces:
    """The names a device knows. A port of the hardware needs no definition: it exists when something uses it."""

    def __init__(self, tables: Tables) -> None:
        self.bonds = {entry["name"]: entry for entry in tables[BONDING]}
        self.bridges = {entry["name"]: entry for entry in tables[BRIDGE]}
        self.virtual = {entry["name"]: VLAN.path for entry in tables[VLAN]} | tables.virtual
        self.lists: dict[str, list[str]] = {entry["name"]: [] for entry in tables[INTERFACE_LIST]}
        self.hardware = {entry["name"]: entry for entry in tables[ETHERNET]}
        self.renamed = {
            entry["default-name"]: entry["name"] for entry in tables[ETHERNET] if entry["name"] != entry["default-name"]
        }
        self.ports: dict[str, None] = dict.fromkeys(
            entry["name"] for entry in tables[ETHERNET] if entry["disabled"] or entry["name"] in self.renamed.values()
        )
        self.notes: list[str] = []
        self._refuse_twins()
        for member in tables[LIST_MEMBER]:
            self._join(member)

    def resolve(self, entry: Entry, property: str, name: str) -> str | None:
        """The interface called *name* in *property*; None for a reference whose object is gone (`*2C`)."""
        if name.startswith("*"):
            self.note(entry, property, f"{property} names {name}, an interface that no longer exists: left out")
            return None
        if name in self.renamed and name not in self.hardware:
            new = self.renamed[name]
            raise entry.error(property, f"unknown interface {name}: it is called {new} here", f"write {new}")
        if not self.is_defined(name):
            if not (_PORT_NAME.fullmatch(name) or name in self.hardware):
                self._refuse_slip(entry, property, name)
            self.ports.setdefault(name)
        return name

    def _refuse_slip(self, entry: Entry, property: str, name: str) -> None:
        """A name of nobody's is a port of the lab's own naming, unless it looks like one that exists misspelt."""
        real = [port for port in self.ports if _PORT_NAME.fullmatch(port)]
        near = suggestion(name, [*self.bonds, *self.virtual, *self.hardware, *real], 0.75)
        if near or _PORT_LIKE.match(name):
            fix = near or "write the name on the case, e.g. ether1 or sfp-sfpplus1"
            raise entry.error(property, f"unknown interface {name}", fix)

    def is_defined(self, name: str) -> bool:
        """True for a name that a menu of this configuration defines."""
        return name in self.bonds or name in self.bridges or name in self.virtual

    def is_known(self, name: str) -> bool:
        """True for any name that is no slip: defined, used as a port, or a name the hardware may have."""
        return self.is_defined(name) or name in self.ports or name in self.hardware or bool(_PORT_NAME.fullmatch(name))

    def bridge(self, entry: Entry) -> str | None:
        """The bridge that *entry* belongs to; None when that bridge is gone."""
        name: str = entry["bridge"]
        if name.startswith("*"):
            self.note(entry, "bridge", f"bridge names {name}, a bridge that no longer exists: entry left out")
            return None
        if name not in self.bridges:
            fix = suggestion(name, list(self.bridges)) or f"add it: /interface bridge add name={name}"
            raise entry.error("bridge", f"unknown bridge {name}", fix)
        return name

    def expand(self, entry: Entry, property: str, name: str) -> list[str]:
        """The members of the interface list called *name*; any other name stands for itself."""
        if self.is_defined(name) or name not in self.lists:
            return [name]
        if name in INTERFACE_LIST.builtin:
            self.note(entry, property, f"{property} names the built-in list {name}, which is not modelled: left out")
            return []
        return self.lists[name]

    def note(self, entry: Entry, property: str, message: str) -> None:
        """Something a person should know about *property* of *entry* and that stops nothing."""
        source = entry.where(property)
        self.notes.append(f"{source.file or '<text>'}:{source.line}: {message}")

    def _join(self, member: Entry) -> None:
        if member["list"].startswith("*") or member["disabled"]:
            return
        if member["list"] not in self.lists:
            fix = suggestion(member["list"], list(self.lists)) or f"add it: /interface list add name={member['list']}"
            raise member.error("list", f"unknown interface list {member['list']}", fix)
        self.lists[member["list"]].append(member["interface"])

    def _refuse_twins(self) -> None:
        """One name, one interface, whatever menu it is in."""
        seen: dict[str, Entry] = {}
        for entry in (*self.hardware.values(), *self.bonds.values(), *self.bridges.values()):
            other = seen.setdefault(entry["name"], entry)
            if other is not entry:
                raise entry.error(
                    "name",
                    f"{entry['name']} is the name of another interface already, at line {other.source.line}",
                    "rename one of them",
                )


def refuse_old_name(renamed: tuple[tuple[str, str], ...], name: str) -> None:
    """ConfigError for a port asked for by the name it had before it was renamed."""
    for default, new in renamed:
        if name == default:
            raise ConfigError(f"{name} is called {new} in the configuration", property="name", fix=f"write {new}")
