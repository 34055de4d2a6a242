"""Why is this bond not up? What captures prove about LACP, spanning tree and ICCP, and what to do about it."""
