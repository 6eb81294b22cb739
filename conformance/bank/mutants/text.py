"""Defects of texts."""

from __future__ import annotations

import re
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import append, change, nth, put
from conformance.bank.products.policy import Row
from conformance.bank.proxy import answering

CARDS = "loans.credit-card-product"
MORTGAGES = "loans.mortgage-product"


@mutant("text.no_markup")
def line_breaks_of_html(policy: Policy) -> Policy:
    """The description of one card ends in a line break of HTML."""
    return policy.edit_list(CARDS, nth(0, append("description", "<br/>")))


@mutant("text.no_markup")
def script_in_text(policy: Policy) -> Policy:
    """The description of one mortgage holds a script."""
    return policy.edit_list(
        MORTGAGES, nth(0, append("description", "<script src=//bank.example/a.js></script>"))
    )


@mutant("text.no_entities")
def entities_in_text(policy: Policy) -> Policy:
    """A feature of one card is written with an entity of HTML."""
    return policy.edit_list(CARDS, nth(0, put("features", ["Dining &amp; shopping 餐飲 餐饮"])))


@mutant("text.no_control_characters")
def control_character_in_text(policy: Policy) -> Policy:
    """The description of one card holds a vertical tab."""
    return policy.edit_list(CARDS, nth(0, append("description", "\x0b")))


@mutant("text.no_control_characters")
def direction_override_in_text(policy: Policy) -> Policy:
    """The description of one card turns the direction of what follows."""
    return policy.edit_list(CARDS, nth(0, append("description", " \u202eevitcartta")))


@mutant("text.no_damaged_characters")
def replacement_character_in_text(policy: Policy) -> Policy:
    """The description of one card has lost a character to a change of encoding."""
    return policy.edit_list(CARDS, nth(0, append("description", " \ufffd")))


@mutant("text.no_damaged_characters")
def text_decoded_twice(policy: Policy) -> Policy:
    """The description of one card is UTF-8 that was read as Windows-1252."""
    return policy.edit_list(CARDS, nth(0, append("description", " cafÃ© â€œplusâ€")))


@mutant("text.no_damaged_characters")
def half_a_surrogate_pair(app: WSGIApplication) -> WSGIApplication:
    """A text holds half of a surrogate pair as an escape."""

    def amend(request: Request, response: Response) -> None:
        if request.path.startswith("/products/mortgages") and request.method == "GET":
            half = rb"\1\\ud83d"  # as long as what it replaces
            response.set_data(re.sub(rb'("description":")[A-Za-z ,]{6}', half, response.get_data(), count=1))

    return answering(app, amend)


@mutant("text.no_surrounding_space")
def trailing_space_in_enumeration(policy: Policy) -> Policy:
    """The repayment frequency of mortgages ends in a space."""
    return policy.edit_rows(MORTGAGES, append("repayment_frequency", " "))


@mutant("text.no_leftover_marks")
def footnote_mark(policy: Policy) -> Policy:
    """The name of one card ends in the mark of a footnote that is not there."""
    return policy.edit_list(CARDS, nth(0, append("name", "#")))


@mutant("text.no_leftover_marks")
def doubled_quotation_marks(policy: Policy) -> Policy:
    """An apostrophe in a description is doubled."""
    return policy.edit_list(CARDS, nth(0, append("description", " (bank''s choice)")))


@mutant("text.absence_said_one_way")
def many_ways_to_say_nothing(policy: Policy) -> Policy:
    """A remark of cards is N/A, a dash, an empty text and null by turns."""
    nothing = ("N/A", "-", "", None)

    def remarked(rows: list[Row], _: str) -> list[Row]:
        return [row | {"remark": nothing[place % len(nothing)]} for place, row in enumerate(rows)]

    return policy.edit_list(CARDS, remarked)


@mutant("text.absence_said_one_way")
def null_and_not_available(policy: Policy) -> Policy:
    """The remark of one card is null, and that of another N/A."""

    def remarked(rows: list[Row], _: str) -> list[Row]:
        rows[0]["remark"] = None
        rows[1]["remark"] = change("remark", str.upper)({"remark": "n/a"}, "en")["remark"]
        return rows

    return policy.edit_list(CARDS, remarked)


@mutant("text.no_damaged_characters")
def chinese_decoded_as_western(policy: Policy) -> Policy:
    """The description of one card holds Chinese in UTF-8 that was read as Windows-1252."""
    return policy.edit_list(CARDS, nth(0, append("description", " \u00e4\u00b8\u00ad\u00e7\u2019\u00b0")))


@mutant("text.no_leftover_marks")
def nothing_of_a_program(policy: Policy) -> Policy:
    """The description of one card ends in what a program writes for an object."""
    return policy.edit_list(CARDS, nth(0, append("description", " [object Object]")))


@mutant("text.no_leftover_marks")
def place_that_nothing_was_put_into(policy: Policy) -> Policy:
    """The description of one card names the place of a value instead of the value."""
    return policy.edit_list(CARDS, nth(0, append("description", " {{ product.rate }}")))
