"""Octet diagrams, from the layouts that both engines read: four octets a row, as RFCs draw them."""

from docs.generate import svg

from pyiccp.wire._catalogue import every
from pyiccp.wire._codec import Format
from pyiccp.wire._octets import octet_table

CELL, TALL, LEFT, TOP = 118, 28, 44, 20
WIDE = 4
LONG = 12
"""A field of more octets is drawn shorter; its number of octets says how long it is."""

GROUPS = {
    "lacp": ("LACP and Marker", ("lacpdu", "lacp_extension", "marker")),
    "stp": ("Spanning tree", ("bpdu",)),
    "iccp": ("LDP and ICCP", ("pdu", "ldp", "rg", "tlv", "pwred")),
    "mlacp": ("mLACP and STP applications", ("mlacp", "stp")),
    "pyiccp": ("The link, the keepalive and our own TLVs", ("link", "keepalive", "mlag", "tree", "fdb")),
    "sonic": ("SONiC's dialect", ("sonic",)),
}


def diagram(form: Format) -> str:
    """The figure as HTML."""
    cells = _cells(form)
    rows = -(-len(cells) // WIDE)
    parts = [
        svg.text(LEFT + CELL * column + CELL / 2, 13, f"{column}", kind="rule", anchor="middle")
        for column in range(WIDE)
    ]
    if form.tail is not None:
        parts.append(svg.rect(LEFT, TOP + TALL * rows, CELL * WIDE, TALL, "tail"))
        words = f"{form.tail.name} …"
        parts.append(svg.text(LEFT + CELL * WIDE / 2, TOP + TALL * rows + 18, words, kind="word", anchor="middle"))
        parts.append(svg.text(LEFT - 8, TOP + TALL * rows + 18, str(form.size), kind="rule", anchor="end"))
    lines = []
    for at, (name, offset) in enumerate(cells):
        row, column = divmod(at, WIDE)
        x, y = LEFT + CELL * column, TOP + TALL * row
        if column == 0:
            parts.append(svg.text(LEFT - 8, y + 18, str(offset), kind="rule", anchor="end"))
        if column == 0 or cells[at - 1][0] != name:
            lines.append(f"M{x} {y}v{TALL}")
        if at < WIDE or cells[at - WIDE][0] != name:
            lines.append(f"M{x} {y}h{CELL}")
        if column == WIDE - 1 or at == len(cells) - 1:
            lines.append(f"M{x + CELL} {y}v{TALL}")
        if at + WIDE >= len(cells):
            lines.append(f"M{x} {y + TALL}h{CELL}")
    parts.append(svg.path("".join(lines), "grid"))
    parts += _labels(form, [name for name, _ in cells])
    return svg.picture(LEFT + CELL * WIDE + 4, TOP + TALL * (rows + (form.tail is not None)) + 4, form.name, parts)


def _cells(form: Format) -> list[tuple[str, int]]:
    """(field, offset) per octet drawn; a long field keeps its place in its rows."""
    found: list[tuple[str, int]] = []
    for field in form.layout.fields if form.layout else ():
        drawn = field.width if field.width <= LONG else WIDE + field.width % WIDE + WIDE
        skipped = field.width - drawn
        for number in range(drawn):
            beyond = skipped if number >= WIDE else 0
            found.append((field.name, field.offset + number + beyond))
    return found


def _labels(form: Format, names: list[str]) -> list[str]:
    """Each field's name in the longest run of its cells within a row."""
    best: dict[str, tuple[int, int]] = {}
    at = 0
    while at < len(names):
        end = at + 1
        while end < len(names) and names[end] == names[at] and end % WIDE:
            end += 1
        if names[at] not in best or end - at > best[names[at]][1]:
            best[names[at]] = (at, end - at)
        at = end
    widths = {field.name: field.width for field in form.layout.fields} if form.layout else {}
    parts = []
    for name, (at, run) in best.items():
        row, column = divmod(at, WIDE)
        words = name if widths[name] <= LONG else f"{name}, {widths[name]} octets"
        size = min(11.0, 11.0 * (CELL * run - 8) / (len(words) * svg.LETTER))
        x, y = LEFT + CELL * (column + run / 2), TOP + TALL * row + 18
        parts.append(svg.text(x, y, words, kind="word", anchor="middle", size=size))
    return parts


def pages() -> dict[str, str]:
    """wire/*.md"""
    found = {}
    for name, (title, modules) in GROUPS.items():
        parts = [f"# {title}: octets", "Offsets count octets from 0; a row is four octets; numbers are big-endian."]
        for form in every():
            if _module(form) in modules:
                parts += [f"## {form.name}", *([svg.raw(diagram(form))] if form.layout or form.tail else [])]
                parts.append(f"```text\n{octet_table(form)}\n```")
        found[f"wire/{name}.md"] = "\n\n".join(parts) + "\n"
    return found


def _module(form: Format) -> str:
    return form.value.__module__.rpartition(".")[2].lstrip("_")
