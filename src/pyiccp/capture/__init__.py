"""Captured traffic: pcap and pcapng files, the scan of a big trunk capture, columns, and TCP put together again."""

from pyiccp.capture._files import Capture, read
from pyiccp.capture._packet import CaptureError, Interface, Packet, Stopped
from pyiccp.capture._pcap import PcapWriter
from pyiccp.capture._pcapng import PcapngWriter
from pyiccp.capture._scanning import Scan, scan

__all__ = [
    "Capture",
    "CaptureError",
    "Interface",
    "Packet",
    "PcapWriter",
    "PcapngWriter",
    "Scan",
    "Stopped",
    "read",
    "scan",
]
