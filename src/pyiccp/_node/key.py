"""The key that two nodes share: read from text, never shown."""

import msgspec

LEAST = 16
"""Octets; shorter ones can be guessed from one captured frame."""


class SharedKey(msgspec.Struct, frozen=True, gc=False):
    """A secret: printing it, or anything that holds it, shows no more than that it is there."""

    octets: bytes

    def __repr__(self) -> str:
        return "<shared key>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


def parse_key(text: str) -> SharedKey:
    """The key that *text* is; ValueError, without the text, when it is too short."""
    octets = text.strip().encode()
    if len(octets) < LEAST:
        raise ValueError(f"{len(octets)} octets are too few for a key, {LEAST} are the least")
    return SharedKey(octets)
