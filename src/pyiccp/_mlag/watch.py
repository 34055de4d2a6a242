"""The keepalive path to the peer: polls every heartbeat, and what the answers say (M6.1, M8)."""

from pyiccp._mlag.events import Mode
from pyiccp._sansio import Instant
from pyiccp.wire._keepalive import Keepalive, Kind
from pyiccp.wire._mac import Mac

SILENT = 4
"""Polls without an answer after which the path counts as lost: the third's may still be on its way."""


class Watch:
    """Polls and answers; the caller keeps the deadline."""

    def __init__(self, domain: int, mac: Mac, interval: Instant) -> None:
        self.domain, self.mac, self.interval = domain, mac, interval
        self.polls = 0
        self.answered: Instant | None = None
        """When the newest answer came."""
        self.asked = 0
        """The first poll since the session was lost."""
        self.peer: Keepalive | None = None
        """The newest thing the peer said."""
        self.unanswered = 0
        """Polls in a row that got no answer while a session was up, up to one more than `SILENT`."""

    def alive(self, now: Instant) -> bool:
        """Polls are being answered: an answer within three intervals."""
        return self.answered is not None and now - self.answered <= 3 * self.interval

    def lived_with(self, proven: Instant) -> bool:
        """Polls were being answered when the session was last known to live: the end of a session that goes silent is
        found up to three intervals later, when a dead peer's last answer is four intervals old."""
        return self.answered is not None and proven - self.answered <= 2 * self.interval

    def poll(self, epoch: int, role: int, mode: Mode) -> Keepalive:
        """The next poll."""
        self.polls += 1
        return self._say(Kind.POLL, self.polls, epoch, role, mode)

    def miss(self) -> bool:
        """A poll is sent although the one before may have no answer yet; True when the path has just become silent."""
        self.unanswered += self.unanswered < SILENT + 1
        return self.unanswered == SILENT

    def receive(self, value: Keepalive, now: Instant) -> bool:
        """Take *value* in; False when it is not the peer's (wrong domain, or our own voice)."""
        if value.domain != self.domain or value.bridge_mac == self.mac:
            return False
        if value.kind == Kind.ANSWER and not 0 < value.number <= self.polls:
            return False
        self.peer = value
        if value.kind == Kind.ANSWER:
            self.answered = now
        return True

    def ask(self) -> None:
        """The session is lost: what counts is answered from the next poll on."""
        self.asked = self.polls + 1

    def fresh(self, value: Keepalive) -> bool:
        """*value* was said after the session was lost: it answers a poll sent since. What a peer said before it died
        may still be on its way, and a poll does not tell when it was sent."""
        return value.kind == Kind.ANSWER and value.number >= self.asked

    def answer(self, value: Keepalive, epoch: int, role: int, mode: Mode) -> Keepalive:
        """What to say to the poll *value*."""
        return self._say(Kind.ANSWER, value.number, epoch, role, mode)

    def _say(self, kind: Kind, number: int, epoch: int, role: int, mode: Mode) -> Keepalive:
        return Keepalive(
            domain=self.domain, kind=kind, number=number, epoch=epoch, role=role, mode=mode, bridge_mac=self.mac
        )

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """Counters left out."""
        age = None if self.answered is None else min(now - self.answered, 3 * self.interval + 1)
        peer = None if self.peer is None else (self.peer.epoch, self.peer.role, self.peer.mode)
        return age, peer, self.unanswered
