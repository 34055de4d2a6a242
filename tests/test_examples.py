"""What docs/examples shows works."""

import configparser
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def test_an_asyncio_program_hosts_nodes() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / "asyncio_host.py")],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == ["connected: primary, secondary", "stopped as planned"], done.stderr


CANCELLED = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
import trio
from asyncio_host import hosted

async def forever():
    try:
        await trio.sleep_forever()
    finally:
        print("let go")

async def wrong():
    raise ValueError("said in Trio")

async def main():
    task = asyncio.create_task(hosted(forever))
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")
    try:
        await hosted(wrong)
    except ValueError as error:
        print(error)

asyncio.run(main())
"""


def test_cancelling_in_asyncio_cancels_in_trio_and_errors_come_through() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CANCELLED, str(EXAMPLES)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["let go", "cancelled", "said in Trio"], done.stderr


def test_the_unit_file_asks_for_what_the_manual_says() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign, assignment]
    unit.read(EXAMPLES / "pyiccp@.service")
    service = unit["Service"]
    assert service["Type"] == "notify" and service["AmbientCapabilities"] == "CAP_NET_RAW CAP_NET_ADMIN"
    words = service["ExecStart"].split()
    assert words[1] == "node" and {"--name", "--state", "--control"} <= set(words)
