"""The shape of a core: events in, actions out, time passed in.

Internal but for what `pyiccp` exports of it.
"""

from pyiccp.sansio.core import Core, Instant, microseconds, milliseconds, seconds
from pyiccp.sansio.machine import ANYWHERE, UCT, Arrow, Context, Machine, NotSettledError, Trace, settle
from pyiccp.sansio.timers import Timers

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
