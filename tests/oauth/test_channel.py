"""What the back channel sends, byte for byte."""

from __future__ import annotations

from tests.oauth.reference import access_to


def test_a_wish_for_another_kind_of_answer_stands_alone() -> None:
    access = access_to()
    answer = access.introspect("unknown", accept="application/token-introspection+jwt")
    accepted = [value for name, value in answer.request.headers if name == "Accept"]
    assert accepted == ["application/token-introspection+jwt"]
