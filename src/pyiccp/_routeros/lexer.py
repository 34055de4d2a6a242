"""Export text -> statements of words: comments, continued lines, quotes and escapes, brackets."""

import re
from collections.abc import Iterator

import msgspec

from pyiccp._node.config import ConfigError

_ESCAPES = {
    '"': b'"',
    "\\": b"\\",
    "$": b"$",
    "?": b"?",
    "_": b" ",
    "n": b"\n",
    "r": b"\r",
    "t": b"\t",
    "a": b"\a",
    "b": b"\b",
    "f": b"\f",
    "v": b"\v",
}
_HEX = re.compile(r"[0-9A-F]{2}")
_CONTINUED = re.compile(r"\\[ \t\r]*\n[ \t\r]*")
_BROKEN_LIST = re.compile(r"[ \t\r]*\n[ \t]+(?=[^\s#])")


class Word(msgspec.Struct, frozen=True, gc=False):
    """One word of a statement, unescaped: `bridge1`, `pvid=99`, `!path-cost`, `[`, `]`."""

    text: str
    line: int
    name: str = ""
    """What stands before the first bare `=`."""
    value: str | None = None
    """What stands after it; None when there is no `=`."""
    quoted: bool = False

    def is_bracket(self, bracket: str) -> bool:
        """True for a bare `[` or `]`."""
        return self.text == bracket and not self.quoted and self.value is None


def statements(text: str, file: str = "") -> Iterator[tuple[Word, ...]]:
    """The statements of *text*, one per line or `;`; ConfigError where a quote or a bracket is not closed."""
    return _Lexer(text.removeprefix("\ufeff"), file).statements()


class _Lexer:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.at, self.line = 0, 1

    def statements(self) -> Iterator[tuple[Word, ...]]:
        words: list[Word] = []
        opened: list[int] = []  # lines of the brackets still open
        while self.at < len(self.text):
            character = self.text[self.at]
            if self._skip(_CONTINUED):
                continue
            if character in "\n;":
                if opened:
                    raise self._error("the bracket [ is not closed on its line", opened[-1], "close it with ]")
                if words:
                    yield tuple(words)
                    words = []
                self._advance(1)
            elif character.isspace():
                self._advance(1)
            elif character == "#":
                if words:
                    raise self._error(
                        "a comment does not start its line", self.line, "put it on a line of its own, or quote the #"
                    )
                end = self.text.find("\n", self.at)
                self.at = end if end >= 0 else len(self.text)
            elif character == "[":
                opened.append(self.line)
                words.append(Word("[", self.line))
                self._advance(1)
            elif character == "]":
                if not opened:
                    raise self._error("] without [", self.line, "remove it, or quote the value it belongs to")
                opened.pop()
                words.append(Word("]", self.line))
                self._advance(1)
            else:
                words.append(self._word(inside=bool(opened)))
        if opened:
            raise self._error("the bracket [ is not closed on its line", opened[-1], "close it with ]")
        if words:
            yield tuple(words)

    def _word(self, inside: bool) -> Word:
        """One word; *inside* brackets a `]` ends it."""
        line, quoted = self.line, False
        name: str | None = None
        parts: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "\\" and self._skip(_CONTINUED):
                continue
            if character == "," and name is not None:
                parts.append(character)
                self._advance(1)
                self._skip(_BROKEN_LIST)
                continue
            if character.isspace() or character == ";" or (inside and character == "]"):
                break
            if character == '"':
                parts.append(self._string())
                quoted = True
                continue
            if character == "[" and name is not None and not parts:
                raise self._error(
                    f"{name}= holds an expression", self.line, "write the value itself, as export prints it", name
                )
            self._advance(1)
            if character == "=" and name is None:
                name, parts = "".join(parts), []
            else:
                parts.append(character)
        value = "".join(parts)
        if name is None:
            return Word(value, line, quoted=quoted)
        return Word(f"{name}={value}", line, name, value, quoted)

    def _string(self) -> str:
        """The text between the quotes. Escapes give octets, so that `\\C3\\A9` is one character."""
        opened = self.line
        octets = bytearray()
        self._advance(1)
        while self.at < len(self.text) and self.text[self.at] != "\n":
            character = self.text[self.at]
            if character == '"':
                self._advance(1)
                return octets.decode("utf-8", "replace")
            if character != "\\":
                octets += character.encode("utf-8", "replace")
                self._advance(1)
            elif not self._skip(_CONTINUED):
                octets += self._escape()
        raise self._error("the quote opened here is not closed", opened, 'close it with "; write a line break as \\n')

    def _escape(self) -> bytes:
        code = _HEX.match(self.text, self.at + 1)
        if code:
            self._advance(3)
            return bytes((int(code.group(), 16),))
        letter = self.text[self.at + 1 : self.at + 2]
        if letter not in _ESCAPES:
            raise self._error(f"unknown escape \\{letter}", self.line, "write a backslash as \\\\")
        self._advance(2)
        return _ESCAPES[letter]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        if not found:
            return False
        self._advance(found.end() - self.at)
        return True

    def _advance(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count

    def _error(self, message: str, line: int, fix: str, name: str = "") -> ConfigError:
        return ConfigError(message, file=self.file, line=line, property=name, fix=fix)
