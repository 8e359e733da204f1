"""Tekton Pipelines as committed, run in order on this machine."""
