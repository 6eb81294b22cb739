"""Conformance and security tests for open banking APIs under the HKMA Open API Framework."""

__version__ = "0.1.0"
