"""Transactions: where they come from, their canonical form, and the sealed split."""
