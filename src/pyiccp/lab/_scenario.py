"""A scenario: the network, its flows and its events, as a TOML text."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import msgspec

from pyiccp._node.config import LACP_MUXES, ORPHAN_PORTS, ConfigError, Tuning
from pyiccp._node.key import parse_key
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.lab._clients import KINDS, OURS
from pyiccp.lab._faults import Fault, parse_event
from pyiccp.lab._flows import DEFAULT_STREAMS, MAX_STREAMS
from pyiccp.lab._links import DEFAULT_DELAY
from pyiccp.lab._toml_document import Document, Section, dotted, suggestion
from pyiccp.lab._units import parse_duration, parse_rate
from pyiccp.wire._mac import Mac, is_group, mac

QUICKSTART = Path(__file__).parent / "quickstart"
"""The vendor's quick setup: three configurations and `lab.toml`."""
POLICIES = ("safe", "keep", "routeros")
FLOW_START = seconds(5.5)
"""Flows begin by default once bonds with slow LACP have come up and spanning tree has found that nobody is there."""
FLOW_REST = milliseconds(100)
"""Flows end by default so long before the run, so that nothing is under way when it is counted."""


class NodeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """[node.NAME]"""

    name: str
    mac: Mac
    file: str
    """What messages call the configuration."""
    text: str
    kind: str
    """Whose LACP it speaks: see `lab.clients`."""
    tuning: Tuning


class HostEntry(msgspec.Struct, frozen=True, kw_only=True):
    """[host.NAME]"""

    name: str
    on: str | None
    mac: Mac
    vlan: int | None


class LinkEntry(msgspec.Struct, frozen=True, kw_only=True):
    """[[link]] or [[keepalive]]"""

    ends: tuple[str, str]
    delay: Instant
    loss: float
    rate: int | None = None


class FlowEntry(msgspec.Struct, frozen=True, kw_only=True):
    """[[flow]]"""

    source: str
    target: str
    every: Instant
    start: Instant
    stop: Instant | None
    """None: until `FLOW_REST` before the end."""
    streams: int
    both: bool
    broadcast: bool


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One of `[lab] events`, or of the command line."""

    at: Instant
    fault: Fault
    text: str
    in_file: bool


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A lab file, checked as far as it can be without the nodes' configurations."""

    document: Document
    until: Instant
    seed: int
    events: tuple[Event, ...]
    nodes: tuple[NodeEntry, ...]
    hosts: tuple[HostEntry, ...]
    links: tuple[LinkEntry, ...]
    keepalives: tuple[LinkEntry, ...]
    flows: tuple[FlowEntry, ...]


def load(path: Path | None = None) -> Scenario:
    """The scenario in file *path*; without one the packaged quick setup."""
    path = QUICKSTART / "lab.toml" if path is None else path
    return parse(_read(path), str(path), path.parent)


def parse(text: str, file: str, folder: Path) -> Scenario:
    """The scenario in *text*; configurations are looked for in *folder*."""
    document = Document(text, file)
    document.only("lab", "node", "host", "link", "keepalive", "flow")
    lab = document.section("lab")
    until = lab.convert("until", parse_duration, seconds(60))
    seed = lab.get("seed", int, 1)
    events = tuple(_event(text, document) for text in lab.texts("events"))
    lab.finish()
    names = sorted(document.section("host").values)
    return Scenario(
        document=document,
        until=until,
        seed=seed,
        events=events,
        nodes=tuple(_node(name, section, folder) for name, section in document.named("node")),
        hosts=tuple(_host(name, section, names.index(name) + 1) for name, section in document.named("host")),
        links=tuple(_link(section, wired=True) for section in document.listed("link")),
        keepalives=tuple(_link(section, wired=False) for section in document.listed("keepalive")),
        flows=tuple(_flow(section) for section in document.listed("flow")),
    )


def command_line_events(texts: Sequence[str]) -> tuple[Event, ...]:
    """Events of `--event`."""
    return tuple(_event(text, None) for text in texts)


def _event(text: str, document: Document | None) -> Event:
    try:
        at, fault = parse_event(text)
    except ValueError as error:
        refuse_event(text, document, str(error))
    return Event(at=at, fault=fault, text=text, in_file=document is not None)


def refuse_event(text: str, document: Document | None, why: str) -> NoReturn:
    """ConfigError for an event of *document*, or without one of the command line."""
    if document is None:
        raise ConfigError(f"--event: {why}", property="event") from None
    document.fail(("lab", "events"), f"events: {why}", item=text)


