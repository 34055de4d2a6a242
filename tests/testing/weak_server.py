"""A deliberately weak LDP server: it dies of a PDU whose length says more than 0x7FFF, but only after a Hello."""

import os
import socket
import sys
from pathlib import Path


def main(port: int, pid: Path) -> None:
    pid.write_text(str(os.getpid()))
    greeted = False
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            stream, _ = server.accept()
            with stream:
                stream.settimeout(0.2)
                try:
                    octets = stream.recv(65536)
                except TimeoutError:
                    octets = b""
                greeted = greeted or octets[:1] == b"\0"
                if greeted and len(octets) >= 4 and octets[2] & 0x80:
                    sys.exit(3)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
