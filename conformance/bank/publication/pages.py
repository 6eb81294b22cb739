"""The bank's public pages, written for customers and TSPs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

PARTNERS = (
    (
        "Harbour Ledger Limited",
        "Harbour Ledger (iOS and Android)",
        "海港帳簿有限公司",
        "海港帳簿流動應用程式",
    ),
    ("Peak Compare Limited", "peakcompare.example", "山頂比較有限公司", "peakcompare.example 網站"),
    ("Tramline Pay Limited", "Tramline for shops", "電車支付有限公司", "電車商戶通"),
)


def _page(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n"
        f"<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def portal(documents: Sequence[str]) -> str:
    """The developer portal."""
    links = "".join(
        f'<li><a href="/developers/{escape(name)}.yaml">OpenAPI description: {escape(name)}</a></li>'
        for name in documents
    )
    return _page(
        "en",
        "Reference Bank for developers",
        "<p>The bank's open APIs let third parties show its products and, with a customer's consent, the "
        "customer's accounts. Everything here can be tried in the sandbox with artificial data.</p>\n"
        '<p>How to engage: <a href="/developers/register">register your company</a>, accept the terms, and '
        'receive credentials within two days. Questions: <a href="mailto:openapi@bank.example">contact the '
        "open banking team</a>.</p>\n"
        f"<h2>Data dictionary</h2>\n<ul>{links}</ul>",
    )


def repository(name: str, address: str) -> str:
    """A public catalogue of banks' APIs."""
    return _page(
        "en",
        "Open API catalogue",
        "<table><tr><th>Provider</th><th>Portal</th></tr>\n"
        f"<tr><td>{escape(name)}</td><td><a href='{escape(address)}'>portal</a></td></tr>\n"
        "<tr><td>Second Bank</td><td><a href='https://second.example/'>portal</a></td></tr></table>",
    )


def partners(language: str, now: float, age: int) -> str:
    """The list of partnering TSPs and their products."""
    day = (datetime.fromtimestamp(now, UTC) - timedelta(days=age)).date()
    english = language == "en"
    first = 0 if english else 2
    rows = "".join(f"<tr><td>{one[first]}</td><td>{one[first + 1]}</td></tr>\n" for one in PARTNERS)
    if english:
        return _page(
            "en",
            "Our partners",
            "<p>The third parties below work with us. Nobody else may ask for your consent to see your "
            f"accounts. Last updated: {day:%-d %B %Y}</p>\n"
            f"<table><tr><th>Partner</th><th>Product</th></tr>\n{rows}</table>",
        )
    return _page(
        "zh-Hant",
        "合作夥伴",
        f"<p>以下第三方服務供應商與本行合作。更新日期 {day.year}年{day.month}月{day.day}日</p>\n"
        f"<table><tr><th>合作夥伴</th><th>產品</th></tr>\n{rows}</table>",
    )


def liability(language: str) -> str:
    """Who bears a loss, and how to beware of fraud."""
    if language == "en":
        return _page(
            "en",
            "Using third parties safely",
            "<p>You are not liable for a direct loss from unauthorised transactions made through a third "
            "party, unless you acted fraudulently or with gross negligence.</p>\n"
            "<p>Beware of fraudulent sites and apps: check that the third party is on our list, and never "
            "give your password to anybody.</p>",
        )
    return _page(
        "zh-Hant",
        "安全使用第三方服務",
        "<p>經第三方進行的未經授權交易如引致直接損失、而閣下並無欺詐行為或嚴重疏忽、毋須承擔責任。</p>\n"
        "<p>慎防偽冒網站及應用程式。請先核對合作夥伴名單。切勿向任何人透露密碼。</p>",
    )
