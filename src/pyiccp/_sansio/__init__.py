"""The shape of a core: events in, actions out, time passed in.

Public of it is what `pyiccp` exports.
"""

from pyiccp._sansio.core import Core, Instant, microseconds, milliseconds, seconds
from pyiccp._sansio.machine import ANYWHERE, UCT, Arrow, Context, Machine, NotSettledError, Trace, settle
from pyiccp._sansio.timers import Timers

__all__ = [
    "ANYWHERE",
    "UCT",
    "Arrow",
    "Context",
    "Core",
    "Instant",
    "Machine",
    "NotSettledError",
    "Timers",
    "Trace",
    "microseconds",
    "milliseconds",
    "seconds",
    "settle",
]
