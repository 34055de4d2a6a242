"""One seed, one outcome, to the octet: across processes, hash seeds, and a pickle in the middle."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from lab.quick import scenario, started
from pyiccp._sansio import milliseconds
from pyiccp.lab._network import Network
from pyiccp.lab._pcapng import PcapngWriter
from pyiccp.lab._result import result_of, to_json

EVENTS = ("4s500ms cut Peer1:sfp-sfpplus2", "5s crash Peer2", "6s mend Peer1:sfp-sfpplus2", "7s start Peer2")


def program(folder: Path, hash_seed: str) -> tuple[str, str, bytes]:
    arguments = ["lab", "--until", "11s", "--seed", "7", "--pcap", str(folder)]
    for event in EVENTS:
        arguments += ["--event", event]
    command = [sys.executable, "-c", "from pyiccp._cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    json = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True, check=True)
    assert text.stderr == json.stderr == ""
    return text.stdout, json.stdout, (folder / "lab.pcapng").read_bytes()


def test_two_processes_with_different_hash_seeds_say_the_same(tmp_path: Path) -> None:
    assert program(tmp_path / "one", "1") == program(tmp_path / "two", "2")


class Recorder:
    """Keeps the frames it is shown."""

    def __init__(self) -> None:
        self.octets = bytearray()

    def write(self, octets: bytes) -> int:
        self.octets += octets
        return len(octets)


def tail(network: Network, until: int) -> tuple[bytes, str]:
    recorder = Recorder()
    network.wires.capture = PcapngWriter(recorder, network.links)
    network.run(until)
    return bytes(recorder.octets), to_json(result_of(network))


@pytest.mark.parametrize("at", [0, 1, 1_000, 2_001, 4_501, 5_250, 7_000, 9_050])
def test_a_network_pickled_and_resumed_goes_on_the_same(at: int) -> None:
    lossy = [("[[keepalive]]", 'loss = 0.01\nrate = "1G"\n[[keepalive]]')]
    chosen = scenario(*EVENTS, until="10s", changes=[*lossy, ('to = "h2"', 'to = "h2"\nevery = "5ms"\nstart = "2s"')])
    network = started(chosen)
    network.run(milliseconds(at))
    copy = pickle.loads(pickle.dumps(network))
    assert tail(copy, chosen.until) == tail(network, chosen.until)
