"""What a node remembers, in a file: written whole and durable before the next act (mlag.md M1.6)."""

import fcntl
import os
from pathlib import Path

import msgspec

from pyiccp._mlag.soundness import wrong_store
from pyiccp._mlag.store import Store
from pyiccp._node.config import ConfigError


class StoreFile:
    """`NAME.json` in the state folder, held by one program at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.json"
        self._folder = folder
        self._lock = folder / f"{name}.lock"
        self._held: int | None = None

    def open(self) -> Store | None:
        """Hold the file; what it says, None for a fresh node. A file that cannot be read is an error, not a fresh
        node: it may hold the identity that the peer uses."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._held = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise ConfigError(f"{self.path} is in use by another node", property="state") from None
        try:
            store = msgspec.json.decode(self.path.read_bytes(), type=Store)
            why = wrong_store(store)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as error:
            why = str(error)
        if why:
            self.close()
            fix = "remove it to start as a fresh node"
            raise ConfigError(f"{self.path} cannot be read: {why}", property="state", fix=fix)
        return store

    def save(self, store: Store) -> None:
        """On return *store* is on disk; a crash at any instant leaves the old one or the new one."""
        written = self.path.with_suffix(".new")
        with written.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(store)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        written.rename(self.path)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Let go of the file."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
