"""The Mux machine in its two forms (802.1AX 6.4.15): coupled and independent control."""

from pyiccp._sansio import Arrow, Machine
from pyiccp.lacp._functions import (
    Disable_Collecting,
    Disable_Distributing,
    Enable_Collecting,
    Enable_Distributing,
    half_ready,
)
from pyiccp.lacp._variables import Aggregate_Wait_Time, Port, Selected


def DETACHED(port: Port) -> None:
    """Out of the aggregate. Distribution ends before collection."""
    Disable_Distributing(port)
    port.set_actor(synchronization=False, collecting=False, distributing=False)
    Disable_Collecting(port)
    port.wait_while.stop()
    port.NTT = True
    port.aggregator.reselect = True


def WAITING(port: Port) -> None:
    """Selected: wait whether other links join as well."""
    port.wait_while.start(Aggregate_Wait_Time)
    port.aggregator.reselect = True


def ATTACHED(port: Port) -> None:
    """In the aggregate, S=1; carries nothing yet, or no more."""
    Disable_Distributing(port)
    if not port.actor.state.synchronization:
        port.counters.ActorSyncTransitionCount += 1
    port.set_actor(synchronization=True, collecting=False, distributing=False)
    if port.aggregator.config.collect_early:
        # Departs from 6.4.15: the partner may send from our S=1 on, before our C=1 (M4.2); the C bit is the standard's.
        Enable_Collecting(port)
    else:
        Disable_Collecting(port)
    port.NTT = True
    port.aggregator.reselect = True


def COLLECTING_DISTRIBUTING(port: Port) -> None:
    """Coupled control: carries data both ways."""
    port.set_actor(collecting=True, distributing=True)
    Enable_Collecting(port)
    Enable_Distributing(port)
    port.NTT = True
    port.aggregator.reselect = True


def COLLECTING(port: Port) -> None:
    """Independent control: receives data, sends none."""
    Disable_Distributing(port)
    Enable_Collecting(port)
    port.set_actor(collecting=True, distributing=False)
    port.NTT = True
    port.aggregator.reselect = True


def DISTRIBUTING(port: Port) -> None:
    """Independent control: carries data both ways. The partner needs no LACPDU to know."""
    port.set_actor(distributing=True)
    Enable_Distributing(port)
    port.aggregator.reselect = True


def Ready(port: Port) -> bool:
    """Every port SELECTED for the aggregator that waits has waited enough, and no port of another LAG is attached
    still (6.4.8, 6.4.14)."""
    return all(
        other.ready_n or other.mux != "WAITING" if other.selected is Selected.SELECTED else not other.attached
        for other in port.aggregator.ports
    )


def SELECTED_or_STANDBY(port: Port) -> bool:
    return port.selected is not Selected.UNSELECTED


def SELECTED_and_Ready(port: Port) -> bool:
    """Departs from 6.4.15: the echo guard must be over as well (M1.8)."""
    return port.selected is Selected.SELECTED and not port.guarded and Ready(port)


def UNSELECTED(port: Port) -> bool:
    return port.selected is Selected.UNSELECTED


def UNSELECTED_or_STANDBY(port: Port) -> bool:
    return port.selected is not Selected.SELECTED


def SELECTED_and_partner_in_sync(port: Port) -> bool:
    return port.selected is Selected.SELECTED and port.partner.state.synchronization


def SELECTED_and_partner_in_sync_and_not_held(port: Port) -> bool:
    """Departs from 6.4.15: coupled control cannot collect alone, so a hold keeps it from both (M4.2)."""
    return SELECTED_and_partner_in_sync(port) and not port.aggregator.distribution_held


def SELECTED_and_partner_collecting_and_not_held(port: Port) -> bool:
    """Departs from 6.4.15: a hold keeps the port from distributing (M4.2)."""
    return (
        SELECTED_and_partner_in_sync(port) and port.partner.state.collecting and not port.aggregator.distribution_held
    )


def SELECTED_and_partner_ready_and_not_held(port: Port) -> bool:
    """Departs from 6.4.15: a link of a half of a pair waits for the partner's echo of S=1, also when the half is up by
    another link already (M4.2)."""
    return SELECTED_and_partner_collecting_and_not_held(port) and (
        half_ready(port) or not port.aggregator.config.hold_distribution
    )


def not_in_sync(port: Port) -> bool:
    """UNSELECTED or STANDBY or partner out of sync."""
    return not SELECTED_and_partner_in_sync(port)


def not_in_sync_or_held(port: Port) -> bool:
    return not SELECTED_and_partner_in_sync_and_not_held(port)


def not_collecting_or_held(port: Port) -> bool:
    """UNSELECTED or STANDBY or partner out of sync or not collecting, or held."""
    return not SELECTED_and_partner_collecting_and_not_held(port)


COUPLED: Machine[Port] = Machine(
    "mux",
    DETACHED,
    (
        Arrow(DETACHED, SELECTED_or_STANDBY, WAITING),
        Arrow(WAITING, SELECTED_and_Ready, ATTACHED),
        Arrow(WAITING, UNSELECTED, DETACHED),
        Arrow(ATTACHED, UNSELECTED_or_STANDBY, DETACHED),
        Arrow(ATTACHED, SELECTED_and_partner_in_sync_and_not_held, COLLECTING_DISTRIBUTING),
        Arrow(COLLECTING_DISTRIBUTING, not_in_sync_or_held, ATTACHED),
    ),
)

INDEPENDENT: Machine[Port] = Machine(
    "mux",
    DETACHED,
    (
        Arrow(DETACHED, SELECTED_or_STANDBY, WAITING),
        Arrow(WAITING, SELECTED_and_Ready, ATTACHED),
        Arrow(WAITING, UNSELECTED, DETACHED),
        Arrow(ATTACHED, UNSELECTED_or_STANDBY, DETACHED),
        Arrow(ATTACHED, SELECTED_and_partner_in_sync, COLLECTING),
        Arrow(COLLECTING, not_in_sync, ATTACHED),
        Arrow(COLLECTING, SELECTED_and_partner_ready_and_not_held, DISTRIBUTING),
        Arrow(DISTRIBUTING, not_collecting_or_held, COLLECTING),
    ),
)
