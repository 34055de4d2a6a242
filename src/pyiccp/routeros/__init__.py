"""RouterOS configuration text in, RouterOS monitor layouts out.

Internal but for what `pyiccp` exports of it.
"""
