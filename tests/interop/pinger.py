"""The program that pings: one echo request every 2 ms, from 64 addresses in turn, until its input ends.

    pinger.py DESTINATION MILLISECONDS

A line of input is answered by the serial number of the next request. Every request has an identifier of its stream
and the serial number in its data, so that a capture tells which were answered, and how often.
"""

import select
import socket
import struct
import sys
import time

STREAMS = 64
SOURCES = "10.78.0."
IDENTIFIER = 0x5000
SERIAL = struct.Struct("!8sI")
MAGIC = b"pyiccp !"
DATA = 600
"""Octets: so large that Open vSwitch finds the streams worth spreading over its links."""


def checksum(octets: bytes) -> int:
    """RFC 1071, for an even number of octets."""
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def request(serial: int, destination: bytes) -> bytes:
    """An IPv4 packet with an echo request; the kernel fills in length and checksum of the IP header."""
    stream = serial % STREAMS
    source = socket.inet_aton(f"{SOURCES}{stream + 1}")
    data = SERIAL.pack(MAGIC, serial) + bytes(DATA - SERIAL.size)
    head = struct.pack("!BBHHH", 8, 0, 0, IDENTIFIER + stream, serial & 0xFFFF)
    echo = head[:2] + struct.pack("!H", checksum(head + data)) + head[4:] + data
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_ICMP, 0, source, destination) + echo


def main() -> None:
    destination, every = sys.argv[1], int(sys.argv[2]) / 1000
    address = socket.inet_aton(destination)
    serial, due = 0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
        while True:
            wait = due - time.monotonic()
            if select.select([sys.stdin], [], [], max(wait, 0))[0]:
                if not sys.stdin.readline():
                    return
                print(serial, flush=True)
            if (now := time.monotonic()) >= due:
                out.sendto(request(serial, address), (destination, 0))
                serial += 1
                due = max(due + every, now)  # a late one does not make a burst of those after it


if __name__ == "__main__":
    main()
