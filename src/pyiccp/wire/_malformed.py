"""The one exception that decoding raises."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """Where octets stop being what they should be, and why."""

    path: str
    """Field names with dots, list positions in brackets: tlvs[2].name."""
    offset: int
    """First octet of that field, or the end of what is there."""
    why: str


class Malformed(ValueError):  # noqa: N818 - what it says is what the octets are
    """Octets that are not a *what*.

    Refusing is cheap, so that a flood of bad PDUs is: the fault is looked for when somebody asks.
    """

    def __init__(self, what: str, fault: Fault | Callable[[], Fault]) -> None:
        super().__init__(what)
        self.what = what
        self._fault = fault

    @property
    def fault(self) -> Fault:
        """Path, offset and reason."""
        if not isinstance(self._fault, Fault):
            self._fault = self._fault()
        return self._fault

    @property
    def path(self) -> str:
        """Field names with dots, list positions in brackets: `tlvs[2].name`; empty where the whole is meant."""
        return self.fault.path

    @property
    def offset(self) -> int:
        """First octet of that field, or the end of what is there."""
        return self.fault.offset

    @property
    def why(self) -> str:
        """What is wrong, in words."""
        return self.fault.why

    def __str__(self) -> str:
        place = f" {self.path}" if self.path else ""
        return f"{self.what}:{place} at octet {self.offset}: {self.why}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Malformed, (self.what, self.fault)
