"""The whole way from a carrier to a session and back (RFC 7275 4.2, 4.4)."""

from iccp.talk import ALL, DELAY, End, Talk, bonds
from pyiccp._sansio import milliseconds, seconds
from pyiccp.iccp import _application as app
from pyiccp.iccp import _connection as con
from pyiccp.iccp.events import (
    Application,
    ApplicationSwitched,
    CarrierEstablished,
    GroupSwitched,
    MalformedReceived,
    MlacpChanged,
    Stream,
    TlvsQueued,
)
from pyiccp.wire.iccp._fdb import HostSync
from pyiccp.wire.iccp._mlag import BondsEnd, BondUp
from pyiccp.wire.iccp._pdu import LdpStatus


def established() -> Talk:
    talk = Talk()
    talk.up()
    talk.run(milliseconds(10))
    assert talk.a.up and talk.b.up
    return talk


def test_a_session_is_up_four_delays_after_the_carrier() -> None:
    talk = Talk()
    start = talk.now
    talk.up()
    talk.run(milliseconds(10))
    for end, peer in ((talk.a, "b"), (talk.b, "a")):
        ((at, report),) = end.reports
        assert (report.up, report.peer) == (True, peer)
        assert at == start + 4 * DELAY
        assert [message.message_id for message in end.sent] == list(range(1, len(end.sent) + 1))
    assert talk.a.core.counters == talk.b.core.counters == {}


def test_an_end_whose_carrier_comes_a_delay_later_makes_no_difference() -> None:
    talk = Talk()
    talk.do(talk.b, CarrierEstablished())
    talk.run(DELAY - 1)
    talk.do(talk.a, CarrierEstablished())
    talk.run(milliseconds(10))
    assert len(talk.a.reports) == len(talk.b.reports) == 1
    assert talk.a.up and talk.b.up


def test_carrier_loss_ends_the_session_and_the_next_begins_from_nothing() -> None:
    talk = established()
    talk.do(talk.a, bonds(0))
    talk.do(talk.b, bonds(1))
    talk.run(milliseconds(1))
    assert talk.a.core.peer_ports
    talk.down("no heartbeat")
    for end in (talk.a, talk.b):
        assert end.reports[-1][1].up is False and end.reports[-1][1].why == "no heartbeat"
        assert end.core.peer_ports == {} and end.core.peer_system is None
        assert end.core.connection is con.State.NONEXISTENT
    talk.up()
    talk.run(milliseconds(1))
    assert talk.a.up and talk.b.up
    assert talk.b.core.peer_ports and talk.a.core.peer_ports


def test_application_data_arrive_in_order_and_without_a_connection_not_at_all() -> None:
    talk = Talk()
    talk.do(talk.a, TlvsQueued(Application.MLAG, (BondUp(1, True),)))
    assert talk.a.core.counters == {"TLVs without a connection": 1}
    talk.up()
    talk.run(milliseconds(1))
    talk.do(talk.a, TlvsQueued(Application.MLAG, (BondUp(1, True), BondUp(2, False))))
    talk.do(talk.a, TlvsQueued(Application.FDB, (HostSync(end=False),), Stream.BULK))
    talk.do(talk.a, TlvsQueued(Application.MLAG, (BondsEnd(),)))
    talk.run(milliseconds(1))
    assert talk.b.delivered == [
        (Application.MLAG, (BondUp(1, True), BondUp(2, False))),
        (Application.FDB, (HostSync(end=False),)),
        (Application.MLAG, (BondsEnd(),)),
    ]


def test_bulk_that_overtakes_the_last_connect_is_kept_until_the_session_is_up() -> None:
    """1 Urgent takes ten times as long as bulk. 2 A is up and sends hosts. 3 They reach B before A's last Connect."""
    talk = Talk()
    talk.delay[Stream.URGENT] = 10 * DELAY
    talk.do(talk.a, CarrierEstablished())
    talk.run(DELAY)
    talk.do(talk.b, CarrierEstablished())
    while not talk.a.up and not talk.b.up:
        talk.run(DELAY)
    first = talk.a if talk.a.up else talk.b
    talk.do(first, TlvsQueued(Application.FDB, (HostSync(end=False),), Stream.BULK))
    talk.run(seconds(1))
    late = talk.other(first)
    assert late.up
    assert late.delivered == [(Application.FDB, (HostSync(end=False),))]
    assert late.core.counters == {}


