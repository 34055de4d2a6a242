"""What a node has to say, one line each, on standard error."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO


class Log:
    """Lines as text or JSON. A reader that went away is no reason to stop."""

    def __init__(self, node: str, file: TextIO, as_json: bool, clock: Callable[[], datetime] | None = None) -> None:
        self._node, self._file, self._json = node, file, as_json
        self._clock = clock or (lambda: datetime.now(UTC))

    def __call__(self, what: str) -> None:
        time = self._clock().isoformat(timespec="milliseconds")
        if self._json:
            line = json.dumps({"time": time, "node": self._node, "what": what}, ensure_ascii=False)
        else:
            line = f"{time} {self._node}: {what}"
        try:
            print(line, file=self._file, flush=True)
        except OSError:
            return
