"""The order in which the machines of a bridge run until none of them can move (802.1D-2004 17.16)."""

from typing import Any

from pyiccp._sansio import NotSettledError, Trace
from pyiccp.rstp._bridge_detection import BRIDGE_DETECTION
from pyiccp.rstp._port_information import PORT_INFORMATION
from pyiccp.rstp._port_migration import PORT_MIGRATION
from pyiccp.rstp._port_receive import PORT_RECEIVE
from pyiccp.rstp._port_transmit import PORT_TRANSMIT
from pyiccp.rstp._role_selection import ROLE_SELECTION_MACHINE
from pyiccp.rstp._role_transitions import ROLE_TRANSITIONS
from pyiccp.rstp._state_transition import STATE_TRANSITION
from pyiccp.rstp._topology_change import TOPOLOGY_CHANGE
from pyiccp.rstp._variables import Bridge, Port
from pyiccp.rstp._views import report

_QUIET = (PORT_RECEIVE, PORT_INFORMATION)
"""What a hello that says nothing new sets in motion concerns no other port."""
_LOUD = (PORT_MIGRATION, BRIDGE_DETECTION, ROLE_TRANSITIONS, STATE_TRANSITION, TOPOLOGY_CHANGE)
MACHINES = (PORT_RECEIVE, PORT_MIGRATION, BRIDGE_DETECTION, PORT_INFORMATION, *_LOUD[2:])
_BOUND = 200


class Settling:
    """All machines but Port Transmit run to a fixed point, then Port Transmit."""

    bridge: Bridge
    trace: Trace | None
    gathering: bool
    """Several events are one: the machines run after the last of them."""

    def _settle(self, port: Port) -> None:
        """Run the machines of *port*, and those of all ports if that may concern them."""
        loud = False
        for machine in _QUIET:
            self._steps(machine, port)
        for machine in _LOUD:
            loud |= self._steps(machine, port)
        if loud or port.reselect:
            self._settle_all()
        else:
            self._steps(PORT_TRANSMIT, port)
            report(self.bridge, (port,))

    def _settle_all(self) -> None:
        if self.gathering:
            return
        ports = tuple(self.bridge.ports.values())
        for _ in range(_BOUND):
            moved = False
            for port in ports:
                for machine in MACHINES:
                    moved |= self._steps(machine, port)
            moved |= ROLE_SELECTION_MACHINE.step(self.bridge, self.trace)
            if not moved:
                break
        else:
            raise NotSettledError("spanning tree did not come to rest")
        for port in ports:
            self._steps(PORT_TRANSMIT, port)
        report(self.bridge, ports)

    def _at_rest(self) -> bool:
        """No machine would move."""
        moved: list[str] = []
        trace, self.trace = self.trace, lambda *step: moved.append(step[1])
        self._settle_all()
        self.trace = trace
        return not moved and not self.bridge.clock.actions

    def _steps(self, machine: Any, port: Port) -> bool:
        """Take every arrow that *machine* can take; True if there was one."""
        if not machine.step(port, self.trace):
            return False
        for _ in range(_BOUND):
            if not machine.step(port, self.trace):
                return True
        raise NotSettledError(f"{machine.name} of {port.name} did not come to rest")
