"""LDP PDUs and messages, the TLVs of RFC 7275 and our own; importing any part of it makes every TLV known.

Internal: it changes without notice.
"""

from pyiccp.wire.iccp.pdu import IccpPdu, Message, TlvValue, UnknownTlv, ldp_status

__all__ = ["IccpPdu", "Message", "TlvValue", "UnknownTlv", "ldp_status"]
