"""The decisions of the product service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Row = dict[str, Any]
RowEdit = Callable[[Row, str], Row]
ListEdit = Callable[[list[Row], str], list[Row]]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the data of the functions that match `function`; language is en, tc or sc."""

    function: str
    row: RowEdit | None = None
    rows: ListEdit | None = None

    def concerns(self, function: str) -> bool:
        """Tell whether the function with this id is meant."""
        return fnmatchcase(function, self.function)


@dataclass(frozen=True, slots=True)
class ProductPolicy:
    """What the product service decides; the default is the conformant bank.

    Where a decision names functions, it holds ids (`other.fx-rate`) or patterns (`deposits.*`).
    """

    edits: tuple[Edit, ...] = ()

    # Access
    access: str = "open"
    """open, header-pair (a registered ClientID and ClientSecret on every request), or bearer (a token)."""
    token_life: int = 3600
    """Seconds for which the token of a registered client is good."""
    token_life_unit: int = 1
    """What a second is told as: 1000 tells milliseconds."""
    token_uses: int = 0
    """Requests after which a token is refused, whatever was told; 0 is no end."""
    clients: tuple[tuple[str, str], ...] = (("reference-tsp", "reference-tsp-secret"),)
    client_unchecked: bool = False
    """Any ClientID passes with a secret that the bank knows."""
    secret_unchecked: bool = False
    """Any ClientSecret passes, an absent one too."""
    secret_prefix_suffices: bool = False
    """The start of the secret passes, the empty string too."""
    credentials_unchecked: bool = False
    """The two headers need only be there."""
    credentials_in_query_accepted: bool = False
    """ClientID and ClientSecret may stand in the URL."""
    unprotected: tuple[str, ...] = ()
    """Functions that are open although the bank registers its clients."""
    detail_unprotected: bool = False
    head_unprotected: bool = False
    conditional_unprotected: bool = False
    """A request with If-None-Match needs no credentials."""
    ungated_spellings: tuple[str, ...] = ()
    """Other spellings of a path that reach it past the gate: case, slashes, dots, encoding, parameters."""
    refusal_status: int = 401
    challenge_absent: bool = False
    """401 without WWW-Authenticate."""
    refusal_carries_data: bool = False
    """The answer is refused by its status only; the data is in its body."""
    refusal_echoes_secret: bool = False
    refusal_tells_which: bool = False
    """The refusal says whether the id or the secret was wrong."""

    # Availability
    missing: tuple[str, ...] = ()
    """Functions that the bank lists and answers 404."""
    failing: tuple[str, ...] = ()
    """Functions answered 500."""
    empty: tuple[str, ...] = ()
    """Functions answered with no row."""
    maintenance: str = "none"
    """none, refused (503 with Retry-After), page (200 with an HTML page)."""

    # Language
    language_ignored: bool = False
    """English whatever is asked, and Content-Language says so."""
    sc_served_as_tc: bool = False
    tc_served_as_sc: bool = False
    chinese_labelled_only: bool = False
    """English under the Content-Language that was asked."""
    language_quality_ignored: bool = False
    """The first language of the list counts, whatever its weight."""
    language_variants_unknown: bool = False
    """Only en, zh-Hant and zh-Hans are understood: zh-HK gets English."""
    unknown_language_status: int = 200
    """Of an Accept-Language without a language of the bank: 200 is English, 406 and 500 refuse."""
    content_language_absent: bool = False
    content_language_constant: bool = False
    """Content-Language is en on every answer."""

    # Envelope
    envelope: str = "object"
    """object, array (rows without data and meta), row (data is the first row)."""
    data_name: str = "data"
    meta_absent: bool = False
    misshapen: tuple[str, ...] = ("*",)
    """Functions that `envelope`, `data_name` and `meta_absent` hold for."""

    # Paging
    default_page_size: int = 50
    page_size_limit: int = 100
    """Highest page_size that is accepted."""
    page_size_capped: int = 0
    """Pages hold no more rows than this, whatever page_size says; 0 is no cap."""
    ignores_page_size: bool = False
    ignores_page: bool = False
    """Every page is the first."""
    pages_from_zero: bool = False
    """page=1 is the second page."""
    total_wrong: int = 0
    """Rows that meta.total is off by."""
    total_is_page_count: bool = False
    """meta.total counts the rows of the page."""
    page_echo_wrong: bool = False
    """meta.page is always 1."""
    page_size_echo_wrong: bool = False
    """meta.page_size is the default whatever was asked."""
    page_two_repeats: bool = False
    """The second page repeats the first."""
    pages_overlap: bool = False
    """Each page starts with the last row of the one before."""
    pages_skip: bool = False
    """The last row of each page but the last is left out."""
    order_changes: bool = False
    """Rows come in another order on every request."""
    next_link: str = "right"
    """right, absent, endless (on the last page too), repeats (the same page), other-host, forwarded-host,
    request-host, drops-filter."""
    beyond_last: str = "empty"
    """empty, refused (404), repeats (the last page), fails (500)."""

    # Parameters
    unknown_parameter_ignored: bool = False
    bad_value_ignored: bool = False
    """A wrong page, page_size, id, name or currency is answered as if it were absent."""
    page_zero_accepted: bool = False
    oversize_accepted: bool = False
    """page_size above the limit is answered with the limit."""
    repeated_parameter_accepted: bool = False
    """The first of several values of one parameter counts."""
    filter_ignored: bool = False
    """id, name and currency filter nothing."""
    filter_total_wrong: bool = False
    """meta.total of a filtered list counts all rows."""
    no_match_status: int = 200
    """Of a filter that matches nothing; 200 is an empty list."""
    name_filter_echoed: bool = False
    """A field of the answer repeats the name filter, markup included."""

    # One product
    detail_missing: bool = False
    """Ids of the list are not found."""
    detail_disagrees: bool = False
    """The product of one id is that of another row."""
    unknown_id_status: int = 404
    """Of an id that does not exist; 200 gives `{"data": null}`."""

    # Exchange rates
    fx_age: int = 120
    """Seconds since the rates were set; negative is the future."""
    fx_interval: int = 600
    """Seconds between two settings of the rates."""
