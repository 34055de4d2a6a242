"""Commands carried out on the modelled menus: the entries a device would hold after them."""

from typing import Any

from pyiccp._node.config import ConfigError, Source
from pyiccp._routeros.lexer import Word
from pyiccp._routeros.menus import MENUS, Kind, Menu
from pyiccp._routeros.script import CHANGING, READING, Command, Property, Script
from pyiccp._routeros.values import Refused, suggestion

_NEIGHBOURS = ("/interface vxlan",)
"""Menus outside the model whose names are almost those of one inside."""


class Entry:
    """One row of a menu: values by property, where each was written, and where the row began."""

    def __init__(self, menu: Menu, source: Source) -> None:
        self.menu, self.source = menu, source
        self.values: dict[str, Any] = {}
        self.sources: dict[str, Source] = {}

    def __getitem__(self, name: str) -> Any:
        return self.values[name] if name in self.values else self.menu.properties[name].default

    def where(self, name: str) -> Source:
        """Where property *name* was written, else where the entry was."""
        return self.sources.get(name, self.source)

    def fields(self) -> dict[str, Any]:
        """The values that the structs of _node/config.py have a field for, under Python names."""
        return {name.replace("-", "_"): self[name] for name, property in self.menu.properties.items() if property.field}

    def error(self, name: str, message: str, fix: str) -> ConfigError:
        """A complaint about property *name* of this entry."""
        source = self.where(name)
        return ConfigError(message, file=source.file, line=source.line, property=name, fix=fix)


