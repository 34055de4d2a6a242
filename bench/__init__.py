"""Measurements against what else there is: `python -m bench VERB`. Prints ratios; nothing here is a test."""
