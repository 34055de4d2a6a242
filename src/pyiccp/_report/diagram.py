"""Who hears whom, as a drawing: nodes on a circle, one line per pair, a dashed one where it does not carry."""

from collections.abc import Iterator, Sequence
from html import escape
from math import cos, pi, sin

from pyiccp._report.timeline import Link, Node

WIDTH, RADIUS = 360, 24
FEW = 2
"""Nodes that fit side by side in a row."""


def diagram(nodes: Sequence[Node], links: Sequence[Link]) -> Iterator[str]:
    """An SVG; numbers refer to the list beside it."""
    height = 150 if len(nodes) <= FEW else 300
    places = _places(len(nodes), height)
    index = {node.key: number for number, node in enumerate(nodes)}
    pairs: dict[tuple[int, int], list[Link]] = {}
    for link in links:
        if link.one in index and link.other in index:
            one, other = sorted((index[link.one], index[link.other]))
            pairs.setdefault((one, other), []).append(link)
    said = f"{len(nodes)} systems, {len(pairs)} pairs of them connected"
    yield f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{said}">\n'
    for (one, other), wires in pairs.items():
        (x1, y1), (x2, y2) = places[one], places[other]
        for place, wire in enumerate(wires):
            bow = (place - (len(wires) - 1) / 2) * 26
            if one == other:
                path = f"M{x1 - 14} {y1 - 18} C{x1 - 50} {y1 - 70} {x1 + 50} {y1 - 70} {x1 + 14} {y1 - 18}"
            else:
                length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1)
                middle = ((x1 + x2) / 2 - (y2 - y1) / length * bow, (y1 + y2) / 2 + (x2 - x1) / length * bow)
                path = f"M{x1:.0f} {y1:.0f} Q{middle[0]:.0f} {middle[1]:.0f} {x2:.0f} {y2:.0f}"
            level = "up" if wire.level == "up" else "down"
            yield f'<path class="wire {level}" d="{path}"><title>{escape(wire.title)}: {level}</title></path>\n'
    for number, (node, (x, y)) in enumerate(zip(nodes, places, strict=True), 1):
        yield f'<circle class="node" cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}">'
        yield f"<title>{escape(node.title)}</title></circle>\n"
        yield f'<text x="{x:.0f}" y="{y + 5:.0f}">{number}</text>\n'
        yield f'<text x="{x:.0f}" y="{y + RADIUS + 15:.0f}" font-size="11">{escape(node.title[-8:])}</text>\n'
    yield "</svg>\n"


def _places(count: int, height: int) -> list[tuple[float, float]]:
    if count <= FEW:
        return [(WIDTH * (2 * number + 1) / (2 * count), height / 2 - 6) for number in range(count)]
    turns = [2 * pi * number / count - pi / 2 for number in range(count)]
    return [(WIDTH / 2 + 130 * cos(turn), height / 2 - 8 + 100 * sin(turn)) for turn in turns]
