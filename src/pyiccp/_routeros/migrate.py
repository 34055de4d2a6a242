"""From the dialect of RouterOS 7.21 and older to that of 7.22 and newer; nothing else of the text is touched."""

from pyiccp._node.config import ConfigError
from pyiccp._routeros.config import parse_config
from pyiccp._routeros.lexer import Word, statements
from pyiccp._routeros.menus import MLAG
from pyiccp._routeros.script import parse_script
from pyiccp._routeros.tables import carry_out

_MENU = MLAG.path.split()
_RENAMED = {"peer-port": "mlag-peer-port", "priority": "mlag-priority", "heartbeat": "mlag-heartbeat"}


def migrate(text: str, file: str = "") -> str:
    """*text* with what `/interface bridge mlag` said written into the bridge; as it was if that menu is not used.

    ConfigError for a text that no node would run, and for one whose lines cannot be taken apart.
    """
    before = parse_config(text, file)
    script = parse_script(text, file)
    [entry] = carry_out(script)[MLAG]
    old = [command for command in script.commands if command.menu == MLAG.path]
    if not old:
        return text
    lines = text.split("\n")
    gone = _lines_of_menu(text, file, lines)
    # The raw words, as they were written: the last one counts.
    said = {one.name: one.value for command in old for one in command.properties if one.value is not None}
    kept = []
    for number, line in enumerate(lines, 1):
        if number not in gone:
            kept.append(line)
        elif number == max(gone) and entry["bridge"] is not None:
            words = [f"{_RENAMED[name]}={_quoted(value)}" for name, value in said.items() if name in _RENAMED]
            if words:
                kept.append(f"/interface bridge set {_quoted(entry['bridge'])} {' '.join(words)}")
    migrated = "\n".join(kept)
    if parse_config(migrated, file) != before:
        raise ConfigError("the text cannot be taken apart", file=file, fix="write one command a line, as export does")
    return migrated


def _lines_of_menu(text: str, file: str, lines: list[str]) -> set[int]:
    """Numbers of the lines that hold commands of the old menu, and of those that only go there."""
    gone: set[int] = set()
    others: set[int] = set()
    inside = False
    for words in statements(text, file):
        if words[0].text.startswith("/"):
            inside = _path(words)[: len(_MENU)] == _MENU
        (gone if inside else others).update(_span(words, lines))
    for number in sorted(gone & others):
        raise ConfigError("two commands on one line", file=file, line=number, fix="give each a line of its own")
    return gone


def _path(words: tuple[Word, ...]) -> list[str]:
    """The leading plain words, `/a/b` taken apart."""
    steps: list[str] = []
    for word in words:
        if word.value is not None or word.quoted:
            break
        steps += [step for step in word.text.split("/") if step]
    return ["/" + steps[0], *steps[1:]] if steps else []


def _span(words: tuple[Word, ...], lines: list[str]) -> range:
    last = words[-1].line
    while last < len(lines) and lines[last - 1].rstrip().endswith(("\\", ",")):
        last += 1
    return range(words[0].line, last + 1)


def _quoted(value: str) -> str:
    if value and all(letter.isalnum() or letter in "-_.:/*" for letter in value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
