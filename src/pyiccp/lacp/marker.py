"""The Marker responder (802.1AX 6.5.4)."""

from msgspec.structs import replace

from pyiccp.lacp.events import Transmit
from pyiccp.lacp.variables import Fast_Periodic_Time, Port
from pyiccp.wire.marker import INFORMATION, RESPONSE, Marker

MARKER_LIMIT = 10
"""Slow protocols send at most ten frames in a second (annex 57A of 802.3)."""


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
    else:
        port.counters.UnknownRx += 1
