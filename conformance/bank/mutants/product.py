"""Defects of product data: fields, rates, tiers, dates, currencies, identifiers and links."""

from __future__ import annotations

import re
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import as_number, change, drop, multiply, nth, put, swap, twice, where
from conformance.bank.products.policy import Row
from conformance.bank.proxy import answering

SAVINGS = "deposits.savings-account-product"
CURRENT = "deposits.current-account-product"
TIME = "deposits.time-deposit-product"
CARDS = "loans.credit-card-product"
MORTGAGES = "loans.mortgage-product"
UNSECURED = "loans.unsecured-loan-product"
STRUCTURED = "investments.structured-product"
TRAVEL = "insurance.general-product"
BOXES = "other.safe-deposit-box-product"
FX = "other.fx-rate"


@mutant("product.required_fields")
def mortgage_without_name(policy: Policy) -> Policy:
    """The first mortgage has no name."""
    return policy.edit_list(MORTGAGES, nth(0, drop("name")))


@mutant("product.required_fields")
def account_without_currencies(policy: Policy) -> Policy:
    """The currencies of one savings account are an empty list."""
    return policy.edit_list(SAVINGS, nth(1, put("currencies", [])))


@mutant("product.required_fields")
def tier_without_rate(policy: Policy) -> Policy:
    """One tier of a time deposit states balances but no rate."""
    return policy.edit_list(TIME, nth(0, drop("tiers.0.rate")))


@mutant("product.required_fields")
def fee_without_currency(policy: Policy) -> Policy:
    """The annual fee of one card has an amount without its currency."""
    return policy.edit_list(CARDS, nth(0, drop("annual_fee.currency")))


@mutant("product.values_can_be_read")
def rate_with_percent_sign(policy: Policy) -> Policy:
    """One interest rate carries a per cent sign."""
    return policy.edit_list(SAVINGS, nth(0, change("tiers.1.rate", lambda rate: f"{rate}%")))


@mutant("product.values_can_be_read")
def fee_in_prose(policy: Policy) -> Policy:
    """An annual fee is written HK$1,800."""
    return policy.edit_list(CARDS, nth(0, put("annual_fee.amount", "HK$1,800")))


@mutant("product.values_can_be_read")
def rates_as_numbers(policy: Policy) -> Policy:
    """All rates of savings accounts are JSON numbers where decimal texts are defined."""
    return policy.edit_rows(SAVINGS, as_number("tiers.*.rate"))


@mutant("product.values_can_be_read")
def features_as_one_text(policy: Policy) -> Policy:
    """The list of features is one text in every card."""
    return policy.edit_rows(CARDS, change("features", "; ".join))


@mutant("product.values_can_be_read")
def compact_date(policy: Policy) -> Policy:
    """Effective dates of mortgages are written YYYYMMDD."""
    return policy.edit_rows(MORTGAGES, change("effective_from", lambda day: day.replace("-", "")))


@mutant("product.values_can_be_read")
def full_width_digits(policy: Policy) -> Policy:
    """One rate is written in full-width digits."""
    wide = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
    return policy.edit_list(SAVINGS, nth(0, change("tiers.0.rate", lambda rate: rate.translate(wide))))


@mutant("product.values_can_be_read")
def on_sale_as_text(policy: Policy) -> Policy:
    """Whether a mortgage is on sale is the text Y."""
    return policy.edit_rows(MORTGAGES, put("on_sale", "Y"))


@mutant("product.recommended_fields")
def no_terms(policy: Policy) -> Policy:
    """No credit card has a link to its terms."""
    return policy.edit_rows(CARDS, drop("terms_url"))


@mutant("product.recommended_fields")
def no_tenor(policy: Policy) -> Policy:
    """No unsecured loan states its tenor."""
    return policy.edit_rows(UNSECURED, drop("tenor"))


@mutant("product.matches_own_description")
def page_size_as_text(app: WSGIApplication) -> WSGIApplication:
    """The size of a page in meta is an empty text; the description says that it is a whole number."""

    def amend(request: Request, response: Response) -> None:
        if response.status_code == 200 and request.method == "GET":
            text = rb'"page_size":""\1'
            response.set_data(re.sub(rb'"page_size":[0-9]{2}([,}])', text, response.get_data()))

    return answering(app, amend)


