"""The same harnesses under atheris: coverage of our code and of construct says which inputs are worth keeping."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from random import Random

from fuzz.engine import FINDINGS

_NOT_RUN = 1
"""Python's own exit code: the harness could not be loaded. libFuzzer has others for what it finds."""


def guide(name: str, seconds: float, seed: int) -> int:
    """Run one harness in a process of its own, as libFuzzer ends the process it runs in."""
    if find_spec("atheris") is None:
        print("atheris is not installed: pip install -e '.[fuzz]', or use --engine plain", file=sys.stderr)
        return 2
    FINDINGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        words = [sys.executable, "-m", "fuzz.guided", name, str(seed), corpus]
        limits = [f"-max_total_time={max(int(seconds), 1)}", f"-seed={seed}", "-timeout=20", "-rss_limit_mb=2048"]
        done = subprocess.run(
            [*words, *limits, f"-artifact_prefix={FINDINGS}/{name}-"], capture_output=True, text=True, check=False
        )
    last = [line for line in done.stderr.splitlines() if line.startswith(("#", "Done", " ===", "Uncaught"))][-1:]
    outcome = {0: "nothing found", _NOT_RUN: "did not run"}.get(done.returncode, "found something")
    print(f"{name:24}{outcome}: {' '.join(last)}", flush=True)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:], sep="\n")
    return int(done.returncode != 0)


def _child(name: str, seed: int, corpus: Path, limits: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["pyiccp", "construct", "fuzz"]):
        from fuzz.engine import corpus as kept
        from fuzz.harness import every

        harness = every()[name]
    octets = [*kept(name), *(one.octets for one in harness.seeds(Random(f"{name} {seed}")))]
    for number, one in enumerate(octets):
        (corpus / f"seed-{number}").write_bytes(one)
    atheris.Setup([sys.argv[0], str(corpus), *limits], harness.one)
    atheris.Fuzz()


if __name__ == "__main__":
    _child(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
