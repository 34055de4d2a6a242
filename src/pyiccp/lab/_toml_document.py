"""A TOML text whose every mistake can be told with file, line and key."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

from pyiccp._node.config import ConfigError

T = TypeVar("T")
D = TypeVar("D")
Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_ASSIGNMENT = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=\s*(.*)")
_PART = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_ROUTEROS = "a scenario is TOML and names RouterOS configurations; pyiccp lab --copy-quickstart DIR writes one"
_NAMES = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false", list: "a list"}


def suggestion(wrong: str, known: "tuple[str, ...] | list[str]") -> str:
    """What was probably meant, or all there is."""
    close = get_close_matches(wrong, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}" if known else "there are none"


class Document:
    """The parsed text, and where its keys stand."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.text = text
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = _PLACE.search(str(error))
            line = int(place[1]) if place and place[1] else text.count("\n") + 1
            fix = _ROUTEROS if re.search("^/interface ", text, re.MULTILINE) else ""
            raise ConfigError(_PLACE.sub("", str(error)), file=file, line=line, fix=fix) from None
        self._lines = dict(_places(text))

    def line(self, path: Path) -> int | None:
        """The line of *path*, or of the nearest table around it that is written out."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
            # A table that is only there because one inside it is written out.
            for known, line in self._lines.items():
                if known[:length] == path[:length]:
                    return line
        return None

    def fail(self, path: Path, message: str, fix: str = "", item: str = "") -> NoReturn:
        """Refuse what is written at *path*, in a list there: the text *item*."""
        line = self.line(path)
        if item and line is not None:
            below = enumerate(self.text.splitlines()[line - 1 :], line)
            line = next((number for number, written in below if item in written), line)
        raise ConfigError(message, file=self.file, line=line, property=dotted(path), fix=fix)

    def section(self, *path: str | int) -> "Section":
        """The table at *path*; an absent one is empty."""
        values: Any = self.data
        for step in path:
            values = values.get(step, {}) if isinstance(values, dict) else values[step]
        if not isinstance(values, dict):
            self.fail(path, f"{dotted(path)} is no table", f"write [{dotted(path)}] and its keys below")
        return Section(self, path, values)

    def named(self, key: str) -> "Iterator[tuple[str, Section]]":
        """The tables `[key.NAME]`."""
        for name in self.section(key).values:
            yield name, self.section(key, name)

    def listed(self, key: str) -> "Iterator[Section]":
        """The tables `[[key]]`."""
        entries = self.data.get(key, [])
        if not isinstance(entries, list):
            self.fail((key,), f"{key} is no list of tables", f"write [[{key}]] with two brackets")
        for index in range(len(entries)):
            yield self.section(key, index)

    def only(self, *known: str) -> None:
        """Refuse every other table."""
        for key in self.data:
            if key not in known:
                self.fail((key,), f"unknown table {key!r}", suggestion(key, known))


class Section:
    """One table of a document; remembers which keys were asked for."""

    def __init__(self, document: Document, path: Path, values: Mapping[str, Any]) -> None:
        self.document = document
        self.path = path
        self.values = values
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str, kind: type[T], default: D) -> T | D:
        """The value of *key*; another type than *kind* is an error."""
        self._known.append(key)
        if key not in self.values:
            return default
        value = self.values[key]
        if kind is float and type(value) is int:
            return float(value)  # type: ignore[return-value]
        if type(value) is not kind:
            self.fail(key, f"{key} = {value!r} is not {_NAMES[kind]}")
        return value

    def convert(self, key: str, convert: Callable[[str], T], default: D) -> T | D:
        """The text of *key* through *convert*, whose ValueError is told with its place."""
        text = self.get(key, str, "")
        if key not in self.values:
            return default
        try:
            return convert(text)
        except ValueError as error:
            self.fail(key, f"{key}: {error}")

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of *choices*."""
        value = self.get(key, str, default)
        if value not in choices:
            self.fail(key, f"{key} = {value!r} is not one of {', '.join(choices)}", suggestion(value, choices))
        return value

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        values: list[Any] = self.get(key, list, [])
        for value in values:
            if not isinstance(value, str):
                self.fail(key, f"{value!r} in {key} is not text in quotes")
        return values

    def two(self, key: str) -> tuple[str, str]:
        """A list of exactly two texts."""
        values = self.texts(key)
        if len(values) != 2:
            self.fail(key, f"{dotted(self.path)} needs {key} = [two names], not {values!r}")
        return values[0], values[1]

    def require(self, key: str) -> str:
        """A text that must be there."""
        if key not in self.values:
            self._known.append(key)
            self.fail(key, f"{dotted(self.path)} has no {key!r}")
        return self.get(key, str, "")

    def fail(self, key: str, message: str, fix: str = "") -> NoReturn:
        self.document.fail((*self.path, key), message, fix)

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self.values:
            if key not in self._known:
                self.fail(key, f"unknown key {key!r} in {dotted(self.path)}", suggestion(key, self._known))


def dotted(path: Path) -> str:
    """E.g. `link[2].delay`, counted from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _places(text: str) -> Iterator[tuple[Path, int]]:
    """(path, line) of every header and assignment: a scan for messages only, tomllib has parsed before."""
    table: Path = ()
    counts: dict[str, int] = {}
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            if closing in line:
                closing = ""
            continue
        if header := _HEADER.match(line):
            name = header[2]
            table = _keys(name)
            if header[1] == "[[":
                counts[name] = counts.get(name, -1) + 1
                table = (*table, counts[name])
            yield table, number
        elif assignment := _ASSIGNMENT.match(line):
            yield (*table, *_keys(assignment[1])), number
            for quotes in ('"""', "'''"):
                if assignment[2].startswith(quotes) and quotes not in assignment[2][3:]:
                    closing = quotes


def _keys(dotted_key: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted_key))
