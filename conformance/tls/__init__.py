"""TLS seen from outside with our own wire code: what a host speaks, what it shows, whom it admits.

Facts (``probe``, ``certificate``, ``exposure``, ``mutual``) are gathered without a judgement and are plain
data; the judgement is the policies of ``profiles/security`` and the checks in ``checks/tls``.
Every connection is dialled by the caller's ``Dialler`` and is bounded in time, bytes and number.
"""
