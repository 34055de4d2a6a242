"""The lab's network with a plain switch for a node: time, wires, power, accounting."""

import pickle
from pathlib import Path

import pytest

from lab.fakes import FakeNode
from pyiccp._sansio import milliseconds, seconds
from pyiccp.lab._build import build
from pyiccp.lab._network import Network
from pyiccp.lab._result import result_of, to_json
from pyiccp.lab._scenario import parse

LINE = """
[lab]
until = "10s"
events = [{events}]
[node.A]
script = "/interface bridge add name=local1"
mac = "02:00:00:00:0A:00"
[node.B]
script = ""
mac = "02:00:00:00:0B:00"
[host.h1]
on = "A:local1"
[host.h2]
[[link]]
ends = ["A:ether1", "B:ether1"]
{link}
[[link]]
ends = ["B:ether2", "h2"]
[[keepalive]]
ends = ["A", "B"]
[[flow]]
from = "h1"
to = "h2"
every = "10ms"
start = "1s"
stop = "9s"
{flow}
"""


def line(*events: str, link: str = "", flow: str = "") -> Network:
    text = LINE.format(events=", ".join(f'"{event}"' for event in events), link=link, flow=flow)
    network = build(parse(text, "line.toml", Path()), FakeNode)
    network.start()
    return network


def ran(*events: str, link: str = "", flow: str = "") -> Network:
    network = line(*events, link=link, flow=flow)
    network.run(seconds(10))
    return network


def said(network: Network, node: str) -> list[tuple[int, str]]:
    return [
        (moment.at, moment.what) for moment in network.timeline if moment.node == node and "heard" not in moment.what
    ]


def test_every_frame_of_a_quiet_network_arrives_once() -> None:
    there, back = result_of(ran()).flows
    assert (there.source, there.target, there.sent, there.received) == ("h1", "h2", 801, 801)
    assert (back.source, back.target, back.sent, back.received) == ("h2", "h1", 801, 801)
    assert (there.lost, there.duplicated, there.reflected, there.reordered) == (0, 0, 0, 0)
    assert there.longest_gap == pytest.approx(0.01, abs=0.001)


def test_flow_options_one_way_and_broadcast() -> None:
    [only] = result_of(ran(flow="both = false\nbroadcast = true\nstreams = 1")).flows
    assert (only.sent, only.received) == (801, 801)


def test_delay_is_the_link_s() -> None:
    network = line(link='delay = "3ms"')
    network.run(seconds(1))
    [there, _] = network.directions
    network.run(seconds(1) + milliseconds(3))
    assert there.received == 0, "3 ms and 50 us"
    network.run(seconds(1) + milliseconds(3) + 50_000)
    assert there.received == 1


def test_cut_takes_carrier_from_both_ends_and_mend_gives_it_back() -> None:
    network = ran("3s cut A:ether1", "5s mend B:ether1")
    assert said(network, "A") == [
        (0, "start 1"),
        (0, "ether1 up"),
        (seconds(3), "ether1 down"),
        (seconds(5), "ether1 up"),
    ]
    assert (seconds(5), "mend B:ether1") in said(network, "lab")
    there, back = result_of(network).flows
    assert there.lost == back.lost == 200
    assert there.longest_gap == pytest.approx(2.0, abs=0.02)


def test_what_is_on_the_wire_at_a_cut_is_lost() -> None:
    assert result_of(ran("3s20us cut A:ether1", "3s30us mend A:ether1")).flows[0].lost == 1


def test_silence_keeps_carrier_and_can_be_one_way() -> None:
    network = ran("3s silence-tx A:ether1", "4s heal A:ether1", "5s silence-rx A:ether1", "7s heal B:ether1")
    assert said(network, "A") == [(0, "start 1"), (0, "ether1 up")]
    there, back = result_of(network).flows
    assert (there.lost, back.lost) == (100, 200)
    there, back = result_of(ran("3s silence B:ether1", "4s heal B:ether1")).flows
    assert (there.lost, back.lost) == (100, 100)


def test_crash_drops_carrier_and_keeps_only_what_was_remembered() -> None:
    network = ran("3s crash B", "5s start B", "6s crash B", "7s start B fresh")
    assert said(network, "B") == [
        (0, "start 1"), (0, "ether1 up"), (0, "ether2 up"),
        (seconds(5), "start 2"), (seconds(5), "ether1 up"), (seconds(5), "ether2 up"),
        (seconds(7), "start 1"), (seconds(7), "ether1 up"), (seconds(7), "ether2 up"),
    ]  # fmt: skip
    assert (seconds(3), "ether1 down") in said(network, "A")
    assert result_of(network).flows[0].lost == 300


