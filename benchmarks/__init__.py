"""What the work costs, against what a user would pick instead and against the bare minimum.

Rule: the same work, in one run, taken in turns; no row is tuned, and where a peer is ahead the
table says so.
"""
