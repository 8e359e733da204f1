"""Render, gate and validate a GitOps repository whose models reach production only past a policy."""

__version__ = "0.1.0"
