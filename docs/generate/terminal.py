"""`docs/_static/terminal.svg`: a terminal session, from a real run.

    python -m docs.generate.terminal

The words come from the program, run in an empty folder; Rich only draws them. A test runs the same commands and
compares.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from pyiccp.lab import QUICKSTART

TARGET = Path(__file__).parents[1] / "_static" / "terminal.svg"
WIDTH = 100
COMMANDS = (
    "pyiccp lab > quick-setup.txt; head -17 quick-setup.txt",
    "sed -n '/^from/,/^h3/p; /cut Peer1/,$p' quick-setup.txt",
    "pyiccp lint peer1.rsc peer2.rsc | head -2 | cut -c -100",
)

FRAME = """<svg class="terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>A terminal session: the quick setup in the lab, a cable cut and mended, and a configuration mistake found</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
<rect fill="#23241f" width="100%" height="100%" rx="8"/>
<g transform="translate({terminal_x}, 20)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""Rich's own frame loads a font from elsewhere."""


def session() -> list[tuple[str, str]]:
    """(command, what it printed) of each command, in an empty folder."""
    here = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{here}:{os.environ['PATH']}", "COLUMNS": str(WIDTH), "FORCE_COLOR": "1"}
    environment.pop("NO_COLOR", None)
    found = []
    with TemporaryDirectory() as folder:
        for name in ("peer1.rsc", "peer2.rsc"):
            shutil.copyfile(QUICKSTART / name, Path(folder, name))
        broken = Path(folder, "peer2.rsc")
        broken.write_text(broken.read_text().replace("vlan-ids=1", "vlan-ids=10"))
        for command in COMMANDS:
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            found.append((command, done.stdout))
    return found


def drawn(said: list[tuple[str, str]]) -> str:
    """The session as SVG."""
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    for command, output in said:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")), soft_wrap=True)
        console.print(Text.from_ansi(output.rstrip("\n") + "\n"), soft_wrap=True)
    return console.export_svg(title="", theme=MONOKAI, code_format=FRAME, unique_id="pyiccp")


if __name__ == "__main__":
    TARGET.write_text(drawn(session()), encoding="utf-8")
