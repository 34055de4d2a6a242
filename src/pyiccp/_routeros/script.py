"""Statements -> commands: which menu, which verb, which entries, which properties, each with its line."""

import msgspec

from pyiccp._node.config import ConfigError, Source
from pyiccp._routeros.lexer import Word, statements

CHANGING = frozenset({"add", "set", "remove", "enable", "disable"})
"""The verbs that a configuration is made of."""
READING = frozenset({"print", "export", "monitor", "monitor-slaves"})
"""Verbs that change nothing."""
_VERBS = CHANGING | READING | frozenset({"comment", "edit", "find", "get", "move", "reset", "unset"})


class Property(msgspec.Struct, frozen=True, gc=False):
    """`pvid=99`, or `!path-cost` (value None: back to the default)."""

    name: str
    value: str | None
    source: Source


class Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One command, its words sorted but not yet understood."""

    menu: str
    """As `/interface bridge port`, whichever way it was written."""
    verb: str
    source: Source
    arguments: tuple[Word, ...] = ()
    """Words without `=`: names or numbers of entries."""
    find: tuple[Word, ...] | None = None
    """What stands in `[ find … ]`; None when there is no bracket."""
    properties: tuple[Property, ...] = ()


class Script(msgspec.Struct, frozen=True, gc=False):
    """A configuration text as commands, in order."""

    file: str
    commands: tuple[Command, ...]


def parse_script(text: str, file: str = "") -> Script:
    """The commands of an export or of typed lines; ConfigError for what RouterOS could not have printed."""
    parser = _Parser(file)
    commands = [command for words in statements(text, file) if (command := parser.command(words)) is not None]
    return Script(file, tuple(commands))


class _Parser:
    def __init__(self, file: str) -> None:
        self.file = file
        self.menu: tuple[str, ...] = ()

    def command(self, words: tuple[Word, ...]) -> Command | None:
        """The command of one statement; None when it only goes to a menu."""
        path, verb, rest = self._path(words)
        if not verb and not rest:
            if not _is_path(words[0]) or not (words[0].text.startswith(("/", "."))):
                raise self._error(words[0], f"unknown command {words[0].text}", "start a menu with /")
            self.menu = path
            return None
        if not verb:
            if len(path) < 2 or path == self.menu:
                raise self._error(words[0], f"{words[0].text} is not a command", "start with add, set or a /menu")
            path, verb = path[:-1], path[-1]  # a verb this parser has not heard of
        return self._arguments("/" + " ".join(path), verb, words[0], rest)

    def _path(self, words: tuple[Word, ...]) -> tuple[tuple[str, ...], str, tuple[Word, ...]]:
        """Walk from the current menu (or the root) along the leading plain words, up to and with the verb."""
        path = [] if words[0].text.startswith("/") else list(self.menu)
        for index, word in enumerate(words):
            if not _is_path(word):
                return tuple(path), "", words[index:]
            steps = [step for step in word.text.split("/") if step]
            for position, step in enumerate(steps):
                if step in _VERBS:
                    if position + 1 < len(steps):
                        raise self._error(word, f"{step} is followed by /{steps[position + 1]}", "put a blank after it")
                    return tuple(path), step, words[index + 1 :]
                if step != "..":
                    path.append(step)
                elif path:
                    path.pop()
        return tuple(path), "", ()

    def _arguments(self, menu: str, verb: str, first: Word, rest: tuple[Word, ...]) -> Command:
        arguments: list[Word] = []
        properties: list[Property] = []
        find: tuple[Word, ...] | None = None
        index = 0
        while index < len(rest):
            word = rest[index]
            if word.is_bracket("["):
                end = self._closing(rest, index)
                find = rest[index + 1 : end]
                index = end
            elif word.value is not None:
                properties.append(Property(word.name, word.value, self._source(word)))
            elif word.text.startswith("!") and not word.quoted:
                properties.append(Property(word.text[1:], None, self._source(word)))
            else:
                arguments.append(word)
            index += 1
        return Command(
            menu=menu,
            verb=verb,
            source=self._source(first),
            arguments=tuple(arguments),
            find=find,
            properties=tuple(properties),
        )

    def _closing(self, words: tuple[Word, ...], start: int) -> int:
        """Index of the bracket that closes the one at *start*; the lexer has paired them."""
        depth = 0
        for index in range(start, len(words)):
            depth += words[index].is_bracket("[") - words[index].is_bracket("]")
            if depth == 0:
                return index
        raise self._error(words[start], "the bracket [ is not closed", "close it with ]")

    def _source(self, word: Word) -> Source:
        return Source(self.file, word.line)

    def _error(self, word: Word, message: str, fix: str) -> ConfigError:
        return ConfigError(message, file=self.file, line=word.line, fix=fix)


def _is_path(word: Word) -> bool:
    """True for a word that may name a menu or a verb."""
    return word.value is None and not word.quoted and word.text not in ("[", "]") and not word.text.startswith("!")
