"""Standard output, whose reader may go away at any time."""

import os
import sys


def emit(text: str) -> None:
    """Write *text*; a closed pipe is no error and stays quiet, at exit too."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
