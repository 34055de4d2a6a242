"""The far end of TCP connections, one per port: sends as much as was asked for, or takes all there is.

    tcp.py send OCTETS PORT…        tcp.py take PORT…

It prints `ready` once it listens, and for each connection its port and the MD5 of what went through.
"""

import hashlib
import random
import selectors
import socket
import struct
import sys

PATIENCE = 60.0


def pattern(port: int, octets: int) -> bytes:
    """What a port sends."""
    return random.Random(port).randbytes(octets)


def main() -> None:
    what, *numbers = sys.argv[1:]
    octets = int(numbers.pop(0)) if what == "send" else 0
    with selectors.DefaultSelector() as selector:
        for port in map(int, numbers):
            selector.register(socket.create_server(("", port)), selectors.EVENT_READ, port)
        print("ready", flush=True)
        while selector.get_map():
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                stream, _ = key.fileobj.accept()
                selector.unregister(key.fileobj)
                key.fileobj.close()
                stream.settimeout(PATIENCE)
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, int(PATIENCE)))
                with stream:
                    if what == "send":
                        stream.sendall(data := pattern(key.data, octets))
                    else:
                        with stream.makefile("rb") as file:
                            data = file.read()
                print(key.data, hashlib.md5(data).hexdigest(), flush=True)


if __name__ == "__main__":
    main()
