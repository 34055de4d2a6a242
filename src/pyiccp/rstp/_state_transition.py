"""The Port State Transition machine (802.1D-2004 17.30).

Switching a port off takes time where its data plane is elsewhere (M9.3): `learning` and `forwarding` turn FALSE when
the caller says `PortStateApplied`, and until then the port does not leave DISCARDING. Commands are numbered, so the
answer to an earlier one, that is still under way, is not taken for the answer to these.
"""

from pyiccp._sansio import Arrow, Machine
from pyiccp.rstp._variables import Port
from pyiccp.rstp.events import SetForwarding, SetLearning


def DISCARDING(port: Port) -> None:
    port.shutSince = port.commands + 1
    disableLearning(port)
    disableForwarding(port)


def LEARNING(port: Port) -> None:
    port.do(SetLearning(port.name, True, _number(port)))
    port.learning = True


def FORWARDING(port: Port) -> None:
    port.do(SetForwarding(port.name, True, _number(port)))
    port.forwarding = True
    port.counters.forward_transitions += 1


def disableLearning(port: Port) -> None:
    """17.21.4"""
    if port.learning:
        port.do(SetLearning(port.name, False, _number(port)))
        if port.bridge.applied_at_once:
            port.learning = False


def disableForwarding(port: Port) -> None:
    """17.21.3"""
    if port.forwarding:
        port.do(SetForwarding(port.name, False, _number(port)))
        port.counters.discard_transitions += 1
        if port.bridge.applied_at_once:
            port.forwarding = False


def _number(port: Port) -> int:
    if port.bridge.applied_at_once:
        return 0
    port.commands += 1
    return port.commands


def learn(port: Port) -> bool:
    """learn, once the last command is carried out"""
    return port.learn and not port.learning and not port.forwarding


def forward(port: Port) -> bool:
    """forward"""
    return port.forward


def not_learn(port: Port) -> bool:
    """!learn"""
    return not port.learn


def not_forward(port: Port) -> bool:
    """!forward"""
    return not port.forward


STATE_TRANSITION: Machine[Port] = Machine(
    "PST",
    DISCARDING,
    (
        Arrow(DISCARDING, learn, LEARNING),
        Arrow(LEARNING, not_learn, DISCARDING),
        Arrow(LEARNING, forward, FORWARDING),
        Arrow(FORWARDING, not_forward, DISCARDING),
    ),
)
