"""Words of which the member names of bank APIs are made, and which of them a name misspells."""

from __future__ import annotations

import re
from functools import lru_cache

from conformance.slip import one_edit

WORDS = frozenset(
    """
    access accessibility account accounts accrual address advance affordable age agreement alert allowed
    amount amounts annual annualised annualized applicant application applications apply appointment
    approval area asset assets atm attribute available availability average balance balances band bank
    banking banknote base basic basis before benchmark benefit benefits between bill board bonus book
    booked booking borrower branch branches brand brands building business buy calculation calendar
    cancellation cap capital card cards cash category channel channels charge charges charity cheque
    cheques choice city claim class client close closed closing code codes coin collateral colour combined
    commission company compound compounding condition conditions contact contactless content contract
    control conversion copy core corporate cost country cover coverage created credit credits creditor
    currencies currency current customer customers cycle daily data date dates datetime day days debit
    debits debtor default deposit depositing deposits description descriptions detail details device
    dimension direct disability disabled discount display district document documents duration early
    earning education effective electronic eligibility eligible email employment entitlement entity entry
    equity error estate event exchange exclusive expiry extension extra facility facilities factor feature
    features fee fees financial first fixed flat foreign form format free frequency full fund funds gender
    general gift group guarantee handling height high highest highlight holder holding holiday home hours
    identification identifier image income inclusive indicator indicators individual information initial
    installment instalment instalments institution instruction insurance insured interest international
    investment issue issued issuer item items joint kind label language last late latitude launch leaflet
    legal length level liability licence license limit limits line link links list loan loans local
    location locations locker long longitude lounge low lowest loyalty machine maintenance mandate manual
    market marketing markets maturity maximum medical membership merchant message method mileage miles
    minimum mobile mode money month monthly mortgage mortgages multiple name nature network notes notice
    notification number occupation offer offered offers office online open opened opening operating
    operation option optional order origin original other outstanding overdraft overdue owner package page
    paid parking part partner party passbook payable payee payer payment payments penalty percent
    percentage period periods permission person personal phone photo place plan platform point points
    policy portal position postal postcode posted precious preferential premium premiums previous price
    prices pricing prime principal priority privilege processing product products profile promotion
    property protected protection provider public purchase purpose quality quantity quarter range rate
    rates rating rebate record reference referral region registration relationship remark remarks
    remittance renewal rental repayment repayments representative request required requirement
    requirements residential response result retail return returned reward rewards risk safe salary sale
    sales saving savings scheme score season secured security segment sell service services servicing
    settlement share short size source spending spread staff standard start state statement status step
    stock stocks street structure structured student subject subscription subtype surcharge switch symbol
    target tariff tax telegraphic telephone temporary tenor term terms territory text tier tiers time
    title total trading transaction transactions transfer transfers transport travel type types underlying
    unit units unsecured update updated usage utilities validity value values variable vehicle version
    visa volume waived waiver wealth website weekday weekend weekly wheelchair width withdraw withdrawal
    withdrawals yearly years
    """.split()  # noqa: SIM905
)
"""Words as banks write them; the inflections that differ by a letter are listed, so that none is a slip."""

LONG = 7
"""Letters from which a word has no neighbour that is another word by accident."""
_TARGETS = tuple(sorted(word for word in WORDS if len(word) >= LONG))
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENDINGS = ("s", "es", "d", "ed", "r", "er", "y", "ly", "al", "ing", "n", "ion", "or")


def words_of(name: str) -> list[str]:
    """The words of a member name, by capitals and signs: ``creditDebitIndicator``, ``fee_amount``."""
    return _SPLIT.findall(name)


@lru_cache(maxsize=16384)
def meant_by(word: str) -> str | None:
    """The known word that a word of a name misspells by one letter, or None."""
    lower = word.casefold()
    if len(lower) < LONG - 1 or len(lower) > 24 or lower in WORDS or not lower.isascii():
        return None
    for known in _TARGETS:
        if abs(len(known) - len(lower)) <= 1 and one_edit(lower, known) and not _inflected(lower, known):
            return known
    return None


@lru_cache(maxsize=16384)
def joined(word: str) -> tuple[str, str] | None:
    """The two known words that a word runs together, or None."""
    lower = word.casefold()
    if lower in WORDS or lower in _COMPOUNDS or len(lower) > 30:
        return None
    for cut in range(4, len(lower) - 3):
        if lower[:cut] in WORDS and lower[cut:] in WORDS:
            return lower[:cut], lower[cut:]
    return None


_COMPOUNDS = frozenset(
    """
    bankcard banknotes benchmark brandname cardholder cashback chequebook codelist datasource dateline
    holdername homepage hotline interestrate landline loanamount metadata moneymarket namespace notebook
    opendate paycheque policyholder productname ratebook shareholder stockholder subtotal timeframe
    timeline timetable timezone website
    """.split()  # noqa: SIM905
)


def _inflected(word: str, known: str) -> bool:
    """Whether one is the other with another ending: no slip, but a word that the list does not have."""
    longer, shorter = (word, known) if len(word) > len(known) else (known, word)
    return longer != shorter and any(longer == shorter + ending for ending in _ENDINGS)
