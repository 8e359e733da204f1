"""Scoring a packaged model on the sealed hold-out."""