def test_long_data_are_cut_between_tlvs_and_keep_their_order() -> None:
    talk = established()
    tlvs = tuple(BondUp(number, True) for number in range(2000))
    talk.do(talk.a, TlvsQueued(Application.MLAG, tlvs))
    talk.run(milliseconds(1))
    assert len(talk.b.delivered) > 1
    assert sum((part for _, part in talk.b.delivered), ()) == tlvs


def test_a_core_goes_on_from_its_pickle_at_any_point() -> None:
    talk = Talk()
    talk.up()
    for _ in range(8):
        talk.thaw()
        talk.run(DELAY)
    talk.do(talk.a, bonds(0))
    talk.thaw()
    talk.run(DELAY)
    assert talk.b.up and talk.b.core.peer_ports
    assert talk.b.core.fingerprint(talk.now) == talk.b.core.fingerprint(talk.now)


def test_an_application_that_the_peer_does_not_run_is_named_and_tried_again_slowly() -> None:
    talk = Talk(b=End("b", applications=(Application.MLACP,)))
    talk.up()
    talk.run(seconds(1))
    assert not talk.a.up
    assert talk.a.reports[-1][1].why == "peer does not run FDB"
    assert talk.b.up
    sent = len(talk.a.sent)
    talk.run(seconds(13))
    assert len(talk.a.sent) == sent
    talk.run(seconds(300))
    # 15, 30, 60, 120, 120 seconds: two applications
    assert sent + 8 <= len(talk.a.sent) <= sent + 10


def test_it_comes_up_when_the_peer_begins_to_run_it() -> None:
    talk = Talk(b=End("b", applications=(Application.MLACP, Application.MLAG)))
    talk.up()
    talk.run(seconds(1))
    talk.do(talk.b, ApplicationSwitched(Application.FDB, True))
    talk.run(milliseconds(1))
    assert talk.a.up and talk.b.up
    assert talk.a.core.applications == dict.fromkeys(ALL, app.State.OPERATIONAL)


def test_leaving_the_group_and_coming_back() -> None:
    talk = established()
    talk.do(talk.a, GroupSwitched(False))
    talk.run(milliseconds(1))
    assert talk.a.reports[-1][1].why == "this node left the redundancy group"
    assert talk.b.reports[-1][1].why == "peer left the redundancy group"
    assert talk.a.core.connection is talk.b.core.connection is con.State.CAPREC
    talk.run(seconds(600))
    assert not talk.a.up and not talk.b.up
    talk.do(talk.a, GroupSwitched(True))
    talk.run(milliseconds(1))
    assert talk.a.up and talk.b.up


def test_another_group_is_refused() -> None:
    talk = Talk(b=End("b", domain=8))
    talk.up()
    talk.run(seconds(1))
    assert not talk.a.up and not talk.b.up
    assert talk.a.reports[-1][1].why == "peer is not in redundancy group 7"
    assert len(talk.a.sent) < 10


def test_an_application_of_ours_that_closes_takes_the_carrier_with_it() -> None:
    talk = established()
    talk.do(talk.b, ApplicationSwitched(Application.MLAG, False, "maintenance"))
    talk.run(milliseconds(1))
    for end in (talk.a, talk.b):
        assert not end.up
        assert end.resets == ["application MLAG closed"]


def test_octets_that_are_no_message_are_fatal_and_a_bad_value_is_not() -> None:
    talk = established()
    talk.do(talk.a, MalformedReceived(LdpStatus.MALFORMED_TLV_VALUE, "name of 81 octets"))
    assert talk.a.up
    talk.do(talk.a, MalformedReceived(LdpStatus.BAD_MESSAGE_LENGTH, "message of 3 octets"))
    assert talk.a.resets == ["message of 3 octets"]
    assert not talk.a.up
    talk.run(milliseconds(1))
    assert talk.b.resets == ["peer closed the session: bad message length"]


def test_mlacp_is_told_at_once_and_in_full_before_anything_else() -> None:
    talk = Talk()
    talk.do(talk.a, bonds(0, keys=(10, 20), per_bond=2))
    talk.do(talk.b, MlacpChanged(bonds(1).system, (), ()))
    talk.up()
    talk.run(milliseconds(1))
    core = talk.b.core
    assert core.peer_system == bonds(0).system
    assert sorted(core.peer_aggregators) == [11, 21]
    assert len(core.peer_ports) == 4
    assert all(state is not None for _, state in core.peer_ports.values())
    assert talk.b.mlacp_reports == 1
