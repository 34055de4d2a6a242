"""MLAG (multi-chassis link aggregation) as a sans-IO library, a lab and a node."""

__version__ = "0.1.0"
