"""Fuzzing of ourselves: see README.md in this folder. A package of the checkout, not of the wheel."""
