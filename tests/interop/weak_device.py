"""A deliberately weak switch: it dies of an LACPDU whose first TLV has no length. It lives while LOCK is taken.

weak_device.py INTERFACE LOCK
"""

import fcntl
import os
import socket
import sys

ALL_FRAMES = 3


def main(interface: str, lock: str) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES)) as port, open(lock, "w") as held:
        port.bind((interface, ALL_FRAMES))
        fcntl.flock(held, fcntl.LOCK_EX)
        while True:
            frame = port.recv(1 << 16)
            if len(frame) >= 18 and frame[12:15] == b"\x88\x09\x01" and frame[17] == 0:
                os._exit(3)  # where a real one would walk its TLVs for ever


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
