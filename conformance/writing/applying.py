"""How a bank takes applications (Phase II), as its file says: links, short forms, applications in steps."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from conformance.oauth.settings import Asked
from conformance.reference import JsonPath, Part, SecretRef
from conformance.writing.idempotency import Idempotency


class Beforehand(Part):
    """A step before an application, such as a quote: ``call``, and what to ``keep`` of its answer.

    The call may have ``{product}``; ``keep`` gives the JSONPath of each value by the name with which the body
    of an application has it, in braces.
    """

    call: Asked
    keep: dict[str, JsonPath]


class Lead(Part):
    """The short form by which a customer asks the bank to call back.

    ``call`` is where it goes, ``{product}`` in its path; ``form`` is a complete one. ``required`` and
    ``consents`` name members of it by dotted paths; ``id`` is the JSONPath of the bank's identifier. What the
    steps ``beforehand`` tell, such as a free time, and ``{idempotency_key}`` may stand in it in braces.
    """

    call: Asked
    form: dict[str, Any]
    required: tuple[str, ...] = ()
    consents: str = ""
    id: JsonPath = "$.data.id"
    beforehand: tuple[Beforehand, ...] = ()


class Seal(Part):
    """How the body of an application is signed and encrypted on its way.

    ``jwe``: an encrypted JWT (RFC 7516), by default of a signed one (RFC 7519, 11.2), as the whole body or
    as one ``member`` of a JSON body. ``form``: three fields, of which ``token`` is the payload encrypted for
    the bank, ``checksum`` a hash and ``digest`` the TSP's signature; over what, and in which form, the bank
    says, since no public document does.

    ``path`` with ``{product}`` is where sealed applications go; without one every application is sealed.
    The bank's key is published as a JWK set at ``keys``, or given as PEM by ``bank_key``. The TSP signs with
    ``key``, or with the one that it has registered; ``other_key`` is that of another TSP.
    """

    kind: Literal["jwe", "form"]
    path: str = ""
    keys: Asked | None = None
    bank_key: SecretRef | None = None
    algorithm: Literal["RSA-OAEP-256", "RSA-OAEP"] = "RSA-OAEP-256"
    encryption: Literal["A256GCM", "A128GCM"] = "A256GCM"
    signed: bool = True
    signature: str = ""
    key: SecretRef | None = None
    key_id: str = ""
    other_key: SecretRef | None = None
    other_key_id: str = ""
    member: str = ""
    token: str = "token"
    checksum: str = "checksum"
    digest: str = "digest"
    as_json: bool = False
    hash: Literal["sha256", "sha512"] = "sha256"
    checksum_over: Literal["payload", "token"] = "payload"
    digest_over: Literal["payload", "token", "checksum"] = "token"
    text: Literal["hex", "base64"] = "hex"


class ApplicationPassword(Part):
    """The one-time password with which an applicant confirms, ``{otp}`` of the call ``submit``.

    ``send`` has it sent, where that is a step of its own; ``inbox`` is where the sandbox tells it. ``tries``
    is how many wrong ones the bank takes at most.
    """

    send: Asked | None = None
    inbox: Asked
    at: JsonPath = "$.data.otp"
    tries: int = 5


class Upload(Part):
    """Where the bytes of a document go when the bank has been told of it.

    ``at`` is where the answer to ``attach`` has the address; ``confirm`` says that all has arrived, with the
    ``{document}`` that stands at ``id``.
    """

    at: JsonPath
    method: Literal["PUT", "POST"] = "PUT"
    id: JsonPath | Literal[""] = ""
    confirm: Asked | None = None


class ApplicationRules(Part):
    """How this bank takes applications.

    ``applicant`` is a complete synthetic applicant, the body of every application or, where the function's
    request has a ``json`` template, what stands there for ``{applicant}``. Members are named by dotted paths
    into it, such as ``person.name`` or ``applicants.0.phone``; ``members`` tells the paths of ``name``,
    ``phone``, ``email``, ``birth_date`` and other personal data where they are called otherwise.

    ``required`` is compulsory for submission, ``consents`` holds the applicant's agreement, without which no
    application is submitted. ``conditional`` gives for ``member=value`` the member that it makes compulsory.
    ``enumerations`` are the members whose values the reference data list: ``listed`` is the JSONPath of an
    object of lists by member or, where the path of ``reference`` or this one has ``{name}``, of the values of
    the member with that name.

    ``products`` gives the product of each function for ``{product}`` in the paths of ``link``, ``lead`` and
    seals. ``status_at`` and ``statuses`` read the answer to ``read`` where its shape or words are others than
    those of the first answer. What is a step's part decides what it may do, not its method: ``reference``,
    ``link`` and ``read`` change nothing, the other steps do. ``attach`` sends the bytes of a document or,
    with ``attach_field``, a form (RFC 7578), or fills ``{content}``, ``{media_type}``, ``{size}`` and
    ``{sha256}`` of its template; with ``upload`` the bytes go elsewhere afterwards.

    A bank that takes one application of a person has values in ``applicant`` that are drawn anew for each:
    ``{fresh_hkid}``, ``{fresh_hkid_bare}`` (without brackets), ``{fresh_email}`` and ``{fresh_text}``; with
    ``one_of_a_person`` it says that it refuses a second one. ``least_age`` is how old applicants must be, in
    years. Steps may name ``{birth_date}``, ``{phone}`` and ``{email}`` of the applicant beside ``{id}``.
    """

    scope: str = ""
    idempotency: Idempotency | None = None
    applicant: dict[str, Any] = Field(default_factory=dict)
    members: dict[str, str] = Field(default_factory=dict)
    required: tuple[str, ...] = ()
    consents: str = ""
    conditional: dict[str, str] = Field(default_factory=dict)
    enumerations: tuple[str, ...] = ()
    reference: Asked | None = None
    listed: str = "$.data.enumerations"
    privacy_notice: JsonPath | Literal[""] = ""
    link: Asked | None = None
    link_at: JsonPath = "$.data.url"
    products: dict[str, str] = Field(default_factory=dict)
    lead: Lead | None = None
    seals: tuple[Seal, ...] = ()
    read: Asked = Field(default_factory=lambda: Asked(method="GET", path="/applications/{id}"))
    status_at: JsonPath | Literal[""] = ""
    statuses: dict[str, str] = Field(default_factory=dict)
    change: Asked | None = None
    submit: Asked | None = None
    withdraw: Asked | None = None
    attach: Asked | None = None
    attach_field: str = ""
    attachment_types: tuple[str, ...] = ()
    largest_attachment: int = 0
    upload: Upload | None = None
    beforehand: tuple[Beforehand, ...] = ()
    password: ApplicationPassword | None = None
    one_of_a_person: bool = False
    least_age: int = 0
