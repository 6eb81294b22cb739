"""A synthetic run: two phases, 60 requirements, 18 functions, every verdict, hostile bank text."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from conformance.model import (
    Case,
    CheckUse,
    Exchange,
    Finding,
    Function,
    Level,
    Profile,
    Requirement,
    Result,
    Source,
    Verdict,
    Waiver,
)
from conformance.results import Footer, Header, PlanFacts, Subject, Writer

STARTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

HOSTILE = (
    "<script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)> {{7*7}} {% raw %} ]]> --> "
    "\x1b[31mred\x1b]0;title\x07\x1b[2J [/foo] [bold]rich[/bold] \x00\x08\x0b\x9b31m "
    '\u202egnp.exe\u202c \u200b \ud800 \ufffe =HYPERLINK("https://evil.example") | `code` **bold** '
    "@everyone #1 \u2028 "
    "![x](https://evil.example/pixel) &amp; 匯率 汇率 'quote' \"double\" </details></main>\r\n::error::x"
)

_TITLES = {
    "deposits.savings-account-product": "Savings account products",
    "deposits.current-account-product": "Current account products",
    "deposits.time-deposit-product": "Time deposit products",
    "deposits.foreign-currency-account-product": "Foreign currency account products",
    "loans.credit-card-product": "Credit card products",
    "loans.mortgage-product": "Mortgage products",
    "loans.unsecured-loan-product": "Unsecured loan products",
    "loans.secured-loan-product": "Secured loan products",
    "other.safe-deposit-box-product": "Safe deposit boxes",
    "other.branch": "Branches",
    "other.atm": "ATMs",
    "other.fx-rate": "Foreign exchange rates",
    "accounts.availability": "Account availability",
    "accounts.status": "Account status",
    "accounts.balance": "Account balances",
    "accounts.transaction": "Account transactions",
    "investments.retail-fund-product": "Retail investment funds",
    "insurance.life-product": "Life and long-term insurance products",
}
NOT_OFFERED = ("investments.retail-fund-product", "insurance.life-product")

_SUBJECTS = {
    "product.ids_unique": "Identifies each row once.",
    "product.rates_in_range": "Keeps every rate between 0 and 100 per cent.",
    "product.buy_not_above_sell": "Buys no currency above the rate at which it sells it.",
    "product.fresh_timestamp": "Dates each exchange rate no older than the given age.",
    "language.traditional_is_han": "Answers in Chinese characters when Traditional Chinese is asked for.",
    "language.numbers_agree": "Gives the same numbers in every language.",
    "schema.canonical": "Fills every field that the framework names.",
    "paging.complete": "Shows each row on exactly one page.",
    "http.strict_transport_security": "Carries Strict-Transport-Security for at least the given age.",
    "http.error_contract": "Answers a wrong path with its own error body.",
    "oauth.scope_enforced": "Refuses a token without the scope.",
    "tls.no_version_below": "Refuses every protocol version below the floor.",
    "rate_limit.says_when": "Says with a 429 when to come back.",
}

_TEXTS = (
    "Each product has an identifier that no other product of the function has.",
    "A published interest rate is a percentage between 0 and 100.",
    "The buy rate of a currency is not above its sell rate.",
    "An exchange rate carries the time of its last update.",
    "Text asked for in Traditional Chinese is in Traditional Chinese.",
    "Numbers and identifiers are the same in every language.",
    "Every field that Annex C names is present and of its type.",
    "The pages of a list make the whole list, without gap or repeat.",
    "The API is reached over HTTPS only, and browsers are told so.",
    "An error is answered with a body that tells a developer what to mend.",
)
_LEVELS = (Level.EXPECTED, Level.EXPECTED, Level.RECOMMENDED, Level.EXPECTED, Level.BEYOND)
_SOURCES = {
    Level.EXPECTED: Source("HKMA Open API Framework 2018", "Annex C, item 3"),
    Level.RECOMMENDED: Source("HKMA Open API Framework 2018", "Annex B, B5"),
    Level.PERMITTED: Source("HKMA Open API Framework 2018", "Annex A"),
    Level.BEYOND: Source("RFC 6797", "6.1.1"),
}


def functions(phase: str) -> tuple[Function, ...]:
    """The functions of a phase: accounts are Phase III, all others Phase I."""
    return tuple(
        Function(name, title, phase, "Annex A", path=f"/{name}")
        for name, title in _TITLES.items()
        if name.startswith("accounts.") == (phase == "phase3")
    )


def requirements(phase: str, number: int = 30) -> tuple[Requirement, ...]:
    """Requirements of one phase; the last three are attested, untested and bound to a capability."""
    checks = list(_SUBJECTS)
    prefix = "P1" if phase == "phase1" else "P3"
    made = []
    for index in range(number):
        level = _LEVELS[index % len(_LEVELS)]
        made.append(
            Requirement(
                id=f"{prefix}-{('DAT', 'HTTP', 'LANG')[index % 3]}-{index + 1:03}",
                level=level,
                text=_TEXTS[index % len(_TEXTS)],
                source=_SOURCES[level],
                profile=phase,
                uses=(CheckUse(checks[index % len(checks)], {"max_age": "24h"}),)
                if index < number - 2
                else (),
                untested="" if index < number - 2 else "Published outside the API; no request can show it.",
                attested=index == number - 2,
                capability="paging" if index == number - 3 else "",
                why="A customer who compares offers by a wrong figure chooses the wrong product.",
                fix="Correct the value in the source system, and validate the feed before it is published.",
                tags=("owasp:API8:2023", "cwe:319") if "http." in checks[index % len(checks)] else (),
            )
        )
    return tuple(made)


def profiles() -> tuple[Profile, ...]:
    """Phase I and Phase III."""
    source = Source("HKMA Open API Framework 2018", "11.1, A4")
    return (
        Profile(
            "phase1",
            "Phase I: product and service information",
            "1.0",
            source,
            functions("phase1"),
            requirements("phase1"),
        ),
        Profile(
            "phase3",
            "Phase III: account information",
            "1.0",
            source,
            functions("phase3"),
            requirements("phase3"),
        ),
    )


TLS = {
    "host": "sandbox.example-bank.hk",
    "port": 443,
    "address": "192.0.2.10",
    "policy": "Mozilla intermediate 5.7",
    "versions": [
        {"name": "SSL 3.0", "offered": False},
        {
            "name": "TLS 1.0",
            "offered": True,
            "judgement": "bad",
            "suites": [
                {"name": "TLS_RSA_WITH_AES_128_CBC_SHA", "judgement": "bad", "remark": "no forward secrecy"}
            ],
        },
        {"name": "TLS 1.1", "offered": False},
        {
            "name": "TLS 1.2",
            "offered": True,
            "judgement": "good",
            "suites": [
                {"name": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "judgement": "good"},
                {"name": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "judgement": "weak", "remark": "no AEAD"},
            ],
        },
        {
            "name": "TLS 1.3",
            "offered": True,
            "judgement": "good",
            "suites": [
                {"name": "TLS_AES_128_GCM_SHA256", "judgement": "good"},
                {"name": "TLS_AES_256_GCM_SHA384", "judgement": "good"},
                {"name": "TLS_CHACHA20_POLY1305_SHA256", "judgement": "good"},
            ],
        },
    ],
    "chain": [
        {
            "subject": "CN=sandbox.example-bank.hk",
            "issuer": "CN=Example Issuing CA G2",
            "not_before": "2026-01-01",
            "not_after": "2026-03-20",
            "key": "EC P-256",
            "signature": "SHA-256 with ECDSA",
            "names": ["sandbox.example-bank.hk", "api.example-bank.hk"],
            "judgement": "weak",
            "remark": "expires in 18 days",
        },
        {
            "subject": "CN=Example Issuing CA G2",
            "issuer": "CN=Example Root CA",
            "not_before": "2022-05-01",
            "not_after": "2032-05-01",
            "key": "RSA 4096",
            "signature": "SHA-384 with RSA",
            "judgement": "good",
        },
        {
            "subject": "CN=Example Root CA",
            "issuer": "CN=Example Root CA",
            "not_before": "2015-05-01",
            "not_after": "2040-05-01",
            "key": "RSA 4096",
            "signature": "SHA-256 with RSA",
            "judgement": "good",
        },
    ],
}

RATE = {
    "subject": "GET /other.fx-rate",
    "limit": "token bucket, 20 a second, burst 40",
    "confidence": "high",
    "points": [
        {"at": t * 0.5, "asked": 5 + 2 * t, "achieved": min(5 + 2 * t, 40), "refused": max(0, 5 + 2 * t - 24)}
        for t in range(24)
    ],
}


def _case(requirement: Requirement, phase: str, function: str, number: int) -> Case:
    check = requirement.uses[0].check if requirement.uses else "publication.attestation"
    return Case(
        id=f"{requirement.id}.{check}.{function or 'bank'}.{number}",
        requirement=requirement.id,
        level=requirement.level,
        check=check,
        arguments=dict(requirement.uses[0].arguments) if requirement.uses else {},
        function=function,
        counts_for=(phase,),
        intrusive=check.startswith("rate_limit"),
    )


def exchange(number: int, case: Case, hostile: bool) -> Exchange:
    """One exchange of a case; a hostile one has the whole hostile text in every place that a bank fills."""
    dice = random.Random(number)
    body = '{"data": [{"id": "SAV-001", "name": "匯財儲蓄戶口", "rate": "104.5"}]}'
    return Exchange(
        id=number,
        case=case.id,
        started=STARTED.timestamp() + number * 0.05,
        seconds=0.012 + dice.expovariate(14) * (1 + len(case.function) % 4),
        method="GET",
        url=f"https://sandbox.example-bank.hk/v1/{case.function or 'health'}?page=1&page_size=50",
        request_headers=(("accept", "application/json"), ("authorization", "Bearer [redacted]")),
        request_body="",
        status=200,
        http_version="HTTP/1.1",
        response_headers=(("content-type", "application/json"), ("x-note", HOSTILE if hostile else "ok")),
        response_body=HOSTILE * 3 if hostile else body,
        response_bytes=len(body),
        curl=f"curl -H 'Accept: application/json' -H \"Authorization: Bearer $BANK_TOKEN\" "
        f"'https://sandbox.example-bank.hk/v1/{case.function}?page=1&page_size=50'",
    )


def _outcome(case: Case, number: int, first: int, hostile: bool) -> Result:
    """Mostly good; every thirteenth case has something to say."""
    base = {"started": STARTED.timestamp() + number * 0.2, "seconds": 0.04, "exchanges": (first,)}
    text = HOSTILE if hostile else "104.5"
    wrong = (
        Finding("a rate between 0 and 100", text, "/data/0/rate", first, 2, 2),
        Finding("a rate between 0 and 100", "-3", "/data/7/tiers/2/rate", first, 2, 2),
    )
    kind = number % 61
    if kind == 7:
        verdict = Verdict.FAIL if case.level is Level.EXPECTED else Verdict.OBSERVATION
        return Result(case, verdict, wrong, **base)  # type: ignore[arg-type]
    if kind == 14:
        verdict = Verdict.FAIL if case.level is Level.EXPECTED else Verdict.OBSERVATION
        missing = (
            Finding(
                "a Strict-Transport-Security header", "none", "header Strict-Transport-Security", None, 2, 2
            ),
        )
        return Result(case, verdict, missing, **base)  # type: ignore[arg-type]
    if kind == 21:
        unsteady = (Finding("the same total on every page", text, "/meta/total", first, 1, 3),)
        verdict = Verdict.INCONCLUSIVE if case.level is Level.EXPECTED else Verdict.OBSERVATION
        return Result(case, verdict, unsteady, "intermittent: seen 1 of 3 times", **base)  # type: ignore[arg-type]
    if kind == 28:
        return Result(case, Verdict.INCONCLUSIVE, reason="maintenance window 02:30-07:00", **base)  # type: ignore[arg-type]
    if kind == 35:
        return Result(case, Verdict.NOT_APPLICABLE, reason="paging is not declared")
    if kind == 42:
        return Result(case, Verdict.REVIEW, reason="the attestation has no evidence file yet", **base)  # type: ignore[arg-type]
    if kind == 49:
        waived = "until 2026-06-30: the vendor's release 4.2 mends it (OPS-118)"
        verdict = Verdict.FAIL if case.level is Level.EXPECTED else Verdict.OBSERVATION
        return Result(case, verdict, wrong[:1], waived=waived, **base)  # type: ignore[arg-type]
    notes: dict[str, object] = {}
    if number == 1:
        notes = {"tls": TLS, "rate": RATE, "clock": "0.4 s behind"}
    return Result(case, Verdict.PASS, notes=notes, **base)  # type: ignore[arg-type]


def results(cases: int, hostile: bool) -> Iterator[tuple[Result, Exchange]]:
    """So many results, each with its exchange, spread over both phases and all functions offered."""
    places = [
        (profile.name, requirement, function.id)
        for profile in profiles()
        for requirement in profile.requirements
        if requirement.uses
        for function in (*profile.functions, Function("", "", "", ""))
        if function.id not in NOT_OFFERED
    ]
    for number in range(cases):
        phase, requirement, function = places[number % len(places)]
        case = _case(requirement, phase, function, number)
        yield _outcome(case, number, number + 1, hostile), exchange(number + 1, case, hostile)


def write(
    path: Path, *, cases: int = 600, hostile: bool = True, error: bool = False, footer: bool = True
) -> Path:
    """A results file of a run that ended."""
    made = profiles()
    header = Header(
        Subject(
            "Example Bank (Hong Kong)", "sandbox", "https://sandbox.example-bank.hk/v1", "example-bank.yaml"
        ),
        STARTED,
        20260302,
        PlanFacts(
            "sha256:4be1c0ffee5a0d7c3f19f0c2a84b3fd5a6f6c8e7d9b0a1122334455667788990", cases + error, cases
        ),
        jobs=4,
        profiles=made,
        checks=_SUBJECTS,
        offered=tuple(name for name in _TITLES if name not in NOT_OFFERED),
        not_offered=NOT_OFFERED,
        limits={"requests_per_second": 10, "jobs": 4},
        allow=("intrusive",),
        waivers=(
            Waiver(
                "P1-DAT-*",
                "The vendor's release 4.2 mends it",
                date(2026, 6, 30),
                owner="API team",
                ticket="OPS-118",
            ),
            Waiver("http.*", HOSTILE if hostile else "old", date(2026, 1, 31)),
        ),
    )
    with Writer(path) as writer:
        writer.header(header)
        for result, sent in results(cases, hostile):
            writer.exchange(sent)
            writer.result(result)
        if error:
            case = _case(made[0].requirements[0], "phase1", "other.atm", cases)
            trace = (
                'Traceback (most recent call last):\n  File "rates.py", line 3\nZeroDivisionError: by zero'
            )
            writer.result(
                Result(case, Verdict.ERROR, reason="ZeroDivisionError: division by zero", traceback=trace)
            )
        if footer:
            finished = STARTED + timedelta(minutes=3, seconds=41)
            writer.footer(Footer(finished, 3 if error else 1, requests=cases, unused_waivers=("http.*",)))
    return path
