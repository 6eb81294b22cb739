"""Defects of what the bank publishes: portal, dictionary, partners, liability, and the truth of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import put

Document = dict[str, Any]
FX, SAVINGS, ATMS = "/fx-rates", "/products/savings-accounts", "/atms"


def paged(policy: Policy, page: str, edit: Callable[[str], str]) -> Policy:
    """The policy with the text of a page changed."""
    return policy.evolve("publication.edits", (*policy.publication.edits, (page, edit)))


def documented(policy: Policy, edit: Callable[[Document], Document], name: str = "phase1") -> Policy:
    """The policy with a published description changed as data."""
    edits = policy.publication.document_edits
    return policy.evolve("publication.document_edits", (*edits, (name, edit)))


def absent(policy: Policy, *names: str) -> Policy:
    """The policy without some pages."""
    return policy.evolve("publication.missing", names)


@mutant("portal.reachable")
def portal_gone(policy: Policy) -> Policy:
    """The developer portal answers 404."""
    return absent(policy, "portal")


@mutant("portal.says_how_to_engage")
def portal_without_contact(policy: Policy) -> Policy:
    """The developer portal says nothing of how to register or whom to ask."""
    return paged(policy, "portal", lambda text: re.sub(r"<p>How to engage.*?</p>", "", text, flags=re.S))


@mutant("portal.leads_to_the_dictionary")
def portal_without_documents(policy: Policy) -> Policy:
    """The developer portal leads to no data dictionary."""
    return paged(policy, "portal", lambda text: re.sub(r"<h2>Data.*?</ul>", "", text, flags=re.S))


@mutant("dictionary.published", "dictionary.describes_every_function")
def dictionary_gone(policy: Policy) -> Policy:
    """The data dictionary of Phase III answers 404."""
    return absent(policy, "phase3")


@mutant("dictionary.readable", "dictionary.describes_every_function")
def dictionary_cut_short(policy: Policy) -> Policy:
    """The data dictionary of Phase III ends in the middle of a quoted text."""
    return paged(policy, "phase3", lambda text: text[: text.index("'200'") + 3])


@mutant("dictionary.describes_every_function")
def function_undescribed(policy: Policy) -> Policy:
    """The data dictionary does not know exchange rates."""

    def without(document: Document) -> Document:
        del document["paths"][FX]
        return document

    return documented(policy, without)


@mutant("dictionary.describes_every_function", "lint.responses_described")
def success_undescribed(policy: Policy) -> Policy:
    """The description of machines has no successful answer."""

    def refusals_only(document: Document) -> Document:
        responses = document["paths"][ATMS]["get"]["responses"]
        document["paths"][ATMS]["get"]["responses"] = {k: v for k, v in responses.items() if k[0] == "4"}
        return document

    return documented(policy, refusals_only)


@mutant("dictionary.describes_errors")
def errors_undescribed(policy: Policy) -> Policy:
    """The description of the customer's contacts tells no refusal."""

    def good_only(document: Document) -> Document:
        responses = document["paths"]["/customer/contacts"]["get"]["responses"]
        document["paths"]["/customer/contacts"]["get"]["responses"] = {"200": responses["200"]}
        return document

    return documented(policy, good_only, "phase3")


@mutant("dictionary.describes_security")
def security_undescribed(policy: Policy) -> Policy:
    """The description of the customer's contacts asks for no credentials."""

    def opened(document: Document) -> Document:
        document["paths"]["/customer/contacts"]["get"]["security"] = []
        return document

    return documented(policy, opened, "phase3")


@mutant("dictionary.gives_examples")
def examples_left_out(policy: Policy) -> Policy:
    """The rows of exchange rates are described without an example."""

    def stripped(document: Document) -> Document:
        document["paths"][FX]["get"]["responses"]["200"] = {
            "description": "The rates.",
            "content": {"application/json": {"schema": {"type": "object", "additionalProperties": True}}},
        }
        return document

    return documented(policy, stripped)


@mutant("described.answers_fit")
def type_described_wrongly(policy: Policy) -> Policy:
    """The dictionary says that the total of a list is a text."""

    def as_text(document: Document) -> Document:
        document["components"]["schemas"]["Meta"]["properties"]["total"] = {"type": "string"}
        return _exemplified(document, total="4")

    return documented(policy, as_text)


@mutant("described.answers_fit")
def member_described_in_vain(policy: Policy) -> Policy:
    """The dictionary promises a member in every list that the API does not send."""

    def promised(document: Document) -> Document:
        meta = document["components"]["schemas"]["Meta"]
        meta["properties"]["server"] = {"type": "string"}
        meta["required"] = [*meta.get("required", ()), "server"]
        return _exemplified(document, server="a")

    return documented(policy, promised)


@mutant("described.no_undocumented_members")
def member_undescribed(policy: Policy) -> Policy:
    """Rates carry an internal member of which the dictionary does not know."""
    described = documented(policy, _closed_rates)
    return described.edit_rows("other.fx-rate", put("internal_code", "T-17"))


def _exemplified(document: Document, **meta: object) -> Document:
    """The description whose examples of lists have other members in their meta."""
    for response in document["components"]["responses"].values():
        for media in response.get("content", {}).values():
            if "meta" in media.get("example", {}):
                media["example"]["meta"].update(meta)
    return document


def _closed_rates(document: Document) -> Document:
    """Rates whose description names all their members."""
    schema = document["components"]["schemas"]["FxRate"]
    schema.pop("additionalProperties", None)
    return document


