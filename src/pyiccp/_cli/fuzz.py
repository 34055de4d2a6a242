"""`pyiccp fuzz`: mutated PDUs into a file, or at a device under test."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console

from pyiccp._cli.files import named
from pyiccp._cli.progress import counted
from pyiccp._node.config import ConfigError
from pyiccp.capture._files import read
from pyiccp.capture._packet import CaptureError, Packet
from pyiccp.capture._pcap import PcapWriter
from pyiccp.testing._campaign import Device, Finding, hunt
from pyiccp.testing._campaign import replay as sent_again
from pyiccp.testing._corpus import Case, cases
from pyiccp.testing._protocols import PROTOCOLS

EXIT_BAD, EXIT_NO_PERMISSION = 1, 3
_MILLISECOND = 1_000_000
_FOLDER = click.Path(path_type=Path, file_okay=False)
_names = ", ".join(PROTOCOLS)


def _protocols(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    for name in names:
        if name not in PROTOCOLS:
            raise click.BadParameter(f"{name!r} is none of {_names}")
    if not names:
        raise click.BadParameter(f"name at least one of {_names}")
    return names


_protocol = click.option(
    "--protocol", "protocols", callback=_protocols, default="lacp,rstp,iccp", show_default=True, metavar="NAMES",
    help=f"Comma-separated: {_names}.",
)  # fmt: skip
_count = click.option("--count", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N")
_seed = click.option("--seed", type=int, default=1, show_default=True, metavar="S", help="Equal seeds, equal inputs.")
_port = click.option("--port", "port", metavar="raw:IFACE", help="Throw frames out of this interface.")
_tcp = click.option("--tcp", metavar="HOST:PORT", help="Throw PDUs at this server, each in its own connection.")
_monitor = click.option("--monitor", metavar="CMD", help="Ends with 0 while the device is well.")
_restart = click.option("--restart", metavar="CMD", help="Brings the device back; needed to minimise.")
_patience = click.option(
    "--patience", type=click.FloatRange(min=0.1), default=5.0, show_default=True, metavar="SECONDS",
    help="What the monitor, and the device after a restart, may take.",
)  # fmt: skip


@click.group(short_help="Make wrong PDUs; see what a parser or a device does.")
def fuzz() -> None:
    """Make PDUs that are wrong in ways that matter, and see what a parser or a device makes of them.

    Inputs are mutants of valid PDUs: lengths that lie, TLVs that come twice, change places or slip into one another,
    reserved bits, boundary values, missing ends. Equal seeds give equal inputs.

    \b
    Examples:
      pyiccp fuzz generate --protocol lacp,rstp --count 10000 --seed 7 --pcap mutants.pcap
      pyiccp fuzz send --port raw:veth0 --monitor 'pgrep -x teamd' --restart 'systemctl restart teamd'
      pyiccp fuzz send --tcp 192.0.2.1:646 --protocol iccp
      pyiccp fuzz replay findings/case-1.json --port raw:veth0 --monitor 'pgrep -x teamd'
    """


@fuzz.command(short_help="Write mutated PDUs: a capture, or a corpus of files.")
@_protocol
@_count
@_seed
@click.option("--pcap", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT", help="Frames, as pcap.")
@click.option("--corpus", type=_FOLDER, metavar="DIR", help="Bare PDUs, a file each.")
def generate(protocols: tuple[str, ...], count: int, seed: int, pcap: Path | None, corpus: Path | None) -> None:
    """Write mutated PDUs: as frames into a capture, or bare, a file each, as fuzzers want their corpus.

    \b
    Examples:
      pyiccp fuzz generate --protocol lacp,rstp,iccp --count 1000 --seed 1 --pcap mutants.pcap
      pyiccp fuzz generate --protocol lacp --count 200 --corpus corpus/lacp
    """
    if (pcap is None) == (corpus is None):
        raise click.UsageError("say where to: either --pcap OUT or --corpus DIR")
    made = counted(cases(protocols, count, seed), "inputs")
    with named(pcap or corpus or ""):
        if pcap is not None:
            with pcap.open("wb") as file:
                writer = PcapWriter(file)
                for case in made:
                    frame = case.frame
                    writer.write(Packet(case.number + 1, case.number * _MILLISECOND, 0, frame, len(frame)))
        elif corpus is not None:
            _write(corpus, made)
    print(f"{count} inputs of {', '.join(protocols)}, seed {seed}, in {pcap or corpus}", file=sys.stderr)


def _write(folder: Path, made: Iterator[Case]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for case in made:
        (folder / f"{case.protocol}-{case.number:06d}.bin").write_bytes(case.octets)


@fuzz.command(short_help="Throw mutants at a device and keep what broke it, small.")
@_protocol
@_count
@_seed
@_port
@_tcp
@_monitor
@_restart
@_patience
@click.option("--batch", type=click.IntRange(min=1), default=100, show_default=True, help="Inputs between two looks.")
@click.option("--save", type=_FOLDER, default=Path("findings"), show_default=True, metavar="DIR")
def send(
    protocols: tuple[str, ...],
    count: int,
    seed: int,
    port: str | None,
    tcp: str | None,
    monitor: str | None,
    restart: str | None,
    patience: float,
    batch: int,
    save: Path,
) -> None:
    """Throw mutated PDUs at a device of yours, look after it, and keep what broke it, made as small as can be.

    The device is broken when the monitor ends with anything but 0, or when a TCP server takes no connection. With
    --restart (or if it comes back by itself) what broke it is minimised. The interface of the default route is refused.
    Exit code 1 when something was found.

    \b
    Examples:
      pyiccp fuzz send --port raw:veth0 --count 100000 --monitor 'ovs-appctl lacp/show >/dev/null'
      pyiccp fuzz send --tcp 127.0.0.1:646 --protocol iccp --restart './start-daemon'
    """
    device = _device(port, tcp, monitor, restart, patience)
    if device.kind == "raw" and monitor is None:
        print("note: without --monitor nobody sees whether the device lives", file=sys.stderr)
    units = (case.octets if device.kind == "tcp" else case.frame for case in cases(protocols, count, seed))
    if why := device.wrong():
        raise ConfigError(f"the device is not well before anything was sent: {why}", property="monitor")
    found, sent = 0, 0
    console = Console(stderr=True)
    with console.status("sending") if console.is_terminal else nullcontext() as status:
        for said in hunt(device, units, batch):
            if isinstance(said, Finding):
                found, sent = found + 1, said.sent
                print(f"{said.save(save)}: {said.why} ({'minimised' if said.minimised else 'not minimised'}, "
                      f"{len(said.units)} inputs, {sum(map(len, said.octets))} octets)")  # fmt: skip
            else:
                sent = said
                if status is not None:
                    status.update(f"{sent:,} of {count:,} sent")
    left = f", {device.left_out} frames left out that {port} does not take" if device.left_out else ""
    print(f"{sent} inputs sent, {found} findings{left}", file=sys.stderr)
    if found:
        raise click.exceptions.Exit(EXIT_BAD)


@fuzz.command(short_help="Send what was found again.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE...")
@_port
@_tcp
@_monitor
@_restart
@_patience
def replay(
    files: tuple[Path, ...],
    port: str | None,
    tcp: str | None,
    monitor: str | None,
    restart: str | None,
    patience: float,
) -> None:
    """Send findings again, in the order of their inputs: saved cases, captures (frames), or bare PDUs.

    Exit code 1 when the device breaks.

    \b
    Examples:
      pyiccp fuzz replay findings/case-1.json --port raw:veth0 --monitor 'pgrep -x teamd'
      pyiccp fuzz replay corpus/iccp-000017.bin --tcp 127.0.0.1:646
    """
    loaded = [(path, _units(path)) for path in files]
    device = _device(port, tcp, monitor, restart, patience)
    bad = 0
    for path, units in loaded:
        why = sent_again(device, units)
        bad += bool(why)
        print(f"{path}: {why or 'nothing happened'}")
        if why and not device.revive():
            break
    if bad:
        raise click.exceptions.Exit(EXIT_BAD)


def _units(path: Path) -> list[bytes]:
    with named(path):
        try:
            if path.suffix == ".json":
                return list(Finding.load(path).octets)
            with path.open("rb") as file:
                return [packet.octets for packet in read(file)]
        except CaptureError:
            return [path.read_bytes()]
        except ValueError as error:
            raise ConfigError(f"{path}: no saved case: {error}") from None


def _device(port: str | None, tcp: str | None, monitor: str | None, restart: str | None, patience: float) -> Device:
    from pyiccp.transports._target import NotHere, RawTarget, TcpTarget, Watch

    if (port is None) == (tcp is None):
        raise click.UsageError("say where to: either --port raw:IFACE or --tcp HOST:PORT")
    watch = Watch(monitor, restart, patience)
    try:
        if port is not None:
            kind, _, name = port.partition(":")
            if kind != "raw" or not name:
                raise click.BadParameter(f"{port!r}: write raw:IFACE", param_hint="--port")
            return RawTarget(name, watch)
        host, _, number = (tcp or "").rpartition(":")
        if not host or not number.isdecimal() or not 0 < int(number) < 1 << 16:
            raise click.BadParameter(f"{tcp!r}: write HOST:PORT", param_hint="--tcp")
        return TcpTarget(host.strip("[]"), int(number), watch)
    except NotHere as no:
        raise ConfigError(str(no)) from None
    except PermissionError:
        print("pyiccp: raw frames need CAP_NET_RAW: run as root", file=sys.stderr)
        raise click.exceptions.Exit(EXIT_NO_PERMISSION) from None
