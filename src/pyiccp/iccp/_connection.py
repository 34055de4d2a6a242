"""The ICCP connection, one per peer (RFC 7275 4.2.1), with its holes closed.

Rows marked *ours* are not in the RFC's table. A NAK is never answered, else two nodes could refuse each other's
refusals for ever; a plain RG Connect in OPERATIONAL is not answered either, for the same reason.
"""

from enum import Enum, auto


class State(Enum):
    """Where the connection stands."""

    NONEXISTENT = auto()
    INITIALIZED = auto()
    CAPSENT = auto()
    CAPREC = auto()
    CONNECTING = auto()
    OPERATIONAL = auto()


class Input(Enum):
    """What can happen to it."""

    LDP_UP = auto()
    LDP_DOWN = auto()
    CAPABILITY_SENT = auto()
    CAPABILITY_RECEIVED = auto()
    CAPABILITY_WITHDRAWN = auto()
    CONNECT_SENT = auto()
    CONNECT_RECEIVED = auto()
    """An acceptable one."""
    DISCONNECT_SENT = auto()
    DISCONNECT_RECEIVED = auto()
    """An acceptable one."""
    NAK_RECEIVED = auto()
    """Of our RG Connect, or because the peer has lost the group."""
    OTHER_RECEIVED = auto()
    """Any other ICCP message."""


class Do(Enum):
    """What to send on the way."""

    NOTHING = auto()
    CAPABILITY = auto()
    CONNECT = auto()
    NAK = auto()
    IGNORE = auto()
    """Drop the message and count it."""


_S, _I = State, Input

TABLE: dict[tuple[State, Input], tuple[State, Do]] = {
    (_S.NONEXISTENT, _I.LDP_UP): (_S.INITIALIZED, Do.NOTHING),
    (_S.INITIALIZED, _I.CAPABILITY_SENT): (_S.CAPSENT, Do.NOTHING),
    (_S.INITIALIZED, _I.CAPABILITY_RECEIVED): (_S.CAPREC, Do.CAPABILITY),
    (_S.CAPSENT, _I.CAPABILITY_RECEIVED): (_S.CAPREC, Do.NOTHING),
    (_S.CAPREC, _I.CONNECT_SENT): (_S.CONNECTING, Do.NOTHING),
    (_S.CAPREC, _I.CONNECT_RECEIVED): (_S.OPERATIONAL, Do.CONNECT),
    (_S.CAPREC, _I.DISCONNECT_RECEIVED): (_S.CAPREC, Do.NAK),
    (_S.CAPREC, _I.OTHER_RECEIVED): (_S.CAPREC, Do.NAK),
    (_S.CONNECTING, _I.CONNECT_RECEIVED): (_S.OPERATIONAL, Do.NOTHING),
    (_S.CONNECTING, _I.DISCONNECT_RECEIVED): (_S.CAPREC, Do.NAK),
    (_S.CONNECTING, _I.OTHER_RECEIVED): (_S.CAPREC, Do.NAK),
    (_S.OPERATIONAL, _I.DISCONNECT_RECEIVED): (_S.CAPREC, Do.NOTHING),
    (_S.OPERATIONAL, _I.DISCONNECT_SENT): (_S.CAPREC, Do.NOTHING),
    **{(state, _I.LDP_DOWN): (_S.NONEXISTENT, Do.NOTHING) for state in State},
    # Ours from here on.
    (_S.CAPREC, _I.NAK_RECEIVED): (_S.CAPREC, Do.NOTHING),
    (_S.CONNECTING, _I.NAK_RECEIVED): (_S.CAPREC, Do.NOTHING),
    (_S.OPERATIONAL, _I.NAK_RECEIVED): (_S.CAPREC, Do.NOTHING),
    (_S.CONNECTING, _I.DISCONNECT_SENT): (_S.CAPREC, Do.NOTHING),
    (_S.CAPREC, _I.CAPABILITY_WITHDRAWN): (_S.CAPSENT, Do.NOTHING),
    (_S.CONNECTING, _I.CAPABILITY_WITHDRAWN): (_S.CAPSENT, Do.NOTHING),
    (_S.OPERATIONAL, _I.CAPABILITY_WITHDRAWN): (_S.CAPSENT, Do.NOTHING),
}
"""(state, input) -> (next state, what to send); what is not in it is dropped and counted."""


def step(state: State, event: Input) -> tuple[State, Do]:
    """Where *event* leads from *state*."""
    return TABLE.get((state, event), (state, Do.IGNORE))
