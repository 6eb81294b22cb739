"""Documents that are attached to an application."""

from __future__ import annotations

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.registry import Findings, check
from conformance.writing.agreement import refused
from conformance.writing.applications import Application, Applications

FRAME = 65_536
"""Bytes beyond the largest document and a fifth: a bank may count its request, or in other thousands."""
DOCUMENTS = {
    "application/pdf": b"%PDF-1.4\n%%EOF\n",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff\xd9",
}


def _document(applications: Applications) -> tuple[str, bytes]:
    for kind in applications.rules.attachment_types:
        if kind in DOCUMENTS:
            return kind, DOCUMENTS[kind]
    raise NotApplicable("the bank's file names no kind of document (writes.applications.attachment_types)")


def _taken(applications: Applications, application: Application, right: tuple[str, bytes]) -> None:
    """The control: a right document."""
    answer = applications.attached(application, *right)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right document was answered {told(answer)}")


@check(writes=True, requests=5)
def attachment_is_of_its_kind(applications: Applications) -> Findings:
    """Refuses a document of another kind, and one whose content is not of the kind that it claims."""
    right = _document(applications)
    application = applications.made(applications.chosen)
    wrong = (("application/x-msdownload", b"MZ\x90\x00"), (right[0], b"<script>alert(1)</script>"))
    for kind, document in wrong:
        answer = applications.attached(application, kind, document)
        if not refused(answer):
            expected = f"a refusal of {document[:8]!r} as {kind}"
            yield Finding(expected, f"status {answer.status}", "Content-Type", answer.exchange)
            return
    _taken(applications, application, right)


@check(writes=True, requests=4)
def oversize_is_refused_cleanly(applications: Applications) -> Findings:
    """Refuses a document that is larger than the bank says it may be, with an error of the request's own."""
    right, largest = _document(applications), applications.rules.largest_attachment
    if not largest:
        raise NotApplicable("the bank's file tells no largest document (writes.applications)")
    application = applications.made(applications.chosen)
    large = (right[0], right[1] + b"\0" * (largest + largest // 5 + FRAME))
    answer = applications.attached(application, *large)
    if not refused(answer):
        expected = "status 413, or another that tells the request's own fault"
        yield Finding(expected, f"status {answer.status}", "body", answer.exchange)
        return
    _taken(applications, application, right)
