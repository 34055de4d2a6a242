"""Follows a page of docs/ literally: saves the files it shows, types its commands, compares what they print.

A page is a list of steps:

* a `{code-block}` with a `:caption:` is a file of that name, saved where the commands are typed
* a `{download}` role copies the file that it links to
* a `console` block is commands (`$ `, continued by `> `) and what they print; `…` stands for anything in a line,
  alone in a line for any lines, and each command must end with 0 unless the next one is `echo $?`

All commands of a page run in one shell, in an empty folder. `python tests/docs/following.py --update PAGE…` writes what
the commands print now into the page, where it differs.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parents[2] / "docs"
PATIENCE = 300.0
_FENCE = re.compile(r"^(`{3,})(\S.*)?$")
_DOWNLOAD = re.compile(r"\{download\}`[^`<]*<([^>]+)>`", re.DOTALL)
_MARK = "\x1e"


class File(NamedTuple):
    """To be saved before the commands that follow."""

    name: str
    text: str


class Command(NamedTuple):
    """To be typed."""

    line: int
    """Of the page, from 0: where the command stands."""
    words: str
    output: str
    end: int
    """The line behind its output."""


Step = File | Command


class Unknown(ValueError):  # noqa: N818
    """A block that is neither a file nor commands: nobody would run it."""


def steps(page: Path) -> list[Step]:
    """What a reader of *page* does, in order."""
    page = page.resolve()
    lines = page.read_text(encoding="utf-8").split("\n")
    found: list[Step] = []
    at = 0
    while at < len(lines):
        for target in _DOWNLOAD.findall("\n".join(lines[at : at + 2])) if "{download}" in lines[at] else ():
            source = page.parent / target
            found.append(File(source.name, str(source)))
        fence = _FENCE.match(lines[at])
        if fence is None:
            at += 1
            continue
        end = next(n for n in range(at + 1, len(lines)) if lines[n] == fence[1])
        found += _block(page, (fence[2] or "").strip(), lines, at + 1, end)
        at = end + 1
    return found


def _block(page: Path, kind: str, lines: list[str], start: int, end: int) -> Iterator[Step]:
    if kind == "console":
        yield from _commands(lines, start, end)
    elif kind.startswith("{code-block}"):
        option = re.fullmatch(r":caption: (\S+)", lines[start])
        if option is None:
            raise Unknown(f"{page}:{start}: a code block without a caption")
        body = start + 1
        while lines[body] == "" or lines[body].startswith(":"):
            body += 1
        yield File(option[1], "\n".join(lines[body:end]) + "\n")
    elif kind not in ("text", "{raw} html"):
        raise Unknown(f"{page}:{start}: a block of {kind or 'no language'}: is it a file, or commands?")


def _commands(lines: list[str], start: int, end: int) -> Iterator[Command]:
    starts = [n for n in range(start, end) if lines[n].startswith("$ ")]
    assert starts and starts[0] == start, f"line {start + 1}: a console block begins with a command"
    for here, following in zip(starts, [*starts[1:], end], strict=True):
        body = here + 1
        while body < following and lines[body].startswith("> "):
            body += 1
        words = "\n".join([lines[here][2:], *(line[2:] for line in lines[here + 1 : body])])
        yield Command(here, words, "\n".join(lines[body:following]), following)


def followed(page: Path, folder: Path) -> list[tuple[Command, str, int]]:
    """Every command of *page*, what it printed (both streams as they came) and its exit code."""
    script = ["exec 2>&1 </dev/null"]
    commands = []
    files = 0
    for step in steps(page):
        if isinstance(step, File):
            kept = folder / f".{files}"
            files += 1
            if Path(step.text).is_absolute():
                shutil.copyfile(step.text, kept)
            else:
                kept.write_text(step.text, encoding="utf-8")
            script.append(f"cp {kept} '{step.name}'")
        else:
            commands.append(step)
            script.append(f"{step.words}\n__rc=$?; printf '{_MARK}%s{_MARK}' $__rc; (exit $__rc)")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    parts = done.stdout.split(_MARK)
    assert len(parts) == 2 * len(commands) + 1, f"{page.name} ended early:\n{done.stdout[-2000:]}{done.stderr}"
    return [(command, parts[2 * n], int(parts[2 * n + 1])) for n, command in enumerate(commands)]


def matches(shown: str, printed: str) -> bool:
    """Whether *printed* is what a page shows."""
    pattern = ""
    lines = shown.rstrip("\n").split("\n") if shown.strip() else []
    for line in lines:
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part.rstrip() if part == line else part) for part in line.split("…"))
            pattern += "[ ]*\n"
    return re.fullmatch(pattern, _clean(printed)) is not None


def _clean(printed: str) -> str:
    lines = [line.rstrip() for line in printed.rstrip("\n").split("\n")]
    return "\n".join(lines) + "\n" if printed.strip() else ""


def faults(page: Path, folder: Path) -> list[str]:
    """What a reader of *page* would see differ; nothing if it works as told."""
    found = []
    done = followed(page, folder)
    for number, (command, printed, code) in enumerate(done):
        where = f"{page.name}:{command.line + 1}: $ {command.words}"
        told = number + 1 < len(done) and done[number + 1][0].words == "echo $?"
        if code and not told:
            found.append(f"{where}\nexit code {code}:\n{printed}")
        elif not matches(command.output, printed):
            found.append(f"{where}\nprints\n{printed}\nnot\n{command.output}")
    return found


def update(page: Path) -> int:
    """Write what the commands print now into *page*; how many were wrong."""
    lines = page.read_text(encoding="utf-8").split("\n")
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        done = followed(page, Path(folder))
    for command, printed, _ in reversed(done):
        if not matches(command.output, printed):
            body = command.line + 1 + command.words.count("\n")
            lines[body : command.end] = _clean(printed).rstrip("\n").split("\n") if printed.strip() else []
            wrong += 1
    page.write_text("\n".join(lines), encoding="utf-8")
    return wrong


if __name__ == "__main__":
    for name in sys.argv[2:] if sys.argv[1:2] == ["--update"] else ():
        print(f"{name}: {update(Path(name))} outputs written")
