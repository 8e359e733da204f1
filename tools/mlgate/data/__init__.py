"""Transactions: where they come from, their canonical form, and the sealed split."""

REFERENCE_FILE = "data-reference.json"
"""In a release: what later data are compared with."""
