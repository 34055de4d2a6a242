"""The program `pyiccp`: arguments, printing, exit codes; nothing else.

Internal: it changes without notice.
"""

from pyiccp.cli.program import main

__all__ = ["main"]
