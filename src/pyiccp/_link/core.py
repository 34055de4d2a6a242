"""The link core: who the peer is, whether it is there, and two streams of messages to it (M2, M3.2, M4.4).

**Sessions.** A session is a pair of incarnations (`incarnation`). Heartbeats alone are read whatever they name;
everything else counts only while established and when it names exactly the two incarnations of the session. The peer
is *adopted* from its first heartbeat, and *established* when a heartbeat of it echoes one of ours that is new enough.
Who loses its peer, for whatever reason, takes the following incarnation and says so at once: the other side then sees
a newer incarnation, loses the old one and starts with empty streams as well. A heartbeat of an incarnation that is not
newer than the adopted one is ignored while the adopted one is heard; it is adopted when that has been silent for three
intervals (a node that lost its store counts from one again), or at once after loss of carrier.

**Heartbeats** begin a round trip every interval and as soon as a member is up. They are answered at once: with our
newest number again where the peer knows us (what is not new is not answered in turn), with a new one where that begins
to make us known. So the newest echo is never older than an interval and a round trip, the end of a peer is found
between two and three intervals later, and both ends are established two or three one-way delays after carrier.

**Resets.** A session that is given up by order, or because the peer takes nothing, is not taken up again before a
pause that doubles from one interval: until then the peer's heartbeats are not read, and ours name nobody.
"""

from collections.abc import Sequence
from typing import Any

from pyiccp._link.events import (
    Action,
    Deliver,
    DeliverFence,
    Establish,
    Event,
    FenceQueued,
    ForeignReceived,
    Lose,
    MemberCameUp,
    MembersHeard,
    MemberWentDown,
    MessageQueued,
    Pull,
    Refuse,
    ResetRequested,
    SealRefused,
    SegmentReceived,
    Stream,
    TransmitSegment,
)
from pyiccp._link.incarnation import first, following, is_newer
from pyiccp._link.members import SILENCE, Member, Members
from pyiccp._link.outbound import CREDIT, MAX_MESSAGE
from pyiccp._link.pauses import Pauses
from pyiccp._link.refusal import Refusal, Rival
from pyiccp._link.streams import RETRY, Streams
from pyiccp._sansio import Instant, Timers
from pyiccp.wire._link import Data, Envelope, Fence, Heartbeat, Segment

THIRD_SPEAKER = "third ICCP speaker on peer port"


