"""A scenario becomes a network: configurations are read, ends and hosts found, flows and events put on the agenda."""

from typing import NoReturn

from pyiccp._node.config import ConfigError, NodeConfig
from pyiccp._routeros.config import Configuration, node_config, parse_config
from pyiccp.lab._clients import MODELS, OURS
from pyiccp.lab._device import Device, NodeFactory
from pyiccp.lab._faults import check_target
from pyiccp.lab._flows import Direction
from pyiccp.lab._frames import host_ip
from pyiccp.lab._hosts import Host
from pyiccp.lab._links import DEFAULT_DELAY, Side
from pyiccp.lab._network import Network
from pyiccp.lab._scenario import FLOW_REST, NodeEntry, Scenario, refuse_event
from pyiccp.lab._toml_document import suggestion


def build(scenario: Scenario, node: NodeFactory) -> Network:
    """The network of *scenario*, not yet started; *node* makes the node of a device."""
    return _Builder(scenario, node).network


class _Builder:
    def __init__(self, scenario: Scenario, node: NodeFactory) -> None:
        self.scenario = scenario
        self.network = Network(node, scenario.seed)
        self.configurations: dict[str, Configuration] = {}
        self.plugs: list[tuple[Host, Device, str]] = []
        """Hosts on a port that no link names: each has a cable of its own to it."""
        for entry in scenario.nodes:
            self._device(entry)
        self._hosts()
        self._links()
        self._keepalives()
        self._flows()
        self._events()

    def _fail(self, path: tuple[str | int, ...], message: str, fix: str = "") -> NoReturn:
        self.scenario.document.fail(path, message, fix)

    # --- nodes

    def _device(self, entry: NodeEntry) -> None:
        configuration = parse_config(entry.text, entry.file)
        self.configurations[entry.name] = configuration
        self.network.warnings.extend(f"{entry.name}: {note}" for note in configuration.notes)
        try:
            config = node_config(
                configuration, name=entry.name, mac=entry.mac, extra_ports=self._wired(entry.name), tuning=entry.tuning
            )
        except ConfigError as error:
            self._fail(("node", entry.name), error.message, error.fix)
        if entry.kind != OURS:
            path = ("node", entry.name, "kind")
            if config.mlag is not None:
                self._fail(path, f"{entry.name} runs MLAG and cannot be {entry.kind}", "only clients can; drop one")
            note = f"{entry.name}: LACP is spoken as measured of {MODELS[entry.kind].product}, by a model of it"
            self.network.warnings.append(note)
        self.network.add_device(config, entry.kind)

    def _wired(self, node: str) -> tuple[str, ...]:
        """The ports of *node* that links name."""
        ends = [end for link in self.scenario.links for end in link.ends]
        halves = (end.partition(":") for end in ends)
        return tuple(dict.fromkeys(port for name, colon, port in halves if name == node and port))

    # --- hosts

    def _hosts(self) -> None:
        by_name = sorted(entry.name for entry in self.scenario.hosts)
        for entry in self.scenario.hosts:
            number = by_name.index(entry.name) + 1
            host = Host(entry.name, entry.mac, host_ip(number), entry.vlan, self.network.directions)
            if entry.on is None:
                wired = sum(entry.name in link.ends for link in self.scenario.links)
                if wired != 1:
                    path = ("host", entry.name)
                    self._fail(
                        path,
                        f"host {entry.name} is wired by {wired} links",
                        'give it on = "NODE:INTERFACE" or one [[link]]',
                    )
                self.network.add_host(host)
            else:
                place = ("host", entry.name, "on")
                device, interface = self._split(place, entry.on)
                known = _interfaces(device.config)
                if interface not in known:
                    self._fail(place, f"{device.name} has no interface {interface!r}", suggestion(interface, known))
                if interface in device.config.ports and interface not in self._wired(device.name):
                    self.network.add_host(host)
                    self.plugs.append((host, device, interface))
                else:
                    self.network.add_host(host, device, interface)

    def _split(self, path: tuple[str | int, ...], end: str) -> tuple[Device, str]:
        """The two halves of `NODE:INTERFACE`."""
        name, _, interface = end.partition(":")
        if not interface:
            self._fail(path, f"{end!r} is not NODE:INTERFACE")
        if name not in self.network.devices:
            self._fail(path, f"no node {name!r}", suggestion(name, list(self.network.devices)))
        return self.network.devices[name], interface

    # --- cables

    def _links(self) -> None:
        for index, entry in enumerate(self.scenario.links):
            first, second = (self._side(index, end) for end in entry.ends)
            self.network.connect(first, second, entry.delay, entry.loss, entry.rate)
        for host, device, port in self.plugs:
            if port in device.ways:
                self._fail(("host", host.name, "on"), f"{device.name}:{port} has another host already")
            self.network.connect(
                Side(host.name, None, "", host), Side(f"{device.name}:{port}", device, port, None), DEFAULT_DELAY
            )

    def _side(self, index: int, end: str) -> Side:
        path = ("link", index, "ends")
        if ":" not in end:
            host = self.network.hosts.get(end)
            if host is None:
                self._fail(path, f"no host {end!r}", suggestion(end, list(self.network.hosts)))
            place = next((f"{device.name}:{port}" for each, device, port in self.plugs if each is host), host.where)
            if place != end:
                self._fail(path, f"host {end} lives on {place} and cannot be wired as well")
            return Side(end, None, "", host)
        device, port = self._split(path, end)
        if port not in device.config.ports:
            self._fail(path, f"{end} is no physical port", suggestion(port, device.config.ports))
        if port in device.ways:
            self._fail(path, f"{end} is wired twice")
        configured = self.configurations[device.name].ports
        if port not in configured and port not in device.hosts:
            hint = suggestion(port, configured)
            self.network.warnings.append(f"{end} is wired, but its configuration does not mention it; {hint}")
        return Side(end, device, port, None)

    def _keepalives(self) -> None:
        for index, entry in enumerate(self.scenario.keepalives):
            path = ("keepalive", index, "ends")
            for name in entry.ends:
                if name not in self.network.devices:
                    self._fail(path, f"no node {name!r}", suggestion(name, list(self.network.devices)))
                if self.network.devices[name].keepalive is not None or entry.ends[0] == entry.ends[1]:
                    self._fail(path, f"{name} has more than one keepalive")
            first, second = (self.network.devices[name] for name in entry.ends)
            self.network.add_keepalive(first, second, entry.delay, entry.loss)

    # --- traffic and events

    def _flows(self) -> None:
        for index, entry in enumerate(self.scenario.flows):
            source, target = self.network.hosts[entry.source], self.network.hosts[entry.target]
            if source.device is not None and source.where == target.where:
                self._fail(
                    ("flow", index),
                    f"{entry.source} and {entry.target} are both on {source.where}",
                    "put one elsewhere",
                )
            if source.vlan != target.vlan and source.device is target.device is None:
                self.network.warnings.append(f"flow {entry.source} to {entry.target} is between different VLANs")
            stop = self.scenario.until - FLOW_REST if entry.stop is None else entry.stop
            for one, other in ((source, target), (target, source))[: 1 + entry.both]:
                direction = Direction(len(self.network.directions), one, other, entry.streams, entry.broadcast)
                self.network.add_direction(direction, entry.every, entry.start, stop)

    def _events(self) -> None:
        for event in self.scenario.events:
            try:
                check_target(self.network, event.fault)
            except ValueError as error:
                refuse_event(event.text, self.scenario.document if event.in_file else None, str(error))
            if event.at > self.scenario.until:
                self.network.warnings.append(f"event {event.text!r} comes after the end")
            self.network.schedule(event.at, event.fault)


def _interfaces(config: NodeConfig) -> list[str]:
    return [*(bridge.name for bridge in config.bridges), *(bond.name for bond in config.bonds), *config.ports]
