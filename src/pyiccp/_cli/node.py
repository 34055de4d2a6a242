"""`pyiccp node`: one MLAG switch, or LACP client, in user space."""

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from pyiccp._cli.files import text_of
from pyiccp._node.config import LACP_MUXES, ORPHAN_PORTS, ConfigError, NodeConfig, Tuning
from pyiccp._node.key import SharedKey, parse_key
from pyiccp._routeros.config import node_config, parse_config
from pyiccp._sansio import Instant
from pyiccp.lab._scenario import POLICIES
from pyiccp.lab._units import parse_duration
from pyiccp.wire._mac import Mac, is_group, mac

EXIT_NO_PERMISSION = 3
EXIT_INTERRUPTED = 130
_KEEPALIVE = "192.0.2.1:7275,192.0.2.2:7275"
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(short_help="Run one switch of a pair on real cables.")
@click.argument("config", type=_FILE, metavar="CONFIG.rsc")
@click.option("--name", required=True, help="What the log and the store call this node.")
@click.option("--mac", "address", required=True, metavar="MAC", help="Its bridge MAC; ports count on from it.")
@click.option("--port", "ports", multiple=True, metavar="NAME=KIND:WHERE", help="A port's cable.")
@click.option("--local", "local", multiple=True, metavar="IFACE=KIND:WHERE", help="The device's own end of IFACE.")
@click.option("--control", type=_FILE, envvar="PYICCP_CONTROL", metavar="SOCKET", help="For monitor and ctl.")
@click.option("--state", type=_FOLDER, metavar="DIR", help="Where the node remembers what it must.")
@click.option("--metrics", metavar="ADDR:PORT", help="Prometheus metrics by HTTP (extra: node).")
@click.option("--pcap", type=_FILE, metavar="FILE", help="Capture all ports, as pcapng.")
@click.option("--keepalive", metavar="LOCAL,PEER", help="UDP beside the peer link: ADDR:PORT,ADDR:PORT.")
@click.option(
    "--policy", type=click.Choice(POLICIES), default="safe", show_default=True, help="What to do when the peer is lost."
)
@click.option(
    "--liveness", default="300ms", metavar="TIME", show_default=True, help="Heartbeat of the session, 10ms to 1s."
)
@click.option("--ask-time", default="1s", metavar="TIME", show_default=True, help="How long a keepalive may be silent.")
@click.option(
    "--init-delay", default="30s", metavar="TIME", show_default=True, help="How long a node waits for its peer."
)
@click.option(
    "--orphan-ports",
    type=click.Choice(ORPHAN_PORTS),
    default="keep",
    show_default=True,
    help="Ports that only this node has, while it is isolated.",
)
@click.option(
    "--lacp-mux", type=click.Choice(LACP_MUXES), default="coupled", show_default=True, help="Of bonds without mlag-id."
)
@click.option("--mlag-shared-key", "key_file", type=_FILE, metavar="FILE", help="Key that both nodes seal with.")
@click.option("--system-id", metavar="MAC", help="The pair's identity, instead of the primary's MAC.")
@click.option(
    "--log", "log_form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Lines on stderr."
)
def node(
    config: Path,
    name: str,
    address: str,
    ports: tuple[str, ...],
    local: tuple[str, ...],
    control: Path | None,
    state: Path | None,
    metrics: str | None,
    pcap: Path | None,
    keepalive: str | None,
    policy: str,
    liveness: str,
    ask_time: str,
    init_delay: str,
    orphan_ports: str,
    lacp_mux: str,
    key_file: Path | None,
    system_id: str | None,
    log_form: str,
) -> None:
    """Run one device of a RouterOS configuration on real cables, until SIGTERM: a planned stop.

    \b
    Kinds of cable:
      raw:IFACE                a network interface, by AF_PACKET
      tap:IFACE                a TAP interface, made if it is not there
      tapfd:NUMBER             a TAP that is open already, by its file descriptor
      pcap:FILE                a capture played back, once, at its own pace
      unixgram:LOCAL:REMOTE    unix datagram sockets, a frame per datagram
      unixstream:PATH          listens on a unix stream socket; unixstream-to:PATH connects
    \b
    Example:
      pyiccp node peer1.rsc --name Peer1 --mac 74:4D:28:11:70:6B --state /var/lib/pyiccp \\
        --port sfp-sfpplus1=raw:veth0 --port sfp-sfpplus2=tap:tap0 --control /run/peer1.sock
    """
    import trio

    from pyiccp._service.daemon import Daemon
    from pyiccp._service.log import Log
    from pyiccp._service.ports import parse_port, socket_path
    from pyiccp.transports._udp import UdpPath

    if metrics is not None and find_spec("prometheus_client") is None:
        raise ConfigError("--metrics needs prometheus-client", property="metrics", fix="pip install 'pyiccp[node]'")
    tuning = Tuning(
        policy=policy,
        liveness=_span("liveness", liveness),
        ask_time=_span("ask-time", ask_time),
        init_delay=_span("init-delay", init_delay),
        orphan_ports=orphan_ports,
        lacp_mux=lacp_mux,
        system_id=None if system_id is None else _mac("system-id", system_id),
        shared_key=None if key_file is None else _key(key_file),
        keepalive=keepalive is not None,
    )
    if not 10_000_000 <= tuning.liveness <= 1_000_000_000:
        raise ConfigError("--liveness is outside 10ms to 1s", property="liveness")
    cables, own = dict(map(parse_port, ports)), dict(map(parse_port, local))
    settings = _settings(config, name, _mac("mac", address), tuple(cables), tuning)
    for port in cables:
        if port not in settings.ports:
            raise ConfigError(f"--port {port}: no physical port", fix=f"there are {', '.join(settings.ports)}")
    path = None
    if keepalive is not None:
        here, comma, there = keepalive.partition(",")
        if not comma:
            raise ConfigError(f"--keepalive {keepalive!r} is not LOCAL,PEER", property="keepalive", fix=_KEEPALIVE)
        try:
            path = UdpPath(_address("keepalive", here), _address("keepalive", there))
        except OSError as error:  # a host name, or one address of IPv4 and one of IPv6
            fix = f"two numbers of one kind, as in {_KEEPALIVE}"
            raise ConfigError(f"--keepalive {keepalive}: {error.strerror}", property="keepalive", fix=fix) from None
        if here == there:
            raise ConfigError("--keepalive: the peer's address is this node's own", property="keepalive")
    if control is not None:
        socket_path("--control", str(control))
    daemon = Daemon(
        settings,
        cables,
        Log(name, sys.stderr, log_form == "json"),
        local=own,
        keepalive=path,
        state=state,
        control=control,
        metrics=None if metrics is None else _address("metrics", metrics),
        pcap=pcap,
    )
    stopped, problem = False, None
    try:
        stopped = trio.run(daemon.run)
    except* OSError as group:
        problem = _leaf(group)
    if isinstance(problem, PermissionError):
        print(f"pyiccp: {problem.strerror}", file=sys.stderr)
        raise click.exceptions.Exit(EXIT_NO_PERMISSION)
    if problem is not None:
        raise ConfigError(f"cannot run: {problem.strerror or problem}")
    if not stopped:
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


