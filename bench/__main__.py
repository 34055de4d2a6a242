"""python -m bench VERB: prints figures; nothing here passes or fails."""

import sys
from importlib import import_module

VERBS = {
    "decode": "one PDU a call, octets to fields: against scapy, dpkt, os-ken, construct, struct",
    "encode": "one value a call, to octets",
    "iccp": "ICCP messages, both ways",
    "columns": "many PDUs to NumPy columns, against the scalar decoder",
    "scan": "a trunk of a million frames, control frames found and decoded: against tshark, tcpdump, dpkt, scapy",
    "forward": "a switch between two veths, with all its work: against Open vSwitch's userspace datapath",
    "hosts": "the host table from one node to the other: against filling a dictionary",
    "hosts-wire": "a million hosts between two processes: the longest call, the widest gap between heartbeats",
    "rstp": "spanning trees: how fast they settle, beside real bridges; what a hundred bridges cost",
    "explain": "a hundred thousand control frames explained, and what of it is reading them",
    "soak": "hours of the lab's clock without flows, minutes of the wall's under load with cuts: flat or not",
    "lacp": "the LACP core: one LACPDU received and one sent per port and second",
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        print("usage: python -m bench VERB …", *(f"  {verb:10} {what}" for verb, what in VERBS.items()), sep="\n")
        return 2
    run = import_module(f"bench.{sys.argv[1].replace('-', '_')}").main
    return int(run(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
