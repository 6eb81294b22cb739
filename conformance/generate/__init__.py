"""Requests made from an API description: seeds that a bank accepts, and copies with one thing changed.

Everything is a function of the description, the bank's own answers and the seed of the run, so that a run can
be repeated byte for byte. Nothing here opens a connection: all is sent through a ``Tsp``.
"""
