"""The Marker responder and a generator (802.1AX 6.5.4)."""

from msgspec.structs import replace

from pyiccp._sansio import seconds
from pyiccp.lacp._variables import Fast_Periodic_Time, Port
from pyiccp.lacp.events import ReportMarker, Transmit
from pyiccp.wire._marker import INFORMATION, RESPONSE, Marker

MARKER_LIMIT = 10
"""Slow protocols send at most ten frames in a second (annex 57A of 802.3)."""
MARKER_TIMEOUT = seconds(1)


def request_marker(port: Port) -> None:
    """Send a Marker behind everything that has left the port; a newer request takes the place of an older one."""
    port.marker_id = (port.marker_id + 1) & 0xFFFFFFFF
    port.marker_timer.start(MARKER_TIMEOUT)
    port.counters.MarkerPDUsTx += 1
    port.do(Transmit(port.name, _request(port)))


def marker_timed_out(port: Port) -> None:
    """Nobody answered."""
    port.do(ReportMarker(port.name, port.marker_id, False))


def _request(port: Port) -> Marker:
    return Marker(
        requester_port=port.actor.port,
        requester_system=port.actor.system,
        requester_transaction_id=port.marker_id,
    )


def _answers(marker: Marker, request: Marker) -> bool:
    return (
        marker.requester_transaction_id == request.requester_transaction_id
        and marker.requester_port == request.requester_port
        and marker.requester_system == request.requester_system
    )


def receive_marker(port: Port, marker: Marker) -> None:
    """Answer a Marker with the same Marker but for the TLV type; frames received before it have been passed on.

    The responder is below the aggregator: it answers in any state of the Mux (MRK-06).
    """
    if marker.tlv_type == INFORMATION:
        port.counters.MarkerPDUsRx += 1
        now, recent = port.clock.now, port.markers_at
        if len(recent) < MARKER_LIMIT or now - recent[0] >= Fast_Periodic_Time:
            port.markers_at = (*recent[-MARKER_LIMIT + 1 :], now)
            port.counters.MarkerResponsePDUsTx += 1
            port.do(Transmit(port.name, replace(marker, tlv_type=RESPONSE)))
    elif marker.tlv_type == RESPONSE:
        port.counters.MarkerResponsePDUsRx += 1
        if port.marker_timer.running and _answers(marker, _request(port)):
            port.marker_timer.stop()
            port.do(ReportMarker(port.name, port.marker_id, True))
    else:
        port.counters.UnknownRx += 1
