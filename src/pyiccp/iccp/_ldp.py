"""The LDP session (RFC 5036 2.5.4), as a table.

On the raw link there is no such handshake: a session of `link` is a proven round trip, which is what Initialization and
KeepAlive find out on TCP. There the session is OPERATIONAL as soon as the carrier is up, and Initialization is no more
than its first message, for the capability in it.
"""

from enum import Enum, auto


class State(Enum):
    """Where the session stands."""

    NONEXISTENT = auto()
    INITIALIZED = auto()
    OPENSENT = auto()
    OPENREC = auto()
    OPERATIONAL = auto()


class Input(Enum):
    """What can happen to it."""

    TCP_UP = auto()
    LINK_UP = auto()
    INITIALIZATION_SENT = auto()
    INITIALIZATION_RECEIVED = auto()
    """An acceptable one."""
    KEEPALIVE_RECEIVED = auto()
    OTHER_RECEIVED = auto()
    SHUTDOWN_RECEIVED = auto()
    """A notification with E = 1."""
    TIMEOUT = auto()
    DOWN = auto()
    """The carrier is gone."""


class Do(Enum):
    """What to send on the way."""

    NOTHING = auto()
    GREET = auto()
    """Initialization and KeepAlive."""
    KEEPALIVE = auto()
    CLOSE = auto()
    """A notification of the error, then close."""
    SHUTDOWN = auto()
    """A notification that the session is over, then close."""
    LEAVE = auto()
    """Close without a word."""
    IGNORE = auto()


_S, _I = State, Input
_OPENING = (_S.INITIALIZED, _S.OPENSENT, _S.OPENREC)

TABLE: dict[tuple[State, Input], tuple[State, Do]] = {
    (_S.NONEXISTENT, _I.TCP_UP): (_S.INITIALIZED, Do.NOTHING),
    (_S.INITIALIZED, _I.INITIALIZATION_SENT): (_S.OPENSENT, Do.NOTHING),
    (_S.INITIALIZED, _I.INITIALIZATION_RECEIVED): (_S.OPENREC, Do.GREET),
    (_S.INITIALIZED, _I.KEEPALIVE_RECEIVED): (_S.NONEXISTENT, Do.CLOSE),
    (_S.INITIALIZED, _I.OTHER_RECEIVED): (_S.NONEXISTENT, Do.CLOSE),
    (_S.OPENSENT, _I.INITIALIZATION_RECEIVED): (_S.OPENREC, Do.KEEPALIVE),
    (_S.OPENSENT, _I.KEEPALIVE_RECEIVED): (_S.NONEXISTENT, Do.CLOSE),
    (_S.OPENSENT, _I.OTHER_RECEIVED): (_S.NONEXISTENT, Do.CLOSE),
    (_S.OPENREC, _I.KEEPALIVE_RECEIVED): (_S.OPERATIONAL, Do.NOTHING),
    (_S.OPENREC, _I.INITIALIZATION_RECEIVED): (_S.NONEXISTENT, Do.CLOSE),
    (_S.OPENREC, _I.OTHER_RECEIVED): (_S.NONEXISTENT, Do.CLOSE),
    (_S.OPERATIONAL, _I.SHUTDOWN_RECEIVED): (_S.NONEXISTENT, Do.SHUTDOWN),
    (_S.OPERATIONAL, _I.TIMEOUT): (_S.NONEXISTENT, Do.SHUTDOWN),
    (_S.OPERATIONAL, _I.INITIALIZATION_RECEIVED): (_S.OPERATIONAL, Do.IGNORE),
    (_S.OPERATIONAL, _I.KEEPALIVE_RECEIVED): (_S.OPERATIONAL, Do.NOTHING),
    (_S.OPERATIONAL, _I.OTHER_RECEIVED): (_S.OPERATIONAL, Do.NOTHING),
    **{(state, _I.DOWN): (_S.NONEXISTENT, Do.NOTHING) for state in State},
    # Ours: a notification is not answered before there is a session, and nobody waits for ever.
    **{
        (state, _I.SHUTDOWN_RECEIVED): (_S.NONEXISTENT, Do.LEAVE) for state in (_S.INITIALIZED, _S.OPENSENT, _S.OPENREC)
    },
    **{(state, _I.TIMEOUT): (_S.NONEXISTENT, Do.CLOSE) for state in (_S.INITIALIZED, _S.OPENSENT, _S.OPENREC)},
    (_S.NONEXISTENT, _I.LINK_UP): (_S.OPERATIONAL, Do.NOTHING),
}
"""(state, input) -> (next state, what to send); what is not in it is dropped and counted."""


def step(state: State, event: Input) -> tuple[State, Do]:
    """Where *event* leads from *state*."""
    return TABLE.get((state, event), (state, Do.IGNORE))