class LinkCore:
    """Events in, actions out; see the head of this file.

    `established`, `domain`, `incarnation` and `peer_incarnation` are public so that data in envelopes need not pass
    through `handle`: build with `segment`, check with `accepts`.
    """

    def __init__(self, domain: int, incarnation: int, heartbeat: Instant, members: tuple[str, ...]) -> None:
        self.domain = domain
        self.incarnation = first(incarnation)
        self.peer_incarnation = 0
        self.established = False
        self.live_members: tuple[str, ...] = ()
        """Members on which the peer is heard and hears us (M3.4)."""
        self.counters: dict[str, int] = {}
        self._heartbeat = heartbeat
        self._silence = SILENCE * heartbeat
        self._timers: Timers[str] = Timers()
        self._members = Members(members, heartbeat)
        self._streams = Streams(self._timers)
        self._refusal = Refusal(self._silence)
        self._beat_due: Instant = 0
        self._established_at: Instant = 0
        self._peer_heard_at: Instant = 0
        self._rival = Rival(self._silence)
        self._pauses = Pauses(heartbeat)
        self._called_at: Instant = 0
        self._told: tuple[str, ...] = ()
        """The live members, as last said."""
        self._out: list[Action] = []

    # --- the interface

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due."""
        return self._timers.next

    @property
    def proven(self) -> Instant:
        """The newest instant at which the peer is known to have lived: when we sent the heartbeat that it echoed."""
        return self._members.proven

    @property
    def heard_at(self) -> Instant:
        """When the peer's last heartbeat came in, of this session or the last one."""
        return self._peer_heard_at

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """*event* happened at *now*."""
        self._check_leases(now)
        match event:
            case SegmentReceived():
                self._segment_received(event, now)
            case MessageQueued(stream, message):
                self._message_queued(stream, message)
            case FenceQueued(fence):
                self._fence_queued(fence)
            case MemberCameUp(member):
                self._member_came_up(member, now)
            case MemberWentDown(member):
                self._member_went_down(member, now)
            case ForeignReceived(_, why, noise):
                self._refuse_unless_established(why, "noise", now) if noise else self._refuse(why, now)
            case SealRefused(_, why):
                self._refuse_unless_established(why, "refused by their seal", now)
            case ResetRequested(why):
                self._give_up(why, now)
        return self._finish(now)

    def advance(self, now: Instant) -> Sequence[Action]:
        """Fire what is due at *now*."""
        self._check_leases(now)
        for key in self._timers.due(now):
            if key in RETRY:
                if self._streams.retry(key, now):
                    self._count("repeated")
            elif key == "heartbeat":
                late = (now - self._beat_due) % self._heartbeat
                self._schedule_beat(now - late + self._heartbeat)
                self._beat(self._members.running, now)
            elif key == "refusal":
                self._refusal_due(now)
            elif key == "pause":
                self._beat(self._members.running, now)
        return self._finish(now)

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """The state, deadlines relative to *now*."""
        return (
            self.domain,
            self.incarnation,
            self.peer_incarnation,
            self.established,
            self.live_members,
            self._members.fingerprint(now),
            self._streams.fingerprint(now),
            self._refusal.fingerprint(now),
            self._rival.incarnation,
            self._pauses.number,
            self._timers.fingerprint(now),
        )

    def segment(self, body: Heartbeat | Data | Fence | Envelope) -> Segment:
        """*body* under the header of the moment."""
        return Segment(self.domain, self.incarnation, self.peer_incarnation, body)

    def accepts(self, segment: Segment) -> bool:
        """*segment* belongs to the living session."""
        return (
            self.established
            and segment.incarnation == self.peer_incarnation
            and segment.peer_incarnation == self.incarnation
            and segment.domain == self.domain
        )

    # --- leases: do we still believe in the peer (M2.2), and have we been awake (M2.4)?

    def _check_leases(self, now: Instant) -> None:
        called_at, self._called_at = self._called_at, now
        if not self.established:
            return
        if now - called_at > 2 * self._heartbeat:
            self._lose(f"frozen for {(now - called_at) // 1_000_000} ms", now)
        elif self._is_due("lease", now) and not self._count_live(now):
            self._lose("no heartbeat answered for three intervals", now)

    def _is_due(self, key: str, now: Instant) -> bool:
        deadline = self._timers.get(key)
        return deadline is not None and deadline <= now

    def _count_live(self, now: Instant) -> bool:
        """Find the members that are live now, and when the first of them will not be any more."""
        live = self._members.live(now)
        self.live_members = tuple(member.name for member in live)
        if live:
            self._timers.set("lease", min(member.proven_until for member in live))
        else:
            self._timers.cancel("lease")
        return bool(live)

    # --- carrier

    def _member_came_up(self, name: str, now: Instant) -> None:
        member = self._members.get(name)
        if member is None or member.running:
            return
        member.running = True
        if "heartbeat" not in self._timers:
            self._schedule_beat(now + self._heartbeat)
        self._beat((member,), now)

    def _member_went_down(self, name: str, now: Instant) -> None:
        member = self._members.get(name)
        if member is None or not member.running:
            return
        member.running = False
        member.forget()
        member.forget_speaker()
        if self.established and not self._count_live(now):
            self._lose("no carrier on the peer port", now)
        if not self._members.running:
            self._forget_peer()
            self._timers.cancel("heartbeat")
            self._timers.cancel("refusal")
            if self._refusal.clear():
                self._out.append(Refuse(""))

    # --- what the peer sends

    def _segment_received(self, event: SegmentReceived, now: Instant) -> None:
        segment = event.segment
        member = self._members.get(event.member)
        if member is None or not member.running:
            self._count("on-a-member-that-is-down")
        elif segment.domain != self.domain:
            self._refuse(f"peer domain {segment.domain}, ours {self.domain}", now)
        elif event.source and not member.is_peer(event.source, self._silence, now):
            self._refuse(THIRD_SPEAKER, now)
        elif isinstance(body := segment.body, Heartbeat):
            self._heartbeat_received(member, segment, body, now)
        elif not self.accepts(segment):
            self._count("of-another-session")
        elif isinstance(body, Data):
            self._data_received(body, now)
        elif isinstance(body, Fence):
            self._out.append(DeliverFence(member.name, body))

    def _data_received(self, data: Data, now: Instant) -> None:
        try:
            messages = self._streams.receive(data, now)
        except ValueError as error:
            self._count(str(error))
            return
        if messages:
            stream = Stream(data.stream)
            self._out += [Deliver(stream, message) for message in messages]

    # --- who speaks (M3.2)

    def _refuse(self, text: str, now: Instant) -> None:
        self._count("refused")
        if self._refusal.offend(text, now):
            self._out.append(Refuse(text))
        if "refusal" not in self._timers:
            self._timers.set("refusal", now + self._silence)

    def _refuse_unless_established(self, why: str, counted: str, now: Instant) -> None:
        """Shown only while there is no session: whoever can make noise on the wire must neither end one by it nor shut
        the gate."""
        if self.established:
            self._count(counted)
        else:
            self._refuse(why, now)

    def _refusal_due(self, now: Instant) -> None:
        if self._refusal.until > now:
            self._timers.set("refusal", self._refusal.until)
        elif self._refusal.clear():
            self._out.append(Refuse(""))

    # --- heartbeats (M2.2)

    def _schedule_beat(self, due: Instant) -> None:
        self._beat_due = due
        self._timers.set("heartbeat", due)

    def _beat(self, members: Sequence[Member], now: Instant) -> None:
        """Begin a round trip on each of *members*."""
        number = self._members.next_number(now)
        for member in members:
            self._send_heartbeat(member, number)

    def _send_heartbeat(self, member: Member, number: int) -> None:
        self._out.append(TransmitSegment(member.name, self.segment(Heartbeat(number, member.received))))

    def _heartbeat_received(self, member: Member, segment: Segment, beat: Heartbeat, now: Instant) -> None:
        if "pause" in self._timers:
            return
        news = segment.incarnation != self.peer_incarnation
        if news and not self._adopt(segment.incarnation, now):
            return
        self._peer_heard_at = now
        known = segment.peer_incarnation == self.incarnation
        fresh = beat.number > member.received
        if fresh:
            member.received = beat.number
        # Answered at once, and before anything that a new session sends: the answer establishes the other side.
        if news:
            self._beat(self._members.running, now)
        elif not known:
            self._beat((member,), now)
        elif fresh:
            self._send_heartbeat(member, self._members.newest)
        if known and self._members.prove(member, beat.echo) and self._count_live(now) and not self.established:
            self._establish(now)

    def _adopt(self, incarnation: int, now: Instant) -> bool:
        """A heartbeat of an incarnation other than the one we know: is it the peer's from now on?"""
        if not incarnation:
            return False
        heard = self.peer_incarnation and now - self._peer_heard_at < self._silence
        if heard and not is_newer(incarnation, self.peer_incarnation):
            if self._rival.lasts(incarnation, now) and self.established:
                self._refuse(THIRD_SPEAKER, now)
            return False
        if self.established:
            self._lose("the peer has started again", now, announce=False)
        self._forget_peer()
        self.peer_incarnation = incarnation
        return True

    # --- sessions

    def _establish(self, now: Instant) -> None:
        self.established = True
        self._established_at = now
        self._out.append(Establish(self.peer_incarnation))
        self._out += [Pull(stream, CREDIT) for stream in Stream]

    def _lose(self, why: str, now: Instant, announce: bool = True) -> None:
        """End the session, keep nothing of it, and take the following incarnation so that the peer ends it too."""
        self.established = False
        self.live_members = ()
        self._timers.cancel("lease")
        self._streams.close()
        self._streams = Streams(self._timers)
        self.incarnation = following(self.incarnation)
        self._members.restart()
        self._forget_peer()
        self._out.append(Lose(why))
        if announce:
            self._beat(self._members.running, now)

    def _give_up(self, why: str, now: Instant) -> None:
        """Lose the session and pause before the next."""
        if not self.established:
            return
        self._timers.set("pause", now + self._pauses.begin(now - self._established_at))
        self._lose(why, now)

    def _forget_peer(self) -> None:
        self.peer_incarnation = 0
        self._rival.incarnation = 0
        self._members.forget_peer()

    # --- what we send

    def _message_queued(self, stream: Stream, message: bytes) -> None:
        if len(message) > MAX_MESSAGE:
            raise ValueError(f"a message of {len(message)} octets; at most {MAX_MESSAGE} fit")
        if self.established:
            self._streams.queue(stream, message)
        else:
            self._count("messages-without-a-session")

    def _fence_queued(self, fence: Fence) -> None:
        if not self.established:
            self._count("fences-without-a-session")
            return
        segment = self.segment(fence)
        self._out += [TransmitSegment(member.name, segment, ordered=True) for member in self._members.running]

    def _finish(self, now: Instant) -> Sequence[Action]:
        """Send what may be sent, and hand over what this call has brought about."""
        if self.established:
            live = self.live_members
            for data, tries in self._streams.take(now):
                # Out of the first member that is heard; each repetition tries the next one.
                self._out.append(TransmitSegment(live[tries % len(live)], self.segment(data)))
            self._out += [Pull(stream, octets) for stream, octets in self._streams.pulls()]
            if self._streams.fault:
                self._give_up(self._streams.fault, now)
        out, self._out = self._out, []
        if self.live_members != self._told and (self.established or self._told):
            self._told = self.live_members if self.established else ()
            out.insert(0, MembersHeard(self._told))
        return out

    def _count(self, what: str) -> None:
        self.counters[what] = self.counters.get(what, 0) + 1
