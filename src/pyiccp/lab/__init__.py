"""Whole networks on a virtual clock, from RouterOS configuration text; no socket, no thread, no wall clock.

`load` or `parse` reads a scenario, `run` takes it to its end, `prepare` gives the network itself, to be run step by
step; `to_text` and `to_json` print a result as `pyiccp lab` does.
"""

from pyiccp.lab._network import Network
from pyiccp.lab._result import Result, to_json
from pyiccp.lab._run import prepare, run
from pyiccp.lab._scenario import QUICKSTART, Scenario, load, parse
from pyiccp.lab._text import to_text

__all__ = ["QUICKSTART", "Network", "Result", "Scenario", "load", "parse", "prepare", "run", "to_json", "to_text"]
