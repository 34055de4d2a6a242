"""One MLAG bridge or one LACP client: octets in, cores, octets out.

Internal but for what `pyiccp` exports of it.
"""
