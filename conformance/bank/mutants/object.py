"""Defects in the guard of objects by their identifiers."""

from __future__ import annotations

import json
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering


@mutant("object.foreign_refused", "object.foreign_write_refused", "consent.picked_accounts_only")
def everybodys_objects_shown(policy: Policy) -> Policy:
    """An identifier is all it takes."""
    return policy.evolve("accounts.foreign_object_visible", True)


@mutant("object.foreign_like_unknown")
def foreign_object_forbidden(policy: Policy) -> Policy:
    """Another customer's object is forbidden, an unknown one not found."""
    return policy.evolve("accounts.foreign_object_differs", True)


@mutant("object.foreign_like_unknown")
def foreign_object_in_other_words(policy: Policy) -> Policy:
    """Another customer's object is refused in other words than an unknown one."""
    return policy.evolve("accounts.foreign_object_body_differs", True)


@mutant("object.unknown_refused_in_order")
def unknown_object_fails(policy: Policy) -> Policy:
    """The bank fails over an unknown object."""
    return policy.evolve("accounts.unknown_object_is_500", True)


@mutant("object.unknown_refused_in_order")
def unknown_object_is_empty(app: WSGIApplication) -> WSGIApplication:
    """An object that the customer does not have is shown as one without rows."""

    def amend(request: Request, response: Response) -> None:
        parts = request.path.split("/")
        named = len(parts) > 3 and parts[1] in ("accounts", "cards")
        if request.method == "GET" and named and response.status_code == 404:
            response.status_code = 200
            meta = {"total": 0, "page": 1, "page_size": 50}
            response.set_data(json.dumps({"data": [], "meta": meta, "links": {}}))

    return answering(app, amend)


@mutant("object.mangled_refused")
def identifier_loosely_compared(policy: Policy) -> Policy:
    """An identifier may have a tail."""
    return policy.evolve("accounts.object_id_loosely_compared", True)


@mutant("object.identifier_elsewhere_ignored")
def parameter_names_the_account(policy: Policy) -> Policy:
    """A parameter names the account in place of the path, unchecked."""
    return policy.evolve("accounts.account_id_from_query", True)


@mutant("object.identifier_elsewhere_ignored")
def header_names_the_account(policy: Policy) -> Policy:
    """A header names the account in place of the path, unchecked."""
    return policy.evolve("accounts.account_id_from_header", True)


@mutant("object.identifiers_not_countable")
def accounts_are_counted(policy: Policy) -> Policy:
    """The identifiers of accounts are consecutive numbers."""
    return policy.evolve("accounts.object_ids_sequential", True)


@mutant("object.refusals_name_nobody")
def refusal_names_the_customer(policy: Policy) -> Policy:
    """A refusal names the customer."""
    return policy.evolve("accounts.personal_data_in_errors", True)


@mutant("object.foreign_write_refused")
def foreign_objects_are_changed(policy: Policy) -> Policy:
    """Whose object it is, is asked for what is read and not for what is changed."""
    return policy.evolve("accounts.foreign_object_changeable", True)
