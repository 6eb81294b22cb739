"""Whether a server checks padding and MAC of CBC records, and keeps to itself which of them was wrong.

A request is sent as a record of which one thing is wrong; a server has to answer bad_record_mac to either and
to read none of it. Sources: RFC 5246 section 6.2.3.2; CVE-2014-8730 (POODLE against TLS).
"""

from __future__ import annotations

from conformance.tls import wire
from conformance.tls.codes import TLS12
from conformance.tls.enumerate import Caller
from conformance.tls.line import Fault
from conformance.tls.secrets import Cbc12
from conformance.tls.session12 import Connection12
from conformance.tls.wire import Alert, Hello

FORMS = ("right", "padding", "mac")
REPEATS = 3
"""Times that a difference between two answers must be seen to count as one."""


def cbc_answers(
    caller: Caller, hello: Hello, host: str, patience: float
) -> tuple[bool | None, tuple[str, ...]]:
    """Whether a wrong record is read or told from another, and the answers to each of ``FORMS``.

    None when a right record is not answered, which leaves the refusals without a control.
    """
    answers = [_answer(caller, hello, host, form, patience) for form in FORMS]
    right, padding, mac = answers
    if right != "accepted":
        raise Fault("unsupported", f"a right record got {right}")
    if "accepted" in (padding, mac):
        return True, tuple(answers)
    if padding == mac:
        return False, tuple(answers)
    for _ in range(REPEATS - 1):
        if [_answer(caller, hello, host, form, patience) for form in FORMS[1:]] != [padding, mac]:
            return None, tuple(answers)
    return True, tuple(answers)


def _answer(caller: Caller, hello: Hello, host: str, form: str, patience: float) -> str:
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    with caller.line() as line:
        connection = Connection12(line, caller.identity)
        connection.open(hello)
        protection = connection.outgoing
        if not isinstance(protection, Cbc12):
            raise Fault("unsupported", "the server chose a suite without CBC")
        line.shorten(patience)
        body = protection.seal(wire.DATA, request, spoilt="" if form == "right" else form)
        line.send(wire.record(wire.DATA, TLS12, body))
        try:
            while True:
                kind, _ = connection.receive()
                if kind == wire.DATA:
                    return "accepted"
                if kind == wire.ALERT:
                    return "a warning"
        except Alert as alert:
            return alert.name
        except Fault as fault:
            return fault.kind
