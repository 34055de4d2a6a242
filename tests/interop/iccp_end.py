"""One end of ICCP over TCP, as a program of its own: an `IccpCore` on a `TcpSession`.

    python -m interop.iccp_end NUMBER LOCAL PEER

It prints a JSON line for each thing that it sees; a line of input, a number, is a bond that came up here.
"""

import json
import sys
from functools import partial

import trio

from iccp.talk import ALL, bonds
from pyiccp.iccp import IccpCore
from pyiccp.iccp.events import (
    Action,
    Application,
    DeliverTlvs,
    ReportPeerMlacp,
    ReportSession,
    ResetCarrier,
    TlvsQueued,
)
from pyiccp.transports._tcp import PORT, TcpSession
from pyiccp.wire.iccp._mlag import BondUp

KEEPALIVE = 3
"""Seconds that a neighbour may be silent."""


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def tell(core: IccpCore, action: Action) -> None:
    match action:
        case ReportSession():
            say(up=action.up)
        case ReportPeerMlacp():
            say(ports=len(core.peer_ports))
        case DeliverTlvs(_, tlvs):
            say(bonds=[tlv.mlag_id for tlv in tlvs if isinstance(tlv, BondUp)])
        case ResetCarrier(why):
            say(reset=why)


async def main(number: int, local: str, peer: str) -> None:
    core = IccpCore(f"pe{number}", 7, number, ALL)
    here, there = (local, PORT), (peer, PORT)
    session = TcpSession(core, here, there, 3 - number, partial(tell, core), keepalive=KEEPALIVE, retry=0.1)
    async with trio.open_nursery() as nursery:
        await nursery.start(session.run)
        session.do(bonds(number - 1))
        async for line in trio.wrap_file(sys.stdin):
            session.do(TlvsQueued(Application.MLAG, (BondUp(int(line), True),)))
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]), *sys.argv[2:])
