"""Which boxes a customer leaves alone who gives one account of several."""

from __future__ import annotations

from conformance.oauth.html import read_page
from conformance.oauth.login import LoginStep
from conformance.oauth.picking import _all_but_one

PAGE = b"""<form method="post" action="/approve">
<input type="checkbox" name="account" value="1" id="a1"><label for="a1">Savings</label>
<input type="checkbox" name="account" value="2" id="a2"><label for="a2">Current</label>
<input type="checkbox" name="account" value="3" id="a3"><label for="a3">Dollars</label>
<input type="checkbox" name="terms" value="yes" id="t"><label for="t">I have read the terms</label>
<button>Approve</button></form>"""


def test_all_of_a_list_but_the_first_are_left_alone_and_the_terms_stay_agreed_to() -> None:
    form = read_page("https://bank.example/approve", PAGE).forms[0]
    boxes = LoginStep.read({"tick": "all", "press": "Approve"}).boxes(form)
    assert len(boxes) == 4
    assert _all_but_one(boxes) == {("account", "2"), ("account", "3")}


def test_a_step_that_ticks_one_box_leaves_none_alone() -> None:
    form = read_page("https://bank.example/approve", PAGE).forms[0]
    assert not _all_but_one(LoginStep.read({"tick": "terms", "press": "Approve"}).boxes(form))
