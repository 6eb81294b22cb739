"""What the bank limits: the decisions of its throttle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """What the bank limits, and what it tells of it."""

    kind: str = "none"
    """none, token-bucket, fixed-window, sliding-window, sliding-counter, concurrency."""
    quota: int = 20
    """Requests at once: a bucket's size, a window's number, requests in flight."""
    window: float = 1.0
    """Seconds of a window; a bucket is filled in so many."""
    counts_refused: bool = False
    shapes: bool = False
    """Requests above the limit are held back instead of refused."""

    # Who is counted
    key: str = "caller"
    """caller, address, everybody, path (as written), target (with query), forwarded (as headers say), method,
    connection, token, version (of HTTP), request (as it calls itself), host (as written), claimed (whom the
    request names, its secret unseen)."""
    own_address_exempt: bool = False
    """Requests that say they come from the bank itself are not counted."""
    failures_exempt: bool = False
    strangers_exempt: bool = False
    token_endpoint_exempt: bool = False

    # What is said
    status: int = 429
    retry_after: str = "seconds"
    """seconds, date, absent, or text that is sent as it is; {left} becomes the seconds left."""
    retry_after_offset: float = 0.0
    """Seconds added to the truth."""
    fields: str = "draft"
    """absent, draft (RateLimit, RateLimit-Policy), x (X-RateLimit-…), both."""
    fields_on: tuple[str, ...] = ("*",)
    """Paths whose answers carry the fields."""
    quota_told: int = 0
    """Told in place of the quota; 0 tells the truth."""
    remaining_frozen: bool = False
    """Remaining is always the quota."""
    x_quota_told: int = 0
    """Told in X-RateLimit-Limit in place of the quota."""
    malformed: bool = False
    """The RateLimit fields are no structured fields."""
    body: str = "contract"
    """contract, empty, html, other (JSON of another shape), data (what was asked for)."""
    cacheable: bool = False
    strain: str = ""
    """What happens above half of the quota: slow (answers take 4 s), faults (every fourth is a 500)."""
    lockout: float = 0.0
    """Seconds that a refused caller stays refused, begun anew by each refusal."""
