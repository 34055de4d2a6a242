"""How RouterOS sets its output: labels right-aligned on one colon, and tables with flags."""

from collections.abc import Iterable, Sequence

Row = tuple[str, str]
"""(label, value)"""


def labelled(rows: Iterable[Row]) -> str:
    """`label: value` lines, labels right-aligned two columns in; an empty value leaves no blank behind the colon."""
    rows = list(rows)
    width = 2 + max((len(label) for label, _ in rows), default=0)
    return "\n".join(f"{label:>{width}}: {value}".rstrip() for label, value in rows)


def side_by_side(rows: Iterable[tuple[str, Sequence[Sequence[str]]]]) -> str:
    """As `labelled`, four columns in, for several objects: (label, one list of lines per object)."""
    rows = list(rows)
    width = 4 + max((len(label) for label, _ in rows), default=0)
    column = 1 + max((len(line) for _, cells in rows for cell in cells for line in cell), default=0)
    lines = []
    for label, cells in rows:
        for number in range(max(1, *(len(cell) for cell in cells))):
            head = f"{label:>{width}}: " if number == 0 else " " * (width + 2)
            texts = (cell[number] if number < len(cell) else "" for cell in cells)
            lines.append((head + "".join(f"{text:<{column}}" for text in texts)).rstrip())
    return "\n".join(lines)


class Record:
    """One row of a printed table."""

    def __init__(self, flags: str, cells: Sequence[Sequence[str]], comment: str = "") -> None:
        self.flags, self.cells, self.comment = flags, cells, comment


def table(legend: str, titles: Sequence[str], records: Sequence[Record], right: frozenset[str] = frozenset()) -> str:
    """A `print` of RouterOS 7: legend, column list, header, rows; a cell of several lines goes on below itself.

    Columns named in *right* are right-aligned. The row number stands first, then the flags.
    """
    numbers = max(1, len(str(len(records) - 1)))
    flags = max((len(record.flags) for record in records), default=0)
    widths = [
        max(len(title), *(len(line) for record in records for line in record.cells[index]), 0)
        for index, title in enumerate(titles)
    ]
    margin = numbers + flags + 2 if flags else numbers + 1

    def line(head: str, texts: Sequence[str]) -> str:
        cells = (
            f"{text:>{width}}" if title in right else f"{text:<{width}}"
            for title, text, width in zip(titles, texts, widths, strict=True)
        )
        return f"{head:<{margin}}{'  '.join(cells)}".rstrip()

    lines = [f"Flags: {legend}"] if flags else []
    lines += [f"Columns: {', '.join(titles)}", line("#", titles)]
    for number, record in enumerate(records):
        if record.comment:
            lines.append(f";;; {record.comment}")
        for part in range(max(1, *(len(cell) for cell in record.cells))):
            head = f"{number:<{numbers}} {record.flags}" if part == 0 else ""
            lines.append(line(head, [cell[part] if part < len(cell) else "" for cell in record.cells]))
    return "\n".join(lines)
