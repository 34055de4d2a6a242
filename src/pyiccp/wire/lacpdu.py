"""LACPDU version 1 (802.1AX 6.4.2)."""

import msgspec

from pyiccp.wire.mac import ZERO, Mac
from pyiccp.wire.state import STATES, State


class Participant(msgspec.Struct, frozen=True, gc=False):
    """One end of a link as an LACPDU names it: fifteen octets (6.4.2.3)."""

    system_priority: int = 0
    system: Mac = ZERO
    key: int = 0
    port_priority: int = 0
    port: int = 0
    state: State = STATES[0]


class Lacpdu(msgspec.Struct, frozen=True, gc=False):
    """What an LACPDU says. Reserved octets and TLV types are the layout's business: receivers must not check them."""

    actor: Participant
    partner: Participant
    collector_max_delay: int = 0
    version: int = 1
