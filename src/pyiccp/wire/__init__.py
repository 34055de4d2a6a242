"""Octets to values and back. The only floor that knows Construct."""
