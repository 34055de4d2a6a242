"""Where octets meet the world: cables of every kind, and the loop that runs a node on them. Trio lives here.

`Driver` runs a node on transports that are open. A cable of your own is anything with the methods of `Transport`; `kit`
checks its promises.
"""

from pyiccp.transports import kit
from pyiccp.transports.base import Transport
from pyiccp.transports.driver import Driver
from pyiccp.transports.faults import Faulty
from pyiccp.transports.memory import MemoryEnd, memory_cable
from pyiccp.transports.pcap import Capture, Mirrored
from pyiccp.transports.raw import RawPort
from pyiccp.transports.tap import TapPort
from pyiccp.transports.tcp import TcpSession
from pyiccp.transports.udp import UdpPath
from pyiccp.transports.unixgram import UnixDatagram
from pyiccp.transports.unixstream import UnixStream

__all__ = [
    "Transport",
    "Driver",
    "MemoryEnd",
    "memory_cable",
    "RawPort",
    "TapPort",
    "UdpPath",
    "TcpSession",
    "UnixDatagram",
    "UnixStream",
    "Faulty",
    "Capture",
    "Mirrored",
    "kit",
]
