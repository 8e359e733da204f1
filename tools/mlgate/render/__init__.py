"""Rendering: kustomize builds, and the files of an overlay."""