def _node(name: str, section: Section, folder: Path) -> NodeEntry:
    if name == "lab":
        section.fail("", "a node cannot be called 'lab': the timeline says that for the scenario's events")
    address = section.convert("mac", _station, None)
    if address is None:
        section.fail("mac", f"node.{name} has no mac", 'write its bridge MAC: mac = "74:4D:28:11:70:6B"')
    config, script = section.get("config", str, ""), section.get("script", str, "")
    if ("config" in section) == ("script" in section):
        section.fail("config", f"node.{name} needs either config = \"FILE.rsc\" or script = '''…'''")
    if "config" in section:
        file = str(folder / config)
        try:
            text = _read(folder / config)
        except ConfigError as error:
            section.fail("config", error.message)
    else:
        file, text = section.document.file, _aligned(script, section)
    kind = section.choice("kind", KINDS, OURS)
    entry = NodeEntry(name=name, mac=address, file=file, text=text, kind=kind, tuning=_tuning(section))
    section.finish()
    return entry


def _tuning(section: Section) -> Tuning:
    default = Tuning()
    liveness = section.convert("liveness", parse_duration, default.liveness)
    if not milliseconds(10) <= liveness <= seconds(1):
        section.fail("liveness", "liveness is outside 10ms to 1s")
    return Tuning(
        policy=section.choice("policy", POLICIES, default.policy),
        liveness=liveness,
        ask_time=section.convert("ask-time", parse_duration, default.ask_time),
        init_delay=section.convert("init-delay", parse_duration, default.init_delay),
        auto_recovery=section.convert("auto-recovery", _duration_or_none, default.auto_recovery),
        orphan_ports=section.choice("orphan-ports", ORPHAN_PORTS, default.orphan_ports),
        lacp_mux=section.choice("lacp-mux", LACP_MUXES, default.lacp_mux),
        lacp_identity=section.choice("lacp-identity", ("system-id", "bond-mac"), default.lacp_identity),
        system_id=section.convert("system-id", _station, None),
        shared_key=section.convert("mlag-shared-key", parse_key, None),
        keepalive=any(section.path[1] in entry.get("ends", ()) for entry in _tables(section, "keepalive")),
    )


def _host(name: str, section: Section, number: int) -> HostEntry:
    if ":" in name or name in section.document.section("node").values:
        section.fail("", f"a host cannot be called {name!r}", "choose a name without colon that no node has")
    vlan = section.get("vlan", int, None)
    if vlan is not None and not 1 <= vlan <= 4094:
        section.fail("vlan", f"vlan = {vlan} is outside 1 to 4094")
    entry = HostEntry(
        name=name,
        on=section.get("on", str, None),
        mac=section.convert("mac", _station, Mac((0x0200_0000_0000 + number).to_bytes(6, "big"))),
        vlan=vlan,
    )
    section.finish()
    return entry


def _link(section: Section, wired: bool) -> LinkEntry:
    first, second = section.two("ends")
    loss = section.get("loss", float, 0.0)
    if not 0 <= loss <= 1:
        section.fail("loss", f"loss = {loss} is outside 0 to 1")
    entry = LinkEntry(
        ends=(first, second),
        delay=section.convert("delay", parse_duration, DEFAULT_DELAY),
        loss=loss,
        rate=section.convert("rate", parse_rate, None) if wired else None,
    )
    section.finish()
    return entry


def _flow(section: Section) -> FlowEntry:
    streams = section.get("streams", int, DEFAULT_STREAMS)
    if not 1 <= streams <= MAX_STREAMS:
        section.fail("streams", f"streams = {streams} is outside 1 to {MAX_STREAMS}")
    every = section.convert("every", parse_duration, milliseconds(1))
    if not every:
        section.fail("every", "every must be longer than nothing")
    hosts = tuple(section.document.section("host").values)
    source, target = section.require("from"), section.require("to")
    for key, name in (("from", source), ("to", target)):
        if name not in hosts:
            section.fail(key, f"{dotted(section.path)}: no host {name!r}", suggestion(name, hosts))
    if source == target:
        section.fail("to", f"{dotted(section.path)}: {source} would talk to itself")
    entry = FlowEntry(
        source=source,
        target=target,
        every=every,
        start=section.convert("start", parse_duration, FLOW_START),
        stop=section.convert("stop", parse_duration, None),
        streams=streams,
        both=section.get("both", bool, True),
        broadcast=section.get("broadcast", bool, False),
    )
    section.finish()
    return entry


def _tables(section: Section, key: str) -> list[dict[str, list[str]]]:
    tables = section.document.data.get(key, [])
    return [table for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []


def _aligned(script: str, section: Section) -> str:
    """*script* moved down so that its lines have the numbers they have in the scenario."""
    line = section.document.line((*section.path, "script")) or 1
    written = section.document.text.splitlines()[line - 1]
    return "\n" * (line if written.rstrip().endswith(('"""', "'''")) else line - 1) + script


def _station(text: str) -> Mac:
    address = mac(text)
    if is_group(address):
        raise ValueError(f"{text} is a group address")
    return address


def _duration_or_none(text: str) -> Instant | None:
    return None if text == "none" else parse_duration(text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", file=None) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no UTF-8 text ({error.reason} at octet {error.start})") from None
