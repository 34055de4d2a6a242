"""`lint`: M12's one table on configuration text, with file, line and the lines that mend it.

The checks are `mlag.consistency`'s, those of the running pair; what is only about the text is in `lint_extra`.
"""

from collections.abc import Iterator, Sequence

import msgspec

from pyiccp._mlag.consistency import CHECKS, check
from pyiccp._node.config import ConfigError, Source, Tuning
from pyiccp._routeros.device import Device, read_device
from pyiccp._routeros.lint_extra import Remark, client_remarks, remarks
from pyiccp._routeros.repair import place
from pyiccp.wire._mac import Mac

SCHEMA = 1
SEVERITIES = ("type-1", "type-2", "advice")
"""Held down; warned; could be better."""

_STAND_IN = b"\x02\x00\x5e\x00\x53"
"""First octets of addresses for devices whose own no export tells."""
_BOTH_SAY = frozenset(("unmatched-mlag-id",))
"""Codes of comparisons that are not the same seen from the other node."""


class LintFinding(msgspec.Struct, frozen=True, gc=False):
    """One thing that is wrong or could be better."""

    code: str
    severity: str
    file: str
    line: int
    message: str
    fix: str
    """RouterOS lines; `# on NAME` before those for the other node, `#` before what no line can do."""


class Report(msgspec.Struct, frozen=True, gc=False):
    """All findings, in the order of files and lines."""

    findings: tuple[LintFinding, ...]

    @property
    def bad(self) -> bool:
        """Something would be held down."""
        return any(finding.severity == "type-1" for finding in self.findings)


def lint(peers: Sequence[tuple[str, str]], client: tuple[str, str] | None = None, *, keepalive: bool = False) -> Report:
    """What is wrong with one or two nodes and their client; each is (file, text).

    *keepalive*: the nodes will have a path beside the peer port, which RouterOS has no property for.
    """
    tuning = Tuning(keepalive=keepalive)
    found: list[LintFinding] = []
    devices: list[Device | None] = []
    texts = (*peers, client) if client is not None else tuple(peers)
    for number, (file, text) in enumerate(texts):
        try:
            devices.append(read_device(text, file, Mac(_STAND_IN + bytes((number << 4,))), tuning))
        except ConfigError as error:
            devices.append(None)
            fix = f"# {error.fix}" if error.fix else ""
            found.append(LintFinding("refused", "type-1", error.file or file, error.line or 1, error.message, fix))
    nodes = [device for device in devices[: len(peers)] if device is not None]
    for device in nodes:
        found += (_placed(device, remark) for remark in remarks(device))
    if len(nodes) == len(peers):
        found += _table(nodes)
    if client is not None and devices[-1] is not None:
        found += (_placed(devices[-1], remark) for remark in client_remarks(devices[-1], tuple(nodes)))
    order = {file: number for number, (file, _) in enumerate(texts)}
    found.sort(key=lambda finding: (SEVERITIES.index(finding.severity), order.get(finding.file, 0), finding.line))
    return Report(tuple(found))


def _placed(device: Device, remark: Remark) -> LintFinding:
    source = remark.source
    fix = "\n".join(remark.fix)
    return LintFinding(remark.code, remark.severity, source.file or device.file, source.line or 1, remark.message, fix)


def _table(nodes: list[Device]) -> Iterator[LintFinding]:
    """M12 on each node alone, then on the two beside each other; what both would say is said once."""
    for index, device in enumerate(nodes):
        own = device.profile
        other = nodes[1 - index] if len(nodes) > 1 else None
        if own is None:
            continue
        peer = other.profile if other is not None else None
        alone = check(own)
        for finding in check(own, peer):
            if finding not in alone and index and finding.code not in _BOTH_SAY:
                continue
            where = place(device, finding, other)
            source = where.source if where.source.line else Source(device.file, 1)
            yield LintFinding(
                finding.code,
                f"type-{finding.type}",
                source.file or device.file,
                source.line,
                finding.message,
                "\n".join(where.fix),
            )


def codes() -> tuple[str, ...]:
    """Every code that M12's table has."""
    return tuple(row.code for row in CHECKS)
