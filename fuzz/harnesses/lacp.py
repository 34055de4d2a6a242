"""Whatever LACPDUs and Markers arrive, the LACP core neither raises nor spins, and only who is in sync carries data."""

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from pyiccp.lacp._config import AggregatorConfig, PortConfig
from pyiccp.lacp._core import LacpCore
from pyiccp.lacp.events import (
    DistributionHeld,
    DrainRequested,
    IdentityChanged,
    IllegalReceived,
    LacpduReceived,
    LinkCameUp,
    LinkWentDown,
    MarkerReceived,
    MarkerRequested,
    OutOfSyncHeld,
    PartnerRequired,
    PeerHeard,
    SetDistributing,
    TransmitFailed,
    UnknownReceived,
)
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import Mac
from pyiccp.wire._state import STATES

PORTS = ("p1", "p2", "p3")
BONDS = ("plain", "half")
PARTNER = Mac(b"\2\0\0\0\0\x99")
_IN_SYNC = 0x3D
_STEPS = 60


def made() -> LacpCore:
    """A plain bond of two ports and a half of a pair."""
    system = Mac(b"\2\0\0\0\0\1")
    half = {"independent": True, "collect_early": True, "echo_guard": 250_000_000}
    return LacpCore(
        (
            AggregatorConfig(name="plain", system=system, key=1),
            AggregatorConfig(name="half", system=system, key=2, port_base=0x8000, **half),  # type: ignore[arg-type]
        ),
        tuple(PortConfig(name=name, aggregator=BONDS[n // 2], number=n + 1) for n, name in enumerate(PORTS)),
    )


def honest(core: LacpCore, port: str) -> Lacpdu:
    """What a partner says that sees us as we are."""
    view = core.port(port)
    return Lacpdu(Participant(0x8000, PARTNER, 7, 0x80, PORTS.index(port) + 1, STATES[_IN_SYNC]), view.actor)


def run(octets: bytes) -> None:
    """A list of operations."""
    data, drive = Data(octets), Drive(made())
    core: LacpCore = drive.core
    for _ in range(_STEPS):
        if not data.more:
            break
        port, bond = data.pick(PORTS), data.pick(BONDS)
        match data.number() % 16:
            case 0 | 1:
                drive.do(LinkCameUp(port))
            case 2:
                drive.do(LinkWentDown(port))
            case 3 | 4 | 5:
                said = honest(core, port)
                actions = drive.do(LacpduReceived(port, said))
                _check(core, actions)
            case 6 | 7:
                drive.wait(data.pick(SPANS))
            case 8 | 9:
                if (value := pools.one("lacp", data)) is not None:
                    _check(core, drive.do(LacpduReceived(port, value)))
            case 10:
                if (value := pools.damaged(honest(core, port), data)) is not None:
                    _check(core, drive.do(LacpduReceived(port, value)))
            case 11:
                if (marker := pools.one("marker", data)) is not None:
                    drive.do(MarkerReceived(port, marker))
            case 12:
                drive.do(data.pick((IllegalReceived, UnknownReceived, TransmitFailed, MarkerRequested))(port))
            case 13:
                drive.do(data.pick((OutOfSyncHeld, DistributionHeld))(bond, data.flag()))
            case 14:
                drive.do(DrainRequested(bond))
            case _:
                end = honest(core, port).actor
                drive.do(
                    data.pick(
                        (
                            IdentityChanged(bond, Mac(data.octets(6)), data.number(2), data.number(2), 0x8000),
                            PartnerRequired(bond, data.pick((None, end, Participant()))),
                            PeerHeard((end,) * (data.number() % 3), data.flag()),
                        )
                    )
                )
    _check(core, drive.wait(SPANS[6]))
    drive.end()


def _check(core: LacpCore, actions: object) -> None:
    for action in actions if isinstance(actions, list | tuple) else ():
        if isinstance(action, SetDistributing) and action.on:
            view = core.port(action.port)
            assert view.port_enabled, "no link"
            assert view.actor.state.synchronization, "not in sync"


HARNESSES = (("core-lacp", pools.scripts, run, 600),)
