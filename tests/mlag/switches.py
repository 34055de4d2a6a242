"""Every safety rule in a switch: `with off("M4.1"): ...` runs without it.

For tests that show that a rule is necessary: the checker must find what it protects from. Each rule is in one place of
the sources, named here; nothing of this is in the package. Nodes must be made (and run) while the switch is off.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from pyiccp._bridge.flushes import Flushes
from pyiccp._bridge.forwarding import _Journey
from pyiccp._bridge.received import _Batch
from pyiccp._mlag import election, joining, losing, stopping
from pyiccp._mlag import events as ev
from pyiccp._mlag.core import MlagCore
from pyiccp._mlag.fences import Fences, Half
from pyiccp._mlag.identity import Identity, solo
from pyiccp._mlag.pair import Pair
from pyiccp._mlag.partners import Partners
from pyiccp._mlag.stp import Role, TreeLog
from pyiccp._mlag.watch import Watch
from pyiccp._node import pair_tree, wiring
from pyiccp._node.pair_tree import PairTree
from pyiccp._sansio import Instant
from pyiccp.lacp import _core as lacp_core
from pyiccp.lacp import _mux as mux
from pyiccp.lacp._variables import Port
from pyiccp.wire._link import Fence, FenceKind
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._mlag import NodeInfo

__all__ = ["SWITCHES", "off"]

Patch = tuple[Any, str, Any]
"""Owner, attribute, what stands there while the rule is off."""


_system = election._system


def _adopt_solo(winner: NodeInfo, loser: NodeInfo) -> Mac:
    """What a winner shows that carries its clients, be it the solo identity."""
    shows_solo = winner.mode == ev.Mode.NORMAL and not winner.identity_kept
    return solo(winner.bridge_mac) if shows_solo else _system(winner, loser)


def _never_frozen(self: MlagCore, now: Instant) -> list[ev.Action]:
    self.pair.seen = now
    return []


_end_drain, _disable = lacp_core.end_drain, mux.Disable_Distributing


def _unless_draining(port: Port) -> None:
    if not port.draining:
        _disable(port)


def _end_drain_and_stop(port: Port) -> None:
    _end_drain(port)
    if not port.attached:
        _disable(port)


def _down_while_distributing(pair: Pair, now: Instant) -> list[ev.Action]:
    """Down is said, and the half goes on until LACP has left."""
    actions: list[ev.Action] = []
    for bond in pair.draining:
        actions += pair.fences._down(pair.fences.halves[bond], now)
    return actions + [stopping.drain(bond) for bond in pair.draining]


def _leave_at_once(pair: Pair, now: Instant) -> list[ev.Action]:
    """S, C and D end together, and goodbye."""
    return [*pair.hold_bonds(), *stopping._goodbye(pair, now)]


def _same_number(self: Fences, half: Half, kind: FenceKind, now: Instant) -> list[ev.Action]:
    """A fence that is repeated keeps its number."""
    if kind is not half.waiting:
        return _send(self, half, kind, now)
    self.timers.set(half.bond, now + half.repeat)
    fence = ev.SendFence(Fence(kind, half.mlag_id, half.number))
    return [fence, ev.KeepCopies(half.bond, half.number)] if kind is FenceKind.PREPARE else [fence]


_send = Fences._send


_clear = PairTree.clear


def _clear_and_stay_open(self: PairTree) -> list[Any]:
    """The joining node leaves its ports as they were."""
    _clear(self)
    return []


def _epoch_blind(epoch: int, primary: bool, node: int | None, peer: Any) -> bool:
    return peer.role != 0 and peer.mode == ev.Mode.NORMAL and not primary


def _begin_again(self: TreeLog, now: Instant) -> list[Any]:
    """BEGIN instead of the last entry."""
    if self.role is Role.ALONE:
        return []
    self.role, self.held, self.incoming = Role.ALONE, True, None
    self.timers.cancel("ready")
    self.timers.cancel("silent")
    self.halves.marks.clear()
    return self._carry(self.copy.clear(), now)


def _nothing(*_: Any, **__: Any) -> list[Any]:
    return []


def _yes(*_: Any, **__: Any) -> bool:
    return True


def _no(*_: Any, **__: Any) -> bool:
    return False


def _pair_identity(self: Pair) -> Identity:
    """Alone as well it says what the pair said."""
    return Identity(self.store.system or self.config.bridge_mac, solo=False)


def _bridge_mac(self: Pair) -> Identity:
    """Without a session it says its own plain bridge MAC."""
    return Identity(self.config.bridge_mac, solo=False)


SWITCHES: dict[str, Callable[[], tuple[Patch, ...]]] = {
    "M1.2": lambda: ((election, "_system", _adopt_solo),),
    "M1.3": lambda: ((Pair, "solo_identity", property(_pair_identity)),),
    "M1.4": lambda: ((Pair, "solo_identity", property(_bridge_mac)),),
    "M1.8": lambda: (
        (wiring, "ECHO_GUARD", 0),
        (lacp_core, "await_echo", _nothing),
        (lacp_core, "unselect", _nothing),
    ),
    "M2.4": lambda: ((MlagCore, "lease", _never_frozen),),
    "M3.1": lambda: (
        (joining, "gate_may_open", _yes),
        (PairTree, "clear", _clear_and_stay_open),
        (TreeLog, "_ready", lambda self, now: [ev.TreeReady()]),
    ),
    "M4.1": lambda: ((_Journey, "filtered", _no),),
    "M4.2": lambda: ((Fences, "wait_for_closed", _nothing), (Fences, "keep_shut", _nothing)),
    "M4.3": lambda: (
        (stopping, "leave", _down_while_distributing),
        (mux, "Disable_Distributing", _unless_draining),
        (lacp_core, "end_drain", _end_drain_and_stop),
    ),
    "M4.4": lambda: ((Fences, "stale", _no), (Fences, "_send", _same_number)),
    "M4.5": lambda: (
        (Fences, "in_envelopes", _nothing),
        (_Journey, "enveloped", _no),
        (_Journey, "reflected", _no),
    ),
    "M5.1": lambda: ((stopping, "_drain", _leave_at_once),),
    "M6.1 epoch": lambda: ((losing, "must_isolate", _epoch_blind),),
    "M6.1 polls": lambda: ((Watch, "lived_with", _yes),),
    "M6.2": lambda: ((losing, "_hold_tree", _nothing),),
    "M8.1": lambda: ((joining, "bonds_may_come", lambda session: session.applied),),
    "M8.2": lambda: ((losing, "_wait", _nothing),),
    "M8.3": lambda: ((losing, "goes_first", _no),),
    "M9.3": lambda: ((pair_tree, "APPLIED_AT_ONCE", True),),
    "M9.4": lambda: ((TreeLog, "_hold", _begin_again),),
    "M9.4 silence": lambda: ((TreeLog, "_repeat", _nothing),),
    "M10.1": lambda: ((_Batch, "_overruled", _no),),
    "M10.3": lambda: ((Flushes, "cross", _no),),
    "M11": lambda: ((Partners, "settle", _nothing),),
}
"""Rule -> what is patched."""


@contextmanager
def off(rule: str) -> Iterator[None]:
    """*rule* does not hold inside."""
    with ExitStack() as stack:
        for owner, name, instead in SWITCHES[rule]():
            assert hasattr(owner, name), f"{rule}: {owner} has no {name} any more"
            stack.enter_context(patch.object(owner, name, instead))
        yield
