"""One MLAG bridge or one LACP client: octets in, cores, octets out.

Public of it is what `pyiccp` exports.
"""
