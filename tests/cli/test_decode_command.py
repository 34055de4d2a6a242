"""`pyiccp decode` as a person calls it."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "vectors"
LACP = VECTORS / "lacp" / "LACP.pcap"
PROBES = VECTORS / "lacp" / "p01_ovs_probes.pcapng"
ICCP = VECTORS / "iccp" / "iccp.pcap"
RAPID = VECTORS / "public" / "802.1w_rapid_STP.pcap"
CUT = VECTORS / "public" / "stp-heapoverflow-1.pcap"
PROGRAM = [sys.executable, "-c", "from pyiccp._cli import main; main()", "decode"]


def decode(*arguments: str | Path, octets: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, *map(str, arguments)], input=octets, check=False, capture_output=True, timeout=60)


def objects(*arguments: str | Path, octets: bytes = b"") -> list[dict[str, object]]:
    done = decode(*arguments, "--format", "jsonl", octets=octets)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_line_a_frame() -> None:
    lines = decode(LACP).stdout.decode().splitlines()
    assert len(lines) == 20
    assert lines[0].split() == [
        "0.000000", "00:13:C4:12:0F:0D", "lacp", "actor", "32768,00:13:C4:12:0F:00", "key", "13", "port", "32768,22",
        "A-G----E", "partner", "32768,00:0E:83:16:F5:00", "key", "13", "port", "32768,25", "-TG-CD--",
    ]  # fmt: skip


def test_lacp_in_json() -> None:
    first = objects(LACP)[0]
    assert first == {
        "frame": 1, "time": 1258257730.267147, "time-ns": 1258257730267147000, "interface": 0,
        "source": "00:13:C4:12:0F:0D", "destination": "01:80:C2:00:00:02", "vlan": None, "protocol": "lacp",
        "version": 1,
        "actor": {
            "system-priority": 32768, "system": "00:13:C4:12:0F:00", "key": 13, "port-priority": 32768, "port": 22,
            "state": ["activity", "aggregation", "expired"], "state-octet": 0x85,
        },
        "partner": {
            "system-priority": 32768, "system": "00:0E:83:16:F5:00", "key": 13, "port-priority": 32768, "port": 25,
            "state": ["timeout", "aggregation", "collecting", "distributing"], "state-octet": 0x36,
        },
        "collector-max-delay": 32768,
        "tlvs": [],
    }  # fmt: skip


def test_times_have_all_their_digits() -> None:
    line = decode(LACP, "--format", "jsonl").stdout.splitlines()[0]
    assert b'"time":1258257730.267147000,' in line


def test_iccp_in_json() -> None:
    found = objects(ICCP)
    assert len(found) == 19
    assert found[3]["pdu"] == {"lsr-id": "192.0.2.1", "label-space": 0}
    assert found[3]["message"] == {"type": 0x700, "name": "RG Connect", "id": 4, "u": False}
    assert found[3]["rg-id"] == 100
    assert found[3]["tlvs"] == [
        {"type": 5, "name": "ICC RG ID", "u": False, "f": False, "rg-id": 100},
        {"type": 1, "name": "ICC Sender Name", "u": False, "f": False, "name-text": "pe1"},
        {"type": 0x30, "name": "MLACP Connect", "u": False, "f": False, "version": 1, "a": False},
    ]


def test_iccp_in_words() -> None:
    lines = decode(ICCP).stdout.decode().splitlines()
    said = [line.split("  iccp     ")[1] for line in lines]
    assert said[4] == "RG Connect 4 group 100: ICC Sender Name 'pe2'; MLACP Connect version 1 a"
    assert said[6].endswith(
        "NAK status 65541 (incompatible-version) rejected-message-id 4 "
        "[MLACP Connect version 2; Requested Protocol Version connection 48 version 1]"
    )
    assert " partner-state A-GSCD-- actor-state A-GSCD-- " in said[8], "letters, as for LACP"
    assert "PW ID peer 198.51.100.9 " in said[18]


def test_a_status_has_its_name_in_json() -> None:
    nak = objects(ICCP)[6]["tlvs"][2]  # type: ignore[index]
    assert (nak["status"], nak["status-name"]) == (0x00010005, "incompatible-version")


@pytest.mark.long
def test_a_dump_says_numbers_as_a_person_does() -> None:
    text = decode(RAPID, "--format", "hex").stdout.decode()
    for said in (" = 39 octets (0x27)\n", "max_age = 20 s (0x1400)\n", "root.mac = 00:19:06:EA:B8:80\n"):
        assert said in text
    assert "lsr_id = 192.0.2.1 (0xC0000201)\n" in decode(ICCP, "--format", "hex").stdout.decode()
    malformed = decode(CUT, "--format", "hex").stdout.decode()
    assert "at octet 19: 45 octets where 2 are left\n" in malformed
    assert "malformed = length: 45 octets where 2 are left\n" in malformed, "the offset is the row's own"


def test_one_json_document_with_where_the_file_stopped(tmp_path: Path) -> None:
    document = json.loads(decode(LACP, "--format", "json").stdout)
    assert (document["schema"], len(document["frames"]), document["stopped"]) == (1, 20, None)
    short = tmp_path / "short.pcap"
    short.write_bytes(LACP.read_bytes()[:-1])
    done = decode(short, "--format", "json")
    document = json.loads(done.stdout)
    assert len(document["frames"]) == 19
    assert document["stopped"] == {"offset": 2684, "why": "a record of 124 octets where 123 are left"}
    assert done.stderr.startswith(b"pyiccp: the file breaks off at octet 2684")
    assert done.returncode == 0
    assert decode(short, "--strict").returncode == 1
    assert json.loads(decode(short, "--format", "json", "--only", "lacp").stdout) == document, "by scan as well"


def test_malformed_frames_say_where_and_keep_the_fields_before() -> None:
    done = decode(PROBES, "--strict", "--format", "jsonl")
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stdout.splitlines()]
    bad = [one for one in found if "malformed" in one]
    assert [(one["protocol"], one["malformed"]["path"]) for one in bad].count(("slow", "subtype")) == 2
    short = next(one for one in bad if one["protocol"] == "lacp")
    assert short["actor"]["state"]
    assert short["malformed"]["path"] == "reserved"


@pytest.mark.parametrize("packed", [False, True])
def test_a_pipe_gives_the_same(packed: bool) -> None:
    octets = PROBES.read_bytes()
    assert objects("-", octets=gzip.compress(octets) if packed else octets) == objects(PROBES)


def test_hexadecimal_in_and_out() -> None:
    frame = bytes.fromhex("0180C2000002 020000000001 8809 01") + bytes(109)
    pair = (
        frame.hex(" ")
        + "\n\n# a comment\n"
        + "0000  "
        + frame[:16].hex(" ")
        + "\n0010  "
        + frame[16:32].hex(" ")
        + "\n"
    )
    found = objects("-", octets=pair.encode())
    assert [one["time"] for one in found] == [None, None]
    assert "malformed" not in found[0]
    assert found[1]["malformed"] == {"path": "actor.state", "offset": 32, "why": "18 octets where LACPDU needs 110"}
    shown = decode(LACP, "--format", "hex").stdout.decode()
    assert "000c  88 09  " in shown
    assert "actor.state = A-G----E" in shown
    assert sum(len(bytes.fromhex(line[6:54])) for line in shown.splitlines() if line[:4].isalnum()) == 20 * 124
    wrong = decode("-", octets=b"00 01\nnonsense\n")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"line 2 is no hexadecimal" in wrong.stderr


def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(decode(LACP, "--format", "csv").stdout.decode())))
    assert len(rows) == 20
    assert rows[0]["time"] == "1258257730.267147000"
    assert rows[0]["actor.state"] == "activity aggregation expired"
    assert rows[0]["root.mac"] == ""


@pytest.mark.long
def test_only_and_interface() -> None:
    everything = objects(PROBES)
    assert {one["protocol"] for one in objects(PROBES, "--only", "marker,slow")} == {"marker", "slow"}
    assert {one["interface"] for one in everything} == {0}
    ring = VECTORS / "stp" / "mstpd-ring3" / "all.pcapng"
    third = [one for one in objects(ring) if one["interface"] == 2]
    assert len(third) == 91
    assert objects(ring, "--interface", "2") == third
    nothing = decode(LACP, "--only", "iccp")
    assert (nothing.returncode, nothing.stdout) == (0, b"")
    assert nothing.stderr == b"pyiccp: 20 frames, none that was asked for\n"


def test_other_ports() -> None:
    octets = ICCP.read_bytes().replace(b"\x02\x86", b"\x22\xb8")
    assert decode("-", octets=octets).stderr.endswith(b"none that was asked for\n"), "8888 is SONiC's, and this is not"
    assert len(objects("-", "--decode-as", "tcp:8888=iccp", octets=octets)) == 19


def test_output_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    done = decode(LACP, "--format", "jsonl", "-o", target)
    assert (done.returncode, done.stdout) == (0, b"")
    assert target.read_bytes() == decode(LACP, "--format", "jsonl").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.pcap"], "none.pcap: No such file or directory"),
        ([str(Path(__file__))], "is no hexadecimal"),
        ([sys.executable], "no capture starts with 7f454c46"),
        ([str(LACP), "--only", "lapc"], "'lapc' is none of stp, lacp"),
        ([str(LACP), "--decode-as", "udp:1=iccp"], "write tcp:PORT=NAME"),
        ([str(LACP), "--input-format", "pcapng"], "no pcapng file starts with d4c3b2a1"),
        ([str(LACP), "-o", "/nowhere/at/all"], "/nowhere/at/all: No such file or directory"),
    ],
)
def test_usage_errors_leave_with_2(arguments: list[str], message: str) -> None:
    done = decode(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen(
        [*PROGRAM, str(PROBES)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0
