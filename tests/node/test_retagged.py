"""A sequence of frames whose tags are changed when they are asked for."""

import pytest

from pyiccp._node.retagged import Retagged, octets_of

ADDRESSES = bytes(range(12))
PLAIN = [ADDRESSES + b"\x08\x00" + bytes([number]) * 50 for number in range(5)]
TAG = bytes.fromhex("8100000a")
TAGGED = [frame[:12] + TAG + frame[12:] for frame in PLAIN]


@pytest.mark.parametrize(
    ("frames", "meant"),
    [
        (Retagged(PLAIN, TAG, 12), TAGGED),
        (Retagged(TAGGED, b"", 16), PLAIN),
        (Retagged(TAGGED, bytes.fromhex("8100000b"), 16), [f[:12] + b"\x81\x00\x00\x0b" + f[16:] for f in TAGGED]),
    ],
    ids=["pushed", "popped", "changed"],
)
def test_it_is_the_list_that_it_stands_for(frames: Retagged, meant: list[bytes]) -> None:
    assert list(frames) == meant and len(frames) == len(meant)
    assert [frames[at] for at in range(len(meant))] == meant and frames[-1] == meant[-1]
    assert frames[1:3] == meant[1:3] and list(frames[2:]) == meant[2:]
    assert frames == meant and frames != meant[:-1]
    assert octets_of(frames) == octets_of(meant) == sum(map(len, meant))
    assert meant[2] in frames and TAGGED[0][:20] not in frames
