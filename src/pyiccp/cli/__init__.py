"""The program `pyiccp`: arguments, printing, exit codes; nothing else."""

from pyiccp.cli.program import main

__all__ = ["main"]
