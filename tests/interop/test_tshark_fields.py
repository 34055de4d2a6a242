"""Every field that tshark has of every LACP, Marker and spanning-tree frame of every capture is what we say.

Its fields are enumerated from tshark itself: one that this file does not know, and that some frame has, is a failure.
"""

import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyiccp.capture import read
from pyiccp.capture._decoder import Decoded, Decoder
from pyiccp.capture._records import records
from pyiccp.wire._lacpdu import LONG, Lacpdu
from pyiccp.wire._tree import TreeNode

VECTORS = Path(__file__).parents[1] / "vectors"
CAPTURES = sorted(path for path in VECTORS.rglob("*.pcap*"))
FILTER = "lacp || marker || stp"
PREFIXES = ("lacp.", "marker.", "stp.", "mstp.")
SEPARATOR, BETWEEN = "\x1f", "\x1e"

Program = Callable[[str], str]
Record = dict[str, Any]

COMMON = ("frame", "time", "time-ns", "interface", "source", "destination", "vlan", "protocol", "comment")
"""Of the frame, not of the protocol."""

LACKS = {"lacp": {"tlvs"}}
"""What we say of a frame and no field of tshark does, by protocol and by our names: the fields of an LACPDU's TLVs 04
to 0A, of which it has types and lengths only. Every other field of ours that these captures have, it has too."""

SAID_BY = {
    "state": "state-octet", "flags": "flags-octet", "role": "flags-octet",
}  # fmt: skip
"""Names of ours for what the octets, which are compared, say."""

DRAWN = {"lacp.actor.state_str", "lacp.partner.state_str"}
"""Drawings of a field that is compared itself."""


class Noting(dict[str, Any]):
    """A record that notes which of its leaves were asked for, dotted, list items under one name."""

    def __init__(self, record: Record, asked: set[str], prefix: str = "") -> None:
        super().__init__({key: noting(value, asked, prefix + key) for key, value in record.items()})
        self._asked, self._prefix = asked, prefix

    def __getitem__(self, key: str) -> Any:
        self._asked.add(self._prefix + key)
        return super().__getitem__(key)


def noting(value: Any, asked: set[str], path: str) -> Any:
    if isinstance(value, dict):
        return Noting(value, asked, f"{path}.")
    return [noting(one, asked, path) for one in value] if isinstance(value, list) else value


def leaves(value: Any, path: str = "") -> set[str]:
    """The names of all leaves that say something."""
    if isinstance(value, dict):
        return {name for key, inner in value.items() for name in leaves(inner, f"{path}.{key}" if path else key)}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {name for one in value for name in leaves(one, path)}
    return set() if value in (None, []) else {path}


class Ours:
    """One frame of ours, asked for fields by tshark's names."""

    def __init__(self, decoded: Decoded) -> None:
        (record,) = records(decoded)
        self.asked: set[str] = set()
        self.record: Record = Noting(record, self.asked)
        self.octets = decoded.octets[decoded.start :]
        self.malformed = decoded.malformed is not None

    def unasked(self) -> set[str]:
        """What we say and nobody has asked for, neither itself nor the octet that says it."""
        said = {name for name in leaves(self.record) if name.split(".")[0] not in COMMON}
        return {name.split(".")[0] for name in said - self.asked if octet_of(name) not in self.asked}

    def __call__(self, name: str) -> list[str] | None:
        """The values of a field as tshark writes them; None where the frame breaks off before it."""
        try:
            value = FIELDS[name](self)
        except (KeyError, TypeError, IndexError):
            if not self.malformed:
                raise
            return None
        return [text(one) for one in value] if isinstance(value, list) else [text(value)]


def octet_of(name: str) -> str:
    *path, last = name.split(".")
    return ".".join([*path, SAID_BY.get(last, last)])


def text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower()


