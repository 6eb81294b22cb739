"""One-time passwords that are not the right one."""

from __future__ import annotations


def another(password: str) -> str:
    """A password of the same form that is another one."""
    other = "".join(str((int(c) + 1) % 10) if c.isdecimal() and c.isascii() else c for c in password)
    return other if other != password else f"{password[:-1]}{'b' if password[-1:] == 'a' else 'a'}"