class Tables:
    """Every modelled menu with its entries, and the names of the menus outside the model."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Entry]] = {}
        self.unmodelled: dict[str, None] = {}
        self.virtual: dict[str, str] = {}
        """Interfaces that menus outside the model define: name -> menu."""
        for path, menu in MENUS.items():
            self.entries[path] = [Entry(menu, Source())] if menu.kind is Kind.SETTINGS else []
            for name in menu.builtin:
                entry = Entry(menu, Source())
                entry.values[menu.key] = name
                self.entries[path].append(entry)

        self._named: dict[tuple[str, str], Entry] = {}
        """The newest entry of each menu and name: a long export must not be searched again for each of its lines."""

    def __getitem__(self, menu: Menu) -> list[Entry]:
        return self.entries[menu.path]

    def twin(self, entry: Entry) -> Entry | None:
        """Another entry of the menu with the same name; from now on *entry* has that name if there is none."""
        menu = entry.menu
        for one in () if (menu.path, "") in self._named else self[menu]:
            self._named.setdefault((menu.path, str(one[menu.key])), one)
        self._named[menu.path, ""] = entry
        known = self._named.setdefault((menu.path, str(entry[menu.key])), entry)
        if known is entry:
            return None
        if known[menu.key] == entry[menu.key]:
            return known
        self._named[menu.path, str(entry[menu.key])] = entry  # the other one was renamed since
        return None

    def remove(self, menu: Menu, gone: list[Entry]) -> None:
        """Forget entries, and who had which name."""
        leave = set(map(id, gone))
        self.entries[menu.path] = [entry for entry in self[menu] if id(entry) not in leave]
        self._named = {}


def carry_out(script: Script) -> Tables:
    """The state of the modelled menus after *script*."""
    tables = Tables()
    for command in script.commands:
        menu = MENUS.get(command.menu)
        if menu is None:
            _outside(tables, command)
        elif command.verb in READING:
            continue
        elif command.verb == "add" and menu.kind is Kind.LIST:
            _add(tables, menu, command)
        elif command.verb == "set":
            for entry in _selected(tables, menu, command):
                _assign(entry, command.properties)
                _check(tables, entry)
        elif command.verb == "remove" and menu.kind is Kind.LIST:
            tables.remove(menu, _selected(tables, menu, command))
        elif command.verb in ("enable", "disable") and "disabled" in menu.properties:
            for entry in _selected(tables, menu, command):
                entry.values["disabled"] = command.verb == "disable"
                entry.sources["disabled"] = command.source
        else:
            raise _error(
                command.source,
                f"unknown command {command.verb} in {menu.path}",
                suggestion(command.verb, sorted(CHANGING)) or "a configuration is made of add and set",
                command.verb,
            )
    return tables


def _outside(tables: Tables, command: Command) -> None:
    """A command in a menu outside the model: remembered for the summary, unless it is a modelled menu misspelt."""
    if command.verb in READING:
        return
    alike = [path for path in MENUS if path.count(" ") == command.menu.count(" ")]
    near = suggestion(command.menu, alike, 0.93)
    if near and command.menu not in _NEIGHBOURS:
        raise _error(command.source, f"unknown menu {command.menu}", near, "")
    tables.unmodelled[command.menu] = None
    if command.verb == "add" and command.menu.startswith("/interface "):
        for property in command.properties:
            if property.name == "name" and property.value:
                tables.virtual[property.value] = command.menu


def _add(tables: Tables, menu: Menu, command: Command) -> None:
    if command.arguments or command.find is not None:
        word = command.arguments[0].text if command.arguments else "["
        raise _error(command.source, f"add does not take {word}", "write property=value")
    entry = Entry(menu, command.source)
    _assign(entry, command.properties)
    _check(tables, entry)
    tables[menu].append(entry)


def _check(tables: Tables, entry: Entry) -> None:
    """What no entry may be without, and that its name is its own."""
    menu = entry.menu
    for name in menu.required:
        if entry[name] in ("", (), None):
            raise entry.error(name, f"{menu.path}: an entry without {name}", f"add {name}=…")
    other = tables.twin(entry) if menu.key and menu.kind is not Kind.SETTINGS else None
    if other is not None:
        first = f"it is at line {other.source.line} already" if other.source.line else "it is built in"
        raise entry.error(menu.key, f"{menu.path}: a second {entry[menu.key]}; {first}", "rename one of them")


def _assign(entry: Entry, properties: tuple[Property, ...]) -> None:
    for item in properties:
        name, source = item.name, item.source
        if name not in entry.menu.properties:
            raise _error(
                source,
                f"unknown property {name}",
                suggestion(name, tuple(entry.menu.properties)) or f"{entry.menu.path} has no such property",
                name,
            )
        entry.sources[name] = source
        if item.value is None:
            entry.values.pop(name, None)
        else:
            entry.values[name] = _value(entry.menu, name, item.value, source)


def _value(menu: Menu, name: str, value: str, source: Source) -> Any:
    try:
        return menu.properties[name].parse(value)
    except Refused as refused:
        raise _error(source, f"{name}={value} {refused.why}", refused.fix, name) from None


def _selected(tables: Tables, menu: Menu, command: Command) -> list[Entry]:
    """The entries that a command names: by name, by number or by what `find` finds; FIXED ones exist when named."""
    entries = tables[menu]
    if menu.kind is Kind.SETTINGS:
        if command.arguments or command.find is not None:
            raise _error(command.source, f"{menu.path} is one entry, nothing to choose", "write set property=value")
        return entries
    if command.find is not None:
        return _found(tables, menu, command, command.find)
    wanted = [name for word in command.arguments for name in word.text.split(",")]
    if not wanted:
        key = menu.key or menu.required[-1]
        raise _error(command.source, f"{command.verb} without an entry", f"name one, e.g. [ find {key}=… ]")
    return [_called(tables, menu, command, name) for name in wanted]


def _called(tables: Tables, menu: Menu, command: Command, name: str) -> Entry:
    entries = tables[menu]
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 6 else None
    for entry in entries:
        if (menu.key and entry[menu.key] == name) or ("name" in menu.properties and entry["name"] == name):
            return entry
    if menu.kind is Kind.FIXED:
        if number is None:
            return _hardware(tables, menu, command, name)
        if menu.path == "/interface ethernet switch":
            return _called(tables, menu, command, f"switch{number + 1}")
        raise _error(command.source, f"no telling which port number {name} is", "write [ find default-name=ether1 ]")
    if number is not None and number < len(entries):
        return entries[number]
    known = [entry[menu.key] for entry in entries] if menu.key else []
    raise _error(
        command.source,
        f"{menu.path} has no entry {name}",
        suggestion(name, known) or "add it first",
    )


def _hardware(tables: Tables, menu: Menu, command: Command, name: str) -> Entry:
    """An entry that the device has had all along."""
    entry = Entry(menu, command.source)
    entry.values[menu.key] = entry.values["name"] = name
    tables[menu].append(entry)
    return entry


def _found(tables: Tables, menu: Menu, command: Command, words: tuple[Word, ...]) -> list[Entry]:
    source = command.source
    if not words or words[0].text != "find":
        raise _error(source, "only [ find … ] may stand in brackets", "write the value itself")
    conditions = [_condition(menu, source, word) for word in words[1:] if word.text not in ("where", "and")]
    found = [
        entry
        for entry in tables[menu]
        if all((entry[name] == value) is not negated for name, value, negated in conditions)
    ]
    exact = [value for name, value, negated in conditions if name in (menu.key, "name") and not negated]
    if not found and menu.kind is Kind.FIXED and exact:
        return [_hardware(tables, menu, command, exact[0])]
    if not found and conditions and menu.kind is not Kind.FIXED:
        wanted = " ".join(word.text for word in words[1:])
        raise _error(source, f"{menu.path} has no entry with {wanted}", "add it first")
    return found


def _condition(menu: Menu, source: Source, word: Word) -> tuple[str, Any, bool]:
    """`name=x`, `name!=x`, `disabled`, `!disabled` as (property, value, negated)."""
    name = word.name.removesuffix("!") if word.value is not None else word.text.removeprefix("!")
    source = Source(source.file, word.line)
    if name not in menu.properties:
        fix = suggestion(name, tuple(menu.properties)) or "compare with =, e.g. [ find name=ether1 ]"
        raise _error(source, f"unknown property {name} in find", fix, name)
    if word.value is None:
        return name, _value(menu, name, "yes", source), word.text.startswith("!")
    return name, _value(menu, name, word.value, source), word.name.endswith("!")


def _error(source: Source, message: str, fix: str, property: str = "") -> ConfigError:
    return ConfigError(message, file=source.file, line=source.line, property=property, fix=fix)