def number(value: str) -> str:
    """tshark's numbers, decimal or hexadecimal or with a fraction, in one way."""
    if value in ("True", "False"):
        return str(int(value == "True"))
    if value.startswith("0x"):
        return str(int(value, 16))
    try:
        return f"{float(value):g}" if "." in value else str(int(value))
    except ValueError:
        return value.lower()


def at(*path: str) -> Callable[[Ours], Any]:
    def find(ours: Ours) -> Any:
        value: Any = ours.record
        for name in path:
            value = value[name]
        return value

    return find


def raw(layout: Any, *names: str) -> Callable[[Ours], Any]:
    """Octets that mean nothing, from the table."""

    def find(ours: Ours) -> Any:
        values = []
        for name in names:
            field = layout[name]
            if field.offset + field.width > len(ours.octets):
                raise IndexError(name)
            value = field.read(ours.octets)
            values.append(value.hex() if isinstance(value, bytes) else value)
        return values

    return find


def bit(octet: str, mask: int, *path: str) -> Callable[[Ours], Any]:
    return lambda ours: bool(at(*path, octet)(ours) & mask)


def number_at(offset: int, width: int) -> Callable[[Ours], Any]:
    """What the octets say, where our value leaves it out because a receiver must not look."""

    def find(ours: Ours) -> int:
        if len(ours.octets) < offset + width:
            raise IndexError(offset)
        return int.from_bytes(ours.octets[offset : offset + width], "big")

    return find


def bridge(name: str, prefix: str) -> dict[str, Callable[[Ours], Any]]:
    return {
        f"{prefix}.prio": lambda ours: at(name, "priority")(ours) & 0xF000,
        f"{prefix}.ext": lambda ours: at(name, "priority")(ours) & 0x0FFF,
        f"{prefix}.hw": at(name, "mac"),
    }


def flag(find: Callable[[int], Any]) -> Callable[[Ours], Any]:
    """A flag of the BPDU, then of its instances."""

    def every(ours: Ours) -> list[Any]:
        octets = [ours.record["flags-octet"], *(one["flags-octet"] for one in ours.record.get("instances", ()))]
        return [find(octet) for octet in octets]

    return every


def each(find: Callable[[Record], Any]) -> Callable[[Ours], Any]:
    return lambda ours: [find(one) for one in ours.record["instances"]]


def behind_the_collector(ours: Ours) -> tuple[list[TreeNode], int]:
    """TLVs, and where the terminator is. tshark looks for them in every version, so this does too."""
    if len(ours.octets) < Lacpdu.FORMAT.size:
        raise IndexError
    nodes = LONG.nodes(ours.octets, 0, len(ours.octets))
    return [node for node in nodes if node.children], next(node.offset for node in nodes if node.name == "octets")


def lacp_tlvs(index: int) -> Callable[[Ours], Any]:
    """Types (0) or lengths (1) of all TLVs, those that every version has first."""

    def find(ours: Ours) -> list[Any]:
        name = ("type", "length")[index]
        found = [
            field
            for end in ("actor", "partner", "collector")
            for field in raw(Lacpdu.FORMAT.layout, f"{end}_{name}")(ours)
        ]
        nodes, end = behind_the_collector(ours)
        found += [node.children[index].value for node in nodes]
        return [*found, ours.octets[end + index]]

    return find


STATE = ("activity", "timeout", "aggregation", "synchronization", "collecting", "distributing", "defaulted", "expired")


def participant(end: str) -> dict[str, Callable[[Ours], Any]]:
    return {
        f"lacp.{end}.sys_priority": at(end, "system-priority"),
        f"lacp.{end}.sysid": at(end, "system"),
        f"lacp.{end}.key": at(end, "key"),
        f"lacp.{end}.port_priority": at(end, "port-priority"),
        f"lacp.{end}.port": at(end, "port"),
        f"lacp.{end}.state": at(end, "state-octet"),
        **{f"lacp.{end}.state.{name}": bit("state-octet", 1 << n, end) for n, name in enumerate(STATE)},
        f"lacp.{end}.reserved": raw(Lacpdu.FORMAT.layout, f"{end}_reserved"),
    }


