"""Packets of other linktypes as Ethernet frames, so that everything above knows one kind of packet."""

from pyiccp.capture._packet import ETHERNET

_NOBODY = bytes(6)
_RAW_IP = (12, 14, 101, 228, 229)
_COOKED, _COOKED_2 = 113, 276
"""`tcpdump -i any`: the addressee is lost, the sender is kept (Linux cooked capture)."""


def as_ethernet(linktype: int, octets: bytes) -> bytes:
    """The packet with an Ethernet header; empty for a linktype that carries nothing of ours."""
    if linktype == ETHERNET:
        return octets
    if linktype == _COOKED and len(octets) >= 16:
        return _NOBODY + octets[6:12] + octets[14:]
    if linktype == _COOKED_2 and len(octets) >= 20:
        return _NOBODY + octets[12:18] + octets[:2] + octets[20:]
    if linktype in _RAW_IP and octets:
        return _NOBODY * 2 + (b"\x86\xdd" if octets[0] >> 4 == 6 else b"\x08\x00") + octets
    return b""
