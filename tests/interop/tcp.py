"""The far end of TCP connections, one per port: takes all there is, then sends as much as was asked for.

    tcp.py OCTETS PORT…

It prints `ready` once it listens, and for each connection its port and the MD5 of what came. It reads to the end
before it closes: a kernel answers octets that nobody read with RST, which throws away what is still on its way.
"""

import hashlib
import random
import selectors
import socket
import sys

PATIENCE = 60.0


def pattern(port: int, octets: int) -> bytes:
    """What a port sends."""
    return random.Random(port).randbytes(octets)


def main() -> None:
    octets, *ports = map(int, sys.argv[1:])
    with selectors.DefaultSelector() as selector:
        for port in ports:
            selector.register(socket.create_server(("", port)), selectors.EVENT_READ, port)
        print("ready", flush=True)
        while selector.get_map():
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                stream, _ = key.fileobj.accept()
                selector.unregister(key.fileobj)
                key.fileobj.close()
                stream.settimeout(PATIENCE)
                with stream:
                    with stream.makefile("rb") as file:
                        data = file.read()
                    stream.sendall(pattern(key.data, octets))
                print(key.data, hashlib.md5(data).hexdigest(), flush=True)


if __name__ == "__main__":
    main()