TYPES = {"config": 0, "tcn": 0x80, "rst": 2, "mst": 2}

FIELDS: dict[str, Callable[[Ours], Any]] = {
    "lacp.version": at("version"),
    "lacp.tlv_type": lacp_tlvs(0),
    "lacp.tlv_length": lacp_tlvs(1),
    **participant("actor"),
    **participant("partner"),
    "lacp.collector.max_delay": at("collector-max-delay"),
    "lacp.coll_reserved": raw(Lacpdu.FORMAT.layout, "collector_reserved"),
    "lacp.pad": lambda ours: ours.octets[behind_the_collector(ours)[1] + 2 : Lacpdu.FORMAT.size].hex(),
    "marker.version": at("version"),
    "marker.tlvType": lambda ours: [at("tlv-type")(ours), ours.octets[20]],
    "marker.tlvLen": lambda ours: [at("length")(ours), ours.octets[21]],
    "marker.requesterPort": at("requester-port"),
    "marker.requesterSystem": at("requester-system"),
    "marker.requesterTransId": at("requester-transaction-id"),
    "marker.requesterPad": at("pad"),
    "marker.reserved": lambda ours: at("tail")(ours)[4:],
    "stp.protocol": number_at(0, 2),
    "stp.version": at("version"),
    "stp.type": lambda ours: TYPES[at("type")(ours)],
    "stp.flags": at("flags-octet"),
    "stp.flags.tcack": flag(lambda octet: bool(octet & 0x80)),
    "stp.flags.agreement": flag(lambda octet: bool(octet & 0x40)),
    "stp.flags.forwarding": flag(lambda octet: bool(octet & 0x20)),
    "stp.flags.learning": flag(lambda octet: bool(octet & 0x10)),
    "stp.flags.port_role": flag(lambda octet: octet >> 2 & 3),
    "stp.flags.proposal": flag(lambda octet: bool(octet & 0x02)),
    "stp.flags.tc": flag(lambda octet: bool(octet & 0x01)),
    **bridge("root", "stp.root"),
    "stp.root.cost": at("root-path-cost"),
    **bridge("bridge", "stp.bridge"),
    "stp.port": lambda ours: at("port", "priority")(ours) << 8 | at("port", "number")(ours),
    "stp.msg_age": at("message-age"),
    "stp.max_age": at("max-age"),
    "stp.hello": at("hello-time"),
    "stp.forward": at("forward-delay"),
    "stp.version_1_length": number_at(35, 1),
    "stp.pvst.tlvtype": number_at(36, 2),
    "stp.pvst.tlvlen": number_at(38, 2),
    "stp.pvst.origvlan": at("originating-vlan"),
    "mstp.version_3_length": number_at(36, 2),
    "mstp.config_format_selector": at("configuration", "selector"),
    "mstp.config_name": at("configuration", "name"),
    "mstp.config_revision_level": at("configuration", "revision"),
    "mstp.config_digest": at("configuration", "digest"),
    "mstp.cist_internal_root_path_cost": at("internal-root-path-cost"),
    **bridge("bridge", "mstp.cist_bridge"),
    "mstp.cist_remaining_hops": at("remaining-hops"),
    "mstp.msti.flags": each(lambda one: one["flags-octet"]),
    "mstp.msti.priority": each(lambda one: one["regional-root"]["priority"] >> 12),
    "mstp.msti.msti_id": each(lambda one: one["mstid"]),
    "mstp.msti.regional_root_id": each(lambda one: one["regional-root"]["priority"]),
    "mstp.msti.root.hw": each(lambda one: one["regional-root"]["mac"]),
    "mstp.msti.root_cost": each(lambda one: one["internal-root-path-cost"]),
    "mstp.msti.bridge_priority": each(lambda one: one["bridge-priority"] >> 4),
    "mstp.msti.port_priority": each(lambda one: one["port-priority"] >> 4),
    "mstp.msti.remaining_hops": each(lambda one: one["remaining-hops"]),
}