@mutant("product.rates_in_range")
def rate_in_basis_points(policy: Policy) -> Policy:
    """The rates of one time deposit are in basis points."""
    return policy.edit_list(TIME, nth(0, multiply("tiers.*.rate", "100")))


@mutant("product.rates_in_range")
def negative_rate(policy: Policy) -> Policy:
    """One savings rate is below zero."""
    return policy.edit_list(SAVINGS, nth(0, put("tiers.0.rate", "-0.001")))


@mutant("product.rates_in_range")
def apr_above_hundred(policy: Policy) -> Policy:
    """The APR for cash advances of one card has lost its decimal point."""
    return policy.edit_list(CARDS, nth(0, multiply("cash_advance_apr", "100")))


@mutant("product.tiers_without_gap")
def tier_gap(policy: Policy) -> Policy:
    """Between two tiers of a savings account lie balances without a rate."""
    return policy.edit_list(SAVINGS, nth(0, multiply("tiers.1.min", "2")))


@mutant("product.tiers_without_overlap")
def tier_overlap(policy: Policy) -> Policy:
    """Two tiers of a savings account give the same balances two rates."""
    return policy.edit_list(SAVINGS, nth(0, multiply("tiers.0.max", "2")))


@mutant("product.tiers_without_overlap")
def tier_twice(policy: Policy) -> Policy:
    """A savings account states one tier twice with two rates."""

    def again(tiers: list[Row]) -> list[Row]:
        return [*tiers, {**tiers[-1], "rate": "9"}]

    return policy.edit_list(SAVINGS, nth(0, change("tiers", again)))


@mutant("product.tiers_in_order")
def tiers_shuffled(policy: Policy) -> Policy:
    """The middle tier of a savings account comes first."""
    return policy.edit_list(SAVINGS, nth(0, change("tiers", lambda tiers: [tiers[1], tiers[0], *tiers[2:]])))


@mutant("product.minimum_not_above_maximum")
def tier_bounds_swapped(policy: Policy) -> Policy:
    """The lower and upper end of one tier have changed places."""
    return policy.edit_list(SAVINGS, nth(0, swap("tiers.1.min", "tiers.1.max")))


@mutant("product.minimum_not_above_maximum")
def loan_amounts_swapped(policy: Policy) -> Policy:
    """The smallest and the largest amount of one mortgage have changed places."""
    return policy.edit_list(MORTGAGES, nth(0, swap("min_amount.amount", "max_amount.amount")))


@mutant("product.minimum_not_above_maximum")
def tenor_swapped(policy: Policy) -> Policy:
    """The shortest and the longest tenor of one loan have changed places."""
    return policy.edit_list(UNSECURED, nth(0, swap("tenor.min", "tenor.max")))


@mutant("product.minimum_not_above_maximum")
def ages_swapped(policy: Policy) -> Policy:
    """The lowest and the highest age of general insurance have changed places."""
    return policy.edit_rows(TRAVEL, swap("eligibility.min_age", "eligibility.max_age"))


@mutant("product.dates_in_order")
def dates_swapped(policy: Policy) -> Policy:
    """The first and the last day of one card have changed places."""

    def backwards(row: Row, _: str) -> Row:
        return row | {"effective_from": "2098-12-31", "effective_to": "2098-01-01"}

    return policy.edit_list(CARDS, nth(0, backwards))


@mutant("product.dates_in_order")
def matures_before_issue(policy: Policy) -> Policy:
    """A structured product matures before it is issued."""
    return policy.edit_list(STRUCTURED, nth(0, swap("issue_date", "maturity_date")))


@mutant("product.not_expired_on_sale")
def expired_on_sale(policy: Policy) -> Policy:
    """A card whose last day has passed is still on sale."""

    def expired(row: Row, _: str) -> Row:
        return row | {"effective_from": "2019-01-01", "effective_to": "2019-12-31", "on_sale": True}

    return policy.edit_list(CARDS, nth(0, expired))


@mutant("product.not_updated_in_the_future")
def product_updated_in_future(policy: Policy) -> Policy:
    """One mortgage was last updated in the year 2099."""
    return policy.edit_list(MORTGAGES, nth(0, put("last_updated", "2099-01-01T09:00:00+08:00")))


