"""QR payloads as the suite makes them, beside the bank's own reading of them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.bank.payments import qr as bank
from conformance.bank.payments.policy import PaymentPolicy
from conformance.embedded_writes import PAYEES
from conformance.writing import qr
from tests.checks.paying_bank import TRANSFER, blamed, judged

STALL = next(payee["identification"] for payee in PAYEES if payee["scheme"] == "qr")
PARTS = qr.objects(STALL) or ()


def accepted(payload: str, amount: str = "0.10", currency: str = "HKD") -> bool:
    return bank.accepted(PaymentPolicy(), payload, amount, currency)


def test_the_checksum_is_that_of_the_published_test_vector() -> None:
    assert bank.checksum("123456789") == "29B1"
    assert qr.checked("00020153033445802HK")[-4:] == bank.checksum("00020153033445802HK6304")


def test_a_payload_is_put_together_as_it_was_taken_apart() -> None:
    assert qr.assembled(PARTS) == STALL
    assert accepted(STALL)


def test_a_payload_of_a_till_asks_for_its_own_amount() -> None:
    till = qr.assembled(qr.changed(PARTS, "54", "0.10"))
    assert accepted(till)
    assert not accepted(till, "0.11")
    assert not accepted(STALL, currency="USD")


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "0002",
        STALL[:-1],
        STALL[:-4] + "0000",
        qr.assembled(PARTS, longer="26"),
        qr.assembled(tuple(p for p in PARTS if p[0] != "26")),
        qr.assembled((*PARTS, PARTS[-1])),
        qr.assembled((*PARTS[1:], PARTS[0])),
    ],
)
def test_a_payload_that_is_not_whole_is_refused(payload: str) -> None:
    assert not accepted(payload)


WIDE = "00020".translate({48 + digit: 0x660 + digit for digit in range(10)})


@pytest.mark.parametrize("text", ["", "0", "0099", "ab02cd6304FFFF", f"{WIDE}6304FFFF", "000201266304FFFF"])
def test_what_has_no_layout_is_not_taken_apart(text: str) -> None:
    assert not qr.objects(text)


def test_a_right_bank_is_not_blamed_for_a_payload_that_names_another_country() -> None:
    abroad = qr.assembled(qr.changed(PARTS, "58", "MO"))

    def file(data: dict[str, Any]) -> None:
        data["writes"]["creditors"] = [{"scheme": "qr", "identification": abroad, "name": "Stall"}]

    results, _ = judged("payment.qr_*", file=file, only=(TRANSFER,))
    assert not blamed(results)
