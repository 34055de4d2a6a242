"""Standard output: whose reader may go away at any time, and may be a person at a terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

_STYLES = (
    (r"(?m)^\[admin@.*$", "bold"),
    (r"(?m)^ +[\w-]+: (?:peer port not running|connecting)$", "yellow"),
    (r"(?m)^note: .*$", "dim"),
    (r"(?m)^warning: ", "yellow"),
    (r"(?m)^\d+ times a frame crossed.*$", "bold red"),
    (r"(?m)^ *\d+\.\d{3} s(?=  \w)", "dim"),
    (r"(?m)(?<= s  )lab +.*$", "bold cyan"),
)


@contextmanager
def quietly() -> Iterator[None]:
    """A closed pipe is no error and stays quiet."""
    try:
        yield
    except BrokenPipeError:
        # What is still buffered must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit(text: str) -> None:
    """Write *text*, coloured for a terminal (NO_COLOR is honoured); a closed pipe is no error and stays quiet."""
    with quietly():
        console = Console()
        if console.is_terminal and not console.no_color:
            styled = Text(text)
            for pattern, style in _STYLES:
                styled.highlight_regex(pattern, style)
            console.print(styled, end="", soft_wrap=True)
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