def test_hang_keeps_carrier_and_a_start_then_flaps_it() -> None:
    network = line("3s hang B", "5s start B")
    network.run(seconds(4))
    assert said(network, "A") == [(0, "start 1"), (0, "ether1 up")]
    assert result_of(network).nodes["B"].state == "hung"
    network.run(seconds(10))
    assert said(network, "A")[2:] == [(seconds(5), "ether1 down"), (seconds(5), "ether1 up")]
    assert (seconds(5), "start 2") in said(network, "B")


def test_a_frozen_node_is_not_called_and_gets_it_all_afterwards() -> None:
    network = line("3s500ms freeze B", "4s cut A:ether1", "4s100ms mend A:ether1", "4s500ms thaw B")
    network.run(seconds(10))
    node = network.devices["B"].node
    assert isinstance(node, FakeNode)
    thaw = seconds(4) + milliseconds(500)
    calls = [call for call in node.calls if seconds(3) + milliseconds(500) < call[0] <= thaw]
    # What was due comes first, then what happened, in its order. The heartbeat of 4 s had been heard while frozen.
    assert calls == [
        (thaw, name) for name in ("advance", "KeepaliveReceived", "LinkWentDown", "LinkCameUp")
    ] or calls == [(thaw, name) for name in ("advance", "LinkWentDown", "KeepaliveReceived", "LinkCameUp")]
    there, _ = result_of(network).flows
    assert there.lost == 10, "those of the 100 ms without carrier; the others waited"


def test_a_stopped_node_goes_dark_after_its_last_words_have_left() -> None:
    network = ran("3s stop B", "3s500us cut keepalive")
    assert (seconds(3) + milliseconds(1), "ether1 down") in said(network, "A")
    assert result_of(network).nodes["B"].state == "off"


def test_a_start_during_the_stop_waits_for_its_end() -> None:
    network = ran("3s stop B", "3s start B", "5s start B")
    assert [at for at, what in said(network, "B") if what.startswith("start")] == [0, seconds(3) + milliseconds(1)]
    assert (seconds(5), "B runs already") in said(network, "lab")


def test_keepalive_can_be_cut() -> None:
    network = ran("3s500ms cut keepalive", "6s500ms mend keepalive")
    heard = [moment.at // seconds(1) for moment in network.timeline if moment.node == "A" and "heard B" in moment.what]
    assert heard == [1, 2, 3, 7, 8, 9]


def test_a_ring_is_counted_as_loop_and_duplicate_and_ends() -> None:
    ring = LINE.format(events="", link="", flow="") + '[[link]]\nends = ["A:ether7", "B:ether7"]\n'
    network = build(parse(ring, "ring.toml", Path()), FakeNode)
    network.start()
    network.run(seconds(10))
    result = result_of(network)
    assert result.loops > 0
    assert result.bad
    assert sum(flow.duplicated for flow in result.flows) > 0


def test_a_frame_back_at_its_sender_is_reflected() -> None:
    network = line()
    network.run(seconds(1))
    [there, _] = network.directions
    network.hosts["h1"].receive([there.next(seconds(2))], seconds(2))
    assert there.reflected == 1
    assert result_of(network).bad


def test_loss_is_of_the_seed() -> None:
    first, same = ran(link="loss = 0.1"), ran(link="loss = 0.1")
    assert to_json(result_of(first)) == to_json(result_of(same))
    assert 40 < result_of(first).flows[0].lost < 140


def test_a_rate_makes_frames_wait_and_drops_what_waited_too_long() -> None:
    # 66 octets and 24 of preamble, FCS and gap: 720 us a frame at 1 Mbit/s, 7.2 s at 100 bit/s.
    fast, slow = ran(link='rate = "1M"'), ran(link='rate = "36k"')
    assert result_of(fast).flows[0].lost == 0
    assert result_of(fast).flows[0].longest_gap == pytest.approx(0.01, abs=0.001)
    lost = result_of(slow).flows[0].lost
    assert 380 < lost < 420, "20 ms each: every other one"


@pytest.mark.parametrize("at", [0, 999, 3_000, 3_001, 4_321, 6_500])
def test_pickled_at_any_instant_and_resumed_it_says_the_same(at: int) -> None:
    events = ("3s freeze B", "4s thaw B", "5s crash A", "6s start A")
    whole = ran(*events, link='loss = 0.05\nrate = "10M"')
    network = line(*events, link='loss = 0.05\nrate = "10M"')
    network.run(milliseconds(at))
    resumed = pickle.loads(pickle.dumps(network))
    resumed.run(seconds(10))
    assert to_json(result_of(resumed)) == to_json(result_of(whole))


def test_running_in_strides_changes_nothing() -> None:
    network = line("3s cut A:ether1")
    for step in range(1, 1001):
        network.run(step * milliseconds(10))
    assert to_json(result_of(network)) == to_json(result_of(ran("3s cut A:ether1")))
