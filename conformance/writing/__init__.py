"""Calls that change a bank's state: what they may cost, how they are signed, what they leave behind.

A write is a call that makes or changes something of a customer's: an application, a consent to a payment, an
instruction, a mandate. A request to the token endpoint is none: it is the TSP's own login, which reads need
as much, and it makes nothing of a customer's.
"""
