"""Whole networks on a virtual clock, from RouterOS configuration text; no socket, no thread, no wall clock."""
