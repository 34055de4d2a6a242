"""Where octets meet the world: cables of every kind, and the loop that runs a node on them. Trio lives here.

`Driver` runs a node on transports that are open. A cable of your own is anything with the methods of `Transport`; `kit`
checks its promises.
"""

from pyiccp.transports import kit
from pyiccp.transports._base import Transport
from pyiccp.transports._driver import Driver
from pyiccp.transports._faults import Faulty
from pyiccp.transports._memory import MemoryEnd, memory_cable
from pyiccp.transports._pcap import Capture, Mirrored
from pyiccp.transports._raw import RawPort
from pyiccp.transports._tap import TapPort
from pyiccp.transports._tcp import TcpSession
from pyiccp.transports._udp import UdpPath
from pyiccp.transports._unixgram import UnixDatagram
from pyiccp.transports._unixstream import UnixStream

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
