"""Captured traffic: pcap and pcapng files, the scan of a big trunk capture, columns, and TCP put together again."""

from pyiccp.capture.files import Capture, read
from pyiccp.capture.packet import CaptureError, Interface, Packet, Stopped
from pyiccp.capture.pcap import PcapWriter
from pyiccp.capture.pcapng import PcapngWriter
from pyiccp.capture.scanning import Scan, scan

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
