"""The ``rate_limit`` section of a target file: where, as whom and how far rate limits are probed."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, field_validator

from conformance.address import safe, safe_base
from conformance.authentication import Scheme
from conformance.identities import Identified
from conformance.reference import Part, Seconds


class RateLimit(Part):
    """How rate limits are probed. What is left out is taken from the rest of the file.

    ``base_url`` is where, if not where everything else is tested; ``function`` the read that stands for all.
    ``requests_per_second``, ``requests`` and ``seconds`` cap each search. ``authentication`` is the TSP that
    asks too much, ``second_tsp`` another one, who must not suffer from it.
    """

    base_url: str = ""
    function: str = ""
    requests_per_second: float = Field(default=100.0, gt=0, le=10_000)
    requests: int = Field(default=600, ge=20, le=100_000)
    seconds: Seconds = Field(default=60.0, gt=0)
    authentication: Identified = None
    second_tsp: Identified = None
    token_endpoint: str = ""

    @field_validator("base_url")
    @classmethod
    def _base(cls, url: str) -> str:
        return safe_base(url) if url else url

    @field_validator("token_endpoint")
    @classmethod
    def _endpoint(cls, url: str) -> str:
        return safe(url) if url else url

    @property
    def hosts(self) -> Iterator[str]:
        """The URLs that the section names."""
        yield from (url for url in (self.base_url, self.token_endpoint) if url)
        for scheme in (self.authentication, self.second_tsp):
            yield from scheme.hosts if scheme else ()

    def under(self, base_url: str) -> RateLimit:
        """The same, with addresses relative to the bank's base URL made absolute."""
        changed: dict[str, Scheme] = {
            name: scheme.under(self.base_url or base_url)
            for name in ("authentication", "second_tsp")
            if (scheme := getattr(self, name)) is not None
        }
        return self.model_copy(update=changed)
