"""Tables of what goes into every core and comes out of it, from the types themselves."""

from types import ModuleType
from typing import Any, get_args

import msgspec

from pyiccp._bridge import events as bridge
from pyiccp._link import events as link
from pyiccp._mlag import events as mlag
from pyiccp._mlag import stp_events
from pyiccp._node import events as node
from pyiccp.iccp import events as iccp
from pyiccp.lacp import events as lacp
from pyiccp.rstp import events as rstp

CORES: tuple[tuple[str, str, str, ModuleType], ...] = (
    ("LACP", "`pyiccp.lacp.LacpCore`", "lacp/_core.py", lacp),
    ("RSTP", "`pyiccp.rstp.RstpCore`", "rstp/_core.py", rstp),
    ("Link", "`pyiccp._link.LinkCore`", "_link/core.py", link),
    ("ICCP", "`pyiccp.iccp.IccpCore`", "iccp/_core.py", iccp),
    ("Bridge and host table", "`pyiccp._bridge.BridgeCore`", "_bridge/core.py", bridge),
    ("MLAG", "`pyiccp._mlag.core.MlagCore`", "_mlag/core.py", mlag),
    ("The tree's log of a pair", "`pyiccp._mlag.stp`", "_mlag/stp.py", stp_events),
    ("Node", "`pyiccp.Node`", "_node/node.py", node),
)


def pages() -> dict[str, str]:
    """cores.md"""
    parts = [
        "# Events and actions",
        "Events are facts, in the past tense; actions are orders. Both are frozen values: a run can be recorded, "
        "replayed and compared. What a core takes and gives is told here by its types, at every build of these pages.",
    ]
    for title, what, file, module in CORES:
        parts += [f"## {title}", f"{what}, `src/pyiccp/{file}`"]
        for name in ("Event", "Action"):
            if hasattr(module, name):
                parts += [f"### {title}: {name.lower()}s", _table(getattr(module, name))]
    return {"cores.md": "\n\n".join(parts) + "\n"}


def _table(union: Any) -> str:
    lines = ["| name | fields | |", "|---|---|---|"]
    for kind in get_args(union) or (union,):
        fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(kind))
        lines.append(f"| `{kind.__name__}` | {fields} | {_sentence(kind)} |")
    return "\n".join(lines)


def _sentence(kind: type) -> str:
    """The docstring's first paragraph on one line; nothing where the name says all."""
    text = (kind.__dict__.get("__doc__") or "").split("\n\n")[0]
    return " ".join(text.split()).replace("|", "\\|")
