"""The refusal itself: when to come back, in which form, and whether that is so."""

from __future__ import annotations

from conformance.checks.rate_limit.declared import delay, moment
from conformance.document import Document, NotJson, parse, shown
from conformance.errors import Inconclusive, NotApplicable
from conformance.load.load import GRACE, Load
from conformance.load.shot import Hit, Shot
from conformance.model import Finding
from conformance.registry import Findings, check

_AT = "header Retry-After"


def _first(load: Load) -> Hit:
    """The first refusal of the kind that came most often, where an answer came."""
    found = load.refusing()
    answered = [hit for hit in found.refused if hit.status]
    if not answered:
        raise NotApplicable("the bank refuses by giving no answer")
    statuses = [hit.status for hit in answered]
    most = max(set(statuses), key=statuses.count)
    return next(hit for hit in answered if hit.status == most)


@check(intrusive=True, requests=0)
def retry_after_given(load: Load) -> Findings:
    """Tells in Retry-After when a refused request may be sent again."""
    hit = _first(load)
    missing = [h for h in load.measured().refused if h.status and h.header("Retry-After") is None]
    if missing:
        total = sum(1 for h in load.measured().refused if h.status)
        yield Finding(
            expected="Retry-After on every refusal",
            actual=f"none on {len(missing)} of {total} refusals",
            at=_AT,
            exchange=hit.exchange,
        )


@check(intrusive=True, requests=0)
def retry_after_form(load: Load) -> Findings:
    """Writes Retry-After as whole seconds or as an HTTP-date that is not past."""
    for hit in load.refusing().refused:
        value = hit.header("Retry-After")
        if value is None:
            continue
        text = value.strip()
        lines = sum(name.lower() == "retry-after" for name, _ in hit.headers)
        if text.isascii() and text.isdigit() and lines == 1:
            continue
        at = moment(text)
        if lines > 1:
            actual = f"{lines} fields, the first of them {shown(value)}"
        elif at is None:
            actual = shown(value)
        elif at < (moment(hit.header("Date") or "") or load.tsp.now()) - 1:
            actual = f"{shown(value)}, which is past"
        else:
            continue
        yield Finding("whole seconds, or an HTTP-date to come", actual, at=_AT, exchange=hit.exchange)
        return


@check(intrusive=True, requests=60)
def retry_after_true(load: Load) -> Findings:
    """Serves a request again after the time of Retry-After, which is not much longer than it takes."""
    found = load.refusing()
    asked = delay(_first(load), load.tsp.now())
    if asked is None or asked < -1:
        raise NotApplicable("the refusals carry no Retry-After that can be relied on")
    if found.recovered and found.shortest:
        first = _first(load)
        served = next((hit.sent for hit in found.hits if hit.ok and hit.sent > first.sent), first.sent)
        took = max(served - first.sent, found.limit.window if found.limit and found.limit.window else 0.0)
        if asked > 3 * took + 2:
            yield Finding(
                expected=f"about as long as it takes: {took:.2g} s",
                actual=f"{asked:.0f} s",
                at=f"{_AT}, too long",
                exchange=first.exchange,
            )
            return
    if asked > load.caps.seconds:
        raise Inconclusive(f"the bank asks to wait {asked:.0f} s, and rate_limit.seconds allows less")
    with load.alone():
        last = load.exhaust(found)
        told = delay(last, load.tsp.now())
        if told is None:
            raise NotApplicable("not every refusal carries a Retry-After, which is judged by itself")
        wait = told
        # Silence since the refusal; a date and whole seconds may each be a moment early.
        load.rest(max(0.0, last.ended + wait + GRACE - load.now()))
        hit = load.fire([Shot(0.0, load.request())])[0]
        load.leave(found)
    if not hit.ok and hit.status == last.status:
        yield Finding(
            expected=f"the request served {wait:.0f} s after the refusal, as Retry-After says",
            actual=f"status {hit.status} after {hit.sent - last.ended:.1f} s",
            at=f"{_AT}, too short",
            exchange=hit.exchange,
        )


@check(intrusive=True, requests=0)
def explained(load: Load) -> Findings:
    """Explains the refusal in a body under the bank's error contract."""
    hit = _first(load)
    if hit.shot.request.method == "HEAD":
        return
    if not hit.body.strip():
        if hit.status in load.target.errors.no_body:
            raise NotApplicable(f"the bank's file says that {hit.status} has no body (errors.no_body)")
        actual = "an empty body"
    else:
        document = _document(hit)
        if document is None:
            kind = hit.header("Content-Type") or "no Content-Type"
            actual = f"{shown(kind)}: {shown(hit.body[:60].decode('utf-8', 'replace'))}"
        else:
            paths = load.operation.error_paths
            lost = [name for name, path in paths.items() if document.first(path) in (None, "")]
            if not lost:
                return
            actual = f"no {' and no '.join(lost)} in {shown(document.value)}"
    yield Finding(
        expected="a body in JSON that says what is wrong, in the shape of the bank's errors",
        actual=actual,
        at="body of the refusal",
        exchange=hit.exchange,
    )


def _document(hit: Hit) -> Document | None:
    kind = (hit.header("Content-Type") or "").split(";")[0].strip().lower()
    if not (kind.endswith("json") and kind.startswith(("application/", "text/"))):
        return None
    try:
        return parse(hit.body)
    except NotJson:
        return None


@check(intrusive=True, requests=0)
def not_stored(load: Load) -> Findings:
    """Does not let caches store a 429."""
    hit = _first(load)
    if hit.status != 429:
        raise NotApplicable("the bank does not refuse with 429")
    given = (hit.header("Cache-Control") or "").lower()
    told = {part.strip().partition("=")[0]: part.strip().partition("=")[2] for part in given.split(",")}
    if {"no-store", "private", "no-cache"} & told.keys():
        return
    lives = [told.get(name, "").strip('"') for name in ("s-maxage", "max-age")]
    until, at = moment(hit.header("Expires") or ""), moment(hit.header("Date") or "")
    late = not any(lives) and until is not None and until > (at or load.tsp.now())
    if "public" in told or late or any(life.isdigit() and int(life) > 0 for life in lives):
        field = "Expires" if late else "Cache-Control"
        yield Finding(
            expected="no permission to store the answer",
            actual=f"{field}: {shown(hit.header(field) or '')}",
            at=f"header {field} of the refusal",
            exchange=hit.exchange,
        )
