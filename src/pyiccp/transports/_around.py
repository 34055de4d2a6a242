"""A transport around another: what it does not do itself, the other does."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from pyiccp.transports._base import Transport


class Around:
    """Passes everything on to *inner*."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.offloads = inner.offloads

    @property
    def missed(self) -> int:
        return self.inner.missed

    async def __aenter__(self) -> Self:
        await self.inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.inner.__aexit__(kind, error, trace)

    async def link_change(self) -> bool:
        return await self.inner.link_change()

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await self.inner.send_many(frames)

    def discard(self) -> None:
        self.inner.discard()
