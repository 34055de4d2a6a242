"""RouterOS configuration text in, RouterOS monitor layouts out.

Public of it is what `pyiccp` exports.
"""
