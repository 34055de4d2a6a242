"""python -m bench [VERB …]: figures. Without a verb all of them, and docs/benchmarks.md; `gate` alone can fail."""

import sys
from importlib import import_module

from bench import page

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
    "lacp": "the LACP core: one LACPDU received and one sent per port and second",
}

BY_HAND = {
    "gate": "the in-process ratios against those written down, with 30 % slack",
    "soak": "hours of the lab's clock without flows, minutes of the wall's under load with cuts: flat or not",
}
"""Not part of the page."""


def main() -> int:
    arguments = sys.argv[1:]
    if arguments and arguments[0] in VERBS | BY_HAND:
        run = import_module(f"bench.{arguments[0].replace('-', '_')}").main
        return int(run(arguments[1:]))
    if not arguments or arguments[0] in ("--only", "--output"):
        return page.main(arguments, VERBS)
    print("usage: python -m bench [--only VERB,…] [--output PAGE]", "       python -m bench VERB …", sep="\n")
    print(*(f"  {verb:10} {what}" for verb, what in (VERBS | BY_HAND).items()), sep="\n")
    return 0 if arguments[0] in ("-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main())
