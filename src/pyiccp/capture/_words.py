"""What was decoded in words: one line a frame, or a message."""

from typing import Any

from pyiccp.capture._meanings import instances, meaning
from pyiccp.capture._packet import SECOND
from pyiccp.capture._plain import Plain
from pyiccp.wire._flags import FLAGS
from pyiccp.wire._state import STATES
from pyiccp.wire.iccp.mlacp import PRIORITY_SET, PURGE, SYNCHRONIZED


def line(record: Plain, start_ns: int | None) -> str:
    """Time since *start_ns*, source, protocol, what it says."""
    time = record["time-ns"]
    when = f"{(time - (start_ns or 0)) / SECOND:13.6f}" if time is not None else f"{'-':>13}"
    source = record["ip"]["source"] if "ip" in record else record["source"] or "-"
    vlan = f" vlan {record['vlan']}" if record["vlan"] is not None else ""
    lost = f" ({record['missing']} octets missing before this)" if "missing" in record else ""
    note = f"  # {record['comment']}" if "comment" in record else ""
    return f"{when}  {source:<17}  {record['protocol']:<8}{vlan} {_says(record)}{lost}{note}".rstrip()


def _says(record: Plain) -> str:
    if "malformed" in record:
        fault = record["malformed"]
        where = f" {fault['path']}" if fault["path"] else ""
        return f"malformed:{where} at octet {fault['offset']}: {fault['why']}"
    if "message" in record:
        return _message(record)
    if record["protocol"] == "lacp":
        return _lacp(record)
    if "root-path-cost" in record:
        return _stp(record)
    if record["protocol"] == "marker":
        kind = {1: "information", 2: "response"}.get(record["tlv-type"], f"TLV {record['tlv-type']}")
        port, system = record["requester-port"], record["requester-system"]
        return f"{kind} from port {port} of {system}, transaction {record['requester-transaction-id']}"
    if record["protocol"] == "slow":
        return f"subtype {record['subtype']}" + (f" ({record['name']})" if record["name"] else "")
    return ", ".join(f"{key} {_value(value)}" for key, value in record.items() if key not in _COMMON)


_COMMON = (
    "frame", "time", "time-ns", "interface", "source", "destination", "vlan", "protocol", "ip", "missing", "comment",
)  # fmt: skip


def _value(value: Any, tlv: str = "") -> str:
    """*value*, which is in a TLV of that name if it is in one."""
    if isinstance(value, dict):
        said = (f"{key} {meaning(tlv, key, inner) or _value(inner, tlv)}" for key, inner in value.items())
        return "{" + ", ".join(said) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each, tlv) for each in value) + "]"
    if isinstance(value, str) and len(value) > 40:
        return f"{value[:32]}… ({len(value) // 2} octets)"
    return "-" if value is None else str(value)


def _lacp(record: Plain) -> str:
    version = "" if record["version"] == 1 else f"version {record['version']:#x}, "
    extra = f", {len(record['tlvs'])} TLVs" if record["tlvs"] else ""
    return f"{version}actor {_participant(record['actor'])}  partner {_participant(record['partner'])}{extra}"


def _participant(one: Plain) -> str:
    letters = STATES[one["state-octet"]].text
    system = f"{one['system-priority']},{one['system']}"
    return f"{system} key {one['key']} port {one['port-priority']},{one['port']} {letters}"


def _stp(record: Plain) -> str:
    kind = record["type"].upper() if record["type"] != "config" else "Configuration"
    vlan = f" VLAN {record['originating-vlan']}" if record.get("originating-vlan") is not None else ""
    if record["root"] is None:
        return f"{kind}{vlan}"
    flags = FLAGS[record["flags-octet"]].text if record["role"] else _config_flags(record["flags-octet"])
    role = f" {record['role']}" if record["role"] else ""
    port = f"{record['port']['priority']}.{record['port']['number']}"
    times = "/".join(f"{record[key]:g}" for key in ("message-age", "max-age", "hello-time", "forward-delay"))
    regional = ""
    if "regional-root" in record:
        name = record["configuration"]["name"]
        cost = record["internal-root-path-cost"]
        regional = f" region {name!r} root {_bridge(record['regional-root'])} cost {cost}"
        regional += f" {len(record['instances'])} instances"
    return (
        f"{kind}{vlan}{role} {flags} root {_bridge(record['root'])} cost {record['root-path-cost']} "
        f"bridge {_bridge(record['bridge'])} port {port} times {times} s{regional}"
    )


def _config_flags(octet: int) -> str:
    return ("K" if octet & 0x80 else "-") + ("T" if octet & 1 else "-")


def _bridge(one: Plain) -> str:
    return f"{one['priority']}.{one['mac']}"


def _message(record: Plain) -> str:
    message, tlvs = record["message"], record["tlvs"]
    group = f" group {record['rg-id']}" if record["rg-id"] is not None else ""
    name = message["name"] or f"type 0x{message['type']:04X}"
    listed = "; ".join(_tlv(tlv) for tlv in tlvs if tlv["name"] != "ICC RG ID")
    return f"{name} {message['id']}{group}" + (f": {listed}" if listed else "")


def _tlv(tlv: Plain) -> str:
    """Its name and its fields: flags by their names where they are set, state octets as letters."""
    name = tlv["name"] or f"TLV 0x{tlv['type']:04X}"
    fields = [_field(tlv, key, value) for key, value in tlv.items() if not _is_said(key)]
    inside = tlv.get("tlvs") or tlv.get("changes")
    inner = f"[{'; '.join(map(_tlv, inside))}]" if inside else ""
    return " ".join(filter(None, (name, *fields, inner)))


_CONFIG_FLAGS = {PURGE: "purge", SYNCHRONIZED: "synchronized", PRIORITY_SET: "priority-set"}
_PLACES = {0: "orphan", 0xFFFFFFFFFFFFFFFF: "everywhere"}
_DOCUMENTS = ("MLAG Profile", "Tree Snapshot")
"""Whose octets are text."""


def _is_said(key: str) -> bool:
    """True for what `_tlv` says without its key, or with another."""
    return key in ("type", "name", "u", "f", "tlvs", "changes", "status-name", "name-length") or key.endswith("-octet")


def _field(tlv: Plain, key: str, value: Any) -> str:
    if isinstance(value, bool):
        return key if value else ""
    if key == "name-text":
        return repr(value)
    if key == "flags" and isinstance(value, int) and tlv["name"].endswith(("Port Config", "Aggregator Config")):
        return " ".join(name for bit, name in _CONFIG_FLAGS.items() if value & bit)
    if key == "words":
        return instances(value)
    if key == "place":
        return _PLACES.get(value) or f"mlag-id {value - 1}"
    if key == "bpdu":
        return _stp(value)
    if key == "octets" and tlv["name"] in _DOCUMENTS:
        return repr(value if len(value) <= 40 else f"{value[:40]}… ({len(value)} octets)")
    if key in ("status", "code") and "status-name" in tlv:
        return f"{key} {value} ({tlv['status-name']})"
    octet = tlv.get(f"{key}-octet")
    if octet is not None:
        return f"{key} {(STATES if key.endswith('state') else FLAGS)[octet].text}"
    return f"{key} {meaning(tlv['name'], key, value) or _value(value, tlv['name'])}"
