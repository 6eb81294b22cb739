"""What customers are told: who bears a loss, and how fraud is met (framework, paragraphs 49 to 51)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance import page
from conformance.model import Finding
from conformance.notice import Notice
from conformance.operation import Operation
from conformance.page import Page
from conformance.registry import Findings, check
from conformance.target import Target
from conformance.tsp import Tsp

NOTICE = Notice("liability", "page on liability", "customers need to know")
LIABLE: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "English": (page.words("unauthori[sz]ed"), page.words("liab", "responsib", "reimburse", "bear")),
    "Chinese": (
        page.words("未經授權", "未经授权", "未獲授權", "未获授权", "非授權"),
        page.words("責任", "责任", "承擔", "承担", "賠償", "赔偿"),
    ),
}
FRAUD: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "English": (page.words("fraud", "scam", "phish", "suspicious", "bogus", "fake", "impost"),),
    "Chinese": (
        page.words(
            "詐騙", "诈骗", "欺詐", "欺诈", "偽冒", "伪冒", "釣魚", "钓鱼", "可疑", "假冒", "騙案", "骗案"
        ),
    ),
}


@check()
def published(tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> Findings:
    """Publishes a page that tells customers of liability."""
    for name, url in NOTICE.addresses(target, offered).items():
        answer = page.fetch(tsp, url)
        if answer.status != 200:
            yield Finding(f"the page on liability in {name}", f"status {answer.status}", url, answer.exchange)


@check()
def states_who_is_liable(tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> Findings:
    """States, in English and in Chinese, who is liable for unauthorised transactions through a TSP."""
    yield from _said(
        NOTICE.shown(tsp, target, offered), LIABLE, "a statement on liability for unauthorised transactions"
    )


@check()
def warns_of_fraud(tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> Findings:
    """Warns customers, in English and in Chinese, of fraudulent sites and apps."""
    yield from _said(NOTICE.shown(tsp, target, offered), FRAUD, "a warning of fraud")


def _said(shown: list[Page], wanted: Mapping[str, tuple[re.Pattern[str], ...]], what: str) -> Findings:
    for language, patterns in wanted.items():
        if not any(all(pattern.search(one.text) for pattern in patterns) for one in shown):
            first = shown[0]
            yield Finding(f"{what} in {language}", "no such words", first.url, first.exchange)
