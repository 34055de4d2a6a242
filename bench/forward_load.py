"""The hosts of `bench forward`: `introduce SIDE` sends one frame of each, `WAY SIZE SOURCES SECONDS` offers frames.

Frames are made beforehand; what is left for each is a 64th of a call of sendmmsg(2), past the queueing discipline.
"""

import ctypes
import random
import socket
import struct
import sys
import time

HOSTS = 10_000
VLAN = 10
BATCH = 64
FRAMES = 1 << 15
_SOL_PACKET, _QDISC_BYPASS = 263, 20


_MESSAGE = struct.Struct("@PIPNPNi0PI0P")
"""struct mmsghdr: one vector a message, the rest empty."""
_VECTOR = struct.Struct("@PN")


def address(side: str, number: int) -> bytes:
    """Of the *number*-th host of the access or the trunk side."""
    return b"\x02\x00\x01" + (1 if side == "access" else 2).to_bytes(1, "big") + number.to_bytes(2, "big")


def frame(side: str, destination: bytes, source: bytes, size: int) -> bytes:
    """As it is on the wire of *side*, *size* octets with their FCS."""
    tag = b"" if side == "access" else b"\x81\x00" + VLAN.to_bytes(2, "big")
    return (destination + source + tag + b"\x08\x00\x45\x00").ljust(size - 4, b"\x5a")


def open_socket() -> socket.socket:
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    made.setsockopt(_SOL_PACKET, _QDISC_BYPASS, 1)
    made.bind((next(name for _, name in socket.if_nameindex() if name != "lo"), 0))
    return made


def introduce(side: str) -> None:
    """Slowly enough for any switch to hear every one; the destination is one that nobody has."""
    with open_socket() as made:
        for number in range(HOSTS):
            made.send(frame(side, b"\x02\xff" * 3, address(side, number), 64))
            if number % 50 == 49:
                time.sleep(0.02)
    time.sleep(1)


def offer(way: str, size: int, sources: int, seconds: float) -> None:
    here, there = ("access", "trunk") if way == "push" else ("trunk", "access")
    rng = random.Random(1)
    frames = [
        frame(here, address(there, rng.randrange(HOSTS)), address(here, rng.randrange(sources)), size)
        for _ in range(FRAMES)
    ]
    joined = ctypes.create_string_buffer(b"".join(frames))
    start, octets = ctypes.addressof(joined), size - 4
    vectors = ctypes.create_string_buffer(
        b"".join(_VECTOR.pack(start + number * octets, octets) for number in range(FRAMES))
    )
    start = ctypes.addressof(vectors)
    messages = ctypes.create_string_buffer(
        b"".join(_MESSAGE.pack(0, 0, start + number * _VECTOR.size, 1, 0, 0, 0, 0) for number in range(FRAMES))
    )
    places = [ctypes.byref(messages, at * _MESSAGE.size) for at in range(0, FRAMES, BATCH)]
    send = ctypes.CDLL(None).sendmmsg
    print("ready", flush=True)
    with open_socket() as made:
        descriptor, end = made.fileno(), time.monotonic() + seconds
        while time.monotonic() < end:
            for place in places:
                send(descriptor, place, BATCH, 0)


if __name__ == "__main__":
    if sys.argv[1] == "introduce":
        introduce(sys.argv[2])
    else:
        offer(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
