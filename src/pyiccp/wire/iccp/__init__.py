"""LDP PDUs and messages, the TLVs of RFC 7275 and our own; importing any part of it makes every TLV known.

The values that messages carry are public in modules of their own: `codes` (numbers of messages and statuses), `ldp`,
`rg` (RG connection), `pwred`, `mlacp`, `stp` (RFC 7727) and `sonic`.
"""

from pyiccp.wire.iccp._pdu import IccpPdu, Message, TlvValue, UnknownTlv, ldp_status

__all__ = ["IccpPdu", "Message", "TlvValue", "UnknownTlv", "ldp_status"]
