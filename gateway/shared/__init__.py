"""State that several processes share, in a Redis: the locks of customers, what was done a moment ago, the pace.

Redis is an extra: of the modules here only `address` can be imported without it. Whatever happens to it, requests go on
with what their own process knows.
"""
