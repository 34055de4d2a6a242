"""Prometheus' view of running nodes: what docs/node.md lists, as Prometheus' own parser reads it, whoever else asks."""

import re
import socket
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from pyiccp._service.metrics import AT_ONCE, YOUNG
from service.programs import Three

parser = pytest.importorskip("prometheus_client.parser")

DOCS = Path(__file__).parents[2] / "docs" / "node.md"
KEEPALIVE = ("127.82.0.1:7275", "127.82.0.2:7275")
ADDRESS = ("127.82.0.1", 9113)
Families = dict[str, tuple[str, dict[tuple[str, ...], float]]]


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name -> (type, labels), from the table."""
    rows = re.findall(r"^\| `([a-z_]+)(?:\{([a-z,]*)\})?` \| (gauge|counter) \|", DOCS.read_text(), re.MULTILINE)
    return {name: (kind, tuple(filter(None, labels.split(",")))) for name, labels, kind in rows}


def scrape(path: str = "/metrics") -> Families:
    """Name -> (type, values by label values)."""
    with urlopen(f"http://{ADDRESS[0]}:{ADDRESS[1]}{path}", timeout=5) as reply:
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = reply.read().decode()
    found: Families = {}
    for family in parser.text_string_to_metric_families(text):
        for sample in family.samples:
            _, values = found.setdefault(sample.name, (family.type, {}))
            values[tuple(sample.labels.values())] = sample.value
    return found


@pytest.mark.long
def test_a_pair_as_prometheus_sees_it(three: Three) -> None:
    """1. A node with everything on; its names, types and labels are those of the table. 2. The pair is up. 3. Its
    keepalive falls silent, its peer stops: the values follow. 4. What a device has not, it does not show."""
    metrics = f"{ADDRESS[0]}:{ADDRESS[1]}"
    three.start("peer1", "--metrics", metrics, "--keepalive", ",".join(KEEPALIVE))
    three.start("peer2", "--keepalive", ",".join(KEEPALIVE[::-1]))
    three.start("client")
    three.wait("both links carry", lambda: three.active(2))
    three.wait("the keepalive is answered", lambda: scrape()["pyiccp_keepalive_answered"][1] == {(): 1.0})
    three.wait("its half carries", lambda: scrape()["node_bonding_active"][1] == {("client-bond",): 1.0})
    three.wait("the peer's hosts are known", lambda: scrape()["pyiccp_hosts"][1][("peer",)] >= 1)

    seen = scrape()
    table = documented()
    assert set(seen) == set(table)
    with urlopen(f"http://{metrics}", timeout=5) as reply:
        families = list(parser.text_string_to_metric_families(reply.read().decode()))
    for family in families:
        for sample in family.samples:
            assert (family.type, tuple(sample.labels)) == table[sample.name], sample.name
    values = {name: each for name, (_, each) in seen.items()}
    assert values["pyiccp_mlag_connected"] == values["pyiccp_mlag_primary"] == {(): 1.0}
    assert values["pyiccp_maintenance"] == {(): 0.0}
    assert values["node_bonding_slaves"] == values["node_bonding_active"] == {("client-bond",): 1.0}
    assert values["pyiccp_hosts"][("own",)] >= 1
    assert values["pyiccp_findings"] == {("type-1",): 0.0, ("type-2",): 1.0}
    for name in ("queued", "dropped_total", "lost_total", "missed_total"):
        assert set(values[f"pyiccp_port_{name}"]) == {("sfp-sfpplus1",), ("sfp-sfpplus2",)}

    three.running["peer2"].kill()
    three.running["peer2"].wait()
    three.wait("the peer is gone", lambda: scrape()["pyiccp_mlag_connected"][1] == {(): 0.0})
    three.wait("the keepalive is silent", lambda: scrape()["pyiccp_keepalive_answered"][1] == {(): 0.0})
    three.running["peer1"].terminate()
    assert three.running["peer1"].wait(timeout=13) == 0

    three.running["client"].kill()
    three.running["client"].wait()
    three.start("client", "--metrics", metrics)
    assert set(table) - set(scrape()) == {
        "pyiccp_mlag_connected",
        "pyiccp_mlag_primary",
        "pyiccp_maintenance",
        "pyiccp_keepalive_answered",
    }
    assert scrape()["node_bonding_slaves"][1] == {("bond1",): 2.0}


HOSTILE = {
    "nothing": b"",
    "half a line": b"GET /met",
    "no end": b"GET /metrics HTTP/1.1\r\n" + b"X: y\r\n" * 2000,
    "octets": bytes(range(256)) * 40,
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "a body": b"POST /metrics HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 100_000,
    "another path": b"GET /../../etc/passwd HTTP/1.1\r\n\r\n",
    "no version": b"GET /metrics\r\n\r\n",
}


def throw(octets: bytes) -> bytes:
    with socket.create_connection(ADDRESS, timeout=10) as stream:
        try:
            stream.sendall(octets)
            stream.shutdown(socket.SHUT_WR)
            answer = b""
            while some := stream.recv(1 << 16):
                answer += some
        except OSError:  # it hangs up on what is too long
            return b""
    return answer


@pytest.mark.long
def test_a_scrape_after_hostile_requests(three: Three) -> None:
    """1. Rubbish gets an error or nothing. 2. So many connections that say nothing that the rest is closed. 3. They go:
    a scrape is answered as ever, and the node has not noticed."""
    three.start("peer1", "--metrics", f"{ADDRESS[0]}:{ADDRESS[1]}")
    before = scrape()
    for octets in HOSTILE.values():
        assert throw(octets)[:12] in (b"", b"HTTP/1.0 400", b"HTTP/1.0 404", b"HTTP/1.0 405")
    for path, code in (("/secrets", 404), ("/metrics/../x", 404)):
        with pytest.raises(HTTPError) as raised:
            scrape(path)
        with raised.value as reply:
            assert reply.code == code
    silent = [socket.create_connection(ADDRESS, timeout=10) for _ in range(4 * AT_ONCE)]
    closed = 0
    for stream in silent:
        stream.settimeout(0.05)
        with suppress(TimeoutError):
            closed += stream.recv(1) == b""
    for stream in silent:
        stream.close()
    assert closed >= 3 * AT_ONCE
    three.wait("a scrape is answered", lambda: bool(throw(b"HEAD /metrics HTTP/1.1\r\n\r\n")))
    three.wait("the tasks of the hostile are over", lambda: three.status("peer1")["tasks"] <= 20)
    after = scrape()
    assert set(after) == set(before)
    assert three.running["peer1"].poll() is None and YOUNG < 5
    assert "Traceback" not in (three.folder / "peer1.log").read_text()
