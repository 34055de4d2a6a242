"""What holds for every test."""

import signal

# A shell that starts pytest with `&` makes it deaf to Ctrl-C, and so every program that a test starts: those tests
# would wait for a program that goes on for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
