"""What a speaker of version 2 says of conversations (802.1AX-2014 6.4.2.4)."""

import msgspec

from pyiccp.wire._codec import Value
from pyiccp.wire._lacp_extension import (
    ConversationDigest,
    ConversationMask,
    ConversationMaskMore,
    PortAlgorithm,
    ServiceMapping,
)
from pyiccp.wire._lacpdu import Lacpdu

_MASK = 128


class Conversations(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How one end of a link spreads conversations; the defaults are those of a speaker that says nothing."""

    algorithm: PortAlgorithm = PortAlgorithm()
    link_number: int = 0
    digest: bytes = bytes(16)
    service_digest: bytes = bytes(16)
    mask_state: int = 0
    masks: tuple[bytes, bytes, bytes, bytes] | None = None
    """Four times 128 octets, one bit per conversation: only in long LACPDUs (2014; 2020 dropped them)."""

    def tlvs(self, long: bool) -> tuple[Value, ...]:
        """The TLVs of an LACPDU, of a long one with the masks."""
        masks: tuple[Value, ...] = ()
        if long and self.masks is not None:
            first, *more = self.masks
            masks = (
                ConversationMask(self.mask_state, first),
                *(ConversationMaskMore(7 + n, mask) for n, mask in enumerate(more)),
            )
        return (
            self.algorithm,
            ConversationDigest(self.link_number, self.digest),
            *masks,
            ServiceMapping(self.service_digest),
        )


def conversations(pdu: Lacpdu, link_number: int) -> Conversations:
    """What *pdu* says; whatever it leaves out is at its default, the link number at ours."""
    said: dict[str, object] = {"link_number": link_number}
    masks: dict[int, bytes] = {}
    for tlv in pdu.tlvs:
        match tlv:
            case PortAlgorithm():
                said["algorithm"] = tlv
            case ConversationDigest():
                said["link_number"], said["digest"] = tlv.link_number, tlv.digest
            case ServiceMapping():
                said["service_digest"] = tlv.digest
            case ConversationMask():
                said["mask_state"] = tlv.state
                masks[6] = tlv.mask
            case ConversationMaskMore():
                masks[tlv.type] = tlv.mask
    if len(masks) == 4:
        said["masks"] = tuple(masks[code] for code in sorted(masks))
    return msgspec.structs.replace(Conversations(), **said)