MSTP = {**FIELDS, **bridge("regional-root", "stp.bridge")}
"""tshark names the octets that a Configuration BPDU has for the bridge alike in every BPDU."""


@pytest.fixture
def tshark(program: Program) -> str:
    return program("tshark")


def run(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # 2: the file breaks off
    return done.stdout.rstrip("\n").split("\n") if done.stdout else []


def fields_of(tshark: str) -> dict[str, str]:
    """All that tshark knows and their types, but for its remarks, which have no value."""
    rows = [line.split("\t") for line in run(tshark, "-G", "fields")]
    return {row[2]: row[3] for row in rows if row[0] == "F" and row[2].startswith(PREFIXES) and row[3] != "FT_NONE"}


def theirs(tshark: str, capture: Path, names: dict[str, str]) -> dict[int, dict[str, list[str]]]:
    """Frame number -> field -> values."""
    command = [tshark, "-r", str(capture), "-Y", FILTER, "-T", "fields"]
    command += ["-E", f"separator={SEPARATOR}", "-E", f"aggregator={BETWEEN}", "-e", "frame.number"]
    for name in names:
        command += ["-e", name]
    found = {}
    for line in run(*command):
        frame, *values = line.split(SEPARATOR)
        found[int(frame)] = {
            name: [one if names[name] == "FT_BYTES" else number(one) for one in value.split(BETWEEN)]
            for name, value in zip(names, values, strict=True)
            if value
        }
    return found


def ours(capture: Path) -> dict[int, Ours]:
    with capture.open("rb") as file:
        reading = read(file)
        decoder = Decoder(reading.interfaces, only=frozenset(("lacp", "marker", "stp", "rstp", "mstp", "spb", "pvst")))
        return {decoded.packet.number: Ours(decoded) for decoded in decoder.decode(reading)}


def llc(capture: Path, frame: int) -> str:
    """The LLC header of an untagged frame."""
    with capture.open("rb") as file:
        return next(packet.octets[14:17].hex() for packet in read(file) if packet.number == frame)


def test_every_field_of_every_frame(tshark: str) -> None:
    names = fields_of(tshark)
    frames = compared = 0
    lacking: defaultdict[str, set[str]] = defaultdict(set)
    missing: Counter[str] = Counter()
    unequal: list[str] = []
    for capture in CAPTURES:
        frames_of_theirs = theirs(tshark, capture, names)
        frames_of_ours = ours(capture)
        for frame in sorted(set(frames_of_theirs) - set(frames_of_ours)):
            assert llc(capture, frame) == "424303", "a response (802.2 3.3.1.1.2), which no bridge takes for a BPDU"
            del frames_of_theirs[frame]
        only_ours = [n for n in set(frames_of_ours) - set(frames_of_theirs) if not frames_of_ours[n].malformed]
        assert only_ours == [], capture
        frames += len(frames_of_theirs)
        for frame, fields in frames_of_theirs.items():
            mine = frames_of_ours[frame]
            for name, values in fields.items():
                if name in DRAWN:
                    continue
                if name not in FIELDS:
                    missing[name] += 1
                    continue
                say = MSTP[name](mine) if mine.record["protocol"] == "mstp" and name.startswith("stp.bridge") else None
                expected = [text(say)] if say is not None else mine(name)
                if expected is None:
                    continue
                compared += 1
                if expected != values:
                    unequal.append(f"{capture.name} frame {frame} {name}: tshark {values}, ours {expected}")
            if not mine.malformed:
                lacking[mine.record["protocol"]] |= mine.unasked()
    print("tshark lacks:", *(f"{protocol}: {sorted(names)}" for protocol, names in lacking.items()), sep="\n  ")
    assert (unequal, dict(missing)) == ([], {})
    assert {protocol: names for protocol, names in lacking.items() if names} == LACKS
    assert frames > 4000
    assert compared > 100_000
