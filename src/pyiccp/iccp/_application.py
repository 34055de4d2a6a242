"""The application connection, one per application and peer (RFC 7275 4.4.2), with its holes closed.

The RFC contradicts itself where both ends open at once: its table resets on a Connect with A = 0 in CONNSENT, its prose
(9.1.1, 9.2.2.1) sends Connect with A = 1. We follow the prose: A0 and A0 cross, then A1 and A1, and both are
operational. Rows marked *ours* are not in the table.
"""

from enum import Enum, auto


class State(Enum):
    """Where the connection of one application stands."""

    NONEXISTENT = auto()
    RESET = auto()
    CONNSENT = auto()
    CONNREC = auto()
    CONNECTING = auto()
    OPERATIONAL = auto()


class Input(Enum):
    """What can happen to it."""

    ICCP_UP = auto()
    ICCP_DOWN = auto()
    CONNECT_SENT = auto()
    """Ours with A = 0."""
    ANSWER_SENT = auto()
    """Ours with A = 1."""
    CONNECT_RECEIVED = auto()
    """The peer's with A = 0."""
    ANSWER_RECEIVED = auto()
    """The peer's with A = 1."""
    NAK_SENT = auto()
    NAK_RECEIVED = auto()
    DATA_RECEIVED = auto()
    """Any other TLV of the application."""
    DISCONNECT_SENT = auto()
    DISCONNECT_RECEIVED = auto()


class Do(Enum):
    """What to do on the way."""

    NOTHING = auto()
    ANSWER = auto()
    """Send Connect with A = 1."""
    NAK = auto()
    RESTART = auto()
    """Drop what was learned and treat the TLV again in the new state."""
    IGNORE = auto()
    """Drop it and count it."""


_S, _I = State, Input

TABLE: dict[tuple[State, Input], tuple[State, Do]] = {
    (_S.NONEXISTENT, _I.ICCP_UP): (_S.RESET, Do.NOTHING),
    (_S.RESET, _I.CONNECT_SENT): (_S.CONNSENT, Do.NOTHING),
    (_S.RESET, _I.CONNECT_RECEIVED): (_S.CONNREC, Do.NOTHING),
    (_S.RESET, _I.ANSWER_RECEIVED): (_S.CONNREC, Do.NOTHING),
    (_S.RESET, _I.DATA_RECEIVED): (_S.RESET, Do.NAK),
    (_S.CONNSENT, _I.NAK_RECEIVED): (_S.RESET, Do.NOTHING),
    (_S.CONNSENT, _I.ANSWER_RECEIVED): (_S.OPERATIONAL, Do.ANSWER),
    (_S.CONNSENT, _I.CONNECT_RECEIVED): (_S.CONNECTING, Do.ANSWER),
    (_S.CONNSENT, _I.DATA_RECEIVED): (_S.RESET, Do.NAK),
    (_S.CONNSENT, _I.DISCONNECT_RECEIVED): (_S.RESET, Do.NAK),
    (_S.CONNREC, _I.NAK_SENT): (_S.RESET, Do.NOTHING),
    (_S.CONNREC, _I.ANSWER_SENT): (_S.CONNECTING, Do.NOTHING),
    (_S.CONNREC, _I.CONNECT_RECEIVED): (_S.CONNREC, Do.NOTHING),
    (_S.CONNREC, _I.ANSWER_RECEIVED): (_S.CONNREC, Do.NOTHING),
    (_S.CONNREC, _I.DATA_RECEIVED): (_S.RESET, Do.NAK),
    (_S.CONNREC, _I.DISCONNECT_RECEIVED): (_S.RESET, Do.NAK),
    (_S.CONNECTING, _I.ANSWER_RECEIVED): (_S.OPERATIONAL, Do.NOTHING),
    (_S.CONNECTING, _I.DATA_RECEIVED): (_S.RESET, Do.NAK),
    (_S.CONNECTING, _I.DISCONNECT_RECEIVED): (_S.RESET, Do.NAK),
    (_S.OPERATIONAL, _I.DISCONNECT_RECEIVED): (_S.RESET, Do.NOTHING),
    (_S.OPERATIONAL, _I.DISCONNECT_SENT): (_S.RESET, Do.NOTHING),
    **{(state, _I.ICCP_DOWN): (_S.NONEXISTENT, Do.NOTHING) for state in State},
    # Ours from here on.
    (_S.RESET, _I.DISCONNECT_RECEIVED): (_S.RESET, Do.NOTHING),  # two Disconnects that cross need no NAK
    (_S.CONNECTING, _I.NAK_RECEIVED): (_S.RESET, Do.NOTHING),
    (_S.CONNECTING, _I.CONNECT_RECEIVED): (_S.CONNECTING, Do.ANSWER),  # a NAK would make a loop
    (_S.CONNSENT, _I.DISCONNECT_SENT): (_S.RESET, Do.NOTHING),
    (_S.CONNECTING, _I.DISCONNECT_SENT): (_S.RESET, Do.NOTHING),
    (_S.RESET, _I.NAK_SENT): (_S.RESET, Do.NOTHING),
    (_S.CONNSENT, _I.NAK_SENT): (_S.RESET, Do.NOTHING),
    (_S.CONNECTING, _I.NAK_SENT): (_S.RESET, Do.NOTHING),
    (_S.OPERATIONAL, _I.NAK_SENT): (_S.RESET, Do.NOTHING),
    (_S.OPERATIONAL, _I.DATA_RECEIVED): (_S.OPERATIONAL, Do.NOTHING),
    (_S.OPERATIONAL, _I.CONNECT_RECEIVED): (_S.RESET, Do.RESTART),  # the peer's application has started again
}
"""(state, input) -> (next state, what to do); what is not in it is dropped and counted."""


def step(state: State, event: Input) -> tuple[State, Do]:
    """Where *event* leads from *state*."""
    return TABLE.get((state, event), (state, Do.IGNORE))
