"""The receiving half of one stream: order, join, acknowledge."""

from pyiccp._link.outbound import MAX_MESSAGE, WINDOW

_ACKNOWLEDGE_EVERY = 8
"""Parts of one message that may go unacknowledged; well below the sender's window, so it never waits for us."""


class MessageTooLongError(ValueError):
    """The peer goes on with one message beyond MAX_MESSAGE: it does not speak our language."""


class Inbound:
    """Parts come in any order, twice or not at all; messages leave once and in order."""

    def __init__(self) -> None:
        self.arrived = 0
        """Every part up to this number is here; what we acknowledge."""
        self.owing = False
        """An acknowledgement is due now."""
        self._early: dict[int, tuple[bool, bytes]] = {}
        self._pieces: list[bytes] = []
        self._size = 0
        self._silent = 0

    def receive(self, sequence: int, more: bool, body: bytes) -> list[bytes]:
        """The messages that part *sequence* completes."""
        if sequence <= self.arrived:
            self.owing = True
            return []
        if sequence > self.arrived + 1:
            if sequence <= self.arrived + WINDOW:
                self._early[sequence] = more, body
            self.owing = True
            return []
        messages: list[bytes] = []
        if self._early:
            self.owing = True
        self._take(more, body, messages)
        while (part := self._early.pop(self.arrived + 1, None)) is not None:
            self._take(*part, messages)
        return messages

    def _take(self, more: bool, body: bytes, messages: list[bytes]) -> None:
        self.arrived += 1
        self._silent += 1
        self._size += len(body)
        if self._size > MAX_MESSAGE:
            raise MessageTooLongError
        if more:
            self._pieces.append(body)
            self.owing |= self._silent >= _ACKNOWLEDGE_EVERY
            return
        messages.append(b"".join((*self._pieces, body)) if self._pieces else body)
        self._pieces.clear()
        self._size = 0
        self.owing = True

    def settle(self) -> None:
        """An acknowledgement has just been sent."""
        self.owing = False
        self._silent = 0

    def fingerprint(self) -> tuple[object, ...]:
        """The state."""
        return self.arrived, tuple(sorted(self._early.items())), tuple(self._pieces), self._silent
