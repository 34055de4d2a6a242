"""What a dissection gives: a tree of named spans of octets."""

from typing import Any

import msgspec


class TreeNode(msgspec.Struct, frozen=True, gc=False):
    """Octets *offset* to *offset* + *length* and what they are."""

    offset: int
    length: int
    name: str
    value: Any = None
    """Plain value of a leaf: a number, octets, or what a table makes of them; None for a branch."""
    children: tuple["TreeNode", ...] = ()

    def walk(self, depth: int = 0) -> list[tuple[int, "TreeNode"]]:
        """This node and all below it, in order, each with its depth."""
        found = [(depth, self)]
        for child in self.children:
            found += child.walk(depth + 1)
        return found
