"""The program `pyiccp`: arguments, printing, exit codes; nothing else."""

from pyiccp._cli.program import main

__all__ = ["main"]