def _leaf(group: BaseExceptionGroup[OSError]) -> OSError:
    """The first error itself, out of the groups of the nurseries that it came through."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, OSError)
    return error


def _key(file: Path) -> SharedKey:
    """The shared key in *file*: not on the command line, where everybody can read it."""
    try:
        return parse_key(text_of(file))
    except ConfigError as error:
        raise ConfigError(str(error), property="mlag-shared-key", fix="openssl rand -hex 32") from None
    except ValueError as error:
        raise ConfigError(f"{file}: {error}", property="mlag-shared-key", fix="openssl rand -hex 32") from None


def _settings(file: Path, name: str, address: Mac, ports: tuple[str, ...], tuning: Tuning) -> NodeConfig:
    parsed = parse_config(text_of(file), str(file))
    unknown = [port for port in ports if port not in parsed.ports]
    for note in (*parsed.notes, *(f"{file} says nothing of --port {port}" for port in unknown)):
        print(f"note: {note}", file=sys.stderr)
    return node_config(parsed, name=name, mac=address, extra_ports=ports, tuning=tuning)


def _span(option: str, text: str) -> Instant:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigError(f"--{option}: {error}", property=option) from None


def _mac(option: str, text: str) -> Mac:
    try:
        address = mac(text)
    except ValueError as error:
        raise ConfigError(f"--{option}: {error}", property=option) from None
    if is_group(address):
        raise ConfigError(f"--{option}: {text} is a group address", property=option)
    return address


def _address(option: str, text: str) -> tuple[str, int]:
    from pyiccp.transports._udp import parse_address

    try:
        return parse_address(text)
    except ValueError as error:
        raise ConfigError(f"--{option}: {error}", property=option) from None
