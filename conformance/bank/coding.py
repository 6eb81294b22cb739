"""Content coding of answers (RFC 9110, 8.4): gzip, asked for or not."""

from __future__ import annotations

import gzip

from werkzeug.wrappers import Request, Response


def coded(kind: str, request: Request, response: Response) -> Response:
    """Compress an answer with data: kind is never, asked, asked-unvaried or always."""
    if kind == "never" or response.status_code != 200 or request.method == "HEAD":
        return response
    headers = response.headers
    if kind == "asked":
        headers["Vary"] = ", ".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))
    if kind != "always" and request.accept_encodings["gzip"] <= 0:
        return response
    response.set_data(gzip.compress(response.get_data(), 1, mtime=0))
    headers["Content-Encoding"] = "gzip"
    if headers.get("ETag", "").startswith('"'):
        # Two codings of the same data are the same in the weak sense only.
        headers["ETag"] = f"W/{headers['ETag']}"
    return response
