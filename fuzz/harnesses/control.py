"""Whatever is written into the control socket, the answer is one line of JSON: what was asked for, or an error."""

from random import Random

import msgspec

from pyiccp._service.control import Control
from pyiccp.testing._tree import Seed

LINES = (
    b'{"ask": "picture"}\n',
    b'{"ask": "stop", "more": [1, 2.5, null, true, {"a": "\\u0000"}]}\n',
    b'{"ask": 5}\n',
    b'["ask"]\n',
    b"GET / HTTP/1.0\r\n\r\n",
    b'{"ask": "' + b"x" * 200 + b'"}\n',
    b'{"a": ' + b"[" * 4000,
)


def run(octets: bytes) -> None:
    asked: list[str] = []
    control = Control({"picture": lambda of: {"a": of}, "stop": lambda of: asked.append("stop")})
    answer = control._reply(octets)
    assert set(answer) in ({"ok"}, {"error"})
    line = msgspec.json.encode(answer)
    assert b"\n" not in line
    if asked:
        assert b"stop" in octets or b"\\u" in octets, "nobody asked for that"


def _seeds(rng: Random) -> list[Seed]:
    return [Seed.of_unknown(line) for line in LINES]


HARNESSES = (("control", _seeds, run, 3000),)
