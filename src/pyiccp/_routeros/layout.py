"""How RouterOS sets its output: labels right-aligned on one colon, and tables with flags."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

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


class Record(NamedTuple):
    """One row of a printed table; a cell of several lines goes on below itself."""

    flag: str
    """A letter, or nothing."""
    cells: Sequence[Sequence[str]]
    comment: str = ""


def table(
    flags: Mapping[str, str], titles: Sequence[str], records: Sequence[Record], right: Collection[str] = ()
) -> str:
    """A `print` of RouterOS 7: legend of the flags that occur, column list, header, rows under their comments.

    Columns named in *right* are right-aligned.
    """
    used = [letter for letter in flags if any(record.flag == letter for record in records)]
    numbers = max(1, len(str(len(records) - 1)))
    margin = numbers + (3 if used else 1)
    widths = [
        max(len(text) for text in (title, *(line for record in records for line in record.cells[column])))
        for column, title in enumerate(titles)
    ]

    def line(head: str, texts: Sequence[str]) -> str:
        cells = (
            text.rjust(width) if title in right else text.ljust(width)
            for title, text, width in zip(titles, texts, widths, strict=True)
        )
        return f"{head:<{margin}}{'  '.join(cells)}".rstrip()

    lines = [f"Flags: {'; '.join(f'{letter} - {flags[letter]}' for letter in used)}"] if used else []
    lines += [f"Columns: {', '.join(titles)}", line("#", titles)]
    for number, record in enumerate(records):
        if record.comment:
            lines.append(f";;; {record.comment}")
        for part in range(max(1, *(len(cell) for cell in record.cells))):
            head = f"{number:<{numbers}} {record.flag}" if part == 0 else ""
            lines.append(line(head, [cell[part] if part < len(cell) else "" for cell in record.cells]))
    return "\n".join(lines)
