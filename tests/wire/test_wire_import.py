"""What importing the wire costs and loads."""

import subprocess
import sys

CODE = """
import sys, time
import construct, msgspec
start = time.perf_counter()
import pyiccp.wire
spent = time.perf_counter() - start
print(sorted({"trio", "rich", "numpy", "click", "hypothesis"} & set(sys.modules)), spent)
"""


def test_the_wire_loads_neither_trio_nor_rich_nor_numpy() -> None:
    out = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout
    assert out.startswith("[] ")
