"""`pyiccp decode`: what the control frames of a capture say."""

import csv
import io
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, TextIO

import click
import msgspec

from pyiccp._cli.files import named
from pyiccp._cli.output import quietly
from pyiccp._cli.progress import counted
from pyiccp._node.config import ConfigError
from pyiccp.capture._annotated import dump
from pyiccp.capture._decoder import BY_SCAN, FAMILIES, Decoded, Decoder
from pyiccp.capture._feed import Feed
from pyiccp.capture._files import Capture, read_feed
from pyiccp.capture._hexfile import HexReader
from pyiccp.capture._packet import CaptureError, Packet
from pyiccp.capture._records import records
from pyiccp.capture._scanning import Scan, mapped
from pyiccp.capture._table import COLUMNS, row
from pyiccp.capture._words import line
from pyiccp.wire._identify import DEFAULT_PORTS

STREAMS = {"iccp": "iccp", "sonic": "sonic-iccp", "none": ""}

Lines = Iterator[str]


@click.command(short_help="Print what the control frames of a capture say.")
@click.argument("file", metavar="FILE|-")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "jsonl", "hex", "csv"]), default="text", show_default=True
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT", help="Write to a file.")
@click.option("--input-format", type=click.Choice(["auto", "pcap", "pcapng", "hex"]), default="auto", show_default=True)
@click.option("--only", metavar="NAMES", help=f"Comma-separated: {', '.join(FAMILIES)}. stp means every kind of it.")
@click.option("--interface", type=click.IntRange(min=0), metavar="N", help="Only frames of this interface, from 0.")
@click.option(
    "--decode-as", multiple=True, metavar="tcp:PORT=NAME",
    help="Read a TCP port as iccp, sonic or none. 646 is iccp and 8888 is sonic unless you say otherwise.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit code 1 if anything is malformed or the file breaks off.")
def decode(
    file: str,
    form: str,
    output: Path | None,
    input_format: str,
    only: str | None,
    interface: int | None,
    decode_as: tuple[str, ...],
    strict: bool,
) -> None:
    """Decode LACP, Marker, spanning tree, ICCP and what pyiccp itself sends, out of a capture.

    FILE is pcap, pcapng (either may be gzipped) or a hexadecimal dump; - is standard input.
    Offsets of malformed frames count from the start of the frame; of what came by TCP, from the start of the PDU.

    \b
    Letters:
      LACP state   Activity Timeout aGgregation Synchronization Collecting Distributing deFaulted Expired
      BPDU flags   K change acknowledged, Agreement, Forwarding, Learning, the role (U A R D), Proposal, Topology change
    \b
    Examples:
      pyiccp decode trunk.pcap
      pyiccp decode trunk.pcap --only lacp --format jsonl | jq .actor
      tcpdump -U -i eth0 -w - | pyiccp decode -
      pyiccp decode session.pcap --decode-as tcp:9999=iccp --format hex
    """
    wanted = _only(only)
    ports = _ports(decode_as)
    with ExitStack() as stack:
        capture = _open(stack, file, input_format, wanted)
        stream = _output(stack, output)
        seen = _Seen(interface)
        seen.colour = stream.isatty() and not os.environ.get("NO_COLOR")
        decoder = Decoder(capture.interfaces, ports=ports, only=wanted)
        packets = counted(seen.packets(capture), "frames")
        lines = FORMATS[form](seen.decoded(decoder.decode(packets)), seen, capture)
        with quietly():
            for text in lines:
                stream.write(text)
            stream.flush()
    _report(seen, capture, strict)


class _Seen:
    """What went by."""

    def __init__(self, interface: int | None) -> None:
        self._interface = interface
        self.frames = 0
        self.said = 0
        self.malformed = 0
        self.start_ns: int | None = None
        self.colour = False

    def packets(self, capture: Capture) -> Iterator[Packet]:
        for packet in capture:
            self.frames += 1
            if self.start_ns is None:
                self.start_ns = capture.start_ns if isinstance(capture, Scan) else packet.time_ns
            if self._interface is None or packet.interface == self._interface:
                yield packet

    def decoded(self, found: Iterator[Decoded]) -> Iterator[Decoded]:
        for decoded in found:
            self.said += 1
            self.malformed += decoded.malformed is not None
            yield decoded


def _only(names: str | None) -> frozenset[str] | None:
    if names is None:
        return None
    wanted: set[str] = set()
    for name in names.split(","):
        if name.strip() not in FAMILIES:
            raise click.BadParameter(f"{name.strip()!r} is none of {', '.join(FAMILIES)}", param_hint="--only")
        wanted |= FAMILIES[name.strip()]
    return frozenset(wanted)


