"""Defects of member names and types."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import nth, put, rename
from conformance.bank.products.policy import Row
from conformance.bank.proxy import answering

BRANCHES, ATMS = "other.branch", "other.atm"
CARDS = "loans.credit-card-product"
SAVINGS = "deposits.savings-account-product"


@mutant("shape.types_are_stable")
def number_or_text(policy: Policy) -> Policy:
    """A supplementary fee of cards is a number in one row and a text in the others."""

    def mixed(rows: list[Row], _: str) -> list[Row]:
        return [row | {"supplementary_fee": "HKD 900" if place else 900} for place, row in enumerate(rows)]

    return policy.edit_list(CARDS, mixed)


@mutant("shape.types_are_stable")
def list_or_object(policy: Policy) -> Policy:
    """The lounges of cards are a list in one row and a single object in another."""

    def mixed(rows: list[Row], _: str) -> list[Row]:
        rows[0]["lounges"] = [{"city": "HKG"}]
        rows[1]["lounges"] = {"city": "HKG"}
        return rows

    return policy.edit_list(CARDS, mixed)


@mutant("shape.booleans_are_booleans")
def boolean_misspelt(policy: Policy) -> Policy:
    """Whether one branch has a drive-in is written ture."""
    return policy.edit_list(BRANCHES, nth(0, put("drive_in", "ture")))


@mutant("shape.booleans_are_booleans")
def boolean_as_text(policy: Policy) -> Policy:
    """Whether ATMs take cheques is the text false."""
    return policy.edit_rows(ATMS, put("cheque_deposit", "false"))


@mutant("shape.member_names_are_unique")
def member_twice(app: WSGIApplication) -> WSGIApplication:
    """The first branch has its kind twice."""

    once, again = b'"kind":"branch"', b'"kind":"branch","kind":"branch"'

    def amend(request: Request, response: Response) -> None:
        if request.path != "/branches" or response.status_code != 200:
            return
        if request.method == "HEAD":
            length = int(response.headers["Content-Length"]) + len(again) - len(once)
            response.headers["Content-Length"] = str(length)
        else:
            response.set_data(response.get_data().replace(once, again, 1))

    return answering(app, amend)


@mutant("shape.names_are_spelt_right")
def frequency_misspelt(policy: Policy) -> Policy:
    """The frequency of interest is called interest_frequancy."""
    return policy.edit_rows(SAVINGS, rename("interest_frequency", "interest_frequancy"))


@mutant("shape.names_are_spelt_right")
def deposit_misspelt(policy: Policy) -> Policy:
    """ATMs say cash_desposit for whether they take cash."""
    return policy.edit_rows(ATMS, put("cash_desposit", True))


@mutant("shape.names_are_spelt_right")
def indicator_misspelt(policy: Policy) -> Policy:
    """Cards have a member creditdebit_indictor."""
    return policy.edit_rows(CARDS, put("debit_indictor", True))


@mutant("shape.names_have_no_space")
def space_in_name(policy: Policy) -> Policy:
    """ATMs have a member called ATM Name."""
    return policy.edit_rows(ATMS, put("ATM Name", "A1"))


@mutant("shape.names_have_one_style")
def capitals_among_underscores(policy: Policy) -> Policy:
    """Branches have a member in camel case among those with underscores."""
    return policy.edit_rows(BRANCHES, put("wheelChair", True))


@mutant("shape.names_have_one_style")
def capitals_differ(policy: Policy) -> Policy:
    """Two members of a tier write one word with different capitals."""

    def tiered(row: Row, _: str) -> Row:
        return row | {"bonus": {"amtTierBottom": "0", "amtTierbottomIncluded": True}}

    return policy.edit_rows(SAVINGS, tiered)


@mutant("shape.names_have_one_style")
def words_run_together(policy: Policy) -> Policy:
    """One member marks its second word by a capital, and its third not."""
    return policy.edit_rows(SAVINGS, put("bonus", {"annualisedPercentagerate": "0.1"}))


@mutant("shape.one_name_for_one_meaning")
def two_names_for_a_date(policy: Policy) -> Policy:
    """The day of a survey is survey_date in some branches and survey_datetime in others."""

    def surveyed(rows: list[Row], _: str) -> list[Row]:
        names = ("survey_date", "survey_datetime")
        return [row | {names[place % 2]: "2026-01-31"} for place, row in enumerate(rows)]

    return policy.edit_list(BRANCHES, surveyed)


@mutant("shape.one_name_for_one_meaning")
def singular_and_plural(policy: Policy) -> Policy:
    """Partners of cards are called partner in one row and partners in the others."""

    def partnered(rows: list[Row], _: str) -> list[Row]:
        return [row | {"partners" if place else "partner": ["Airline"]} for place, row in enumerate(rows)]

    return policy.edit_list(CARDS, partnered)
