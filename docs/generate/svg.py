"""Just enough SVG: text in boxes, in the colours of the page around it."""

from html import escape

LETTER = 6.7
"""Width of a letter at 11 pixels of a monospaced font."""


def text(x: float, y: float, words: str, *, kind: str = "", anchor: str = "start", size: float | None = None) -> str:
    """*words* on one line, its baseline at *y*."""
    style = f' style="font-size:{size:.1f}px"' if size is not None else ""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" class="{kind}"/>'


def path(points: str, kind: str) -> str:
    return f'<path d="{points}" class="{kind}"/>'


def picture(width: float, height: float, title: str, parts: list[str]) -> str:
    """One figure as a block of HTML, which scrolls sideways where the screen is narrow."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img"'
    name = escape(title)
    lines = [
        '<div class="drawn">',
        f'{head} aria-label="{name}">',
        f"<title>{name}</title>",
        *parts,
        "</svg>",
        "</div>",
    ]
    return "\n".join(lines)


def raw(html: str) -> str:
    """*html* as a block of a MyST page."""
    return f"```{{raw}} html\n{html}\n```"
