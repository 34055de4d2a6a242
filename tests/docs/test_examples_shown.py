"""What manual pages and every `--help` show by the way: command lines that are taken, files that are there, code that
runs. No command is carried out: its words are parsed as `pyiccp` parses them, with all their options."""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from docs.generate.commands import helped

from docs.following import DOCS
from pyiccp._cli.program import pyiccp
from pyiccp.wire import Lacpdu, Participant

ROOT = DOCS.parent
PAGES = [page for page in (ROOT / "README.md", *sorted(DOCS.rglob("*.md"))) if "generated" not in page.parts]
LACPDU = Lacpdu(Participant(key=1), Participant()).encode()
ENDS = ("|", ">", "&&", "&", "#", "2>", "&>", ";", "…", "...")


def command_lines(text: str) -> Iterator[str]:
    """Lines of code that begin with `pyiccp`, behind `$ ` or a pipe or not, continuations joined, remarks cut off. What
    a synopsis may leave out is left in."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"\||&&|;", line):
            words = re.sub(r"   +.*$", "", part.strip().removeprefix("$ "))
            if re.match(r"pyiccp [a-z]", words) and "[--" not in words:
                yield words


def code(page: Path) -> str:
    """What stands in fences, and what is indented."""
    text = page.read_text()
    fenced = re.findall(r"^```[^`\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*fenced, *re.findall(r"^    .*(?:\\\n.*)*$", text, re.MULTILINE)])


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Why `pyiccp` would not take a line; '' if it would. Its commands do nothing meanwhile."""
    monkeypatch.setenv("PYICCP_CONTROL", "node.sock")
    commands: list[click.Command] = [pyiccp]
    for command in commands:
        if isinstance(command, click.Group):
            context = click.Context(command)
            commands += [one for name in command.list_commands(context) if (one := command.get_command(context, name))]
        else:
            monkeypatch.setattr(command, "callback", lambda **words: None)

    def why(words: str) -> str:
        try:
            given = shlex.split(words, comments=True)[1:]
        except ValueError:
            return ""  # cut within quotes by a pipe that belongs to an expression
        given = given[: next((at for at, word in enumerate(given) if word in ENDS), len(given))]
        try:
            pyiccp.main(given, prog_name="pyiccp", standalone_mode=False)
        except click.ClickException as error:
            return error.format_message()
        return ""

    return why


SHOWN = sorted(
    {(page.name, line) for page in PAGES for line in command_lines(code(page))}
    | {(f"{name} --help", line) for name, text in helped(pyiccp, ("pyiccp",)) for line in command_lines(text)}
)


def test_every_command_line_shown_is_taken(taken: Callable[[str], str]) -> None:
    wrong = [f"{where}: {line}: {why}" for where, line in SHOWN if (why := taken(line))]
    assert len(SHOWN) > 60
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("words", ["decode x.pcap --onyl lacp", "lab check --depth none", "no-such-verb", "node x.rsc"])
def test_a_line_that_is_not_taken_is_found(words: str, taken: Callable[[str], str]) -> None:
    assert taken(f"pyiccp {words}")


def test_files_that_pages_name_are_there() -> None:
    """In backquotes: from the root of the checkout, or from src/pyiccp."""
    for page in PAGES:
        for name in re.findall(r"`((?:[\w-]+/)+[\w-]+\.(?:py|toml|md|rsc))`", page.read_text()):
            places = [ROOT / name, ROOT / "src" / "pyiccp" / name, DOCS / name, page.parent / name]
            assert any(place.exists() for place in places), f"{page.name}: {name}"


def python_blocks(page: Path) -> list[str]:
    text = page.read_text()
    fenced = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    indented = re.findall(r"^((?:    (?:from|import) .*\n)(?:    .*\n)+)", outside, re.MULTILINE)
    return [*fenced, *(re.sub("^    ", "", block, flags=re.MULTILINE) for block in indented)]


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "testing.md"], ids=lambda page: page.name)
def test_python_shown_runs(page: Path) -> None:
    blocks = python_blocks(page)
    assert blocks
    for block in blocks:
        names: dict[str, object] = {"octets": LACPDU}
        exec(compile(block, page.name, "exec"), names)
