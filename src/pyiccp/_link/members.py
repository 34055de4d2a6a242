"""The members of the peer port, and the round trips on each of them (M2.2, M3.4)."""

from collections.abc import Iterator

from pyiccp._sansio import Instant
from pyiccp.wire._mac import Mac

SILENCE = 3
"""Heartbeat intervals without an echo after which a member, or the peer, is gone."""

_REMEMBERED = 64
"""Heartbeats of ours whose instant is kept; in three intervals there are three and a few immediate answers."""

NOBODY = Mac(b"")


class Member:
    """One physical port of the peer port."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.running = False
        self.received = 0
        """The newest number of the peer's heartbeats that came in here; what we echo."""
        self.proven_until: Instant = 0
        """Three intervals after we sent the newest heartbeat that the peer has echoed here."""
        self.speaker = NOBODY
        """Source address of the peer on this wire."""
        self.spoken_at: Instant = 0

    def is_peer(self, source: Mac, silence: Instant, now: Instant) -> bool:
        """*source* may speak here: one speaker on a wire, until it has been silent for *silence* (M3.2)."""
        if self.speaker not in (NOBODY, source) and now - self.spoken_at < silence:
            return False
        self.speaker = source
        self.spoken_at = now
        return True

    def forget_speaker(self) -> None:
        """The wire was cut: who speaks on it next is not known."""
        self.speaker = NOBODY

    def forget(self) -> None:
        """The peer is another one now, or gone: nothing is proven."""
        self.received = 0
        self.proven_until = 0

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        return self.name, self.running, self.received, max(self.proven_until - now, 0), self.speaker


class Members:
    """All members, and when our heartbeats were sent.

    The echo in a heartbeat is the newest number heard *on that member*, so each member proves its own round trip; the
    session lives while one of them does.
    """

    def __init__(self, names: tuple[str, ...], heartbeat: Instant) -> None:
        self._silence = SILENCE * heartbeat
        self._by_name = {name: Member(name) for name in names}
        self._sent: dict[int, Instant] = {}
        self.newest = 0
        """Number of our newest heartbeat in this incarnation."""
        self.proven: Instant = 0
        """When the newest heartbeat was sent that the peer has echoed anywhere; outlives the session."""

    def get(self, name: str) -> Member | None:
        """The member called *name*."""
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._by_name.values())

    @property
    def running(self) -> tuple[Member, ...]:
        """Those with carrier."""
        return tuple(member for member in self if member.running)

    def live(self, now: Instant) -> tuple[Member, ...]:
        """Those with carrier and a round trip that is new enough, in configured order."""
        return tuple(member for member in self if member.running and member.proven_until > now)

    def next_number(self, now: Instant) -> int:
        """The number of a heartbeat that is sent at *now*."""
        self.newest += 1
        self._sent[self.newest] = now
        for number, at in list(self._sent.items()):
            if now - at <= self._silence and len(self._sent) <= _REMEMBERED:
                break
            del self._sent[number]
        return self.newest

    def prove(self, member: Member, echo: int) -> bool:
        """The peer has heard our heartbeat *echo* on *member*; False when we do not remember it."""
        sent = self._sent.get(echo)
        if sent is None:
            return False
        member.proven_until = max(member.proven_until, sent + self._silence)
        self.proven = max(self.proven, sent)
        return True

    def forget_peer(self) -> None:
        """Another peer, or none: what the members have heard means nothing any more."""
        for member in self:
            member.forget()

    def restart(self) -> None:
        """A new incarnation of ours: its heartbeats count from 1."""
        self.forget_peer()
        self._sent.clear()
        self.newest = 0

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        sent = tuple((number, now - at) for number, at in self._sent.items())
        return self.newest, sent, tuple(member.fingerprint(now) for member in self)
