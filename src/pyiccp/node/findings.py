"""interim"""

from typing import Any


def own_findings(config: Any) -> tuple[Any, ...]:
    return ()


def blocked(f: Any) -> str:
    return ""


def held_bonds(f: Any) -> tuple[str, ...]:
    return ()


def pair_findings(c: Any, i: Any) -> tuple[Any, ...]:
    return ()