@mutant("product.instants_have_offset")
def zoneless_timestamps(policy: Policy) -> Policy:
    """The times of exchange rates have no offset."""
    return policy.edit_rows(FX, change("last_updated", lambda instant: instant[:19]))


@mutant("product.values_can_be_read")
def compact_timestamps(policy: Policy) -> Policy:
    """The times of safe deposit boxes are written YYYYMMDDHHmmss."""
    digits = change("last_updated", lambda t: "".join(c for c in t if c.isdigit())[:14])
    return policy.edit_rows(BOXES, digits)


@mutant("product.currencies_are_iso_4217")
def unknown_currency(policy: Policy) -> Policy:
    """One card bills in HKK."""
    return policy.edit_list(CARDS, nth(0, put("currencies", ["HKK"])))


@mutant("product.renminbi_is_cny")
def offshore_renminbi(policy: Policy) -> Policy:
    """The renminbi is quoted as CNH."""
    return policy.edit_rows(FX, where("currency", "CNY", put("currency", "CNH")))


@mutant("product.renminbi_is_cny")
def renminbi_by_nickname(policy: Policy) -> Policy:
    """One stock trading service settles in RMB."""
    return policy.edit_list("investments.stock-trading-product", nth(0, put("currencies", ["HKD", "RMB"])))


@mutant("product.identifiers_are_unique")
def identifier_twice(policy: Policy) -> Policy:
    """Two cards share an identifier."""

    def shared(rows: list[Row], _: str) -> list[Row]:
        rows[1]["id"] = rows[0]["id"]
        return rows

    return policy.edit_list(CARDS, shared)


@mutant("product.identifiers_are_unique")
def rate_row_twice(policy: Policy) -> Policy:
    """One exchange rate is listed twice."""
    return policy.edit_list(FX, twice(0))


@mutant("product.ages_are_human")
def age_in_months(policy: Policy) -> Policy:
    """The lowest age for one savings account is given in months."""
    return policy.edit_list(SAVINGS, nth(0, put("eligibility", {"min_age": 216})))


@mutant("product.amounts_not_negative")
def negative_fee(policy: Policy) -> Policy:
    """The fees of savings accounts are negative."""
    return policy.edit_rows(SAVINGS, change("fees.*.amount", lambda amount: f"-{amount}"))


@mutant("product.amounts_not_negative")
def negative_rent(policy: Policy) -> Policy:
    """The rent of one safe deposit box is negative."""
    return policy.edit_list(BOXES, nth(0, multiply("rental_fee.amount", "-1")))


@mutant("product.apr_not_below_flat_rate")
def apr_and_flat_rate_swapped(policy: Policy) -> Policy:
    """APR and flat rate of one loan have changed places."""
    return policy.edit_list(UNSECURED, nth(0, swap("apr", "rate")))


@mutant("product.kinds_fit_function")
def current_account_among_savings(policy: Policy) -> Policy:
    """The list of savings accounts holds a current account."""
    return policy.edit_list(SAVINGS, nth(0, put("kind", "current")))


@mutant("product.kinds_fit_function")
def branches_served_as_atms(policy: Policy) -> Policy:
    """The list of ATMs holds branches."""
    return policy.edit_rows("other.atm", put("kind", "branch"))


@mutant("product.detail_agrees_with_list")
def detail_missing(policy: Policy) -> Policy:
    """The products of a list are not found by their identifiers."""
    return policy.evolve("products.detail_missing", True)


@mutant("product.detail_agrees_with_list")
def detail_of_another_row(policy: Policy) -> Policy:
    """The product of one identifier is that of another row."""
    return policy.evolve("products.detail_disagrees", True)


@mutant("product.unknown_identifier_is_not_found")
def unknown_identifier_is_null(policy: Policy) -> Policy:
    """An unknown identifier is answered 200 with no data."""
    return policy.evolve("products.unknown_id_status", 200)


@mutant("product.matches_own_description")
def meta_left_out(policy: Policy) -> Policy:
    """Lists of mortgages lack the meta that the description requires."""
    return policy.evolve("products.meta_absent", True).evolve("products.misshapen", (MORTGAGES,))
