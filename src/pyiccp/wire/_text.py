"""Text of a peer's choosing, made fit for logs, terminals and JSON."""


def printable(text: str) -> str:
    r"""*text* with all that is not printable written as \xNN or \uNNNN: octets that were no UTF-8, line ends that would
    forge a line of the log, sequences that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _written(one) for one in text)


def _written(one: str) -> str:
    code = ord(one)
    if 0xDC80 <= code <= 0xDCFF:  # an octet that `surrogateescape` kept
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
