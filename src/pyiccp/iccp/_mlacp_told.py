"""mLACP, the telling side: what the peer knows of our bonds, and what it must be told next (RFC 7275 7.2, 9.2)."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from pyiccp.iccp.events import MlacpChanged
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp.mlacp import (
    PURGE,
    SYNCHRONIZED,
    AggregatorConfig,
    AggregatorState,
    PortConfig,
    PortPriority,
    PortState,
    RequestType,
    SyncData,
    SyncRequest,
    SystemConfig,
)


class MlacpTold:
    """Our bonds, as they are (`set`) and as the peer knows them. Answers are lists of TLVs in the order of 9.2.2.2.

    Configuration goes before the state of the same thing, that of an aggregator before that of its ports.
    """

    def __init__(self) -> None:
        self.system: SystemConfig | None = None
        self.aggregators: dict[int, tuple[AggregatorConfig, AggregatorState]] = {}
        """By aggregator ID."""
        self.ports: dict[int, tuple[PortConfig, PortState]] = {}
        """By port number."""
        self._told: dict[tuple[type, int], TlvValue] = {}

    def set(self, now: MlacpChanged) -> None:
        """From now on our bonds are these."""
        last = {config.actor_key: config.port for config, _ in now.ports}
        self.system = now.system
        self.aggregators = {
            config.aggregator: (_marked(config, config.actor_key not in last), state)
            for config, state in now.aggregators
        }
        self.ports = {
            config.port: (_marked(config, last[config.actor_key] == config.port), state) for config, state in now.ports
        }

    def forget(self) -> None:
        """The peer knows nothing: the connection is new."""
        self._told.clear()

    def everything(self) -> list[TlvValue]:
        """The unsolicited set (3.4): all of it between one Start and one End."""
        return self._between(0, self._all())

    def changes(self) -> list[TlvValue]:
        """What the peer knows otherwise, or not: purges first, then the rest."""
        if self.system is None:
            return []
        known = self._told.get((SystemConfig, 0))
        if isinstance(known, SystemConfig) and known.node_id != self.system.node_id:
            # 3.5 rule 4: our numbers carry the node id, so nothing that was told is true any more.
            gone = self._purges(self._told)
            self._told.clear()
            return [*gone, *self.everything()]
        current = {_key(tlv): tlv for tlv in self._all()}
        gone = self._purges(key for key in self._told if key not in current)
        fresh = [tlv for key, tlv in current.items() if self._told.get(key) != tlv]
        self._told = current
        return [*gone, *fresh]

    def priorities(self, before: Mapping[int, int]) -> list[TlvValue]:
        """Port Priority, OpCode 0, of each port whose priority is not that of *before* (7.2.2.3)."""
        aggregators = {config.actor_key: number for number, (config, _) in self.aggregators.items()}
        return [
            PortPriority(0, port, aggregators[config.actor_key], before[port], config.priority)
            for port, (config, _) in self.ports.items()
            if before.get(port, config.priority) != config.priority and config.actor_key in aggregators
        ]

    def answer(self, request: SyncRequest) -> list[TlvValue]:
        """What *request* asks for; all of it, unasked, when it asks for a thing that we do not have (rule 16)."""
        if self.system is None:
            return []
        with_system, with_aggregators, with_ports = _PARTS[RequestType(request.request)]
        aggregators = [
            pair
            for pair in self.aggregators.values()
            if with_aggregators and _is_meant(request, pair[0].aggregator, pair[0].actor_key)
        ]
        ports = [
            pair for pair in self.ports.values() if with_ports and _is_meant(request, pair[0].port, pair[0].actor_key)
        ]
        if (request.selector or request.actor_key) and not (with_system or aggregators or ports):
            return self.everything()
        configuration = [*((self.system,) if with_system else ()), *(a for a, _ in aggregators), *(p for p, _ in ports)]
        state = [*(a for _, a in aggregators), *(p for _, p in ports)]
        wanted = [*(configuration if request.configuration else ()), *(state if request.state else ())]
        return self._between(request.number, wanted)

    def fingerprint(self) -> tuple[object, ...]:
        """The state."""
        return self.system, tuple(self.aggregators.values()), tuple(self.ports.values()), tuple(self._told.values())

    def _all(self) -> list[TlvValue]:
        system = [] if self.system is None else [self.system]
        aggregators, ports = self.aggregators.values(), self.ports.values()
        return [
            *system,
            *(config for config, _ in aggregators),
            *(config for config, _ in ports),
            *(state for _, state in aggregators),
            *(state for _, state in ports),
        ]

    def _between(self, number: int, tlvs: list[TlvValue]) -> list[TlvValue]:
        self._told.update((_key(tlv), tlv) for tlv in tlvs)
        return [SyncData(number, end=False), *tlvs, SyncData(number, end=True)]

    def _purges(self, keys: Iterable[tuple[type, int]]) -> list[TlvValue]:
        """Configuration with the Purge flag, ports before their aggregators."""
        told = [self._told[key] for key in keys]
        ports = [_purged(tlv) for tlv in told if isinstance(tlv, PortConfig)]
        aggregators = [_purged(tlv) for tlv in told if isinstance(tlv, AggregatorConfig)]
        return [*ports, *aggregators]


def _key(tlv: TlvValue) -> tuple[type, int]:
    """What makes two TLVs tell of the same thing."""
    match tlv:
        case AggregatorConfig() | AggregatorState():
            return type(tlv), tlv.aggregator
        case PortConfig():
            return PortConfig, tlv.port
        case PortState():
            return PortState, tlv.actor_port
        case _:
            return type(tlv), 0


_PARTS = {
    RequestType.SYSTEM: (True, False, False),
    RequestType.AGGREGATOR: (False, True, False),
    RequestType.PORT: (False, False, True),
    RequestType.ALL: (True, True, True),
}
"""Request type -> whether it asks for the system, for aggregators, for ports."""


def _is_meant(request: SyncRequest, selector: int, key: int) -> bool:
    """By number, else by key, else all."""
    if request.request == RequestType.ALL:
        return True
    if request.selector:
        return request.selector == selector
    return not request.actor_key or request.actor_key == key


Config = TypeVar("Config", AggregatorConfig, PortConfig)


def _purged(config: Config) -> Config:
    """What makes the peer forget it."""
    return msgspec.structs.replace(config, flags=config.flags | PURGE)


def _marked(config: Config, last: bool) -> Config:
    """With the Synchronized flag where it is the last configuration of its aggregator."""
    flags = config.flags & ~(SYNCHRONIZED | PURGE) | (SYNCHRONIZED if last else 0)
    return msgspec.structs.replace(config, flags=flags)
