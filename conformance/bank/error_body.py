"""The body of an error answer: the right one, and the ones that banks really send."""

from __future__ import annotations

import json

from conformance.bank.http_policy import HttpPolicy

JSON = "application/json"

DISCLOSURES = {
    "stack": 'Traceback (most recent call last):\n  File "/srv/bank/api.py", line 88, in find\nKeyError: 7',
    "sql": "ORA-00933: SQL command not properly ended: SELECT * FROM T_PRODUCT WHERE ID = ''",
    "version": "Apache Tomcat/8.5.31",
    "path": "/usr/local/tomcat/webapps/open-api/WEB-INF/web.xml",
    "secret": "jdbc:oracle:thin:openapi/not-a-real-password@10.20.30.40:1521/PROD",
}
"""What an error message may give away; all invented."""


def error_body(policy: HttpPolicy, status: int, code: str, message: str) -> tuple[str, str]:
    """Give the body and its media type."""
    if policy.error_discloses:
        message = f"{message} {DISCLOSURES[policy.error_discloses]}"
    shape = policy.error_shape
    if shape == "html":
        return f"<!doctype html><title>{status}</title><h1>Error {status}</h1><p>{message}</p>", "text/html"
    if shape == "xml":
        fault = f'<l7:policyResult status="{message}" xmlns:l7="urn:gateway"/>'
        return f'<?xml version="1.0"?>{fault}', "text/xml"
    if shape == "text":
        return message, "text/plain"
    if shape == "empty":
        return "", JSON
    return json.dumps(_content(policy, status, code, message), ensure_ascii=False), JSON


def _content(policy: HttpPolicy, status: int, code: str, message: str) -> object:
    if policy.error_shape == "flat":
        return {"ErrorMsg": message}
    if policy.error_shape == "gateway":
        wrong = "302" if policy.error_code_contradicts else str(status)
        return {"httpCode": wrong, "httpMessage": code, "moreInformation": message}
    if policy.error_code_contradicts:
        code = "internal_error" if status < 500 else "not_found"
    told = {"code": code, "message": message}
    if policy.error_code_absent:
        del told["code"]
    if policy.error_message_absent:
        del told["message"]
    return [told] if policy.error_shape == "list" else {"error": told}