@mutant("described.statuses_described", base="open")
def status_undescribed(policy: Policy) -> Policy:
    """A page that is no number is answered 400, of which the description of rates does not know."""

    def without(document: Document) -> Document:
        del document["paths"][FX]["get"]["responses"]["400"]
        return document

    return documented(policy, without)


@mutant("described.media_types_described")
def media_type_described_wrongly(policy: Policy) -> Policy:
    """The dictionary says that rates come as XML."""

    def as_xml(document: Document) -> Document:
        name = document["paths"][FX]["get"]["responses"]["200"]["$ref"].rpartition("/")[2]
        response = document["components"]["responses"][name]
        response["content"] = {"application/xml": next(iter(response["content"].values()))}
        return document

    return documented(policy, as_xml)


@mutant("described.paths_exist")
def path_described_in_vain(policy: Policy) -> Policy:
    """The dictionary describes a path that the API does not have."""

    def promised(document: Document) -> Document:
        gold = dict(document["paths"][FX]["get"], operationId="listGoldRates")
        document["paths"]["/gold-rates"] = {"get": gold}
        return document

    return documented(policy, promised)


@mutant("sandbox.answers_with_data")
def sandbox_empty(policy: Policy) -> Policy:
    """The sandbox has no unsecured loans to show."""
    return policy.evolve("products.empty", ("loans.unsecured-loan-product",))


@mutant("listing.listed")
def not_listed(policy: Policy) -> Policy:
    """The public catalogue does not list the bank."""
    return paged(
        policy, "repository", lambda text: re.sub(r"<tr><td>Reference.*?</tr>", "", text, flags=re.S)
    )


@mutant("listing.listed")
def catalogue_gone(policy: Policy) -> Policy:
    """The public catalogue answers 404."""
    return absent(policy, "repository")


@mutant("partners.published")
def partners_gone(policy: Policy) -> Policy:
    """The English list of partners answers 404."""
    return absent(policy, "partners-en").evolve("publication.edits", (("partners-tc", _bilingual),))


def _bilingual(text: str) -> str:
    return text.replace("</h1>", "</h1><p>Our partners and their products, which we review every quarter; "
                        "nobody else may ask for your consent.</p>")  # fmt: skip


@mutant("partners.published")
def partners_empty(policy: Policy) -> Policy:
    """The lists of partners name nobody."""
    return paged(policy, "partners-*", lambda text: re.sub(r"<table>.*?</table>", "", text, flags=re.S))


@mutant("partners.products_named")
def partner_without_product(policy: Policy) -> Policy:
    """One partner is listed without its products."""
    return paged(
        policy, "partners-en", lambda text: text.replace("<td>Tramline for shops</td>", "<td>-</td>")
    )


@mutant("partners.kept_current")
def partners_old(policy: Policy) -> Policy:
    """The list of partners was last looked at two years ago."""
    return policy.evolve("publication.list_age", 730)


@mutant("partners.kept_current")
def partners_of_the_future(policy: Policy) -> Policy:
    """The list of partners bears a date that is still to come."""
    return policy.evolve("publication.list_age", -90)


@mutant("partners.in_both_languages")
def partners_in_english_only(policy: Policy) -> Policy:
    """The Chinese list of partners is the English one."""
    return paged(policy, "partners-tc", _without_chinese)


def _without_chinese(text: str) -> str:
    return re.sub("[\u3000-\u303f\u4e00-\u9fff]+", "Partner ", text)


@mutant("liability.published")
def liability_gone(policy: Policy) -> Policy:
    """The Chinese page on liability answers 404, and the English one is bilingual."""
    both = ("liability-en", lambda text: text + "<p>未經授權交易的責任、慎防偽冒網站。</p>")
    return absent(policy, "liability-tc").evolve("publication.edits", (both,))


@mutant("liability.states_who_is_liable")
def liability_unstated(policy: Policy) -> Policy:
    """The English page does not say who bears a loss."""
    return paged(policy, "liability-en", lambda text: re.sub(r"<p>You are not.*?</p>", "", text, flags=re.S))


@mutant("liability.states_who_is_liable")
def liability_in_english_only(policy: Policy) -> Policy:
    """The Chinese page does not say who bears a loss."""
    return paged(policy, "liability-tc", lambda text: re.sub(r"<p>經第三方.*?</p>", "", text, flags=re.S))


@mutant("liability.warns_of_fraud")
def fraud_unmentioned(policy: Policy) -> Policy:
    """The English page warns of nothing."""
    text = r"<p>Beware.*?</p>"
    return paged(
        policy, "liability-en", lambda page: re.sub(text, "", page, flags=re.S).replace("fraudulently or", "")
    )


@mutant("liability.warns_of_fraud")
def fraud_in_english_only(policy: Policy) -> Policy:
    """The Chinese page warns of nothing."""
    edited = paged(policy, "liability-tc", lambda text: re.sub(r"<p>慎防.*?</p>", "", text, flags=re.S))
    return paged(edited, "liability-tc", lambda text: text.replace("欺詐行為", "故意行為"))


@mutant("coverage.gaps_explained")
def gap_unexplained(policy: Policy) -> Policy:
    """The bank offers no safe deposit boxes and does not say why."""
    return policy.evolve("publication.withheld", ("other.safe-deposit-box-product",))


@mutant("locators.agree_with_public_list")
def machine_missing(policy: Policy) -> Policy:
    """HKMA's list names a machine of the bank where its own has none."""
    return policy.evolve("publication.unlisted_places", 1)
