"""Telephone numbers and addresses of the web, as banks write them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from conformance.quantity import Unreadable


def phone(value: Any) -> str:
    """A telephone number, of Hong Kong where it has no country. Raises ``Unreadable``."""
    written = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    text = str(value).strip() if written else ""
    if not re.fullmatch(r"\+?[0-9()\s.-]{4,30}", text):
        raise Unreadable("a telephone number")
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) == 11 and digits.startswith("852"):
        digits = digits[3:]
    elif text.startswith("+"):
        return f"+{digits}"
    if len(digits) != 8:
        raise Unreadable("a Hong Kong telephone number of eight digits")
    return f"+852 {digits[:4]} {digits[4:]}"


def url(value: Any) -> str:
    """An absolute http or https URL. Raises ``Unreadable``."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole or re.search(r"\s", text):
        raise Unreadable("an absolute http or https URL")
    return text