def _ports(rules: tuple[str, ...]) -> dict[int, str]:
    ports = dict(DEFAULT_PORTS)
    for rule in rules:
        where, _, name = rule.partition("=")
        kind, _, port = where.partition(":")
        if kind != "tcp" or not port.isdecimal() or int(port) > 0xFFFF or name not in STREAMS:
            said = f"{rule!r}: write tcp:PORT=NAME, where NAME is one of {', '.join(STREAMS)}"
            raise click.BadParameter(said, param_hint="--decode-as")
        ports[int(port)] = STREAMS[name]
    return ports


def _open(stack: ExitStack, name: str, input_format: str, wanted: frozenset[str] | None) -> Capture:
    try:
        file: BinaryIO = sys.stdin.buffer if name == "-" else stack.enter_context(open(name, "rb"))  # noqa: SIM115
        if input_format in ("auto", "pcap") and wanted is not None and wanted <= BY_SCAN:
            scan = mapped(file)
            if scan is not None:
                return scan
        feed = Feed(file)
        if input_format == "hex" or (input_format == "auto" and _is_text(feed.peek(64))):
            return HexReader(b"".join(iter(lambda: feed.read(1 << 20), b"")).decode("utf-8", "replace"))
        return read_feed(feed, input_format)
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror}") from None
    except CaptureError as error:
        raise ConfigError(f"{name}: {error}") from None


def _is_text(start: bytes) -> bool:
    return bool(start) and all(octet in b"\t\r\n" or 32 <= octet < 127 for octet in start)


def _output(stack: ExitStack, path: Path | None) -> TextIO:
    if path is None:
        return sys.stdout
    with named(path):
        return stack.enter_context(path.open("w", encoding="utf-8", newline=""))


def _text(found: Iterator[Decoded], seen: _Seen, capture: Capture) -> Lines:
    for decoded in found:
        for record in records(decoded):
            yield line(record, seen.start_ns) + "\n"


def _hex(found: Iterator[Decoded], seen: _Seen, capture: Capture) -> Lines:
    for decoded in found:
        for record in records(decoded):
            yield line(record, seen.start_ns) + "\n"
        rows = dump(decoded)
        yield "\n".join(map(_coloured, rows) if seen.colour else rows) + "\n\n"


def _coloured(row: str) -> str:
    """Offset and value stand back, the field stands out."""
    offset, octets, said = row[:6], row[6:54], row[54:]
    name, mark, value = said.partition(" = ")
    return click.style(offset, dim=True) + octets + click.style(name, fg="cyan") + mark + value


def _jsonl(found: Iterator[Decoded], seen: _Seen, capture: Capture) -> Lines:
    encode = msgspec.json.encode
    for decoded in found:
        for record in records(decoded):
            yield encode(record).decode() + "\n"


def _json(found: Iterator[Decoded], seen: _Seen, capture: Capture) -> Lines:
    """One document, written as it comes: the frames, then where the file stopped."""
    yield '{"schema":1,"frames":['
    separators = itertools.chain(("\n",), itertools.repeat(",\n"))
    for text in _jsonl(found, seen, capture):
        yield next(separators) + text[:-1]
    stopped = capture.stopped
    end = None if stopped is None else {"offset": stopped.offset, "why": stopped.why}
    yield f'\n],"stopped":{msgspec.json.encode(end).decode()}}}\n'


def _csv(found: Iterator[Decoded], seen: _Seen, capture: Capture) -> Lines:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")

    def taken() -> str:
        text = file.getvalue()
        file.seek(0)
        file.truncate()
        return text

    writer.writerow(COLUMNS)
    yield taken()
    for decoded in found:
        writer.writerows(row(record) for record in records(decoded))
        yield taken()


FORMATS: dict[str, Callable[[Iterator[Decoded], _Seen, Capture], Lines]] = {
    "text": _text,
    "json": _json,
    "jsonl": _jsonl,
    "hex": _hex,
    "csv": _csv,
}


def _report(seen: _Seen, capture: Capture, strict: bool) -> None:
    """What a person should know besides."""
    if capture.stopped is not None:
        click.echo(f"pyiccp: {capture.stopped}", err=True)
    if not seen.said and seen.frames:
        click.echo(f"pyiccp: {seen.frames} frames, none that was asked for", err=True)
    if strict and (seen.malformed or capture.stopped is not None):
        raise click.exceptions.Exit(1)
